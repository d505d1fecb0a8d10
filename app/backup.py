"""Backup and restore of a whole home: the city's data, accounts, audit trail, keys and settings, as of one moment each.

The archive holds the keys: it is written for this user alone, and whoever has it can read sealed values and sign the
trail. Restore proves every file, ends every session, and swaps the home in one step; what was there stays beside it.
"""

from __future__ import annotations

import getpass
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.audit import Audit
from app.errors import BadInput, Busy, NotFound, Unavailable
from app.secrets import Secrets
from app.settings import Settings
from app.system import System
from data import archive
from data.connection import Database
from data.people import People

SQLITE = ("access.sqlite", "audit.sqlite")
LEFT_OUT = ("workspace", "backups", "cache", "spill")       # made anew, or backups themselves
FOLDER = "backups"
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Backup:
    """One archive."""

    path: Path
    size: int
    files: int
    made_at: float
    seconds: float


def back_up(settings: Settings, target: Path, database: Database | None = None) -> Backup:
    """Write the home into an archive (.tar.zst or .tar.gz). `database`: the open one of a running server.

    Raises BadInput for a wrong or taken name, Busy where another process holds the database, Unavailable for the disk.
    """
    if not _is_lived_in(settings.home):
        raise NotFound("There is nothing to back up", "Set CHENGSHU_HOME to the home of a Chengshu", folder=settings.home)
    if not _LOCK.acquire(blocking=False):
        raise Busy("A backup is being made", "Wait for it")
    try:
        started, now = time.perf_counter(), time.time()
        with _stage(settings.home) as stage:
            _copy_home(settings, stage, database)
            about = {"made_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"), "versions": archive.VERSIONS}
            manifest = archive.pack(stage, target, about)
        return Backup(target, target.stat().st_size, len(manifest["files"]), now, time.perf_counter() - started)
    finally:
        _LOCK.release()


def restore(settings: Settings, source: Path, is_forced: bool = False) -> tuple[Path | None, dict[str, Any]]:
    """Put the home of an archive in the place of this one; returns (where the one before is now, the manifest).

    Raises NotFound, Unreadable for an archive that is not whole, BadInput without force where there is a home, Busy where
    a server runs. Until the last step nothing of the home is touched.
    """
    home = settings.home
    if not source.is_file():
        raise NotFound("There is no such backup", "Name the archive", file=source)
    if _is_lived_in(home):
        if not is_forced:
            raise BadInput("There is a home already", "Say --force: it is kept beside the restored one", folder=home)
        if settings.database.exists():
            Database(settings.database, settings.memory_limit, 1).close()          # raises Busy where a server runs
    with _stage(home.parent, home.name) as stage:
        manifest = archive.unpack(source, stage)
        _end_sessions(stage)
        before = _swap(home, stage)
    audit = Audit(home, Secrets(home), settings)
    audit.note(getpass.getuser(), "local", "restore", "allowed", address="command line", detail=f"{source.name} of {manifest.get('made_at', '')}")
    audit.close()
    return before, manifest


def backups(settings: Settings) -> list[dict[str, Any]]:
    """The archives that the server made, the newest first."""
    found = [path for path in (settings.home / FOLDER).glob("*.tar.*") if path.name.endswith(archive.ENDINGS)]
    return [{"name": path.name, "size": path.stat().st_size, "made_at": int(path.stat().st_mtime)} for path in sorted(found, reverse=True)]


def of_now(system: System) -> Backup:
    """An archive of a running server in its own folder of backups."""
    folder = system.settings.home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}.tar.gz"
    return back_up(system.settings, target, system.db)


def _copy_home(settings: Settings, stage: Path, database: Database | None) -> None:
    home = settings.home
    # keys first: the end of the trail noted beside them may be older than the trail, never newer
    for path in sorted(_files(home), key=lambda path: (path.relative_to(home).parts[0] != "secrets", path)):
        name = path.relative_to(home)
        if name.parts[0].startswith(".") or path.is_symlink() or not path.is_file() or _is_held(name.name):
            continue
        (stage / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):       # a file of the moment, gone since it was listed
            shutil.copyfile(path, stage / name)
    for name in SQLITE:
        if (home / name).exists():
            archive.copy_sqlite(home / name, stage / name)
    if database is not None:
        database.copy(stage / settings.database.name)
    elif settings.database.exists():
        alone = Database(settings.database, settings.memory_limit, 1)
        try:
            alone.copy(stage / settings.database.name)
        finally:
            alone.close()


def _files(home: Path) -> Iterator[Path]:
    """Every file but those of folders that are made anew, which may come and go while they are looked at."""
    for folder, inner, names in os.walk(home):
        if Path(folder) == home:
            inner[:] = [name for name in inner if name not in LEFT_OUT and not name.startswith(".")]
        yield from (Path(folder, name) for name in names)


def _is_held(name: str) -> bool:
    """Files of the databases, which are copied by their own ways."""
    return any(part in name for part in (".duckdb", ".sqlite"))


def _is_lived_in(home: Path) -> bool:
    return home.is_dir() and any(home.iterdir())


def _end_sessions(stage: Path) -> None:
    """A session that was ended after the backup must not live again."""
    if (stage / SQLITE[0]).exists():
        people = People(stage / SQLITE[0])
        people.change("session", {"ended_at": None}, ended_at=int(time.time()))
        people.close()


def _swap(home: Path, stage: Path) -> Path | None:
    """Two renames; the first is taken back where the second fails."""
    before = home.with_name(f"{home.name}.before-restore-{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}") if home.exists() else None
    try:
        if before is not None:
            home.rename(before)
        try:
            stage.rename(home)
        except OSError:
            if before is not None:
                before.rename(home)
            raise
        if before is not None and (before / FOLDER).is_dir():
            (before / FOLDER).rename(home / FOLDER)
    except OSError as error:
        raise Unavailable("The restored home cannot take the place of the old one", "The home must be a plain folder, not the root of a mounted "
                          "disk: set CHENGSHU_HOME to a folder in it", folder=home, reason=error.strerror) from error
    return before


@contextmanager
def _stage(parent: Path, name: str = "") -> Iterator[Path]:
    parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{name or 'backup'}-", dir=parent))
    try:
        yield stage
    except OSError as error:
        raise Unavailable("The home cannot be copied", "Free space, and check the rights", folder=parent, reason=error.strerror) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
