"""What changed in a table of five million rows that a source gives whole, against DuckDB's full outer join on the text and pandas' merge."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import HOME, Row, cpu_seconds
from data import diff
from data.connection import Database

ROWS = {"small": 200_000, "": 5_000_000, "mega": 20_000_000}
KEY = ["id"]


def measure(size: str = "") -> list[Row]:
    """`size` small 200 000 rows, else 5 M: 0.1 % changed, 0.05 % gone, 0.05 % new."""
    count = ROWS.get(size, ROWS[""])
    home = HOME / "diff"
    home.mkdir(parents=True, exist_ok=True)
    for old in home.glob("*"):
        old.unlink()
    before, after, exact = _tables(count)
    data = f"{count:,} rows of 5 columns"
    db = Database(home / "diff.duckdb", "4GB", 2)
    with db.write() as cursor:
        cursor.execute("create table front.seen (channel varchar not null, key_hash ubigint not null, row_hash ubigint not null, key varchar)")
    with db.write() as cursor:
        started = time.perf_counter()
        first = diff.compare(cursor, "bench", before, KEY)
        _, fresh = diff.changed_rows(cursor, "bench", before, KEY)
        diff.remember(cursor, "bench", fresh, KEY)
        whole = time.perf_counter() - started
    db.checkpoint()
    del before, fresh
    gc.collect()
    with db.write() as cursor:
        started, used = time.perf_counter(), cpu_seconds()
        found = diff.compare(cursor, "bench", after, KEY)
        handed, fresh = diff.changed_rows(cursor, "bench", after, KEY)
        compared, used = time.perf_counter() - started, cpu_seconds() - used
        diff.remember(cursor, "bench", fresh, KEY)
        kept = time.perf_counter() - started - compared
    db.close()
    said = (found.inserted, found.updated, found.deleted)
    if said != exact or first.inserted != count or handed.num_rows != sum(exact):
        raise AssertionError(f"{said} where {exact} are right")
    exactly = f"{said[0]} new, {said[1]} changed, {said[2]} gone: exact; {used:.1f} s of processor time"
    peer_seconds, peer_used, peer = _duckdb(home, after, exact)
    rows = [
        Row("compare and pick the changed rows", data, compared, "s", limit=3.0, note=exactly),
        Row("the engine's own full join, over all the text kept", data, peer_seconds, "s", against=peer, note=f"{peer_used:.1f} s of processor time"),
        Row("remember the changes", data, kept, "s"),
        Row("the first delivery, all of it new", data, whole, "s"),
    ]
    if count <= ROWS[""]:
        rows.insert(
            2, Row("compare, against pandas", data, compared, "s", limit=_pandas(home, after, exact), against="pandas merge(indicator=True)")
        )
    return rows


def _tables(count: int) -> tuple[pa.Table, pa.Table, tuple[int, int, int]]:
    """(before, after, exact counts), both as text like every hand-in."""
    door = duckdb.connect(config={"threads": 2})
    door.execute(
        "create table t as select 'K' || lpad(i::varchar, 9, '0') as id, 'name ' || (i * 7919 % 1000003) as name, "
        f"(i % 97)::varchar as code, ((i * 31 % 5000) / 100.0)::varchar as amount, "
        f"(timestamp '2026-01-01' + to_seconds(i % 86400))::varchar as changed_at, "
        f"i from range({count}) r(i)"
    )
    before = door.execute("select * exclude i from t").to_arrow_table()
    after = door.execute(
        "select id, if(i % 1000 = 7, name || 'x', name) as name, code, amount, changed_at from t where i % 2000 <> 3 "
        f"union all select 'N' || i, 'new', '1', '0.5', '2026-01-01' from range({count // 2000}) r(i)"
    ).to_arrow_table()
    updated = door.execute("select count(*) from t where i % 1000 = 7 and i % 2000 <> 3").fetchone()[0]
    deleted = door.execute("select count(*) from t where i % 2000 = 3").fetchone()[0]
    door.execute(f"copy (select * exclude i from t) to '{HOME / 'diff' / 'before.parquet'}'")
    door.close()
    return before, after, (count // 2000, updated, deleted)


def _duckdb(home: Path, after: pa.Table, exact: tuple[int, int, int]) -> tuple[float, float, str]:
    """The engine's own way: the table before kept as text, a full outer join on the key, all columns compared."""
    door = duckdb.connect(str(home / "peer.duckdb"), config={"threads": 2, "memory_limit": "4GB"})
    door.execute(f"create table before as from '{home / 'before.parquet'}'")
    door.execute("checkpoint")
    door.register("after", after)
    started, used = time.perf_counter(), cpu_seconds()
    door.execute(
        "create temp table changed as select coalesce(a.id, b.id) as id, b.id is null as is_new, a.id is null as is_gone, a.* exclude id "
        "from after a full join before b on a.id = b.id where a.id is null or b.id is null "
        "or a.name <> b.name or a.code <> b.code or a.amount <> b.amount "
        "or a.changed_at <> b.changed_at"
    )
    found = door.execute(
        "select count(*) filter (is_new), count(*) filter (not is_new and not is_gone), count(*) filter (is_gone) "
        "from changed"
    ).fetchone()
    seconds, used = time.perf_counter() - started, cpu_seconds() - used
    door.close()
    if found != exact:
        raise AssertionError(f"the peer says {found}, {exact} are right")
    return seconds, used, f"DuckDB {duckdb.__version__} full join on text"


def _pandas(home: Path, after: pa.Table, exact: tuple[int, int, int]) -> float:
    """What an analyst would write."""
    import pandas as pd

    before = pd.read_parquet(home / "before.parquet")
    now = after.to_pandas()
    started = time.perf_counter()
    both = now.merge(before, on="id", how="outer", suffixes=("", "_before"), indicator=True)
    there = both["_merge"] == "both"
    changed = there & (
        (both["name"] != both["name_before"])
        | (both["code"] != both["code_before"])
        | (both["amount"] != both["amount_before"])
        | (both["changed_at"] != both["changed_at_before"])
    )
    found = (int((both["_merge"] == "left_only").sum()), int(changed.sum()), int((both["_merge"] == "right_only").sum()))
    seconds = time.perf_counter() - started
    if found != exact:
        raise AssertionError(f"pandas says {found}, {exact} are right")
    return seconds
