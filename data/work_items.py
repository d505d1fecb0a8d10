"""Work items in the database: rejected rows on their way home, 推送 pushed → 签收 signed → 整改 corrected → 复核 reviewed → 关闭 closed.

What an act does to the state is here; who may act is app/quality/work.py's part.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from data.connection import Database
from data.errors import BadInput, Busy, NotFound
from data.handin import HandIn

STATES = ("pushed", "signed", "corrected", "reviewed", "closed")
# act → the states it is done in, the state it leads to
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "sign": (("pushed",), "signed"),
    "correct": (("signed",), "corrected"),
    "explain": (("signed",), "corrected"),
    "return": (("corrected",), "signed"),
    "review": (("corrected",), "reviewed"),
    "close": (("reviewed",), "closed"),
}


def push(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, owner: str, rejected: int, at: datetime) -> int:
    """Send the rejected rows of a batch back to its owner; returns the number of the item."""
    item = int(cursor.execute(
        "insert into mgmt.work_item (city, batch, dataset, source, owner, row_count, state, since, pushed_at, reminders) "
        "values ($1, $2, $3, $4, $5, $6, 'pushed', $7, $7, 0) returning item",
        [hand_in.city, batch, hand_in.dataset, hand_in.source, owner, rejected, at]).fetchone()[0])
    _tell(cursor, item, at, "push", "pushed", "system", "", "", batch)
    return item


def act(db: Database, item: int, what: str, who: str, department: str, at: datetime, note: str = "", batch: int | None = None) -> str:
    """Do one act; returns the new state. Raises NotFound, BadInput for an unknown act, Busy where the item stands elsewhere by now."""
    if what not in ACTS:
        raise BadInput("No such act", f"Acts are {', '.join(ACTS)}", value=what)
    before, after = ACTS[what]
    with db.write() as cursor:
        row = cursor.execute("select state from mgmt.work_item where item = $1", [item]).fetchone()
        if row is None:
            raise NotFound("No such work item", "Reload the page", value=item)
        if row[0] not in before:
            raise Busy("The work item stands elsewhere by now", "Reload the page", value=row[0])
        cursor.execute("update mgmt.work_item set state = $2, since = $3, reminders = 0, reminded_at = null, "
                       "corrected_batch = coalesce($4, corrected_batch) where item = $1", [item, after, at, batch])
        _tell(cursor, item, at, what, after, who, department, note, batch)
    return after


def remind(db: Database, items: list[int], who: str, department: str, at: datetime) -> int:
    """Note that the department was reminded of these items; returns how many."""
    with db.write() as cursor:
        for item in items:
            cursor.execute("update mgmt.work_item set reminders = reminders + 1, reminded_at = $2 where item = $1", [item, at])
            state = cursor.execute("select state from mgmt.work_item where item = $1", [item]).fetchone()
            _tell(cursor, item, at, "remind", state[0], who, department, "", None)
    return len(items)


def rejected_rows(db: Database, item: int, dataset: str) -> tuple[list[str], list[dict[str, Any]]]:
    """The rejected rows of an item as they were handed in: (columns of the file, rows with `_row` and `_rule`).

    Geometry is left out: text cannot carry it.
    """
    columns = [name for name, kind in db.run(
        "select column_name, data_type from information_schema.columns where table_schema = 'hub' and table_name = $1 order by ordinal_position",
        [dataset]).fetchall() if kind != "BLOB" and (not name.startswith("_") or name == "_deleted")]
    named = ", ".join(f'h."{name}"' for name in columns)
    rows = db.rows(
        f"select r.row as _row, r.rule as _rule, r.column_name as _column, {named}, h._extra "  # noqa: S608 - our own names
        f"from mgmt.work_item w join mgmt.reject r on r.batch = w.batch join hub.{dataset} h on h._batch = r.batch and h._row = r.row "
        "where w.item = $1 order by r.row", [item])
    used = [name for name in columns if any(row[name] is not None for row in rows)]
    return used, rows


def _tell(cursor: duckdb.DuckDBPyConnection, item: int, at: datetime, what: str, state: str, who: str, department: str, note: str,
          batch: int | None) -> None:
    cursor.execute("insert into mgmt.work_event values ($1, $2, $3, $4, $5, $6, $7, $8)",
                   [item, at, what, state, who, department, note or None, batch])
