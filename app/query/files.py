"""Answers as files: CSV without formulas, and Parquet; with the place of each row, where it is told, GeoParquet (1.1, points)."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

from app.cells import sheet
from data.workspace import Answer

KINDS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "HUGEINT", "UBIGINT", "INTERVAL")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")


def as_csv(answer: Answer) -> bytes:
    """A head and the rows, for people and spreadsheets."""
    return sheet([one["name"] for one in answer.columns], answer.rows)


def as_parquet(answer: Answer, about: dict[str, str]) -> bytes:
    """Typed columns; `about` stands in the file's metadata. Where `lon` and `lat` are told, the rows are points in EPSG:4326."""
    columns = [_typed(one["type"], [row[place] for row in answer.rows]) for place, one in enumerate(answer.columns)]
    table = pa.table(columns, names=[one["name"] for one in answer.columns])
    out = io.BytesIO()
    if {"lon", "lat"} <= set(table.column_names):
        frame = table.to_pandas()
        made = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"].astype(float), frame["lat"].astype(float)), crs="EPSG:4326")
        made.to_parquet(out, index=False, schema_version="1.1.0")
        table = pq.read_table(io.BytesIO(out.getvalue()))
        out = io.BytesIO()
    kept = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items() if key == b"geo"}
    pq.write_table(table.replace_schema_metadata({**kept, "chengshu": json.dumps(about, ensure_ascii=False)}), out, compression="zstd")
    return out.getvalue()


def _typed(kind: str, cells: list[Any]) -> pa.Array:
    """A column of cells as they came from the workspace's process (plain JSON values) as what the engine called it."""
    if kind.startswith(_WHOLE):
        return pa.array([None if cell is None else int(cell) for cell in cells], pa.int64())
    if kind.startswith(_NUMBERS):
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    if kind.startswith("TIMESTAMP"):
        return pa.array([None if cell is None else datetime.fromisoformat(cell) for cell in cells], pa.timestamp("us"))
    if kind == "BOOLEAN":
        return pa.array(cells, pa.bool_())
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
