"""CityJSON and CityJSON text sequences: buildings with parts, any level of detail.

The footprint is the union of ground surfaces where a surface says so, else of all surfaces seen from above; heights
run over z, of the outer shell. Of several levels of detail the lowest with an area gives the footprint.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from data.errors import BadInput, Unreadable
from data.place import values
from data.place.source import BUILDING, Options, Source, frame
from data.place.text import json_head, read_text

NAME = "CityJSON"
ORDER = 30
_DEPTH = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}
_FLOORS = ("storeysAboveGround", "numberOfFloors", "b3_bouwlagen", "floors")


def can_read(path: Path) -> bool:
    """True for JSON whose type is CityJSON."""
    start = json_head(path)
    if start is None:
        return False
    if re.search(rb'"type"\s*:\s*"CityJSON(Feature)?"', start):
        return True
    return start[:1] == b"{" and b'"CityObjects"' in start


def read(path: Path, options: Options) -> Source:
    """Buildings of the file, in its reference system. Raises Unreadable for broken JSON, BadInput without vertices."""
    text, _ = read_text(path)
    source = Source("cityjson", path)
    head, bodies = _documents(text, path)
    source.crs = _crs(head, source)
    transform = head.get("transform") or {}
    found: list[tuple[str, dict[str, Any], list[shapely.Geometry], tuple[float, float]]] = []
    for body in bodies:
        objects = body.get("CityObjects")
        if not isinstance(objects, dict):
            raise BadInput("There are no city objects", "Check that the export is CityJSON 1 or 2", file=path)
        local = body.get("transform") or transform
        try:
            vertices = np.array(body.get("vertices", []), dtype=float).reshape(-1, 3)
        except (TypeError, ValueError) as error:
            raise BadInput("The vertices are not triples of numbers", "Export the file again", file=path) from error
        if local:
            vertices = vertices * np.array(local.get("scale", [1, 1, 1]), float) + np.array(
                local.get("translate", [0, 0, 0]), float
            )
        found += _buildings(objects, vertices, body.get("geometry-templates"), source)
    table: dict[str, list] = {name: [] for name in BUILDING}
    shapes = []
    for id_, attributes, faces, (low, high) in found:
        shape = shapely.union_all([face if face.is_valid else shapely.make_valid(face) for face in faces])
        parts = [
            part
            for part in shapely.get_parts(shapely.get_parts([shape]))
            if part.geom_type == "Polygon" and part.area > 0
        ]
        if not parts:
            source.reject(id_, "no surface has an area seen from above", "building")
            continue
        shapes.append(parts[0] if len(parts) == 1 else shapely.multipolygons(parts))
        for name, value in _row(id_, attributes, high - low, source, options).items():
            table[name].append(value)
    source.buildings = frame(BUILDING, table, np.array(shapes, dtype=object))
    source.mapping = {"Building, BuildingPart": "building", "storeysAboveGround": "floors_above", "storeysBelowGround": "floors_below",
                      "measuredHeight, z": "height_m", "function, usage, class": "place_type"}  # fmt: skip
    return source


def _documents(text: str, path: Path) -> tuple[dict, list[dict]]:
    """The head (transform, metadata) and the bodies that hold objects and vertices."""
    try:
        root = orjson.loads(text)
        return root, [root]
    except orjson.JSONDecodeError as error:
        lines = [line.strip("\x1e \r") for line in text.split("\n")]
        lines = [line for line in lines if line]
        bodies = []
        if len(lines) < 2 or not lines[0].endswith("}"):
            raise Unreadable(
                f"The JSON is broken or cut short in line {error.lineno}, column {error.colno}: {error.msg}",
                "Fetch it again",
                file=path,
            ) from error
        for number, line in enumerate(lines, start=1):
            try:
                bodies.append(orjson.loads(line))
            except orjson.JSONDecodeError as wrong:
                raise Unreadable(
                    f"Line {number} is not JSON: {wrong.msg}", "Fetch it again", file=path, row=number
                ) from wrong
    head = next((body for body in bodies if body.get("type") == "CityJSON"), bodies[0])
    return head, [
        {key: value for key, value in body.items() if key != "transform"} for body in bodies if body.get("CityObjects")
    ]


def _buildings(objects: dict, vertices: np.ndarray, templates: object, source: Source) -> list:
    """(id, attributes, faces seen from above, (lowest, highest z)) per building, its parts included."""
    found = []
    for id_, one in objects.items():
        kind = one.get("type", "")
        if kind != "Building":
            parents = one.get("parents") or []
            if kind == "BuildingPart" and not any(parent in objects for parent in parents):
                source.count_in += 1
                source.reject(id_, "a building part whose building is not in the file", "part")
            continue
        source.count_in += 1
        geometries, attributes, faces, zs = list(one.get("geometry") or []), dict(one.get("attributes") or {}), [], []
        queue = list(one.get("children") or [])
        own = _faces(geometries, vertices)
        faces += own[0]
        zs += own[1]
        while queue:
            child = objects.get(queue.pop())
            if not child or not str(child.get("type", "")).startswith("BuildingPart"):
                continue
            queue += child.get("children") or []
            below = _faces(child.get("geometry") or [], vertices)
            faces += below[0]
            zs += below[1]
            for name, value in (child.get("attributes") or {}).items():
                if name in _FLOORS or name == "measuredHeight":
                    attributes[name] = max(filter(None, (attributes.get(name), value)), key=_size, default=None)
                attributes.setdefault(name, value)
        if not faces:
            reason = "only geometry templates, which are not read" if templates else "no geometry"
            source.reject(id_, reason, "building")
            continue
        found.append((id_, attributes, faces, (min(zs), max(zs))))
    return found


def _faces(geometries: list, vertices: np.ndarray) -> tuple[list[shapely.Geometry], list[float]]:
    """Polygons of the ground (or of everything, seen from above) of the lowest level of detail that has an area, and
    every z of the highest."""
    best: list[shapely.Geometry] = []
    heights: list[float] = []
    for geometry in sorted((g for g in geometries if g.get("type") in _DEPTH), key=lambda g: str(g.get("lod", "9"))):
        surfaces = _surfaces(geometry.get("boundaries") or [], _DEPTH[geometry["type"]])
        kinds = _kinds(geometry, len(surfaces))
        ground, every = [], []
        for rings, kind in zip(surfaces, kinds, strict=True):
            if not rings or len(rings[0]) < 3 or max(max(ring, default=0) for ring in rings) >= len(vertices):
                continue
            corners = vertices[rings[0]]
            heights += [float(corners[:, 2].min()), float(corners[:, 2].max())]
            if best:
                continue  # a finer level of detail only adds to the heights
            polygon = shapely.Polygon(corners[:, :2], [vertices[ring][:, :2] for ring in rings[1:] if len(ring) >= 3])
            if polygon.area > 1e-12:
                every.append(polygon)
                if kind == "GroundSurface":
                    ground.append(polygon)
        if not best:
            best = ground or every
    return best, heights


def _surfaces(boundaries: list, depth: int) -> list[list[list[int]]]:
    for _ in range(depth - 1):
        boundaries = [surface for shell in boundaries for surface in shell]
    return boundaries


def _kinds(geometry: dict, count: int) -> list[str | None]:
    semantics = geometry.get("semantics") or {}
    names = [surface.get("type") for surface in semantics.get("surfaces") or []]
    flat = semantics.get("values") or []
    while any(isinstance(item, list) for item in flat):
        flat = [one for item in flat for one in (item if isinstance(item, list) else [item])]
    if len(flat) != count:
        return [None] * count
    return [names[n] if isinstance(n, int) and 0 <= n < len(names) else None for n in flat]


def _row(id_: str, attributes: dict, rise: float, source: Source, options: Options) -> dict[str, object]:
    text = {
        key: str(value)
        for key, value in attributes.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    below, wrong_below = values.floors_below(text.get("storeysBelowGround"))
    above, wrong_above = values.floors_above(next((text[name] for name in _FLOORS if name in text), None), below)
    height, wrong_height = values.metres(text.get("measuredHeight") or text.get("height"))
    for column, wrong in (
        ("storeysAboveGround", wrong_above),
        ("storeysBelowGround", wrong_below),
        ("measuredHeight", wrong_height),
    ):
        if wrong:
            source.repair(id_, wrong, "building", column=column, value=text.get(column))
    if height is None and np.isfinite(rise) and 0 < rise <= values.HEIGHT_MOST_M:
        height = round(float(rise), 2)
    zh, en = values.names(text, options.name_field)
    use = values.clean(text.get("function") or text.get("usage") or text.get("class"), 60)
    row: dict[str, object] = dict.fromkeys(BUILDING)
    row |= {
        "source_id": id_,
        "name_zh": zh,
        "name_en": en,
        "floors_above": above,
        "floors_below": below,
        "height_m": height,
        "place_type": use.lower() if use else None,
    }
    row["code"] = text.get(options.code_field) if options.code_field else None
    return row


def _crs(head: dict, source: Source) -> str:
    name = (head.get("metadata") or {}).get("referenceSystem")
    match = re.search(r"EPSG[/:](?:[\d.]*[/:])?(\d+)/?$", str(name or ""), re.I)
    if match:
        return f"EPSG:{match[1]}"
    source.warnings.append("the file declares no coordinate system: taken as EPSG:4326 (declare with --crs)")
    return "EPSG:4326"


def _size(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return -1.0
