"""A table of features, from whatever format → buildings, parts or boundaries of a source.

What the rows are, in this order: --level says it; a code or admin-level column makes boundaries of areas; floors or
heights make buildings; else areas smaller than 20 000 m² in the median are buildings and greater ones boundaries.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.errors import BadInput
from data.levels import LEVELS
from data.place import fields, values
from data.place.source import BOUNDARY, BUILDING, PART, Options, Source, frame

FLOOR_M = 3.2
BUILDING_MOST_M2 = 20_000.0


def take(source: Source, table: gpd.GeoDataFrame, options: Options, numbers: list[int] | None = None) -> None:
    """Fill a source from a table with a geometry column (None allowed where rows are boundaries named by code).

    `numbers` are what people would call the rows, for messages (1, 2, 3 … by default). Raises BadInput when a declared field is
    missing, or nothing says what the rows are.
    """
    columns = [column for column in table.columns if column != table.geometry.name]
    for flag, wanted in (("--name-field", options.name_field), ("--code-field", options.code_field)):
        if wanted and wanted not in columns:
            raise BadInput(
                f"There is no field {wanted!r} ({flag})",
                f"Fields: {', '.join(map(str, columns[:30]))}",
                file=source.file,
            )
    found = fields.mapping(columns, options.name_field, options.code_field)
    text = {meaning: _text(table[column]) for meaning, column in found.items() if column in table}
    shapes = np.array(table.geometry.array, dtype=object)
    source.count_in += len(table)
    numbers = list(range(1, len(table) + 1)) if numbers is None else numbers
    kind = _kind(source, text, shapes, options)
    source.mapping = {column: meaning for meaning, column in found.items() if _used(meaning, kind)} | {"geometry": kind}
    ids = _ids(text, kind, numbers, shapes)
    zh, en = _names(text)
    _note_words(source, text, ids, numbers)
    if kind == "boundaries":
        source.boundaries = _boundaries(text, shapes, ids, zh, en, options, _numbers(source, text, ids, numbers))
    else:
        _buildings(source, text, shapes, ids, zh, en, numbers)


def _kind(source: Source, text: dict[str, list], shapes: np.ndarray, options: Options) -> str:
    if options.level == "floor":
        raise BadInput(
            "Floors are read from building lists, indoor maps and floor plans",
            "Leave --level out, or use building",
            level="floor",
        )
    if options.level is not None:
        return "buildings" if options.level == "building" else "boundaries"
    dimension = shapely.get_dimensions(shapes)
    bare = (shapely.is_missing(shapes)).mean() if len(shapes) else 0
    if "code" in text and (bare > 0.5 or (("parent_code" in text or "level" in text) and not (dimension == 2).any())):
        return "boundaries"
    if any(sign in text and any(value is not None for value in text[sign]) for sign in fields.BUILDING_SIGNS):
        return "buildings"
    if ("code" in text or "admin_level" in text) and (dimension == 2).any():
        return "boundaries"
    if (dimension == 2).any():
        sizes = shapely.area(shapes[dimension == 2])
        lonlat = (np.abs(shapely.total_bounds(shapes[dimension == 2])) <= 180).all()
        return (
            "buildings"
            if np.median(sizes) * (111_000.0**2 * 0.7 if lonlat else 1.0) < BUILDING_MOST_M2
            else "boundaries"
        )
    if "place_type" in text or ("address" in text and "name" in text and (dimension == 0).any() and len(text) <= 8):
        return "buildings"
    if not len(shapes):
        return "buildings"
    raise BadInput(
        "The rows are points or lines, and nothing says what they are",
        "If each is a building, say --level building",
        file=source.file,
    )


def _ids(text: dict[str, list], kind: str, numbers: list[int], shapes: np.ndarray) -> list[str]:
    """The id of each row: a boundary's code, the file's own id, where a building stands, or the row's number.

    A number would give a building's code, and its history, to the next one as soon as a row above it is gone.
    """
    none: list = [None] * len(numbers)
    codes = text.get("code", none) if kind == "boundaries" else none
    own = text.get("source_id", none)
    said = [_code(code) or id_ for code, id_ in zip(codes, own, strict=True)]
    places = _places(shapes) if kind == "buildings" and not any(said) else none
    return [one or place or f"row {number}" for one, place, number in zip(said, places, numbers, strict=True)]


def _places(shapes: np.ndarray) -> list[str | None]:
    """`at x, y` of the middle of each shape; a second one on the same spot is counted. None without a shape."""
    seen: dict[str, int] = {}
    found: list[str | None] = []
    for middle in shapely.centroid(shapes):
        if middle is None or middle.is_empty or not np.isfinite(middle.x + middle.y):
            found.append(None)
            continue
        text = f"at {middle.x:.6f}, {middle.y:.6f}"
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} #{seen[text]}")
    return found


def _names(text: dict[str, list]) -> tuple[list, list]:
    size = max((len(column) for column in text.values()), default=0)
    none = [None] * size
    name, zh, en = (text.get(key, none) for key in ("name", "name_zh", "name_en"))
    return [values.clean(a or b or c) for a, b, c in zip(zh, name, en, strict=True)], [
        values.clean(c or b or a) for a, b, c in zip(zh, name, en, strict=True)
    ]


def _boundaries(
    text: dict[str, list],
    shapes: np.ndarray,
    ids: list[str],
    zh: list,
    en: list,
    options: Options,
    measures: dict[str, list],
) -> gpd.GeoDataFrame:
    levels = [value if value in LEVELS else None for value in text.get("level", [None] * len(ids))]
    data = {
        "source_id": ids,
        "admin_level": text.get("admin_level", [None] * len(ids)),
        "level": [options.level or level for level in levels],
        "code": [_code(value) for value in text.get("code", [None] * len(ids))],
        "parent_code": [_code(value) for value in text.get("parent_code", [None] * len(ids))],
        "name_zh": zh or [None] * len(ids),
        "name_en": en or [None] * len(ids),
        "closed": ["own"] * len(ids),
        "address": text.get("address", [None] * len(ids)),
        "place_type": [_word(value) for value in text.get("place_type", [None] * len(ids))],
        **measures,
    }
    return frame(BOUNDARY, data, shapes)


def _buildings(
    source: Source, text: dict[str, list], shapes: np.ndarray, ids: list[str], zh: list, en: list, numbers: list[int]
) -> None:
    size = len(ids)
    none: list = [None] * size
    rows = _numbers(source, text, ids, numbers)
    part = np.array(
        [str(value).lower() not in ("none", "no", "false", "0", "") for value in text.get("part", none)], dtype=bool
    )
    data = {name: np.array(column, dtype=object) for name, column in rows.items()}
    data |= {
        "source_id": np.array(ids, dtype=object),
        "name_zh": np.array(zh or none, dtype=object),
        "name_en": np.array(en or none, dtype=object),
        "place_type": np.array([_word(value) for value in text.get("place_type", none)], dtype=object),
        "address": np.array([values.clean(value) for value in text.get("address", none)], dtype=object),
        "code": np.array([_code(value) for value in text.get("code", none)], dtype=object),
        "parent_code": np.array([_code(value) for value in text.get("parent_code", none)], dtype=object),
        "parent_id": np.array(none, dtype=object),
    }
    source.buildings = frame(BUILDING, {name: column[~part] for name, column in data.items()}, shapes[~part])
    source.parts = frame(PART, {name: column[part] for name, column in data.items()}, shapes[part])


def _numbers(source: Source, text: dict[str, list], ids: list[str], numbers: list[int]) -> dict[str, list]:
    """Floors and heights of every row; what cannot be one is dropped and noted with its row and column."""
    none: list = [None] * len(ids)
    rows: dict[str, list] = {"floors_above": [], "floors_below": [], "height_m": [], "min_height_m": []}
    for n in range(len(ids)):
        below, wrong_below = values.floors_below(text.get("floors_below", none)[n])
        above, wrong_above = values.floors_above(text.get("floors_above", none)[n], below)
        height, wrong_height = values.metres(text.get("height_m", none)[n])
        low, wrong_low = values.metres(text.get("min_height_m", none)[n], least=-1e-9)
        for column, wrong in (
            ("floors_below", wrong_below),
            ("floors_above", wrong_above),
            ("height_m", wrong_height),
            ("min_height_m", wrong_low),
        ):
            if wrong:
                source.repair(ids[n], wrong, "building", row=numbers[n], column=column, value=text[column][n])
        if low is None and "min_level" in text:
            level, _ = values.floors_above(text["min_level"][n])
            low = level * FLOOR_M if level else None
        for name, value in zip(rows, (above, below, height, low), strict=True):
            rows[name].append(value)
    return rows


def _note_words(source: Source, text: dict[str, list], ids: list[str], numbers: list[int]) -> None:
    """Name the rows whose words are taken in changed: cut to a line's length, or with control characters made spaces."""
    for column in ("name", "name_zh", "name_en", "address"):
        for id_, number, value in zip(ids, numbers, text.get(column, ()), strict=False):
            if value is None or (len(value) <= values.LONGEST and value.isprintable()):
                continue
            if len(value) > values.LONGEST:
                source.repair(id_, f"text longer than {values.LONGEST} letters, cut", "row", row=number, column=column, value=value[:80])
            elif any(ord(sign) < 32 and not sign.isspace() for sign in value):
                source.repair(id_, "control characters, made spaces", "row", row=number, column=column, value=value[:80])


def _text(column: pd.Series) -> list[str | None]:
    """Values as text; whole floats without ".0"; empty ones None."""
    return [_plain(value) for value in column.tolist()]


def _plain(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, dict | list):
        value = value.get("adcode") or value.get("code") if isinstance(value, dict) else None
        return None if value is None else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return str(value).strip() or None


def _code(value: str | None) -> str | None:
    """A code as written; twelve-digit codes of the statistics office lose the zeros that stand for "all of it"."""
    if value is None:
        return None
    code = value.strip().upper()
    if code.isdecimal() and len(code) in (9, 12):
        for width in (6, 9):
            if len(code) > width and set(code[width:]) == {"0"}:
                return code[:width]
    return code or None


def _word(value: str | None) -> str | None:
    word = values.clean(value, 60)
    return None if word is None or word.lower() in ("yes", "no", "true", "1", "building") else word.lower()


def _used(meaning: str, kind: str) -> bool:
    only = {"boundaries": ("admin_level", "level"), "buildings": (*fields.BUILDING_SIGNS, "place_type")}
    other = "buildings" if kind == "boundaries" else "boundaries"
    return meaning not in only[other] and meaning not in ("lon", "lat", "wkt")
