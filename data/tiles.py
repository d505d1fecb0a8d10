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
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

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


def layers_at(group: str, z: int) -> list[str]:
    """The layers a group carries at a zoom."""
    first = {**_UNITS, **{f"{level}_point": zoom for level, zoom in _POINTS.items()}} if group == "unit" else \
        {layer: zoom for layer, (zoom, _) in _LAYERS.items()}
    return [layer for layer in GROUPS[group] if z >= first[layer]]


def cut(db: Database, city: str, progress: Callable[[float], None] | None = None) -> int:
    """Cut every unit and basemap feature of a city into tile space; returns the rows written."""
    with db.write() as cursor:
        cursor.execute("delete from tiles.feature where city = $1", [city])
        jobs = [*((_cut_units, level) for level in _UNITS), *((_cut_points, level) for level in _POINTS),
                *((_cut_layer, layer) for layer in _LAYERS)]
        for done, (job, name) in enumerate(jobs):
            job(cursor, city, name)
            if progress:
                progress((done + 1) / len(jobs))
        return int(cursor.execute("select count(*) from tiles.feature where city = $1", [city]).fetchone()[0])


def bake(db: Database, city: str, zooms: Iterable[int] = range(MAX_ZOOM + 1),
         progress: Callable[[float], None] | None = None) -> Baked:
    """Encode and keep every tile of a city."""
    started, zooms, count, features, size = time.perf_counter(), list(zooms), 0, 0, 0
    with db.write() as cursor:
        number = _number(cursor, city)
        for done, z in enumerate(zooms):
            for group in GROUPS:
                tiles = _encode(cursor, city, group, tile_key(z, 0, 0), tile_key(z, _BIG - 1, _BIG - 1), z)
                low, high = blob_id(number, group, tile_key(z, 0, 0)), blob_id(number, group, tile_key(z, _BIG - 1, _BIG - 1))
                cursor.execute("delete from tiles.blob where id between $1 and $2", [low, high])
                _keep(cursor, number, group, tiles)
                count, features = count + len(tiles), features + sum(n for _, n in tiles.values())
                size += sum(len(body) for body, _ in tiles.values())
            if progress:
                progress((done + 1) / len(zooms))
    return Baked(count, features, size, time.perf_counter() - started)


def edit_building(db: Database, city: str, seq: int) -> list[int]:
    """A building changed: cut it again and bake the tiles it left and entered; returns their keys."""
    with db.write() as cursor:
        number = _number(cursor, city)
        before = cursor.execute("select tile from tiles.feature where city = $1 and layer = 'building' and seq = $2",
                                [city, seq]).fetchall()
        cursor.execute("delete from tiles.feature where city = $1 and layer = 'building' and seq = $2", [city, seq])
        _cut_units(cursor, city, "building", seq)
        after = cursor.execute("select tile from tiles.feature where city = $1 and layer = 'building' and seq = $2",
                               [city, seq]).fetchall()
        keys = sorted({key for (key,) in before + after})
        for key in keys:
            tiles = _encode(cursor, city, "unit", key, key, key >> 28)
            cursor.execute("delete from tiles.blob where id = $1", [blob_id(number, "unit", key)])
            _keep(cursor, number, "unit", tiles)
    return keys


def blob(db: Database, number: int, group: str, z: int, x: int, y: int) -> bytes | None:
    """A baked tile, gzipped; None where nothing was baked (no feature there, or not baked yet)."""
    found = db.run("select body from tiles.blob where id = $1", [blob_id(number, group, tile_key(z, x, y))]).fetchone()
    return bytes(found[0]) if found else None


def live(db: Database, city: str, group: str, z: int, x: int, y: int) -> bytes:
    """A tile answered from the tile-keyed rows, not compressed; empty where there is nothing."""
    key = tile_key(z, x, y)
    encoded = _encode(db.cursor(), city, group, key, key, z)
    return encoded[key][0] if key in encoded else b""


def _number(cursor: duckdb.DuckDBPyConnection, city: str) -> int:
    found = cursor.execute("select number from base.city where city = $1", [city]).fetchone()
    if found is None:
        raise NotFound("No such city", "`python run.py check` lists the cities", value=city)
    return int(found[0])


def _shapes(cursor: duckdb.DuckDBPyConnection, step: str, **params: object) -> None:
    run_step(cursor, step, into="shapes", **params)


def _cut_units(cursor: duckdb.DuckDBPyConnection, city: str, level: str, seq: int = 0) -> None:
    is_building = level == "building"
    _shapes(cursor, "tiles.building_shapes" if is_building else "tiles.unit_shapes", city=city, level=level, seq=seq)
    for z in range(_UNITS[level], MAX_ZOOM + 1):
        run_step(cursor, "tiles.cut", city=city, layer=level, z=z, dimension=2, all=is_building)


def _cut_points(cursor: duckdb.DuckDBPyConnection, city: str, level: str) -> None:
    _shapes(cursor, "tiles.unit_points", city=city, level=level)
    for z in range(_POINTS[level], MAX_ZOOM + 1):
        run_step(cursor, "tiles.cut", city=city, layer=f"{level}_point", z=z, dimension=0, all=True)


def _cut_layer(cursor: duckdb.DuckDBPyConnection, city: str, layer: str) -> None:
    first, dimension = _LAYERS[layer]
    run_step(cursor, "tiles.layer_shapes", into="layer_shapes", city=city, layer=layer)
    for z in range(first, MAX_ZOOM + 1):
        cursor.execute("create or replace temp table shapes as select * exclude (min_zoom) from layer_shapes where min_zoom <= $1", [z])
        run_step(cursor, "tiles.cut", city=city, layer=layer, z=z, dimension=dimension, all=False)


def _encode(cursor: duckdb.DuckDBPyConnection, city: str, group: str, first: int, last: int, z: int) -> dict[int, tuple[bytes, int]]:
    """{tile: (MVT bytes, features)}: the layers of a group laid end to end, as the format allows."""
    found: dict[int, tuple[bytes, int]] = {}
    for layer in layers_at(group, z):
        step = "mvt_layer" if group == "base" else "mvt_building" if layer == "building" else "mvt_unit"
        sql = statements(pieces()[f"tiles.{step}"].text)[0]
        params = {"city": city, "first": first, "last": last}
        if layer != "building":
            params["layer"] = layer
        for key, body, n in cursor.execute(sql, params).fetchall():
            known, count = found.get(key, (b"", 0))
            found[key] = (known + bytes(body), count + n)
    return found


def _keep(cursor: duckdb.DuckDBPyConnection, number: int, group: str, tiles: dict[int, tuple[bytes, int]]) -> None:
    import pyarrow as pa

    if not tiles:
        return
    keys = sorted(tiles)
    table = pa.table({
        "id": pa.array([blob_id(number, group, key) for key in keys], pa.int64()),
        "body": pa.array([gzip.compress(tiles[key][0], 5, mtime=0) for key in keys], pa.binary()),
        "feature_count": pa.array([tiles[key][1] for key in keys], pa.int32())})
    cursor.register("blobs_now", table)
    cursor.execute("insert or replace into tiles.blob select * from blobs_now")
    cursor.unregister("blobs_now")
