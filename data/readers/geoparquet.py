"""GeoParquet (and Parquet with a WKB column of longitude and latitude)."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from data.errors import BadInput, Unreadable
from data.place import features
from data.place.source import Options, Source
from data.place.text import head

NAME = "GeoParquet"
ORDER = 23


def can_read(path: Path) -> bool:
    """True for a Parquet file."""
    return head(path, 4) == b"PAR1"


def read(path: Path, options: Options) -> Source:
    """Rows of the file. Raises Unreadable when it is cut short, BadInput when no column holds shapes."""
    source = Source("geoparquet", path)
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(
            "The Parquet file is damaged or cut short", f"Fetch it again ({str(error)[:120]})", file=path
        ) from error
    meta = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    column = meta.get("primary_column") or next(
        (name for name in ("geometry", "geom", "wkb_geometry") if name in table.column_names), None
    )
    if (
        column is None
        or column not in table.column_names
        or (
            not pa.types.is_binary(table.schema.field(column).type)
            and not pa.types.is_large_binary(table.schema.field(column).type)
        )
    ):
        raise BadInput("No column holds shapes as WKB", f"Columns: {', '.join(table.column_names[:20])}", file=path)
    described = (meta.get("columns") or {}).get(column, {})
    if described.get("crs"):
        crs = CRS.from_json_dict(described["crs"])
        authority = crs.to_authority(min_confidence=70)
        source.crs = ":".join(authority) if authority else crs.to_wkt()
    frame = table.drop_columns([column]).to_pandas()
    try:
        shapes = shapely.force_2d(shapely.from_wkb(table[column].to_pylist(), on_invalid="ignore"))
    except (shapely.GEOSException, TypeError) as error:
        raise Unreadable(f"Column {column!r} does not hold WKB", "Export it as GeoParquet", file=path) from error
    frame = frame.drop(columns=[name for name in ("bbox",) if name in frame])
    features.take(source, gpd.GeoDataFrame(frame, geometry=shapes), options)
    return source
