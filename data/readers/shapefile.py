"""Shapefiles: the .shp beside its .dbf and .shx, or all of them in a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

from data.errors import Unreadable
from data.place.ogr import read_ogr
from data.place.source import Options, Source
from data.place.text import head

NAME = "Shapefile"
ORDER = 22
UNPACKED_MOST = 4 * 2**30
"""A zip that claims to hold more than this is refused."""


def can_read(path: Path) -> bool:
    """True for a .shp by its file code, and for a zip that holds one."""
    start = head(path, 32)
    if start[:4] == b"\x00\x00\x27\x0a":
        return True
    return start[:4] == b"PK\x03\x04" and bool(_members(path))


def read(path: Path, options: Options) -> Source:
    """Features of the file, of the biggest .shp of a zip. Raises Unreadable when parts are missing or damaged."""
    if head(path, 4) == b"\x00\x00\x27\x0a":
        missing = [
            part
            for part in (".dbf", ".shx")
            if not any(path.with_suffix(case).exists() for case in (part, part.upper()))
        ]
        if missing:
            raise Unreadable(
                f"A shapefile is several files; {' and '.join(missing)} is not beside it",
                "Hand in all of them, or one zip",
                file=path,
            )
        return read_ogr(path, options, "shapefile")
    members = _members(path)
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > UNPACKED_MOST:
            raise Unreadable("The zip would unpack to more than 4 GB", "Hand in a smaller extract", file=path)
    source = read_ogr(path, options, "shapefile", target=f"/vsizip/{{{path.resolve()}}}/{members[0]}")
    if len(members) > 1:
        source.warnings.append(f"{members[0]} is read, not {', '.join(members[1:6])}")
    return source


def _members(path: Path) -> list[str]:
    """The .shp files of a zip, the biggest first."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [
                item
                for item in archive.infolist()
                if item.filename.lower().endswith(".shp") and "__MACOSX" not in item.filename
            ]
    except (zipfile.BadZipFile, OSError):
        return []
    return [item.filename for item in sorted(found, key=lambda item: (-item.file_size, item.filename))]
