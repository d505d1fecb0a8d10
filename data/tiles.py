"""Vector tiles: cut and encoded once feature by feature, answered live by key, baked to blobs.

Tiles come in two groups. `base` is the basemap of the city's own water, green, land, roads, rail and places; `unit` is
the tower's units with the dense number `seq` as feature id. Both are cut for zooms 0 to 14; the browser overzooms.
Geometry only: values travel apart (app/indicators), so a tile changes only when a shape does.

Facts this rests on: a layer is its head and its features one after the other, so features that were encoded when they were cut
(data/mvt.py) need only be put together, which takes a third of the time of `ST_AsMVT` over shapes in tile space; that takes a
quarter to a fortieth of `ST_AsMVTGeom` per request. Encoding truncates (hence + 0.5) and wants rings in the order of the
specification, which `ST_Normalize` gives before the y axis is flipped.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data import tile_features
from data.build import run_step
from data.connection import Database
from data.errors import NotFound
from data.tile_features import GROUPS, LAYERS, POINTS, UNITS, layer_number

MAX_ZOOM = 14
_BIG = 16_384   # tiles of one zoom never hold more along an axis
_LAST = 2**31 - 1
_LEVEL = 3      # of gzip: 5 takes a third longer for 4 % less
_TWO_AT_A_TIME = threading.Semaphore(2)   # eight askers at once only hinder each other: p95 115 ms, so 16 ms


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


def tile_id(number: int, group: str, key: int) -> int:
    """The number of a tile of a group of the city with that number."""
    return (number * 2 + list(GROUPS).index(group)) << 33 | key


def is_cut(db: Database, number: int) -> bool:
    """Whether anything of the city with that number is cut into tile space."""
    return db.run("select 1 from tiles.feature where tile between $1 and $2 limit 1", [*_all_of(number)]).fetchone() is not None


def cut(db: Database, city: str, progress: Callable[[float], None] | None = None) -> int:
    """Cut every unit and basemap feature of a city into tile space and encode them; returns how many features there are."""
    with _quick_to_read(db), db.write() as cursor:
        number = _number(cursor, city)
        cursor.execute("delete from tiles.feature where tile between $1 and $2", [*_all_of(number)])
        run_step(cursor, "tiles.cut_now")
        jobs = [*((_cut_units, level) for level in UNITS), *((_cut_points, level) for level in POINTS),
                *((_cut_layer, layer) for layer in LAYERS)]
        for done, (job, name) in enumerate(jobs):
            job(cursor, city, number, name)
            if progress:
                progress((done + 1) / len(jobs) * 0.7)
        count = 0
        for share, features, heads in tile_features.encoded(cursor):
            tile_features.keep_features(cursor, pa.concat_tables([features, heads]))
            count += len(features)
            if progress:
                progress(0.7 + share * 0.3)
        cursor.execute("drop table cut_now; drop table if exists shapes")
        return count


@contextmanager
def _quick_to_read(db: Database) -> Iterator[None]:
    """What is written meanwhile is not packed by FSST: features then are read five times as fast at p95, and written faster."""
    db.run("set disabled_compression_methods = 'fsst'")
    try:
        yield
    finally:
        db.run("reset disabled_compression_methods")


def bake(db: Database, city: str, zooms: Iterable[int] = range(MAX_ZOOM + 1),
         progress: Callable[[float], None] | None = None) -> Baked:
    """Put together and keep every tile of a city."""
    started, zooms, count, features, size = time.perf_counter(), list(zooms), 0, 0, 0
    with db.write() as cursor:
        number = _number(cursor, city)
        for done, z in enumerate(zooms):
            for group in GROUPS:
                low, high = (tile_id(number, group, tile_key(z, at, at)) for at in (0, _BIG - 1))
                cursor.execute("delete from tiles.blob where id between $1 and $2", [low, high])
                weighed = cursor.execute("select tile, sum(octet_length(body) + $3) from tiles.feature where tile between $1 and $2 "
                                         "group by tile order by tile", [low, high, tile_features.ROW]).fetchnumpy()
                for first, last, _ in tile_features.stretches(*weighed.values()):
                    tiles = [(tile, pack(body), n) for tile, body, n in tile_features.whole(cursor, first, last)]
                    _keep(cursor, tiles)
                    count, features = count + len(tiles), features + sum(n for _, _, n in tiles)
                    size += sum(len(body) for _, body, _ in tiles)
            if progress:
                progress((done + 1) / len(zooms))
    return Baked(count, features, size, time.perf_counter() - started)


def edit_building(db: Database, city: str, seq: int) -> list[int]:
    """A building changed: cut it again and bake the tiles it left and entered; returns their keys."""
    with db.write() as cursor:
        number, layer = _number(cursor, city), layer_number("building")
        low, high = (tile_id(number, "unit", key) for key in (0, (1 << 33) - 1))
        left = cursor.execute("delete from tiles.feature where tile between $1 and $2 and layer = $3 and seq = $4 returning tile",
                              [low, high, layer, seq]).fetchall()
        run_step(cursor, "tiles.cut_now")
        _cut_units(cursor, city, number, "building", seq)
        tiles = {tile for (tile,) in left}
        for _, features, heads in tile_features.encoded(cursor):
            tiles.update(features["tile"].to_pylist())
            tile_features.keep_features(cursor, tile_features.under_heads(cursor, features, heads, layer))
        for tile in sorted(tiles):
            cursor.execute("delete from tiles.blob where id = $1", [tile])
            _keep(cursor, [(key, pack(body), n) for key, body, n in tile_features.whole(cursor, tile, tile)])
    return sorted(tile & (1 << 33) - 1 for tile in tiles)


def pack(body: bytes) -> bytes:
    """A tile as it is kept and sent."""
    return gzip.compress(body, _LEVEL, mtime=0)


def blob(db: Database, number: int, group: str, z: int, x: int, y: int) -> bytes | None:
    """A baked tile, gzipped; None where nothing was baked (no feature there, or not baked yet)."""
    found = db.run("select body from tiles.blob where id = $1", [tile_id(number, group, tile_key(z, x, y))]).fetchone()
    return bytes(found[0]) if found else None


def live(db: Database, number: int, group: str, z: int, x: int, y: int) -> bytes:
    """A tile of the city with that number put together from its features, not compressed; empty where there is nothing."""
    layer, _, body = _rows(db, tile_id(number, group, tile_key(z, x, y)))
    return tile_features.join(layer, body)


def live_part(db: Database, number: int, z: int, x: int, y: int, bits: bytes, offsets: list[int]) -> bytes:
    """A tile of units that holds only those of a set (the macro is_seen says how it is written), and no value of any other."""
    return tile_features.join_part(*_rows(db, tile_id(number, "unit", tile_key(z, x, y))), bits, offsets)


def _rows(db: Database, tile: int) -> tuple[NDArray[np.uint8], NDArray[np.int32], pa.BinaryArray]:
    """(layer, seq, body) of a tile's features and heads."""
    with _TWO_AT_A_TIME:
        found = db.run(tile_features.question("live"), {"tile": tile}).to_arrow_reader(_BIG).read_all()
    return found["layer"].to_numpy(), found["seq"].to_numpy(), found["body"].combine_chunks()


def _number(cursor: duckdb.DuckDBPyConnection, city: str) -> int:
    found = cursor.execute("select number from base.city where city = $1", [city]).fetchone()
    if found is None:
        raise NotFound("No such city", "`python run.py check` lists the cities", value=city)
    return int(found[0])


def _deepest(cursor: duckdb.DuckDBPyConnection, city: str) -> int:
    """The deepest zoom a city is cut for: 14, or less for a place so wide that its tiles would outgrow its data."""
    found = cursor.execute("select max_zoom from theme.city where city = $1", [city]).fetchone()
    return int(found[0]) if found else MAX_ZOOM


def _cut_units(cursor: duckdb.DuckDBPyConnection, city: str, number: int, level: str, seq: int = 0) -> None:
    is_building = level == "building"
    run_step(cursor, "tiles.building_shapes" if is_building else "tiles.unit_shapes", into="shapes", city=city, level=level,
             first=seq, last=seq or _LAST)
    _cut(cursor, city, number, "unit", level, first=UNITS[level], dimension=2, all=is_building)


def _cut_points(cursor: duckdb.DuckDBPyConnection, city: str, number: int, level: str) -> None:
    run_step(cursor, "tiles.unit_points", into="shapes", city=city, level=level)
    _cut(cursor, city, number, "unit", f"{level}_point", first=POINTS[level], dimension=0, all=True)


def _cut_layer(cursor: duckdb.DuckDBPyConnection, city: str, number: int, layer: str) -> None:
    first, dimension = LAYERS[layer]
    run_step(cursor, "tiles.layer_shapes", into="shapes", city=city, layer=layer)
    _cut(cursor, city, number, "base", layer, first=first, dimension=dimension, all=False)


def _cut(cursor: duckdb.DuckDBPyConnection, city: str, number: int, group: str, layer: str, **how: object) -> None:
    run_step(cursor, "tiles.cut", tiles=tile_id(number, group, 0), layer=layer_number(layer), deepest=_deepest(cursor, city), **how)


def _all_of(number: int) -> tuple[int, int]:
    """The first and the last number that tiles of a city can have."""
    return tile_id(number, "base", 0), tile_id(number + 1, "base", 0) - 1


def _keep(cursor: duckdb.DuckDBPyConnection, tiles: list[tuple[int, bytes, int]]) -> None:
    if not tiles:
        return
    table = pa.table({
        "id": pa.array([tile for tile, _, _ in tiles], pa.int64()),
        "body": pa.array([body for _, body, _ in tiles], pa.binary()),
        "feature_count": pa.array([n for _, _, n in tiles], pa.int32())})
    cursor.from_arrow(table).insert_into("tiles.blob")
