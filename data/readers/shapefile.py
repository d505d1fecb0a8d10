"""Shapefiles: the .shp beside its .dbf and .shx, or all of them in a zip."""

from __future__ import annotations

import glob
import re
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
SAMPLE = 1 << 20        # bytes of a .dbf that tell what it is written in


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
        beside = {file.suffix.lower(): file for file in path.parent.glob(f"{glob.escape(path.stem)}.*")}
        encoding = None if ".cpg" in beside else encoding_of(beside[".dbf"].read_bytes()[:SAMPLE])
        return _noted(read_ogr(path, options, "shapefile", encoding=encoding), encoding)
    members = _members(path)
    with zipfile.ZipFile(path) as archive:
        _check(archive, members[0], path)
        encoding = _encoding_in(archive, members[0])
    source = _noted(read_ogr(path, options, "shapefile", f"/vsizip/{{{path.resolve()}}}/{members[0]}", encoding), encoding)
    if len(members) > 1:
        source.warnings.append(f"{members[0]} is read, not {', '.join(members[1:6])}")
    return source


def encoding_of(dbf: bytes) -> str | None:
    """What the words of a .dbf without a .cpg are written in: UTF-8, GB 18030 (usual in China), or None where neither is plain."""
    words = [byte for byte in dbf if byte > 127]
    if not words:
        return None
    try:
        dbf[32:].decode("utf-8")
        return "UTF-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return "UTF-8"
    pairs = len(re.findall(rb"[\xa1-\xfe][\xa1-\xfe]", dbf[32:]))       # GB 2312; a Latin letter stands alone
    return "GB18030" if 2 * pairs > 0.9 * len(words) else None


def _encoding_in(archive: zipfile.ZipFile, member: str) -> str | None:
    parts = {name.lower(): name for name in archive.namelist()}
    stem = member.lower().removesuffix(".shp")
    if f"{stem}.cpg" in parts or f"{stem}.dbf" not in parts:
        return None
    with archive.open(parts[f"{stem}.dbf"]) as file:
        return encoding_of(file.read(SAMPLE))


def _noted(source: Source, encoding: str | None) -> Source:
    if encoding:
        source.warnings.append(f"no .cpg says what the words are written in: read as {encoding}")
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
