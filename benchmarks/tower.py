"""The tower at 50 million readings: the full roll-up against DuckDB's scan of the same columns, and batches that arrive."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa

from app.indicators.cube import Cube
from app.indicators.registry import Indicator
from app.units.hierarchy import Hierarchy
from app.units.tower import Tree, roll_up
from benchmarks import Row, times
from data.connection import Database
from data.levels import LEVELS

SIZES = {"city": 1, "district": 11, "street": 170, "community": 2_700, "grid": 12_000, "building": 60_000, "floor": 500_000}


def tree() -> Tree:
    """A city of half a million floors, siblings of uneven number."""
    rng = np.random.default_rng(7)
    parents = {}
    for above, below in zip(LEVELS[:-1], LEVELS[1:], strict=True):
        every = np.arange(SIZES[above])
        more = rng.integers(0, SIZES[above], SIZES[below] - SIZES[above]) if SIZES[below] > SIZES[above] else np.empty(0, int)
        parents[below] = np.sort(np.r_[every, more])
    return Tree.of(parents, SIZES)


def measure(size: str = "") -> list[Row]:
    """`size` is the number of steps (104 steps × 500 000 floors = 52 M readings)."""
    steps = int(size or 104)
    whole, rng = tree(), np.random.default_rng(1)
    cube = rng.integers(0, 1000, (SIZES["floor"], steps)).astype(np.float64).T          # unit by unit, as app/indicators/cube.py fills it
    label = f"{cube.size / 1e6:.0f} M readings, 7 levels"
    rolled = roll_up(whole, "floor", cube, "sum", gaps=False)
    full = times(lambda _: roll_up(whole, "floor", cube, "sum", gaps=False), 5, 1)
    holes = times(lambda _: roll_up(whole, "floor", cube, "sum"), 3, 1)
    db = Database(":memory:", "4GB", 2)
    db.run("create table reading (step integer, seq integer, value double)")
    for step in range(steps):
        chunk = pa.table({"step": np.full(SIZES["floor"], step, np.int32), "seq": np.arange(SIZES["floor"], dtype=np.int32), "value": cube[step]})
        db.cursor().register("chunk", chunk)
        db.run("insert into reading select * from chunk")
    scan = times(lambda _: db.run("select sum(value), sum(seq), sum(step) from reading").fetchall(), 5, 1)
    rows = [
        Row("full roll-up, all levels", label, float(np.median(full)), limit=float(np.median(scan)), against="DuckDB scan of the same columns",
            note=f"{np.median(scan):.0f} ms"),
        Row("full roll-up, looking for gaps", label, float(np.median(holes)), limit=None, against="the same, nothing known about gaps"),
    ]
    rows += _sql(db, whole, cube, rolled, label)
    db.close()
    return rows + _batches(whole, cube)


def _sql(db: Database, whole: Tree, cube: np.ndarray, rolled: dict, label: str) -> list[Row]:
    """Plain SQL, level by level, as the peer and the oracle."""
    for level in LEVELS[1:]:
        parent = whole.folds[level].parent.astype(np.int32)
        db.cursor().register("parents_now", pa.table({"seq": np.arange(SIZES[level], dtype=np.int32), "parent": parent}))
        db.run(f"create table parent_{level} as from parents_now")  # level: a constant of ours
    start, source = time.perf_counter(), "reading"
    for level, above in zip(LEVELS[::-1][:-1], LEVELS[::-1][1:], strict=True):
        db.run(f"create or replace table at_{above} as select r.step, p.parent as seq, sum(r.value) as value "
               f"from {source} r join parent_{level} p using (seq) group by all")
        source = f"at_{above}"
    spent = (time.perf_counter() - start) * 1000
    different = 0
    for above in LEVELS[:-1]:
        found = db.run(f"select step, seq, value from at_{above}").fetchnumpy()
        dense = np.zeros((cube.shape[0], SIZES[above]))
        dense[found["step"], found["seq"]] = found["value"]
        different += int((dense != rolled[above].total).sum())
    return [Row("the same in SQL, level by level", label, spent, note="peer, same run"),
            Row("values that differ from SQL", label, different, "values", limit=0, against="identical results")]


def _batches(whole: Tree, cube: np.ndarray) -> list[Row]:
    """Readings that arrive: from arrays of (unit, time, value) to the city's value."""
    hierarchy = Hierarchy((0,), (whole,), SIZES)
    indicator = Indicator("energy", "", "", "power", "kWh", 0, "band", "R", (), "", "PT1H", "", "floor", "sum", "none", 1.0, 0, "", "")
    live = Cube(indicator, hierarchy, "UTC")
    every = np.arange(SIZES["floor"])
    base = 24
    for hour in range(base):
        live.put(every, np.full(every.size, hour * 3600), cube[hour % cube.shape[0]], None)
    rows, rng = [], np.random.default_rng(2)
    for count, limit in ((2_000_000, 150.0), (100_000, 50.0)):
        hours = max(1, count // SIZES["floor"])
        units = np.concatenate([every] * hours) if count >= SIZES["floor"] else np.sort(rng.choice(every, count, replace=False))
        value = rng.integers(0, 1000, units.size).astype(float)
        spent = []
        for round_ in range(7):
            at = (base + round_ * hours + np.repeat(np.arange(hours), units.size // hours)) * 3600
            shuffle = rng.permutation(units.size)
            a, b, c = units[shuffle], at[shuffle], value[shuffle]
            start = time.perf_counter()
            live.put(a, b, c, None)
            spent.append((time.perf_counter() - start) * 1000)
            assert live.values("city", live.at("city"))[0] > 0
        base += 7 * hours
        rows.append(Row(f"a batch of {count:,} readings reaches the city level", "cube of 500 000 floors × 24+ steps",
                        float(np.median(spent)), limit=limit, against="from typed columns; front and hub not counted"))
    return rows
