"""The peer: PostGIS with a GiST index, the same buildings and tiles, in the same run, where a server is there."""

from __future__ import annotations

import numpy as np

from benchmarks import Row, times
from data.connection import Database

_SERVER = "host=127.0.0.1 port=5432 user=postgres connect_timeout=3"
_NAME = "chengshu_bench_tiles"
_TILE = """
select ST_AsMVT(t, 'building', 4096, 'geom', 'seq') from (
    select seq, height, min_height, floors, ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom
    from building where geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)) t
"""


def postgis(db: Database, places: list[tuple[int, int, int]], live: np.ndarray, data: str) -> list[Row]:
    """How long the same tiles take there; its tile holds buildings only, ours all layers of units."""
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
                _fill(db, peer)
                asked = times(lambda i: peer.execute(_TILE, dict(zip("zxy", places[i % len(places)], strict=True))).fetchone(), len(places), 20)
        finally:
            server.execute(f"drop database if exists {_NAME} with (force)")
    ours, theirs = np.percentile(live, 95), np.percentile(asked, 95)
    return [Row(what, data, float(theirs), "ms", *np.percentile(asked, [50, 95]), note="peer, same run; it holds the buildings only"),
            Row("ours ÷ PostGIS at p95", data, float(ours / theirs), "×", limit=0.2, note="ours with all layers of units")]


def _fill(db: Database, peer: object) -> None:
    """The shapes of theme.unit in web mercator, with a GiST index, in the order of the index."""
    peer.execute("create unlogged table building (seq integer primary key, height real, min_height real, floors integer, "
                 "geom geometry(Geometry, 3857))")
    asked = db.cursor().cursor()
    asked.execute("select u.seq, coalesce(u.height_m, 3.2)::float, coalesce(u.min_height_m, 0)::float, coalesce(u.floors_above, 0)::integer, "
                  "ST_AsWKB(ST_Transform(s.geom, 'EPSG:4326', 'EPSG:3857', true))::blob from theme.unit u "
                  "join theme.shape s using (city, level, seq) where u.city = 'demo' and u.level = 'building'")
    peer.execute("create temp table came (seq integer, height real, min_height real, floors integer, geom bytea)")
    with peer.cursor().copy("copy came from stdin (format binary)") as pipe:
        pipe.set_types(["int4", "float4", "float4", "int4", "bytea"])
        while rows := asked.fetchmany(5000):
            for row in rows:
                pipe.write_row(row)
    peer.execute("insert into building select seq, height, min_height, floors, ST_GeomFromWKB(geom, 3857) from came")
    peer.execute("create index on building using gist (geom)")
    peer.execute("cluster building using building_geom_idx")
    peer.execute("vacuum analyze building")
