"""Rules: ID checks a second against a plain Python loop of python-stdnum, rule-checked record rows and readings a second."""

from __future__ import annotations

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from stdnum.cn import ric

from benchmarks import Row
from data.build import build
from data.connection import Database
from data.demo.numbers import id_number
from data.intake import take_in
from tests import tiny


def measure(size: str) -> list[Row]:
    """`size` s, m or l: 0.3, 1 or 3 million ID numbers."""
    n = {"s": 300_000, "l": 3_000_000}.get(size, 1_000_000)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "rules.duckdb", "4GB", 2)
        build(db)
        for hand_in in tiny.whole(Path(folder) / "in"):
            take_in(db, hand_in)
        rows += _ids(db, n)
        rows += _records(db, Path(folder), n // 5)
        rows.append(_readings(db, Path(folder), n))
        db.close()
    return rows


def _ids(db: Database, n: int) -> list[Row]:
    rng = np.random.default_rng(7)
    regions = [code for (code,) in db.run("select code from catalogue.division where since is null and until is null").fetchall()]
    births = [date(1950, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 25_000, 5_000)]
    few = [id_number(regions[int(k)], births[i], int(order)) for i, (k, order) in
           enumerate(zip(rng.integers(0, len(regions), 5_000), rng.integers(1, 999, 5_000), strict=True))]
    few[::50] = [number[:-1] + ("0" if number[-1] != "0" else "1") for number in few[::50]]
    numbers = (few * (n // len(few) + 1))[:n]
    db.cursor().register("given", pa.table({"v": numbers}))
    db.run("create or replace temp table ids as from given")
    started = time.perf_counter()
    found = db.run("select count(*) filter (is_id_number(v) and region_stood(v[1:6], year(id_birth(v)))) from ids").fetchone()[0]
    ours = n / (time.perf_counter() - started)
    started = time.perf_counter()
    right = sum(_stdnum(number) for number in few)
    theirs = len(few) / (time.perf_counter() - started)
    return [Row("ID number: shape, date, check digit, region at birth", f"{n:,} numbers, {found / n:.1%} right", ours, "rows/s", limit=300_000,
                more_is_better=True, against=f"python-stdnum loop {theirs:,.0f}/s",
                note=f"{ours / theirs:,.0f} times; stdnum finds {right / len(few):.1%} right")]


def _stdnum(number: str) -> bool:
    try:
        return ric.is_valid(number)
    except KeyError:                 # a region that its table has no county of
        return False


def _records(db: Database, folder: Path, n: int) -> list[Row]:
    units = [row["code"] for row in tiny.units() if row["level"] == "grid"]
    births = [date(1950, 1, 1) + timedelta(days=i // 1000) for i in range(n)]
    ids = [id_number("990101", birth, i % 1000) for i, birth in enumerate(births)]
    table = pa.table({"id_number": ids, "name": [f"试{i}" for i in range(n)], "sex": [str(2 - i % 1000 % 2) for i in range(n)],
                      "birth_date": [birth.isoformat() for birth in births], "mobile": [f"139{i % 10**8:08d}" for i in range(n)],
                      "unit_code": [units[i % len(units)] if i % 40 else "nowhere" for i in range(n)], "status": ["active"] * n})
    path = folder / "person.parquet"
    pq.write_table(table, path)
    receipt = take_in(db, tiny.HandIn("tiny", "police", "person", path, tiny.AS_OF))
    changed = table.set_column(1, "name", pa.array([f"改{i}" if i % 2 else f"试{i}" for i in range(n)]))
    pq.write_table(changed, folder / "again.parquet")
    again = take_in(db, tiny.HandIn("tiny", "police", "person", folder / "again.parquet", tiny.AS_OF + timedelta(days=1)))
    return [Row("persons through take_in, 20 rules", f"{n:,} rows, {one.accepted:,} accepted, {one.rejected:,} rejected, {one.duplicate:,} known",
                one.row_in / one.seconds, "rows/s", limit=5_000, more_is_better=True, note=note)
            for one, note in ((receipt, "first hand-in"), (again, "half of them changed"))]


def _readings(db: Database, folder: Path, n: int) -> Row:
    codes = [row["code"] for row in tiny.units() if row["level"] == "building"]
    hours = n // len(codes)
    start = np.datetime64("2026-11-18T00:00", "s") - np.arange(hours) * np.timedelta64(3600, "s")
    table = pa.table({"unit_code": np.tile(codes, hours), "indicator": ["water_use_m3"] * (hours * len(codes)),
                      "at": np.repeat(np.char.add(start.astype(str), "Z"), len(codes)), "value": np.arange(hours * len(codes)) % 977 / 7})
    pq.write_table(table, folder / "reading.parquet")
    receipt = take_in(db, tiny.HandIn("tiny", "water", "reading", folder / "reading.parquet", tiny.AS_OF))
    return Row("readings through take_in, 9 rules", f"{receipt.row_in:,} rows, {receipt.accepted:,} accepted", receipt.row_in / receipt.seconds,
               "rows/s", limit=50_000, more_is_better=True)
