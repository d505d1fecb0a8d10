"""The sources of the city: a row each, of the program's own registry and of `<home>/registry/sources.csv` on top of it.

A row says how data comes (kind), what it is (city, dataset), whose it is (owner), where from (address), when (schedule,
cadence), and what to do when its columns change (drift). A wrong row is told with its file and line; the others work.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path

from app.access import EVERY_DEPARTMENT, Viewer
from app.errors import BadInput, NotFound, Refused
from data import registers
from data.handin import DATASETS

KINDS = ("folder", "upload", "pull", "table", "mqtt", "ngsi_ld", "hand_in")
DRIFTS = ("accept", "map", "hold")
GIVEN = "CHENGSHU_SOURCE_"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_SPAN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NAMED = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,60})\}")


@dataclass(frozen=True)
class Source:
    """One source. `schedule` and `cadence` in seconds (0: none), `clock` minutes after midnight of a daily schedule."""

    id: str
    kind: str
    city: str
    dataset: str
    source: str
    owner: str
    address: str = ""
    format: str = ""
    schedule_s: float = 0.0
    clock: int | None = None
    watermark_field: str = ""
    cadence_s: float = 0.0
    drift: str = "accept"
    trust: float = 0.5
    latency_s: float = 0.0
    is_active: bool = True
    name_zh: str = ""
    name_en: str = ""

    @property
    def is_asked(self) -> bool:
        """True for what this program goes and gets; False for what others send."""
        return self.kind in ("folder", "pull", "table", "mqtt")

    @property
    def is_whole(self) -> bool:
        """True where each delivery is the complete set, so that what changed is found by comparing with the one before.

        A table or an address without a watermark gives everything each time; files are what is new, unless `format` says `whole`.
        """
        said = self.format.split()
        return not self.watermark_field and ("whole" in said or (self.kind in ("table", "pull") and "increment" not in said))

    @property
    def form(self) -> str:
        """How a file is written: csv, json:path.to.rows, …; empty: found out from its content."""
        return next((word for word in self.format.split() if word not in ("whole", "increment")), "")


@dataclass(frozen=True)
class Registry:
    """Every source by id, and what is wrong with the rows that are none."""

    sources: dict[str, Source] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()

    def one(self, name: str) -> Source:
        """The source of that id; raises NotFound."""
        try:
            return self.sources[name]
        except KeyError:
            raise NotFound("No such source", "The page of the sources lists them", value=name[:60]) from None

    def for_hand_in(self, name: str, viewer: Viewer, kinds: tuple[str, ...]) -> Source:
        """A source that this viewer may hand in to; one that is another department's is not there for them."""
        found = self.sources.get(name)
        if found is None or found.kind not in kinds or not owns(viewer, found):
            raise NotFound("There is no such source, or it is not your department's", "The page of the sources lists them", value=name[:60])
        if not found.is_active:
            raise Refused("This source is switched off", "A data steward switches it on in sources.csv", value=name)
        return found


def owns(viewer: Viewer, source: Source) -> bool:
    """True where a viewer may act for a source: its own department, a steward of its city, the user of the machine."""
    if viewer.department == EVERY_DEPARTMENT or (viewer.department and viewer.department == source.owner):
        return True
    return any(grant.city in ("", source.city) and not grant.unit for grant in viewer.reach("data.steward"))


def overlay(home: Path) -> Path:
    """Where an installation names its own sources."""
    return home / "registry" / "sources.csv"


def read(home: Path) -> Registry:
    """The registry as it stands now; a row of the overlay replaces the one of the same id."""
    found: dict[str, Source] = {}
    wrong: list[str] = []
    files = [("data/registry/sources.csv", registers.rows("sources"))]
    mine = overlay(home)
    if mine.is_file():
        try:
            with mine.open(encoding="utf-8-sig", newline="") as file:
                files.append((str(mine), list(csv.DictReader(file))))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            wrong.append(str(BadInput("The registry of sources cannot be read", "Save it as UTF-8 CSV with a header row", file=mine, reason=error)))
    for name, rows in files:
        for line, row in enumerate(rows, start=2):
            try:
                one = source_of(row, name, line)
                found[one.id] = one
            except BadInput as error:
                wrong.append(str(error))
    return Registry(found, tuple(wrong))


def source_of(row: dict[str, str], file: str, line: int) -> Source:
    """One row, checked; raises BadInput naming file, line, column and value."""
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str) and not isinstance(value, list)}

    def wrong(column: str, fact: str, remedy: str) -> BadInput:
        return BadInput(fact, remedy, file=file, row=line, column=column, value=cells.get(column, ""))

    for column in ("id", "kind", "city", "dataset", "source", "owner"):
        if not cells.get(column):
            raise wrong(column, f"A source needs a {column}", "Fill the cell")
    if not _ID.fullmatch(cells["id"]):
        raise wrong("id", "The id of a source has 1 to 60 of a–z, 0–9, - and _", "Choose another")
    if cells["kind"] not in KINDS:
        raise wrong("kind", "There is no such kind of source", f"Kinds are {', '.join(KINDS)}")
    if cells["dataset"] not in DATASETS:
        raise wrong("dataset", "There is no such dataset", f"Known are {', '.join(DATASETS)}; hub, dept and base are no datasets")
    if (cells.get("drift") or "accept") not in DRIFTS:
        raise wrong("drift", "A changed column is accepted, mapped or held", f"Write one of {', '.join(DRIFTS)}")
    if cells["kind"] in ("pull", "table", "mqtt") and not cells.get("address"):
        raise wrong("address", "This kind of source needs an address", "See README, Connect a source")
    schedule = cells.get("schedule", "")
    clock = _CLOCK.fullmatch(schedule)
    known = {one.name for one in fields(Source)}
    return Source(
        **{name: value for name, value in cells.items() if name in known and name not in ("trust", "latency_s", "is_active", "drift")},
        drift=cells.get("drift") or "accept",
        schedule_s=86_400.0 if clock else span(schedule, lambda: wrong("schedule", "This is no schedule", "Write PT5M, P1D or 02:30")),
        clock=int(clock[1]) * 60 + int(clock[2]) if clock else None,
        cadence_s=span(cells.get("cadence", ""), lambda: wrong("cadence", "This is no length of time", "Write PT1H, P1D, …")),
        trust=_number(cells.get("trust") or "0.5", 0, 1, lambda: wrong("trust", "Trust is a number from 0 to 1", "Write 0.8")),
        latency_s=_number(cells.get("latency_s") or "0", 0, 1e9, lambda: wrong("latency_s", "Latency is a number of seconds", "Write 60")),
        is_active=(cells.get("is_active") or "true").lower() in ("true", "1", "yes"),
    )


def span(text: str, wrong: object) -> float:
    """Seconds of an ISO 8601 duration (days to seconds); 0 for an empty one."""
    if not text:
        return 0.0
    found = _SPAN.fullmatch(text)
    if found is None or not any(found.groups()):
        raise wrong()  # type: ignore[operator]
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def _number(text: str, low: float, high: float, wrong: object) -> float:
    try:
        value = float(text)
    except ValueError:
        value = high + 1
    if not low <= value <= high:
        raise wrong()  # type: ignore[operator]
    return value


def filled(address: str) -> str:
    """The address with `${NAME}` from the environment variable CHENGSHU_SOURCE_NAME; raises BadInput for one that is not set.

    Other variables of the environment are out of reach: a row of a registry must not send them anywhere.
    """

    def value(match: re.Match[str]) -> str:
        given = os.environ.get(GIVEN + match[1])
        if given is None:
            raise BadInput(f"The address names ${{{match[1]}}}, which is not set", f"Set {GIVEN}{match[1]} where the server is started")
        return given

    return _NAMED.sub(value, address)


def shown(address: str) -> str:
    """An address for a screen: without a name, a password and a query, which may be secrets."""
    return re.sub(r"//[^/@]*@", "//", address).partition("?")[0]
