"""GeoJSON and GeoJSON text sequences (one feature per line)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd
import shapely

from data.errors import Unreadable
from data.place import features
from data.place.source import Options, Source
from data.place.text import json_head, read_text

NAME = "GeoJSON"
ORDER = 50
_TYPES = (
    "FeatureCollection",
    "Feature",
    "GeometryCollection",
    "Polygon",
    "MultiPolygon",
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
)
_ROOT = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(?:Multi)?(?:Polygon|Point|LineString))"'
)


def can_read(path: Path) -> bool:
    """True for JSON whose root, or whose first line, has a GeoJSON type."""
    start = json_head(path)
    if start is None or b'"CityJSON' in start[:4096]:
        return False
    if not _ROOT.search(start):
        return False
    return _ROOT.search(start[:4096]) is not None and _at_root(start)


def read(path: Path, options: Options) -> Source:
    """Features of the file. Raises Unreadable naming line and column of broken JSON."""
    text, encoding = read_text(path)
    source = Source("geojson", path)
    if encoding not in ("utf-8", "utf-8-sig"):
        source.warnings.append(f"the file is {encoding}, GeoJSON should be UTF-8: read as {encoding}")
    records, crs = _records(text, path, source)
    source.crs = crs
    shapes, properties = [], []
    for number, record in enumerate(records, start=1):
        feature = (
            record if record.get("type") == "Feature" else {"type": "Feature", "geometry": record, "properties": {}}
        )
        shape = _shape(feature.get("geometry"), feature.get("id", f"feature {number}"), source)
        row = feature.get("properties")
        row = dict(row) if isinstance(row, dict) else {}
        if feature.get("id") is not None:
            row.setdefault("@id", feature["id"])
        if shape is False:
            source.count_in += 1
            continue
        shapes.append(shape)
        properties.append(row)
    if any(row.get("id") is not None for row in properties):
        for row in properties:          # some say it among their properties, some beside them: an id is an id
            if row.get("id") is None:
                row["id"] = row.get("@id")
    table = gpd.GeoDataFrame(pd.DataFrame(properties, index=pd.RangeIndex(len(shapes))), geometry=shapes)
    features.take(source, table, options)
    return source


def _records(text: str, path: Path, source: Source) -> tuple[list[dict], str]:
    crs = "EPSG:4326"
    try:
        root = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = [line.strip("\x1e \r\t") for line in text.splitlines()]
        lines = [line for line in lines if line]
        if len(lines) < 2 or not lines[0].endswith("}"):
            return _lenient(text, path, error), crs
        found = []
        for number, line in enumerate(lines, start=1):
            try:
                found.append(orjson.loads(line))
            except orjson.JSONDecodeError as wrong:
                raise Unreadable(
                    f"Line {number} is not JSON: {wrong.msg}", "Repair or remove the line", file=path, row=number
                ) from wrong
        return [record for record in found if isinstance(record, dict)], crs
    if not isinstance(root, dict):
        root = {"type": "FeatureCollection", "features": root}
    name = ((root.get("crs") or {}).get("properties") or {}).get("name") if isinstance(root.get("crs"), dict) else None
    if isinstance(name, str):
        crs = _epsg(name)
    kind = root.get("type")
    if kind == "FeatureCollection":
        items = root.get("features")
        if not isinstance(items, list):
            raise Unreadable("The feature collection has no list of features", "Check the file's export", file=path)
        bad = sum(not isinstance(item, dict) for item in items)
        if bad:
            source.warnings.append(f"{bad} entries of the collection are no features")
        return [item for item in items if isinstance(item, dict)], crs
    if kind == "GeometryCollection":
        return [item for item in root.get("geometries", []) if isinstance(item, dict)], crs
    return [root], crs


def _lenient(text: str, path: Path, error: orjson.JSONDecodeError) -> list[dict]:
    """NaN and Infinity are not JSON but are written: read them, and let the shapes be rejected one by one."""
    try:
        root = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as wrong:
        raise Unreadable(
            f"The JSON is broken or cut short in line {error.lineno}, column {error.colno}: {error.msg}",
            "Fetch or export the file again",
            file=path,
        ) from wrong
    items = root.get("features", [root]) if isinstance(root, dict) else []
    return [item for item in items if isinstance(item, dict)]


def _shape(geometry: object, id_: object, source: Source) -> shapely.Geometry | bool | None:
    """A geometry; None where the feature has none; False when it is broken (rejected here)."""
    if geometry is None:
        return None
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.GEOSException, TypeError, ValueError):
        source.reject(id_, _why(geometry), "feature")
        return False
    return shapely.force_2d(shape)


def _why(geometry: object) -> str:
    if not isinstance(geometry, dict) or geometry.get("type") not in _TYPES:
        return "not a GeoJSON geometry"
    numbers = json.dumps(geometry.get("coordinates", geometry.get("geometries")))
    if "NaN" in numbers or "null" in numbers or "Infinity" in numbers:
        return "coordinates are not finite numbers"
    return "the geometry is broken (a ring with fewer than four points, or a wrong nesting)"


def _epsg(name: str) -> str:
    if "CRS84" in name or name.upper() in ("WGS84", "EPSG::4326"):
        return "EPSG:4326"
    match = re.search(r"EPSG:(?::)?(?:[\d.]*:)?(\d+)$", name)
    return f"EPSG:{match[1]}" if match else name


def _at_root(start: bytes) -> bool:
    """True when the first GeoJSON type lies at depth one (a feature collection inside something else does not count)."""
    match = _ROOT.search(start)
    before = start[: match.start()]
    before = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", before)
    depth = before.count(b"{") - before.count(b"}")
    return depth == 1 or (depth == 2 and before[:1] == b"[") or (b'"features"' in start[: match.start()])
