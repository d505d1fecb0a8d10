"""What changed in a table that a source gives whole: rows new, changed and gone, exactly, without reading the base library.

Every row handed in is remembered as two 64-bit hashes (of its key, of the rest) and its key as JSON (front.seen). The
next delivery is compared in one join; only changed rows are handed in, and those that are gone as their key with `_deleted`.
Hashes are the engine's own and belong to its version: after an upgrade everything counts as changed once, and the base
library finds the duplicates. Among five million rows two keys share a hash about once in 1.5 million deliveries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from data.errors import BadInput

GONE, NUMBER = "_deleted", "_row_number"


@dataclass(frozen=True)
class Changes:
    """Exact counts of rows new, changed, gone and the same; `repeated`: rows of a key that the table says again later."""

    inserted: int
    updated: int
    deleted: int
    unchanged: int
    repeated: int = 0

    @property
    def any(self) -> bool:
        """True where there is anything to hand in."""
        return bool(self.inserted or self.updated or self.deleted)


def compare(cursor: duckdb.DuckDBPyConnection, channel: str, table: pa.Table, key: list[str]) -> Changes:
    """Compare a whole table with what the channel handed in last.

    `key`: the columns that name a row, all of them where it is empty; of a row said twice the last one counts. Leaves the
    temporary table diff_changed for `changed_rows` and `remember`. Raises BadInput for a key that is not there.
    """
    columns = _columns(table, key)
    numbered = table.append_column(NUMBER, pa.array(np.arange(1, table.num_rows + 1)))      # a window function would do it on one core
    cursor.register("diff_now", numbered)
    try:
        cursor.execute(f"create or replace temp table diff_hashed as select {_hash(key or columns)} as key_hash, {_rest(columns, key)} as row_hash, "  # noqa: S608 - quoted names
                       f"{NUMBER} as row_number from diff_now")
    finally:
        cursor.unregister("diff_now")
    counts = _join(cursor, channel)
    repeated = 0
    if _says_twice(cursor, table.num_rows, counts):
        cursor.execute("create or replace temp table diff_hashed as select key_hash, max_by(row_hash, row_number) as row_hash, "
                       "max(row_number) as row_number from diff_hashed group by key_hash")
        repeated = table.num_rows - _one(cursor, "select count(*) from diff_hashed")
        counts = _join(cursor, channel)
    inserted, updated, deleted, _ = counts
    cursor.execute("drop table diff_hashed")
    return Changes(inserted, updated, deleted, table.num_rows - repeated - inserted - updated, repeated)


def changed_rows(cursor: duckdb.DuckDBPyConnection, channel: str, table: pa.Table, key: list[str],
                 with_gone: bool = True) -> tuple[pa.Table, pa.Table]:
    """(rows to hand in, the new and changed ones alone): after `compare`. The gone ones have their key and `_deleted` = true."""
    picked = cursor.execute("select row_number - 1 from diff_changed where row_number is not null order by 1").to_arrow_table().column(0)
    fresh = table.take(picked)
    parts = gone_keys(cursor, channel) if with_gone else []
    if not parts:
        return fresh, fresh
    columns = key or _columns(table, key)
    old = pa.table({name: pa.array([row[i] for row in parts], pa.string()) for i, name in enumerate(columns)} | {GONE: pa.repeat("true", len(parts))})
    whole = fresh.append_column(GONE, pa.nulls(fresh.num_rows, pa.string()))
    return pa.concat_tables([whole, old.select([name for name in old.column_names if name in whole.column_names])], promote_options="default"), fresh


def gone_keys(cursor: duckdb.DuckDBPyConnection, channel: str) -> list[list[str | None]]:
    """The keys of the rows that are gone, in the order of the key's columns: after `compare`, before `remember`."""
    return [json.loads(text) for (text,) in cursor.execute(
        "select s.key from front.seen s join diff_changed d on d.key_hash is null and s.key_hash = d.seen_hash where s.channel = $1 order by 1",
        [channel]).fetchall()]


def remember(cursor: duckdb.DuckDBPyConnection, channel: str, fresh: pa.Table, key: list[str]) -> None:
    """Keep the changed rows as the last ones handed in: in the transaction of their batch."""
    columns = _columns(fresh, key)
    cursor.execute("delete from front.seen where channel = $1 and key_hash in (select seen_hash from diff_changed where seen_hash is not null)",
                   [channel])
    text = ", ".join(f"cast({_quoted(name)} as varchar)" for name in key or columns)
    cursor.register("diff_fresh", fresh)
    try:
        cursor.execute(f"insert into front.seen select $1, {_hash(key or columns)}, {_rest(columns, key)}, json_array({text})::varchar "  # noqa: S608 - quoted names
                       "from diff_fresh order by 2", [channel])
    finally:
        cursor.unregister("diff_fresh")
    cursor.execute("drop table if exists diff_changed")


def forget(cursor: duckdb.DuckDBPyConnection, channel: str) -> None:
    """Begin anew: the next delivery is handed in whole."""
    cursor.execute("delete from front.seen where channel = $1", [channel])


def _join(cursor: duckdb.DuckDBPyConnection, channel: str) -> tuple[int, int, int, int]:
    """Fill diff_changed; (inserted, updated, deleted, rows remembered)."""
    cursor.execute(
        "create or replace temp table diff_changed as "
        "select n.key_hash, n.row_hash, n.row_number, s.key_hash as seen_hash from diff_hashed n "
        "full join (select key_hash, row_hash from front.seen where channel = $1) s on s.key_hash = n.key_hash "
        "where s.row_hash is distinct from n.row_hash", [channel])
    found = cursor.execute("select count(*) filter (seen_hash is null), count(*) filter (seen_hash is not null and key_hash is not null), "
                           "count(*) filter (key_hash is null) from diff_changed").fetchone()
    return *found, cursor.execute("select count(*) from front.seen where channel = $1", [channel]).fetchone()[0]


def _says_twice(cursor: duckdb.DuckDBPyConnection, rows: int, counts: tuple[int, int, int, int]) -> bool:
    """True where a key stands twice in the table: told by the counts of the join, so that nothing is sorted for it."""
    inserted, _, deleted, known = counts
    if rows - inserted != known - deleted:          # matched rows of the table, matched rows that were remembered
        return True
    return inserted != _one(cursor, "select count(distinct key_hash) from diff_changed where seen_hash is null")


def _columns(table: pa.Table, key: list[str]) -> list[str]:
    """The columns in an order of their own, so that moving a column changes no row."""
    columns = sorted(table.column_names)
    missing = [name for name in key if name not in columns]
    if missing or not columns:
        raise BadInput("A column of the key is missing", "Name it as before, or map it", column=", ".join(missing), columns=", ".join(columns)[:200])
    return columns


def _one(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(cursor.execute(sql).fetchone()[0])


def _hash(columns: list[str]) -> str:
    return f"hash({', '.join(_quoted(name) for name in columns)})"


def _rest(columns: list[str], key: list[str]) -> str:
    """The hash of what is not the key: the key is equal where rows are compared."""
    rest = [name for name in columns if name not in key] if key else []
    return _hash(rest) if rest else "0::ubigint"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
