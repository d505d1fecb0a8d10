"""Hand-in files: Parquet, snappy, one schema per dataset (the columns of ARCHITECTURE, "Datasets handed in")."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.demo.terrain import geometry_lonlat

WORD = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("us", tz="UTC")
READING = pa.schema([("unit_code", WORD), ("indicator", WORD), ("at", INSTANT), ("value", pa.float64()),
                     ("weight", pa.float64())])
FLOW = pa.schema([("origin_code", WORD), ("destination_code", WORD), ("at", INSTANT), ("count", pa.int64())])
ATTRIBUTE = pa.schema([("unit_code", pa.string()), ("attribute", WORD), ("value", WORD), ("valid_from", INSTANT)])


def write(file: Path, columns: dict[str, object], schema: pa.Schema | None = None) -> Path:
    """Write one table; columns that are None throughout may be left out by the caller."""
    table = pa.table(columns, schema=schema) if schema else pa.table(columns)
    pq.write_table(table, file, compression="snappy", use_dictionary=True, write_statistics=False)
    return file


def wkb(shape: np.ndarray) -> pa.Array:
    """Geometries in metres as WKB blobs in degrees."""
    return pa.array(shapely.to_wkb(geometry_lonlat(shape)), pa.binary())


def word(values: list[str] | pa.Array, index: np.ndarray) -> pa.DictionaryArray:
    """A column of few different texts. A negative index is null."""
    index = np.asarray(index, np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), pa.array(values, pa.string()))


def same(value: str, count: int) -> pa.DictionaryArray:
    """A column that says one thing."""
    return word([value], np.zeros(count, np.int32))


def instants(seconds: np.ndarray) -> pa.Array:
    """Seconds since 1970 (UTC) as timestamps."""
    return pa.array(np.asarray(seconds, np.int64) * 1_000_000, INSTANT)
