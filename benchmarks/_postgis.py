"""The peer: PostGIS with GiST indexes, the same units, layers and tiles, in the same run, where a server is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import Row, times
from data.connection import Database

_SERVER = "host=127.0.0.1 port=5432 user=postgres connect_timeout=3"
_NAME = "chengshu_bench_tiles"
_SHAPES = ("city", "district", "street", "community", "grid", "building")
_POINTS = ("district", "street", "community")
_COLUMNS = {"building": "seq, height, min_height, floors"}
_TILE = """
coalesce((select ST_AsMVT(t, '{layer}', 4096, 'geom', 'seq') from (
    select {columns}, ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom
    from {layer} where geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)) t), '')
"""


def postgis(db: Database, places: list[tuple[int, int, int]], ours: Callable[[int], object], data: str) -> list[Row]:
    """How long the same tiles take there: every layer of units, one statement a tile; asked in turns with ours."""
    what = "the same in PostGIS, ST_AsMVT over GiST"
    try:
        import psycopg
    except ImportError:
        return [Row(what, data, 0, "-", note="left out: psycopg is not installed")]
    try:
        server = psycopg.connect(_SERVER + " dbname=postgres", autocommit=True)
    except psycopg.OperationalError as error:
        return [Row(what, data, 0, "-", note=f"left out: no PostgreSQL on 127.0.0.1:5432 ({str(error).splitlines()[0][:80]})")]
    with server:
        server.execute(f"drop database if exists {_NAME} with (force)")
        server.execute(f"create database {_NAME}")
        try:
            with psycopg.connect(f"{_SERVER} dbname={_NAME}", autocommit=True) as peer:
                try:
                    peer.execute("create extension postgis")
                except psycopg.Error as error:
                    return [Row(what, data, 0, "-", note=f"left out: no PostGIS ({str(error).splitlines()[0][:80]})")]
                for level in _SHAPES:
                    _fill(db, peer, level)
                for level in _POINTS:
                    _points(peer, level)
                peer.execute("vacuum analyze")
                layers = " || ".join(_TILE.format(layer=layer, columns=_COLUMNS.get(layer, "seq, name_zh, name_en"))
                                     for layer in (*_SHAPES, *(f"{level}_point" for level in _POINTS)))
                ask = lambda i: peer.execute(  # noqa: E731
                    f"select {layers}", dict(zip("zxy", places[i % len(places)], strict=True))).fetchone()
                live, asked = _in_turns(ours, ask, len(places))
        finally:
            server.execute(f"drop database if exists {_NAME} with (force)")
    mine, theirs = np.percentile(live, 95), np.percentile(asked, 95)
    return [Row(what, data, float(theirs), "ms", *np.percentile(asked, [50, 95]),
                note="peer, same run, same layers; its tables clustered by their index, both asked once before"),
            Row("ours ÷ PostGIS at p95", data, float(mine / theirs), "×", limit=0.2,
                note=f"p50 {np.median(live):.2f} and {np.median(asked):.2f}, p95 {mine:.2f} and {theirs:.2f} ms, asked in turns")]


def _in_turns(ours: Callable[[int], object], theirs: Callable[[int], object], rounds: int, together: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of both after one round that does not count; some of ours, some of theirs, so that what else runs hits both."""
    times(ours, 1, rounds)
    times(theirs, 1, rounds)
    found = [[times(one, min(together, rounds - first), 2, first) for one in (ours, theirs)] for first in range(0, rounds, together)]
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _fill(db: Database, peer: Any, level: str) -> None:
    """The units of a level with their shapes in web mercator, in the order of a GiST index."""
    columns = "seq integer, name_zh text, name_en text, height real, min_height real, floors integer, x float8, y float8"
    asked = db.cursor().cursor()
    asked.execute("select u.seq, u.name_zh, u.name_en, coalesce(u.height_m, 3.2)::float, coalesce(u.min_height_m, 0)::float, "
                  "coalesce(u.floors_above, 0)::integer, mercator_x(u.lon), mercator_y(u.lat), "
                  "ST_AsWKB(ST_Transform(s.geom, 'EPSG:4326', 'EPSG:3857', true))::blob from theme.unit u "
                  "join theme.shape s using (city, level, seq) where u.city = 'demo' and u.level = $1", [level])
    peer.execute(f"create temp table came ({columns}, geom bytea)")
    with peer.cursor().copy("copy came from stdin (format binary)") as pipe:
        pipe.set_types(["int4", "text", "text", "float4", "float4", "int4", "float8", "float8", "bytea"])
        while rows := asked.fetchmany(5000):
            for row in rows:
                pipe.write_row(row)
    peer.execute(f"create unlogged table {level} ({columns}, geom geometry(Geometry, 3857))")
    peer.execute(f"insert into {level} select seq, name_zh, name_en, height, min_height, floors, x, y, ST_GeomFromWKB(geom, 3857) from came")
    peer.execute("drop table came")
    _index(peer, level)


def _points(peer: Any, level: str) -> None:
    peer.execute(f"create unlogged table {level}_point as select seq, name_zh, name_en, ST_SetSRID(ST_MakePoint(x, y), 3857) as geom from {level}")
    _index(peer, f"{level}_point")


def _index(peer: Any, table: str) -> None:
    peer.execute(f"create index {table}_at on {table} using gist (geom)")
    peer.execute(f"cluster {table} using {table}_at")
