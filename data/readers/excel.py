"""Excel and OpenDocument sheets with coordinates, WKT or unit codes."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import python_calamine

from data.errors import Unreadable
from data.place.packed import check_size
from data.place.rows import take_rows
from data.place.source import Options, Source
from data.place.text import head

NAME = "Excel"
ORDER = 30


def can_read(path: Path) -> bool:
    """True for the old binary format and for zips with a workbook or an OpenDocument sheet."""
    start = head(path, 8)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return True
    if start[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return True
    return any(name.startswith("xl/workbook") for name in names) or "content.xml" in names


def read(path: Path, options: Options) -> Source:
    """Rows of the sheet with most cells; its first row that is not empty names the columns. Raises Unreadable."""
    source = Source("excel", path)
    found = sheets(path)
    name = max(found, key=lambda sheet: len(found[sheet]) * len(found[sheet][0]))
    if len(found) > 1:
        source.warnings.append(f"sheet {name!r} is read, not {', '.join(sheet for sheet in found if sheet != name)}")
    rows = found[name]
    first = next(number for number, row in enumerate(rows) if any(row)) if any(any(row) for row in rows) else 0
    take_rows(source, [cell or "" for cell in rows[first]], rows[first + 1 :], options, first_row=first + 2)
    return source


def sheets(path: Path) -> dict[str, list[list[str | None]]]:
    """The sheets that hold anything, as rows of text cells. Raises Unreadable."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check_size(archive, path)
    try:
        with path.open("rb") as file:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
            found = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=True) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(
            "The workbook is damaged or protected", f"Save it again without a password ({str(error)[:120]})", file=path
        ) from error
    if not any(found.values()):
        raise Unreadable("The workbook holds no rows", "Check the sheet", file=path)
    return {name: [[_text(cell) for cell in row] for row in rows] for name, rows in found.items() if rows}


def _text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
