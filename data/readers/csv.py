"""CSV with coordinates, WKT or unit codes; encoding and delimiter are found out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from data.errors import Unreadable
from data.place.rows import take_rows
from data.place.source import Options, Source
from data.place.text import head, read_text

NAME = "CSV"
ORDER = 90
DELIMITERS = (",", ";", "\t", "|")
ROW_MOST = 64_000_000

csv.field_size_limit(ROW_MOST)


def can_read(path: Path) -> bool:
    """True for text whose first line has a delimiter, and for anything named .csv or .tsv (to say what is wrong with it)."""
    if path.suffix.lower() in (".csv", ".tsv"):
        return True
    start = head(path)
    if b"\0" in start or start.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    first = start.split(b"\n", 1)[0]
    return b"\n" in start and any(first.count(sign.encode()) >= 1 for sign in DELIMITERS)


def read(path: Path, options: Options) -> Source:
    """Rows of the file. Raises Unreadable for NUL bytes, an unknown encoding or an endless cell; BadInput for a header
    that names no place."""
    text, encoding = read_text(path)
    source = Source("csv", path)
    if encoding == "gb18030":
        source.warnings.append("the file is not UTF-8: read as GB 18030")
    line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda sign: _outside_quotes(line, sign))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise Unreadable(f"The CSV cannot be read: {error}", "Check the quotes; export it again", file=path) from error
    if not rows:
        raise Unreadable("The file holds no rows", "Fetch it again", file=path)
    take_rows(source, rows[0], rows[1:], options)
    return source


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
