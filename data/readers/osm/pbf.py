"""Protocol-buffer extracts: the header read here, the elements through ST_ReadOSM."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import duckdb_extensions
import numpy as np
import pyarrow as pa

from data.errors import Unavailable, Unreadable
from data.readers.osm.elements import Elements, Point, Relation

WANTED = (
    "building", "building:part", "boundary", "natural", "waterway", "landuse", "leisure", "highway", "railway",
    "indoor", "level", "place",
)  # fmt: skip
"""A way or node without one of these keys is read only as a member or corner of something else."""
RELATION = (
    "kind = 'relation' AND (tags['type'] IN ('multipolygon', 'boundary', 'building')"
    " OR list_has_any(map_keys(tags), ['building', 'building:part']))"
)
"""Relations that have a shape of their own."""


def is_pbf(path: Path) -> bool:
    """True when the first block is an OSMHeader."""
    with path.open("rb") as file:
        head = file.read(64)
    if len(head) < 16:
        return False
    (size,) = struct.unpack(">I", head[:4])
    return size < 64 * 1024 and b"OSMHeader" in head[4 : 4 + min(size, 60)]


def load(path: Path) -> Elements:
    """Every node, and the ways and relations that can matter. Raises Unreadable for a cut or damaged file."""
    extent, as_of = header(path)
    connection = _spatial()
    name = str(path).replace("'", "''")
    try:
        connection.execute(f"CREATE TABLE osm AS SELECT * FROM ST_ReadOSM('{name}')")  # noqa: S608  (a file name, quoted)
        nodes = connection.execute("SELECT id, lon, lat FROM osm WHERE kind = 'node' ORDER BY id").fetchnumpy()
        keys = "[" + ", ".join(f"'{key}'" for key in WANTED) + "]"
        points = connection.execute(
            f"SELECT id, lon, lat, tags FROM osm WHERE kind = 'node' AND list_has_any(map_keys(tags), {keys}) ORDER BY id"  # noqa: S608  (constants)
        ).fetchall()
        relations = connection.execute(
            f"SELECT id, tags, ref_types::VARCHAR[], refs, ref_roles FROM osm WHERE {RELATION} ORDER BY id"  # noqa: S608  (constants)
        ).fetchall()
        ways = connection.execute(
            f"WITH member AS (SELECT DISTINCT unnest(refs) AS id FROM osm WHERE {RELATION})"  # noqa: S608  (constants)
            f" SELECT id, coalesce(refs, []) AS refs, tags FROM osm WHERE kind = 'way'"
            f" AND (list_has_any(map_keys(tags), {keys}) OR id IN (SELECT id FROM member)) ORDER BY id"
        ).to_arrow_table()
    except duckdb.Error as error:
        detail = str(error).splitlines()[0][:160]
        raise Unreadable("The extract is damaged", f"Fetch it again ({detail})", file=path) from error
    finally:
        connection.close()
    refs = ways["refs"].combine_chunks()
    refs = refs.chunk(0) if isinstance(refs, pa.ChunkedArray) else refs
    offset = refs.offsets.to_numpy()
    return Elements(
        node_id=_plain(nodes["id"]).astype(np.int64),
        xy=np.column_stack([_plain(nodes["lon"]), _plain(nodes["lat"])]).astype(float).reshape(-1, 2),
        way_id=ways["id"].to_numpy().astype(np.int64),
        start=(offset - offset[0]).astype(np.int64),
        ref=refs.values.to_numpy(zero_copy_only=False).astype(np.int64)[offset[0] : offset[-1]],
        tags=[dict(entries or ()) for entries in ways["tags"].to_pylist()],
        relations=[
            Relation(id_, dict(tags or {}), tuple(zip(kinds or (), refs_ or (), roles or (), strict=False)))
            for id_, tags, kinds, refs_, roles in relations
        ],
        points=[Point(id_, lon, lat, dict(tags or {})) for id_, lon, lat, tags in points],
        extent=extent,
        as_of=as_of,
    )


def header(path: Path) -> tuple[tuple[float, float, float, float] | None, datetime | None]:
    """The extract's declared box (west, south, east, north) and timestamp, each None where not declared.

    Walks every block's length first, so that a file cut short is named as such. Raises Unreadable.
    """
    size, at, first = path.stat().st_size, 0, b""
    damaged = Unreadable("The extract is cut short or damaged", "Fetch it again and compare its size", file=path)
    with path.open("rb") as file:
        while at < size:
            try:
                (length,) = struct.unpack(">I", file.read(4))
                if length > 64 * 1024:
                    raise damaged
                block = dict(_fields(file.read(length)))
                data = int(block[3])
            except (struct.error, KeyError, IndexError, TypeError) as error:
                raise damaged from error
            if not first:
                first = file.read(data)
                if len(first) < data:
                    raise damaged
            else:
                file.seek(data, 1)
            at += 4 + length + data
    if at != size:
        raise Unreadable(
            f"The extract is cut short: its last block should end at byte {at}, the file ends at {size}",
            "Fetch it again and compare its size", file=path,
        )  # fmt: skip
    try:
        blob = dict(_fields(first))
        body = dict(_fields(blob[1] if 1 in blob else zlib.decompress(blob[3])))
        return _box(body.get(1)), _moment(body.get(32))
    except (KeyError, IndexError, TypeError, zlib.error) as error:
        raise damaged from error


def _box(message: bytes | None) -> tuple[float, float, float, float] | None:
    if not message:
        return None
    side = {key: ((value >> 1) ^ -(value & 1)) / 1e9 for key, value in _fields(message)}
    west, east, north, south = (side.get(key, 0.0) for key in (1, 2, 3, 4))
    usable = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if usable else None


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), tz=UTC) if isinstance(seconds, int) and 0 < seconds < 2**40 else None


def _fields(message: bytes) -> Iterator[tuple[int, object]]:
    """(number, value) pairs of a protocol-buffer message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = _varint(message, at)
        else:
            size = {1: 8, 5: 4}[kind]
        if at + size > len(message):
            raise IndexError(at)
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _plain(values: object) -> np.ndarray:
    return (
        np.ma.filled(values, np.nan)
        if isinstance(values, np.ma.MaskedArray) and values.dtype.kind == "f"
        else np.asarray(values)
    )


def _spatial() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 2})
    try:
        duckdb_extensions.import_extension("spatial")
        connection.execute("LOAD spatial")
    except Exception as error:  # whatever the loader raises means the same: no spatial here
        connection.close()
        raise Unavailable(
            "The spatial extension cannot be loaded", "Install duckdb-extension-spatial of the same version as duckdb"
        ) from error
    return connection
