"""Folder drop: whoever may write into the folder hands in; taken files lie in done/, those that wait in held/.

    <folder>/name.csv → working/<time>/name.csv → (handed in) → done/
                                                → held/ with name.reason.json

A file is taken once nobody writes it any more. It moves to working/ first, so a killed process finds it again there.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import BadInput, Unavailable
from app.exchange.holding import hold_bad, put_aside
from app.exchange.receiving import Arrival, Folders, Outcome, receive
from app.exchange.sources import Source

if TYPE_CHECKING:
    from app.system import System

QUIET_SECONDS = 2.0
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")


def inbox(system: System, source: Source) -> Path:
    """The folder that is looked into: the row's address, or `in` in the source's own folder of the home."""
    base = Folders(system.settings.home, source).base
    return base if source.address else base / "in"


def collect(system: System, source: Source) -> list[Outcome]:
    """Take every finished file, the oldest first. Raises Unavailable where the folder cannot be read."""
    folder, folders = inbox(system, source), Folders(system.settings.home, source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        left = sorted(folders.of("working").glob("*/*"), key=lambda path: path.stat().st_mtime)
        ready = list(finished(folder))
    except OSError as error:
        raise Unavailable("The folder of the source cannot be used", "Check the address and its rights", file=folder,
                          reason=error.strerror) from error
    done = [take(system, source, path) for path in left if path.is_file()]
    for path in ready:
        done.append(take(system, source, folders.put(path, f"working/{time.time_ns()}", path.name)))
    return done


def finished(folder: Path) -> Iterator[Path]:
    """Plain files that nobody writes: old enough, no unfinished name, no other process has them open for writing."""
    found = [path for path in folder.iterdir() if stat.S_ISREG(path.lstat().st_mode) and not path.name.startswith(".")]
    for path in sorted(found, key=lambda one: (one.stat().st_mtime, one.name)):
        if not path.name.endswith(UNFINISHED) and time.time() - path.stat().st_mtime >= QUIET_SECONDS and not is_being_written(path):
            yield path


def is_being_written(path: Path) -> bool:
    """True where some process on this machine has the file open for writing: then the system grants no read lease."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:             # the file system has no leases: the quiet seconds must do
        return False
    finally:
        os.close(handle)
    return False


def take(system: System, source: Source, path: Path) -> Outcome:
    """One file in working/: handed in and moved to done/, or held with its reason."""
    name = path.name
    most = system.settings.upload_limit_mb * 1_000_000
    arrival = Arrival(source, path, name, datetime.fromtimestamp(path.stat().st_mtime, UTC))
    try:
        if path.stat().st_size > most:
            raise BadInput(f"The file is larger than {system.settings.upload_limit_mb} MB", "Send it in parts, or raise CHENGSHU_UPLOAD_LIMIT_MB",
                           file=name)
        done = receive(system, arrival)
    except BadInput as error:
        done = hold_bad(system, arrival, error)
    if done.outcome == "held":
        put_aside(system, done, path)
    else:
        with suppress(FileNotFoundError):
            Folders(system.settings.home, source).put(path, "done")
    with suppress(OSError):
        path.parent.rmdir()
    return done
