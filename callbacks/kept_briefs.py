"""The morning briefs that are kept: written at CHENGSHU_BRIEF_AT on each city's clock into `<home>/briefs/<city>`, in both languages.

They are composed as a leader of the whole city would see it (privacy level 1), so only who may see that reads them.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.access import Grant, viewer
from app.brief.morning import compose
from app.errors import NotFound
from app.sight import Seen
from app.system import System
from layouts.brief_pdf import brief_pdf
from layouts.components.still import still
from layouts.markup import page
from layouts.panels.brief_morning import brief_article, title_of
from layouts.reader import Reader
from layouts.text import LANGUAGES

TYPES = {"html": "text/html", "pdf": "application/pdf"}
PRIVACY = 1
NAME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-(zh|en)\.(html|pdf)$")
log = logging.getLogger("chengshu")


def keep(system: System, city: str, day: str) -> list[Path]:
    """Write a city's brief of a day, whole or not at all; returns the files."""
    seen = system.seen_by(viewer("brief", "brief", (Grant("leader", city, privacy=PRIVACY),), system.roles), "operations.read")
    brief, row = compose(seen, city), system.city(city)
    folder, written = system.settings.home / "briefs" / city, []
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for language in LANGUAGES:
        r = Reader(language, "light", row.timezone)
        text = page(still(brief_article(r, brief, is_live=False)).tree, title_of(r, brief), language).encode()
        for kind, body in (("html", text), ("pdf", brief_pdf(r, brief, system.settings.pdf_font))):
            path = folder / f"{day}-{language}.{kind}"
            half = path.with_suffix(f".{kind}.part")
            half.write_bytes(body)
            half.replace(path)
            written.append(path)
    return written


def due(system: System, at: float) -> list[tuple[str, str]]:
    """(city, day) of every brief that should have been written by now and was not."""
    found = []
    for key, row in system.cities.items() if system.settings.brief_at else ():
        local = datetime.fromtimestamp(at, ZoneInfo(row.timezone))
        day = local.date().isoformat()
        last = system.settings.home / "briefs" / key / f"{day}-{LANGUAGES[-1]}.pdf"
        if local.strftime("%H:%M") >= system.settings.brief_at and not last.exists():
            found.append((key, day))
    return found


def kept(seen: Seen, city: str, most: int = 60) -> list[str]:
    """The names of the files that are kept of a city, the newest first. Raises NotFound for who may not see the whole city."""
    folder = _folder(seen, city)
    names = [path.name for path in folder.iterdir() if NAME.match(path.name)] if folder.is_dir() else []
    return sorted(names, reverse=True)[:most]


def read_kept(seen: Seen, city: str, name: str) -> bytes:
    """One of them. Raises NotFound."""
    folder = _folder(seen, city)
    if not NAME.match(name) or not (folder / name).is_file():
        raise NotFound("No such brief was kept", "The page of the morning brief lists them", value=name[:40])
    return (folder / name).read_bytes()


def _folder(seen: Seen, city: str) -> Path:
    seen.city(city)
    if seen.sight(city) is not None or seen.privacy(city) < PRIVACY:
        raise NotFound("No such brief was kept", "The page of the morning brief lists them")
    return seen.settings.home / "briefs" / city


class Briefs:
    """A thread that writes what is due, looking twice a minute; `stop()` ends it."""

    def __init__(self, system: System, seconds: float = 30) -> None:
        self.system, self.seconds = system, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="briefs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(self.seconds):
            if not self.system.progress["is_whole"]:
                continue
            for city, day in due(self.system, time.time()):
                try:
                    keep(self.system, city, day)
                except Exception:       # the next look tries again; other cities go on
                    log.exception("The morning brief of %s could not be written", city)
