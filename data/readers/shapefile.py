"""Shapefiles: the .shp beside its .dbf and .shx, or all of them in a zip."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from data.errors import Unreadable
from data.place.ogr import read_ogr
from data.place.packed import check_size
from data.place.source import Options, Source
from data.place.text import head

NAME = "Shapefile"
ORDER = 22
MAGIC = b"\x00\x00\x27\x0a"


def can_read(path: Path) -> bool:
    """True for a .shp by its file code, and for a zip that holds one."""
    start = head(path, 32)
    if start[:4] == MAGIC:
        return True
    return start[:4] == b"PK\x03\x04" and bool(_members(path))


def read(path: Path, options: Options) -> Source:
    """Features of the file, of the biggest .shp of a zip. Raises Unreadable when parts are missing or damaged."""
    if head(path, 4) == MAGIC:
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
        _check(archive, members[0], path)
    source = read_ogr(path, options, "shapefile", target=f"/vsizip/{{{path.resolve()}}}/{members[0]}")
    if len(members) > 1:
        source.warnings.append(f"{members[0]} is read, not {', '.join(members[1:6])}")
    return source


def _check(archive: zipfile.ZipFile, member: str, path: Path) -> None:
    """Raise Unreadable for a zip that unpacks to too much, and for a member that is not what its name says: GDAL goes by
    content, and a list of other sources under the name .shp would make it read any file or address that this machine reaches."""
    check_size(archive, path)
    try:
        with archive.open(member) as file:
            start = file.read(len(MAGIC))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise Unreadable("The zip is damaged or locked", "Pack it again without a password", file=path) from error
    if start != MAGIC:
        raise Unreadable(f"{member} in the zip is no shapefile", "Export it again", file=path)


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
