"""GeoPackage."""

from __future__ import annotations

from pathlib import Path

from data.place.ogr import read_ogr
from data.place.source import Options, Source
from data.place.text import head

NAME = "GeoPackage"
ORDER = 20


def can_read(path: Path) -> bool:
    """True for an SQLite file with GeoPackage's application id or contents table."""
    start = head(path, 100)
    return start.startswith(b"SQLite format 3\0") and (
        start[68:72] in (b"GPKG", b"GP10", b"GP11") or b"gpkg_contents" in head(path, 200_000)
    )


def read(path: Path, options: Options) -> Source:
    """Features of the main layer. Raises Unreadable when the database is damaged."""
    return read_ogr(path, options, "geopackage")
