"""Units with a vital sign as files that other programs read: CSV, GeoJSON, GeoParquet.

Column names carry units of measure; source, time and licence stand in the file's head or metadata. No cell of a CSV
can be taken for a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from app.cells import harmless
from app.errors import NotFound
from app.indicators.registry import one
from app.map.values import step
from app.system import System
from data.levels import LEVELS

KINDS = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet"}
MOST = 100_000


def export(system: System, city: str, kind: str, indicator: str, level: str, codes: list[str], at: int | None = None) -> tuple[bytes, int]:
    """The units of a level (only `codes` where given) with one indicator at a time, as a file; and how many there are.

    Raises NotFound for an unknown kind, level, city or indicator.
    """
    if kind not in KINDS:
        raise NotFound("No such kind of file", f"Kinds are {', '.join(KINDS)}", value=kind)
    if level not in LEVELS:
        raise NotFound("No such level", f"Levels are {', '.join(LEVELS)}", value=level)
    rows, about = table(system, city, indicator, level, codes, at)
    return {"csv": _csv, "geojson": _geojson, "parquet": _parquet}[kind](rows, about), len(rows)


def table(system: System, city: str, indicator: str, level: str, codes: list[str], at: int | None) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """(units with value, coverage and shape in EPSG:4326; what the file is: indicator, unit, time, source, licence)."""
    chosen, place = one(system.indicators, indicator), system.city(city)
    frame = system.frame("export_rows", city=city, level=level, codes=codes, most=MOST)
    cube = system.values(city).cube(indicator)
    column = f"{chosen.id}{'' if chosen.id.endswith(unit_slug(chosen.unit)) else '_' + unit_slug(chosen.unit)}".rstrip("_")
    when = None
    frame[column], frame["reporting_count"], frame["expected_count"] = np.nan, 0, 0
    if level in cube.levels and len(frame):
        _, shown, row = step(system, city, indicator, level, at)
        i = frame["seq"].to_numpy(np.int64) - 1
        frame[column] = shown[i]
        if row is not None:
            when = int(cube.times[row])
            frame["reporting_count"], frame["expected_count"] = (part[i] for part in cube.coverage(level, row))
    frame["at"] = None if when is None else datetime.fromtimestamp(when, UTC).isoformat()
    shape = [None if blob is None or blob is pd.NA else shapely.from_wkb(bytes(blob)) for blob in frame.pop("geometry")]
    shape = [point(lon, lat) if one_shape is None else one_shape for one_shape, lon, lat in zip(shape, frame["lon"], frame["lat"], strict=True)]
    about = {
        "city": place.city,
        "indicator": chosen.id,
        "name_zh": chosen.name_zh,
        "name_en": chosen.name_en,
        "unit": chosen.unit,
        "at": "" if when is None else datetime.fromtimestamp(when, UTC).isoformat(),
        "source": chosen.owner,
        "licence": place.licence,
        "synthetic": str(place.is_synthetic).lower(),
        "crs": "EPSG:4326",
    }
    return gpd.GeoDataFrame(frame.drop(columns=["seq"]), geometry=shape, crs="EPSG:4326"), about


def point(lon: float, lat: float) -> shapely.Point | None:
    """The label point of a unit without a shape."""
    return shapely.Point(lon, lat) if lon == lon and lat == lat and lon is not None else None


def unit_slug(unit: str) -> str:
    """A unit of measure as part of a column name: m³/h → m3_h, % → pct."""
    for sign, word in (("µ", "u"), ("³", "3"), ("²", "2"), ("%", "pct"), ("°", "deg_")):
        unit = unit.replace(sign, word)
    return re.sub(r"[^0-9a-zA-Z]+", "_", unit).strip("_").lower()


def _csv(rows: gpd.GeoDataFrame, about: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for key, value in about.items():
        writer.writerow([f"# {key}", harmless(value)])
    plain = pd.DataFrame(rows.drop(columns="geometry"))
    writer.writerow(plain.columns)
    for row in plain.itertuples(index=False, name=None):
        writer.writerow(["" if value is None or value is pd.NA or value != value else harmless(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _geojson(rows: gpd.GeoDataFrame, about: dict[str, str]) -> bytes:
    found = json.loads(rows.to_json(drop_id=True, na="null"))
    return json.dumps({"type": "FeatureCollection", "about": about, "features": found["features"]}, ensure_ascii=False).encode("utf-8")


def _parquet(rows: gpd.GeoDataFrame, about: dict[str, str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    body = io.BytesIO()
    rows.to_parquet(body, index=False)
    found = pq.read_table(pa.BufferReader(body.getvalue()))
    found = found.replace_schema_metadata({**(found.schema.metadata or {}), b"chengshu": json.dumps(about, ensure_ascii=False).encode()})
    again = io.BytesIO()
    pq.write_table(found, again, compression="zstd")
    return again.getvalue()
