"""Vector tiles: cut once into tile space, answered live by key, baked to blobs.

Tiles come in two groups. `base` is the basemap of the city's own water, green, land, roads, rail and places; `unit` is
the tower's units with the dense number `seq` as feature id. Both are cut for zooms 0 to 14; the browser overzooms.
Geometry only: values travel apart (app/indicators), so a tile changes only when a shape does.

Facts this rests on: moving geometry into tile space once and asking by key is 4 to 40 times faster than
`ST_AsMVTGeom` per request; `ST_AsMVT` truncates (hence + 0.5) and wants rings in the order of the specification, which
`ST_Normalize` gives before the y axis is flipped.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import duckdb
import pyarrow as pa

from data.build import pieces, run_step, statements
from data.connection import Database
from data.errors import NotFound

MAX_ZOOM = 14
_UNITS = {"city": 0, "district": 0, "street": 9, "community": 11, "grid": 12, "building": 13}
_POINTS = {"district": 6, "street": 9, "community": 12}
_LAYERS = {"land": (5, 2), "green": (5, 2), "water": (5, 2), "rail": (9, 1), "road": (7, 1), "place": (8, 0)}
GROUPS: dict[str, tuple[str, ...]] = {
    "base": tuple(_LAYERS),
    "unit": (*_UNITS, *(f"{level}_point" for level in _POINTS)),
}
_BIG = 16_384   # tiles of one zoom never hold more along an axis
_LEVEL = 3      # of gzip: 5 takes a third longer for 4 % less
_TWO_AT_A_TIME = threading.Semaphore(2)   # eight askers at once only hinder each other: p95 115 ms, so 16 ms
_UNNAMED = b"x\x02\n\x01x"   # version 2 and the name "x" in an encoded layer


@dataclass(frozen=True)
class Baked:
    """What a bake made."""

    tiles: int
    features: int
    bytes: int
    seconds: float


def tile_key(z: int, x: int, y: int) -> int:
    """The number of a tile, as the macro of the same name says it."""
    return z << 28 | x << 14 | y


def blob_id(number: int, group: str, key: int) -> int:
    """The number of a baked tile of the city with that number."""
    return (number * 2 + list(GROUPS).index(group)) << 33 | key


def cut(db: Database, city: str, progress: Callable[[float], None] | None = None) -> int:
    """Cut every unit and basemap feature of a city into tile space; returns the rows written."""
    with _quick_to_read(db), db.write() as cursor:
        cursor.execute("delete from tiles.feature where city = $1", [city])
        _begin_cut(cursor)
        jobs = [*((_cut_units, level) for level in _UNITS), *((_cut_points, level) for level in _POINTS),
                *((_cut_layer, layer) for layer in _LAYERS)]
        for done, (job, name) in enumerate(jobs):
            job(cursor, city, name)
            if progress:
                progress((done + 1) / len(jobs))
        return _keep_cut(cursor)


@contextmanager
def _quick_to_read(db: Database) -> Iterator[None]:
    """What is written meanwhile is not packed by FSST: shapes then are read five times as fast at p95, and written faster."""
    db.run("set disabled_compression_methods = 'fsst'")
    try:
        yield
    finally:
        db.run("reset disabled_compression_methods")


def bake(db: Database, city: str, zooms: Iterable[int] = range(MAX_ZOOM + 1),
         progress: Callable[[float], None] | None = None) -> Baked:
    """Encode and keep every tile of a city."""
    started, zooms, count, features, size = time.perf_counter(), list(zooms), 0, 0, 0
    with db.write() as cursor:
        number = _number(cursor, city)
        for done, z in enumerate(zooms):
            low, high = tile_key(z, 0, 0), tile_key(z, _BIG - 1, _BIG - 1)
            for group in GROUPS:
                cursor.execute("delete from tiles.blob where id between $1 and $2", [blob_id(number, group, low), blob_id(number, group, high)])
                tiles = [(key, pack(body), n) for key, body, n in _encode(cursor, group, city=city, first=low, last=high)]
                _keep(cursor, number, group, tiles)
                count, features = count + len(tiles), features + sum(n for _, _, n in tiles)
                size += sum(len(body) for _, body, _ in tiles)
            if progress:
                progress((done + 1) / len(zooms))
    return Baked(count, features, size, time.perf_counter() - started)


def edit_building(db: Database, city: str, seq: int) -> list[int]:
    """A building changed: cut it again and bake the tiles it left and entered; returns their keys."""
    mine = "from tiles.feature where city = $1 and layer = 'building' and seq = $2"
    with db.write() as cursor:
        number = _number(cursor, city)
        keys = {key for (key,) in cursor.execute(f"select tile {mine}", [city, seq]).fetchall()}
        cursor.execute(f"delete {mine}", [city, seq])
        _begin_cut(cursor)
        _cut_units(cursor, city, "building", seq)
        _keep_cut(cursor)
        keys |= {key for (key,) in cursor.execute(f"select tile {mine}", [city, seq]).fetchall()}
        for key in sorted(keys):
            tiles = [(key, pack(body), n) for _, body, n in _encode(cursor, "unit", city=city, key=key)]
            cursor.execute("delete from tiles.blob where id = $1", [blob_id(number, "unit", key)])
            _keep(cursor, number, "unit", tiles)
    return sorted(keys)


def pack(body: bytes) -> bytes:
    """A tile as it is kept and sent."""
    return gzip.compress(body, _LEVEL, mtime=0)


def blob(db: Database, number: int, group: str, z: int, x: int, y: int) -> bytes | None:
    """A baked tile, gzipped; None where nothing was baked (no feature there, or not baked yet)."""
    found = db.run("select body from tiles.blob where id = $1", [blob_id(number, group, tile_key(z, x, y))]).fetchone()
    return bytes(found[0]) if found else None


def live(db: Database, city: str, group: str, z: int, x: int, y: int) -> bytes:
    """A tile answered from the tile-keyed rows, not compressed; empty where there is nothing."""
    with _TWO_AT_A_TIME:
        return next((body for _, body, _ in _encode(db.cursor(), group, city=city, key=tile_key(z, x, y))), b"")


def live_part(db: Database, city: str, z: int, x: int, y: int, bits: bytes, offsets: list[int]) -> bytes:
    """A tile of units that holds only those of a set (the macro is_seen says how it is written)."""
    with _TWO_AT_A_TIME:
        found = _encode(db.cursor(), "unit", city=city, key=tile_key(z, x, y), bits=bits, offsets=offsets)
        return next((body for _, body, _ in found), b"")


def _begin_cut(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("create or replace temp table cut_now as from tiles.feature limit 0")


def _keep_cut(cursor: duckdb.DuckDBPyConnection) -> int:
    """Keep what was cut in the order of the tiles: what is asked together lies together."""
    count = cursor.execute("insert into tiles.feature from cut_now order by tile, seq").fetchone()[0]
    cursor.execute("drop table cut_now; drop table if exists shapes")
    return int(count)


def _number(cursor: duckdb.DuckDBPyConnection, city: str) -> int:
    found = cursor.execute("select number from base.city where city = $1", [city]).fetchone()
    if found is None:
        raise NotFound("No such city", "`python run.py check` lists the cities", value=city)
    return int(found[0])


def _deepest(cursor: duckdb.DuckDBPyConnection, city: str) -> int:
    """The deepest zoom a city is cut for: 14, or less for a place so wide that its tiles would outgrow its data."""
    found = cursor.execute("select max_zoom from theme.city where city = $1", [city]).fetchone()
    return int(found[0]) if found else MAX_ZOOM


def _cut_units(cursor: duckdb.DuckDBPyConnection, city: str, level: str, seq: int = 0) -> None:
    is_building = level == "building"
    run_step(cursor, "tiles.building_shapes" if is_building else "tiles.unit_shapes", into="shapes", city=city, level=level, seq=seq)
    run_step(cursor, "tiles.cut", city=city, layer=level, first=_UNITS[level], dimension=2, all=is_building, deepest=_deepest(cursor, city))


def _cut_points(cursor: duckdb.DuckDBPyConnection, city: str, level: str) -> None:
    run_step(cursor, "tiles.unit_points", into="shapes", city=city, level=level)
    run_step(cursor, "tiles.cut", city=city, layer=f"{level}_point", first=_POINTS[level], dimension=0, all=True, deepest=_deepest(cursor, city))


def _cut_layer(cursor: duckdb.DuckDBPyConnection, city: str, layer: str) -> None:
    first, dimension = _LAYERS[layer]
    run_step(cursor, "tiles.layer_shapes", into="shapes", city=city, layer=layer)
    run_step(cursor, "tiles.cut", city=city, layer=layer, first=first, dimension=dimension, all=False, deepest=_deepest(cursor, city))


def _encode(cursor: duckdb.DuckDBPyConnection, group: str, **where: object) -> list[tuple[int, bytes, int]]:
    """(tile, MVT bytes, features) of the tiles of a group in a `city`: of one `key` (as far as `bits` reach), or from the `first` to the `last`.

    One pass over the rows for all layers: one aggregate a layer costs seven times as much.
    """
    layers: dict[int, dict[str, bytes]] = {}
    count: dict[int, int] = {}
    for key, layer, body, n in cursor.execute(_encoder("part" if "bits" in where else "live" if "key" in where else "mvt", group), where).fetchall():
        layers.setdefault(key, {})[layer] = _named(layer, body)
        count[key] = count.get(key, 0) + n
    return [(key, b"".join(found[layer] for layer in GROUPS[group] if layer in found), count[key])
            for key, found in sorted(layers.items())]


def _named(layer: str, body: bytes) -> bytes:
    """An encoded layer under its own name: ST_AsMVT takes a constant only. It begins with tag, length, version, name "x"."""
    name = layer.encode()
    rest = body[body.index(_UNNAMED) + len(_UNNAMED):]
    head = b"x\x02\n" + bytes((len(name),)) + name
    size, length = len(head) + len(rest), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return b"".join((b"\x1a", bytes((*length, size)), head, rest))


@cache
def _encoder(way: str, group: str) -> str:
    return statements(pieces()[f"tiles.{way}_{group}"].text)[0]


def _keep(cursor: duckdb.DuckDBPyConnection, number: int, group: str, tiles: list[tuple[int, bytes, int]]) -> None:
    if not tiles:
        return
    table = pa.table({
        "id": pa.array([blob_id(number, group, key) for key, _, _ in tiles], pa.int64()),
        "body": pa.array([body for _, body, _ in tiles], pa.binary()),
        "feature_count": pa.array([n for _, _, n in tiles], pa.int32())})
    cursor.register("blobs_now", table)
    cursor.execute("insert into tiles.blob select * from blobs_now")
    cursor.unregister("blobs_now")
