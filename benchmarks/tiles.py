"""Vector tiles of a city with a million buildings: cut, baked, answered live, edited, and taken apart again to compare.

`size` is that of the demo city (default mega). Its floors are not taken in: they have no shape of their own.
"""

from __future__ import annotations

import os
import time

import numpy as np

from app.system import System
from benchmarks import Row, cpu_seconds, spread, times
from benchmarks._city import shapes
from benchmarks._oracle import differences
from benchmarks._postgis import postgis
from data import tiles
from data.connection import Database
from data.tile_features import layer_number

_SAMPLES = 300


def measure(size: str = "") -> list[Row]:
    """Draw the city anew, then measure."""
    size = size or "mega"
    system = shapes(size)
    db, number = system.db, system.city("demo").number
    buildings = next(int(row["standing"]) for row in system.unit_counts("demo") if row["level"] == "building")
    data = f"{size}: {buildings:,} buildings"
    rows = _draw(system, buildings, data)
    places = _places(db, number)
    at = lambda i: places[i % len(places)]  # noqa: E731 - the sampled tile of a round
    ask = lambda i: tiles.live(db, number, "unit", *at(i))  # noqa: E731
    live = times(ask, len(places), len(places))
    baked = times(lambda i: tiles.blob(db, number, "unit", *at(i)), len(places), len(places))
    sampled = f"{len(places)} tiles by buildings"
    rows += [spread("a tile at z14 answered from tile-keyed rows", f"{data}, {sampled}", live, 10.0),
             spread("a baked tile at z14", f"{data}, {sampled}", baked),
             *postgis(db, places, ask, data),
             *_largest(db, data),
             spread("an edited building bakes its tiles again", data, times(lambda i: _edit(db, buildings, i), 20, 2), 100.0)]
    rows += differences(db, data)
    system.close()
    return rows


def _draw(system: System, buildings: int, data: str) -> list[Row]:
    db, rows = system.db, []
    for what, work, limit in (("cut into tile space", lambda: tiles.cut(db, "demo"), None),
                              ("bake z0–9", lambda: tiles.bake(db, "demo", range(10)), None),
                              ("bake z10–14", lambda: tiles.bake(db, "demo", range(10, 15)), 10.0)):
        started, used = time.perf_counter(), cpu_seconds()
        found = work()
        spent, wall = cpu_seconds() - used, time.perf_counter() - started
        said = f"{found:,} rows" if isinstance(found, int) else f"{found.tiles:,} tiles, {found.features:,} features, {found.bytes / 1e6:,.0f} MB"
        rows.append(Row(f"{what}, per million buildings", data, spent / buildings * 1e6, "CPU-s", limit=limit,
                        note=f"{said}, {wall:.1f} s, load {os.getloadavg()[0]:.1f}"))
    db.checkpoint()
    return rows


def _places(db: Database, number: int) -> list[tuple[int, int, int]]:
    """Tiles at z14 drawn by how many buildings they have, always the same ones."""
    first, last = (tiles.tile_id(number, "unit", tiles.tile_key(14, at, at)) for at in (0, 16383))
    found = db.run("select tile, count(*) as n from tiles.feature where tile between $1 and $2 and layer = $3 and seq > 0 "
                   "group by tile order by tile", [first, last, layer_number("building")]).fetchnumpy()
    weight = found["n"] / found["n"].sum()
    chosen = np.random.default_rng(5).choice(found["tile"] & (1 << 33) - 1, min(_SAMPLES, len(weight)), p=weight)
    return [(14, int(key) >> 14 & 16383, int(key) & 16383) for key in chosen]


def _largest(db: Database, data: str) -> list[Row]:
    size, key, n = db.run("select octet_length(body), id & ((1::bigint << 33) - 1), feature_count from tiles.blob order by 1 desc limit 1").fetchone()
    return [Row("the largest tile, gzipped", data, size / 1000, "kB", limit=500.0,
                note=f"z{key >> 28}/{key >> 14 & 16383}/{key & 16383}, {n:,} features")]


def _edit(db: Database, buildings: int, i: int) -> None:
    tiles.edit_building(db, "demo", 1 + i * 7919 % buildings)
