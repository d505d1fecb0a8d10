"""Import formats: one module each, found by being here.

A reader has `NAME`, `ORDER` (small is asked first), `can_read(path) -> bool`, which looks at the content and never
raises, and `read(path, options) -> Source`. To add a format, add a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

from data.errors import NotFound, Unreadable
from data.place.source import Options, Source


@cache
def readers() -> tuple[ModuleType, ...]:
    """Every reader, the pickiest first."""
    found = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda module: (module.ORDER, module.NAME)))


def recognise(path: Path) -> ModuleType:
    """The reader whose format the content is. Raises NotFound (no file), Unreadable (empty or no format known here)."""
    path = Path(path)
    if not path.exists():
        raise NotFound("There is no such file", "Check the path", file=path)
    if path.is_dir():
        raise Unreadable("This is a folder", "Name one file in it", file=path)
    if path.stat().st_size == 0:
        raise Unreadable("The file is empty", "Fetch it again", file=path)
    for reader in readers():
        if reader.can_read(path):
            return reader
    known = ", ".join(reader.NAME for reader in readers())
    raise Unreadable("The file is in no format known here", f"Formats read: {known}", file=path)


def read(path: Path, options: Options | None = None) -> Source:
    """Read a file with the reader that recognises it."""
    return recognise(path).read(Path(path), options or Options())
