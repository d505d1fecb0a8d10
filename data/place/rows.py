"""Rows of text cells (CSV, Excel) → a table with shapes: longitude and latitude, WKT, or none where codes name units."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import shapely

from data.errors import BadInput
from data.place import features, fields
from data.place.source import Options, Source

CELL_MOST = 4_000_000
"""Characters; a greater cell rejects its row."""


def take_rows(
    source: Source, header: list[str], rows: list[list[str | None]], options: Options, first_row: int = 2
) -> None:
    """Fill a source from a header and rows. Row numbers in messages count from `first_row`.

    Raises BadInput for a header without names, repeated names, or neither coordinates nor codes.
    """
    names = [str(name or "").strip() for name in header]
    if len({name for name in names if name}) < len([name for name in names if name]):
        twice = next(name for name in names if name and names.count(name) > 1)
        raise BadInput(f"Column {twice!r} stands twice in the header", "Rename one of them", file=source.file)
    if not any(names):
        raise BadInput("The first row names no columns", "Put the column names into the first row", file=source.file)
    found = fields.mapping([name for name in names if name], options.name_field, options.code_field)
    for flag, wanted in (("--name-field", options.name_field), ("--code-field", options.code_field)):
        if wanted and wanted not in names:
            raise BadInput(
                f"There is no column {wanted!r} ({flag})", f"Columns: {', '.join(names[:30])}", file=source.file
            )
    place = _place(found)
    if place is None and "code" not in found:
        raise BadInput(
            "No column holds longitude and latitude, WKT or unit codes",
            f"Columns: {', '.join(names[:30])}; declare codes with --code-field",
            file=source.file,
        )
    kept, shapes = [], []
    for number, row in enumerate(rows, start=first_row):
        if not any(cell not in (None, "") for cell in row):
            continue
        reason, column, value = _wrong_size(row, names)
        shape = None
        cells = [*row, *([None] * (len(names) - len(row)))]
        if reason is None and place is not None:
            shape, reason, column, value = _shape(cells, names, found, place)
        if reason is not None:
            source.count_in += 1
            source.reject(f"row {number}", reason, "row", row=number, column=column, value=value)
            continue
        kept.append([number, *cells[: len(names)]])
        shapes.append(shape)
    table = pd.DataFrame(
        kept, columns=["row", *[name or f"column {n}" for n, name in enumerate(names, start=1)]], dtype=object
    )
    for name in (column for meaning, column in found.items() if meaning in ("lon", "lat", "wkt") and place):
        table = table.drop(columns=name)
    numbers = [int(number) for number in table.pop("row")]
    features.take(source, gpd.GeoDataFrame(table, geometry=shapes), options, numbers)


def _place(found: dict[str, str]) -> str | None:
    """Which columns hold the shape: "wkt", "lonlat" or none."""
    if "lon" in found and "lat" in found:
        return "lonlat"
    return "wkt" if "wkt" in found else None


def _shape(
    cells: list, names: list[str], found: dict[str, str], place: str
) -> tuple[shapely.Geometry | None, str | None, str | None, str | None]:
    """(shape, reason, column, value) of one row."""
    if place == "wkt":
        column = found["wkt"]
        text = str(cells[names.index(column)] or "").strip()
        if not text:
            return None, "no shape", column, None
        try:
            body = text.split(";", 1)[1] if text.upper().startswith("SRID=") else text
            shape = shapely.from_wkb(body) if body[:2] in ("00", "01") else shapely.from_wkt(body)
            return shapely.force_2d(shape), None, None, None
        except (shapely.GEOSException, IndexError, ValueError):
            return None, "not a shape as WKT", column, text
    numbers = []
    for meaning in ("lon", "lat"):
        column = found[meaning]
        text = str(cells[names.index(column)] if cells[names.index(column)] is not None else "").strip()
        if not text:
            return None, "no coordinates", column, None
        number = _number(text)
        if number is None or not math.isfinite(number) or abs(number) > 1e9:
            return None, "not a coordinate", column, text
        numbers.append(number)
    return shapely.points(*numbers), None, None, None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None


def _wrong_size(row: list, names: list[str]) -> tuple[str | None, str | None, str | None]:
    if len(row) > len(names) and any(cell not in (None, "") for cell in row[len(names) :]):
        return f"{len(row)} cells where the header names {len(names)} columns", None, None
    for name, cell in zip(names, row, strict=False):
        if isinstance(cell, str) and len(cell) > CELL_MOST:
            return f"a cell of {len(cell) / 1e6:.1f} million characters", name, cell[:40]
    return None, None, None
