"""FlatGeobuf."""

from __future__ import annotations

from pathlib import Path

from data.place.ogr import read_ogr
from data.place.source import Options, Source
from data.place.text import head

NAME = "FlatGeobuf"
ORDER = 21


def can_read(path: Path) -> bool:
    """True when the magic bytes are FlatGeobuf's."""
    return head(path, 8)[:3] == b"fgb" and head(path, 8)[4:7] == b"fgb"


def read(path: Path, options: Options) -> Source:
    """Features of the file. Raises Unreadable when it is cut short."""
    return read_ogr(path, options, "flatgeobuf")
