"""Floor plans as nested JSON: {floor: {kind: FeatureCollection}}, floors named f1, 1F, B1, -1, L2, "floor 3", 3层 …

Kinds: the biggest polygons of a floor that are called floor, outline, level or base are the floor's shape; polygons of
any other name are its rooms. All floors together are one building, its outline the union of the floors' shapes.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import orjson
import shapely

from data.errors import Unreadable
from data.place.source import BUILDING, STOREY, Options, Source, frame
from data.place.text import json_head, read_text

NAME = "floor plan JSON"
ORDER = 40
_FLOOR = re.compile(
    r"(?i)(?:(?:floor|level|storey|f|l|楼层|第)[\s_-]*(-?\d+)|(-?\d+)\s*(?:f|l|层|楼)?|(?:b|ub|basement|地下|负)[\s_-]*(\d+)\s*(?:f|层|楼)?|(-?\d+)f?)层?"
)
_SHAPES = ("floor", "floors", "level", "base", "slab", "outline", "外轮廓", "楼板")


def can_read(path: Path) -> bool:
    """True for a JSON object of objects whose keys are floors."""
    start = json_head(path)
    if start is None or start[:1] != b"{" or b'"FeatureCollection"' not in start:
        return False
    key = re.match(rb'\{\s*"((?:[^"\\]|\\.)*)"\s*:\s*\{', start)
    return key is not None and floor_number(key[1].decode("utf-8", "replace")) is not None


def floor_number(text: str) -> int | None:
    """The floor a key names: 1 is the ground floor, −1 the first below; None when it names none (or floor 0)."""
    match = _FLOOR.fullmatch(text.strip())
    if match is None:
        return None
    if match[3] is not None:
        return -int(match[3]) or None
    return int(match[1] or match[2] or match[4]) or None


def read(path: Path, options: Options) -> Source:  # noqa: ARG001  (every reader is called alike)
    """One building with its floors and rooms. Raises Unreadable for broken JSON or a plan without polygons."""
    text, _ = read_text(path)
    source = Source("floorplan", path)
    try:
        root = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"The JSON is broken or cut short in line {error.lineno}: {error.msg}", "Fetch it again", file=path
        ) from error
    table: dict[str, list] = {name: [] for name in STOREY}
    shapes: list[shapely.Geometry] = []
    slabs: list[shapely.Geometry] = []
    building = path.stem
    for key, groups in root.items():
        number = floor_number(key)
        if number is None or not isinstance(groups, dict):
            source.reject(key, "not the name of a floor", "floor")
            source.count_in += 1
            continue
        slab, rooms = _floor(key, groups, source)
        if slab is None:
            source.reject(key, "no polygon on this floor", "floor")
            source.count_in += 1
            continue
        slabs.append(slab)
        for kind, name, shape in [("floor", key, slab), *(("room", id_, room) for id_, room in rooms)]:
            for column, value in zip(STOREY, (f"{key}/{name}", building, number, kind, name), strict=True):
                table[column].append(value)
            shapes.append(shape)
    if not slabs:
        raise Unreadable("The floor plan holds no polygons", "Check the file", file=path)
    source.storeys = frame(STOREY, table, np.array(shapes, dtype=object))
    outline = shapely.union_all(slabs)
    count = [number for number, kind in zip(table["floor_no"], table["kind"], strict=True) if kind == "floor"]
    row = {
        "source_id": [building],
        "floors_above": [max([n for n in count if n > 0], default=0)],
        "floors_below": [-min([n for n in count if n < 0], default=0)],
    }
    source.buildings = frame(BUILDING, row, np.array([outline], dtype=object))
    source.count_in += 1
    source.mapping = {"keys of the file": "floor_no", "/".join(_SHAPES[:3]): "floor shape", "other polygons": "rooms"}
    return source


def _floor(
    key: str, groups: dict, source: Source
) -> tuple[shapely.Geometry | None, list[tuple[str, shapely.Geometry]]]:
    """The floor's shape (of its rooms where none is drawn), and its rooms."""
    slabs, rooms = [], []
    for kind, collection in groups.items():
        features = collection.get("features", []) if isinstance(collection, dict) else []
        for number, feature in enumerate(features, start=1):
            source.count_in += 1
            id_ = f"{kind}-{number}"
            shape = _polygon(feature)
            if isinstance(shape, str):
                source.reject(f"{key}/{id_}", shape, "room")
                continue
            source.on_floors += 1
            if kind.lower() in _SHAPES:
                slabs.append(shape)
            else:
                rooms.append((id_, shape))
    found = slabs or [room for _, room in rooms]
    return (shapely.union_all(found) if found else None), rooms


def _polygon(feature: object) -> shapely.Geometry | str:
    """A sound polygon (a closed line counts as one), or why there is none."""
    try:
        shape = shapely.force_2d(shapely.from_geojson(orjson.dumps(feature["geometry"])))  # type: ignore[index]
    except (shapely.GEOSException, TypeError, KeyError, ValueError):
        return "the geometry is broken"
    if shape.geom_type == "LineString":
        coords = shapely.get_coordinates(shape)
        if len(coords) < 3:
            return "a line, not an outline"
        shape = shapely.polygons(coords if shape.is_closed and len(coords) > 3 else np.vstack([coords, coords[:1]]))
    if shapely.get_dimensions(shape) != 2:
        return "not an area"
    shape = shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return shape if shape.area > 0 else "the outline has no area"
