"""HTTP upload: a program or a page sends one file; it is answered with the receipt once it is kept."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import BadInput, Unavailable
from app.exchange.holding import put_aside
from app.exchange.receiving import Arrival, Folders, Outcome, receive
from app.exchange.sources import Source

if TYPE_CHECKING:
    from app.system import System

KINDS = ("upload", "folder", "hand_in")
"""Sources that a file may be sent to."""
BLOCK = 1 << 20
_NAME = re.compile(r"[^\w.()\- ]+")


def take(system: System, source: Source, read: Callable[[int], bytes], name: str, as_of: str = "", watermark: str = "") -> Outcome:
    """Store what is read, block by block, and hand it in. Raises BadInput for too much, for nothing, and for no table."""
    moment = moment_of(as_of)
    file = _kept(system, source, read)
    called = _NAME.sub("_", Path(name.replace("\\", "/")).name).strip(". ")[:120] or "upload"
    try:
        done = receive(system, Arrival(source, file, called, moment, watermark[:200]))
        if done.outcome == "held":
            put_aside(system, done, file)
    finally:
        file.unlink(missing_ok=True)
    return done


def moment_of(text: str) -> datetime:
    """A moment as ISO 8601 (UTC where it has no zone), now where there is none; raises BadInput."""
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("This is no moment", "Write 2026-11-20T08:00:00+08:00", value=text[:40]) from error
    if not 1900 <= found.year <= 2200:
        raise BadInput("This is no moment", "Write 2026-11-20T08:00:00+08:00", value=text[:40])
    return found


def _kept(system: System, source: Source, read: Callable[[int], bytes]) -> Path:
    most, size = system.settings.upload_limit_mb * 1_000_000, 0
    handle, name = tempfile.mkstemp(dir=Folders(system.settings.home, source).of("spool"), suffix=".part")
    file = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            while block := read(BLOCK):
                size += len(block)
                if size > most:
                    raise BadInput(f"The file is larger than {system.settings.upload_limit_mb} MB",
                                   "Send it in parts, or raise CHENGSHU_UPLOAD_LIMIT_MB")
                out.write(block)
        if not size:
            raise BadInput("Nothing was sent", "Send the file as the body of the request")
    except OSError as error:
        with suppress(OSError):
            file.unlink()
        raise Unavailable("The file cannot be stored", "Free space, and send it again", reason=error.strerror) from error
    except BadInput:
        file.unlink(missing_ok=True)
        raise
    return file
