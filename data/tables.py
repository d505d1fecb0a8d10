"""A file that a source gives, as rows and columns: CSV, Parquet, Excel or OpenDocument, JSON, GeoJSON and other vector files.

CSV and Parquet are handed in as they are; the others become a table of text first, so that every rule sees the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from data import readers
from data.errors import BadInput, Unreadable
from data.intake import read_table
from data.place.text import head, json_head, read_text

ROWS_MOST = 20_000_000
FORMS = ("csv", "parquet", "excel", "json", "geo")


def form_of(path: Path) -> str:
    """How a file is written, by its content. Raises Unreadable for an empty one."""
    start = head(path, 16)
    if not start:
        raise Unreadable("The file is empty", "Send it again", file=path)
    if start[:4] == b"PAR1":
        return "geo" if _is_geoparquet(path) else "parquet"
    text = json_head(path)
    if text is not None:
        return "geo" if b'"FeatureCollection"' in text[:4000] or b'"CityJSON' in text[:4000] else "json"
    if start[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or start[:4] == b"PK\x03\x04":
        return "excel" if readers.recognise(path).NAME == "Excel" else "geo"
    if start[:16] == b"SQLite format 3\0" or start[:3] == b"fgb" or start[:4] == b"\x00\x00\x27\x0a":
        return "geo"
    return "csv"


def as_table(path: Path, form: str = "") -> tuple[pa.Table, bool]:
    """(rows, True where the file itself can be handed in). `form`: csv, parquet, excel, json, json:path.to.rows, geo or "".

    Raises Unreadable and BadInput naming the file and what is wrong.
    """
    kind, _, inner = form.partition(":")
    kind = kind or form_of(path)
    if kind not in FORMS:
        raise BadInput("There is no such format of a source", f"Formats are {', '.join(FORMS)}", value=form)
    if kind in ("csv", "parquet"):
        return read_table(path), True
    return {"excel": _excel, "json": _json, "geo": _geo}[kind](path, inner), False


def text_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of values as columns of text; what is not a single value becomes JSON."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([as_text(row.get(name)) for row in rows], pa.string()) for name in names})


def as_text(value: Any) -> str | None:
    """A value as the text that the hub keeps: numbers and moments in their plain form, lists and objects as JSON."""
    if value is None:
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _json(path: Path, inner: str) -> pa.Table:
    """An array of objects, one object a line, or the array that `inner` (a path with dots) leads to."""
    text, _ = read_text(path)
    try:
        found = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deep", "Send flat rows", file=path) from error
    except ValueError as error:
        found = _lines(text, path, error)
    for name in inner.split(".") if inner else ():
        if not isinstance(found, dict) or name not in found:
            raise BadInput(f"The JSON has nothing at {inner!r}", "Correct the format in sources.csv: json:path.to.rows", file=path)
        found = found[name]
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BadInput("The JSON is no list of objects", "Name the list in the format: json:path.to.rows", file=path)
    return text_table(found)


def _lines(text: str, path: Path, error: ValueError) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line, parse_constant=_no_number))
            except (ValueError, RecursionError) as wrong:
                raise Unreadable("The JSON cannot be read", "Export it again", file=path, row=number, reason=error) from wrong
    return rows


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _excel(path: Path, sheet: str) -> pa.Table:
    """The named sheet, or the one with most cells; its first row with words names the columns."""
    from data.readers.excel import sheets

    found = sheets(path)
    if sheet and sheet not in found:
        raise BadInput("There is no such sheet", f"Sheets: {', '.join(found)[:200]}", file=path, value=sheet)
    rows = found[sheet] if sheet else max(found.values(), key=lambda one: len(one) * len(one[0]))
    first = next((number for number, row in enumerate(rows) if any(row)), None)
    if first is None:
        raise Unreadable("The workbook holds no rows", "Check the sheet", file=path)
    names = [str(name or "").strip() or f"column {number}" for number, name in enumerate(rows[first], start=1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadInput(f"Column {twice!r} stands twice in the header", "Rename one of them", file=path)
    body = [row for row in rows[first + 1 :] if any(cell not in (None, "") for cell in row)]
    return pa.table({name: pa.array([as_text(row[i]) if i < len(row) else None for row in body], pa.string()) for i, name in enumerate(names)})


def _geo(path: Path, _: str) -> pa.Table:
    """The features of a vector file: their properties, `lon` and `lat` of a point inside, the shape as `geom` (WKB)."""
    import shapely

    from data.place import crs
    from data.place.source import Options

    source = readers.read(path, Options())
    crs.to_wgs84(source, Options())
    frame = max((source.buildings, source.boundaries, source.layers), key=len)
    if frame.empty:
        raise BadInput("The file holds no features", "Check what was exported", file=path)
    inner = shapely.point_on_surface(frame.geometry.to_numpy())
    columns: dict[str, pa.Array] = {name: pa.array([as_text(_plain(value)) for value in frame[name]], pa.string())
                                    for name in frame.columns if name != frame.geometry.name}
    columns |= {"lon": pa.array([as_text(x) for x in shapely.get_x(inner)]), "lat": pa.array([as_text(y) for y in shapely.get_y(inner)]),
                "geom": pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())}
    return pa.table({name: column for name, column in columns.items() if column.null_count < len(column)})


def _plain(value: Any) -> Any:
    """A float that is a whole number as one; NaN as nothing."""
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value


def _is_geoparquet(path: Path) -> bool:
    import pyarrow.parquet as pq

    try:
        return b"geo" in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False
