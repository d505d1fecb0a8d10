"""What travels: `run.py serve` as a process of its own on the demo city, asked by eight keep-alive connections."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import numpy as np

from app.settings import load
from app.system import System
from benchmarks import HOME, Row, _bare, spread
from benchmarks._city import demo
from benchmarks._clients import Answers, cookies, drive, served
from data.tiles import MAX_ZOOM

_CLIENTS = 8


def measure(size: str = "") -> list[Row]:
    """On the demo city (`size` small, city)."""
    size = size or "city"
    system = demo(size)
    version, addresses = system.city("demo").geometry_version, _addresses(system)
    buildings = next(int(row["standing"]) for row in system.unit_counts("demo") if row["level"] == "building")
    inside = [name for name, row in system.indicators.items() if row.native_level in ("building", "floor")
              and system.values("demo").cube(name).levels["building"].value.any()]
    system.close()
    data = f"{len(addresses):,} tiles of {buildings:,} buildings"
    rows = []
    with served(home := _without_blobs(size)) as port:
        live = drive(port, [f"/tiles/demo/0/{where}" for where in addresses], headers=cookies(home))
        rows.append(spread(f"tiles cut and encoded when asked, {_CLIENTS} clients", data, live.found, 60.0, note=_said(live)))
    with served(HOME / size) as port:
        who = cookies(HOME / size)
        paths = [f"/tiles/demo/{version}/{where}" for where in addresses]
        first = drive(port, paths, headers=who)
        rows.append(spread(f"baked tiles never asked before, {_CLIENTS} clients", data, first.found, 60.0, note=_said(first)))
        kept = drive(port, itertools.cycle(paths), seconds=5, headers=who)
        rows.append(Row(f"kept tiles, {_CLIENTS} clients", data, kept.per_second, "/s", *np.percentile(kept.found, [50, 95]), limit=2000.0,
                        more_is_better=True, note=_said(kept)))
        bare = _bare.asked(int(np.mean(kept.sizes)), _CLIENTS, 5)
        again = drive(port, itertools.cycle(paths), seconds=5, headers=who)
        rows.append(Row("a bare waitress, the same bytes", f"{np.mean(kept.sizes) / 1000:.1f} kB an answer", bare.per_second, "/s",
                        *np.percentile(bare.found, [50, 95]), note="peer, in turns: no route, no right, no trail"))
        share = (kept.per_second + again.per_second) / 2 / bare.per_second
        rows.append(Row("kept tiles / the bare peer", data, share, "of its rate", more_is_better=True,
                        note=f"kept tiles before and after it: {kept.per_second:,.0f} and {again.per_second:,.0f}/s"))
        rows.append(_unchanged(port, paths[0], data, who))
        rows += _values(port, inside, buildings, who)
    return rows


def _addresses(system: System) -> list[str]:
    """Every tile of the two finest zooms, in an order without pattern."""
    keys = [key for (key,) in system.db.run("select distinct tile & ((1::bigint << 33) - 1) as key from tiles.feature where tile >> 28 & 31 >= $1 "
                                            "order by hash(key)", [MAX_ZOOM - 1]).fetchall()]
    return [f"{group}/{key >> 28}/{key >> 14 & 16383}/{key & 16383}.mvt" for key in keys for group in ("unit", "base")]


def _without_blobs(size: str) -> Path:
    """A copy of the city in which nothing is baked."""
    home = HOME / f"{size}-live"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copy(HOME / size / "chengshu.duckdb", home)
    system = System(load(home=home, demo="off"))
    with system.db.write() as cursor:
        cursor.execute("delete from tiles.blob")
        cursor.execute("update base.city set geometry_version = 0")
    system.close()
    return home


def _unchanged(port: int, path: str, data: str, who: str) -> Row:
    from urllib.request import Request, urlopen

    with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": who.split(": ", 1)[1].strip()}), timeout=10) as answer:
        mark = answer.headers["ETag"]
    again = drive(port, itertools.repeat(path, 4000), seconds=3, headers=f"{who}If-None-Match: {mark}\r\n")
    return Row("a tile the browser has (304)", data, again.per_second, "/s", *np.percentile(again.found, [50, 95]), note=_said(again))


def _values(port: int, indicators: list[str], buildings: int, who: str) -> list[Row]:
    """Switching the indicator: the class bytes of every building, and the legend."""
    paths = [f"/values/demo/{name}/building/latest.bin?by={by}" for name in indicators for by in ("quantile", "threshold")]
    legends = [path.replace(".bin", ".json") for path in paths]
    drive(port, paths[:1], 1, headers=who)
    first = drive(port, paths, 1, headers=who)
    kept, told = drive(port, paths * 30, seconds=4, headers=who), drive(port, legends, 1, headers=who)
    data = f"{buildings:,} buildings, {len(indicators)} indicators"
    largest = max(first.sizes) / 1000
    return [Row("bytes that switch the indicator, per 60 000 buildings", data, largest * 60_000 / buildings, "kB", limit=20.0,
                note=f"the largest moves {largest:.1f} kB, the mean {np.mean(first.sizes) / 1000:.1f} kB for all {buildings:,}"),
            spread("values of an indicator asked for the first time", data, first.found),
            spread(f"values kept, {_CLIENTS} clients", data, kept.found, note=_said(kept)),
            spread("legend of an indicator", data, told.found, note=_said(told))]


def _said(answers: Answers) -> str:
    """Statuses, rate and size."""
    return f"{answers.statuses}, {answers.per_second:,.0f}/s, {np.mean(answers.sizes) / 1000:,.1f} kB each"
