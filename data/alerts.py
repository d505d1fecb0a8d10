"""Alerts in the database: what was raised, every step since, how far rules were evaluated, messages on their way out.

When a rule is met is app/alerts/watch.py's part, who may do what app/alerts/life.py's. Times are the city's own, in epoch
seconds; `written` is the wall clock (naive UTC).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from data.connection import Database

STATES = ("raised", "acknowledged", "assigned", "handled", "verified", "closed")
OPEN = STATES[:-1]
SEVERITIES = ("red", "orange", "yellow", "blue")
_TEXT, _NUMBER, _WHOLE = pa.string(), pa.float64(), pa.int64()
_TEXT, _NUMBER, _WHOLE = pa.string(), pa.float64(), pa.int64()
_COLUMNS = {
    "rule": _TEXT, "severity": _TEXT, "indicator": _TEXT, "level": _TEXT, "seq": _WHOLE, "code": _TEXT, "area": _TEXT, "group_no": _WHOLE,
    "value": _NUMBER, "limit_value": _NUMBER, "usual": _NUMBER, "peak": _NUMBER, "last_value": _NUMBER, "began_at": _WHOLE, "raised_at": _WHOLE,
    "last_at": _WHOLE, "ended_at": _WHOLE, "state": _TEXT, "since": _WHOLE, "due_at": _WHOLE, "owner": _TEXT, "told_at": _WHOLE}
_CHANGED = ("severity", "value", "limit_value", "usual", "peak", "last_value", "last_at", "ended_at", "state", "since", "due_at", "told_at")


def next_number(cursor: duckdb.DuckDBPyConnection) -> int:
    """The number that the next alert will have: ask and write in one transaction."""
    return int(cursor.execute("select coalesce(max(alert), 0) + 1 from mgmt.alert").fetchone()[0])


def save(cursor: duckdb.DuckDBPyConnection, city: str, new: list[dict[str, Any]], changed: list[dict[str, Any]], steps: list[dict[str, Any]],
         written: datetime) -> None:
    """Write what the evaluator found: alerts that are new, alerts that changed, and the steps of both, in order.

    A row has `alert` and every column of the table; a step alert, act, state, at and note.
    """
    names = ", ".join(_COLUMNS)
    if new:
        _put(cursor, {"alert": pa.array([row["alert"] for row in new], _WHOLE),
                      **{name: pa.array([row[name] for row in new], kind) for name, kind in _COLUMNS.items()}})
        cursor.execute(f"insert into mgmt.alert (city, alert, {names}, note, escalation) "  # noqa: S608 - our own names
                       f"select $1, alert, {names}, '', 0 from alerts_now", [city])
        cursor.unregister("alerts_now")
    if changed:
        _put(cursor, {"alert": pa.array([row["alert"] for row in changed], _WHOLE),
                      **{name: pa.array([row[name] for row in changed], _COLUMNS[name]) for name in _CHANGED}})
        cursor.execute(f"update mgmt.alert a set {', '.join(f'{name} = n.{name}' for name in _CHANGED)} "  # noqa: S608 - our own names
                       "from alerts_now n where n.alert = a.alert")
        cursor.unregister("alerts_now")
    if steps:
        _put(cursor, {"alert": pa.array([row["alert"] for row in steps], _WHOLE), "happened_at": pa.array([row["at"] for row in steps], _WHOLE),
                      **{name: pa.array([row[name] for row in steps], _TEXT) for name in ("act", "state", "note")}})
        cursor.execute("insert into mgmt.alert_event (city, alert, act, state, happened_at, written_at, who, department, note) "
                       "select $1, alert, act, state, happened_at, $2, 'system', '', note from alerts_now", [city, written])
        cursor.unregister("alerts_now")


def move(cursor: duckdb.DuckDBPyConnection, city: str, numbers: list[int], act: str, state: str, at: int, due_at: list[int | None],
         written: datetime, who: str, department: str, note: str, owner: str | None = None) -> None:
    """Bring alerts into a state and keep the step; a new owner where one is given. Acts that leave the state keep its times."""
    _put(cursor, {"alert": pa.array(numbers, _WHOLE), "due_at": pa.array(due_at, _WHOLE)})
    cursor.execute("update mgmt.alert a set since = if(a.state = $1, a.since, $2), due_at = if(a.state = $1, a.due_at, n.due_at), "
                   "escalation = if(a.state = $1, a.escalation, 0), state = $1, owner = coalesce($3, a.owner), note = if($4 = '', a.note, $4) "
                   "from alerts_now n where n.alert = a.alert", [state, at, owner, note])
    cursor.unregister("alerts_now")
    tell(cursor, city, numbers, act, state, at, written, who, department, note)


def escalate(cursor: duckdb.DuckDBPyConnection, city: str, number: int, state: str, due_at: int, at: int, written: datetime, note: str) -> None:
    """Note that nobody did the next step in time; it is due again later."""
    cursor.execute("update mgmt.alert set escalation = escalation + 1, due_at = $2 where alert = $1", [number, due_at])
    tell(cursor, city, [number], "escalate", state, at, written, note=note)


def tell(cursor: duckdb.DuckDBPyConnection, city: str, numbers: list[int], act: str, state: str, at: list[int] | int, written: datetime,
         who: str = "system", department: str = "", note: str = "") -> None:
    """Keep one step of each alert."""
    if not numbers:
        return
    times = at if isinstance(at, list) else [at] * len(numbers)
    cursor.execute("insert into mgmt.alert_event (city, alert, act, state, happened_at, written_at, who, department, note) "
                   "select $1, unnest($2::integer[]), $3, $4, unnest($5::bigint[]), $6, $7, $8, $9",
                   [city, numbers, act, state, times, written, who, department, note])


def standing(db: Database, city: str, since: int = 2**62) -> list[dict[str, Any]]:
    """The alerts that are not closed, and those closed since a time: what the evaluator goes on from."""
    return db.rows("select * from mgmt.alert where city = $1 and (state <> 'closed' or since >= $2) order by alert", [city, since])


def one(db: Database, city: str, number: int) -> dict[str, Any] | None:
    """One alert as it stands."""
    found = db.rows("select * from mgmt.alert where city = $1 and alert = $2", [city, number])
    return found[0] if found else None


def of_group(db: Database, city: str, group: int) -> list[dict[str, Any]]:
    """The alerts of one group."""
    return db.rows("select * from mgmt.alert where city = $1 and group_no = $2 order by alert", [city, group])


def version(db: Database, city: str) -> int:
    """The number of the newest step of a city's alerts; 0 before the first."""
    return int(db.run("select coalesce(max(event), 0) from mgmt.alert_event where city = $1", [city]).fetchone()[0])


def marks(db: Database, city: str) -> dict[str, int]:
    """{rule: the newest step (epoch seconds) that it was evaluated for}."""
    return dict(db.run("select rule, evaluated_at from mgmt.alert_mark where city = $1", [city]).fetchall())


def set_marks(cursor: duckdb.DuckDBPyConnection, city: str, found: dict[str, int]) -> None:
    """Keep how far rules were evaluated."""
    if found:
        cursor.execute("insert or replace into mgmt.alert_mark select $1, unnest($2::varchar[]), unnest($3::bigint[])",
                       [city, list(found), list(found.values())])


def enqueue(cursor: duckdb.DuckDBPyConnection, city: str, messages: list[tuple[int, str, str]], now: datetime) -> None:
    """Put messages (alert, channel, body) into the line of what leaves the program."""
    for alert, channel, body in messages:
        cursor.execute("insert into mgmt.alert_push (city, alert, channel, body, tries, next_at) values ($1, $2, $3, $4, 0, $5)",
                       [city, alert, channel, body, now])


def waiting(db: Database, now: datetime, most: int = 50) -> list[dict[str, Any]]:
    """The messages that are due, the oldest first."""
    return db.rows("select push, city, alert, channel, body, tries from mgmt.alert_push where done_at is null and next_at <= $1 "
                   "order by push limit $2", [now, most])


def sent(db: Database, push: int, now: datetime, error: str = "", again: datetime | None = None) -> None:
    """Note that a message arrived; or why it did not, and when it is tried again (None: never)."""
    with db.write() as cursor:
        cursor.execute("update mgmt.alert_push set tries = tries + 1, done_at = $2, next_at = $3, error = $4 where push = $1",
                       [push, None if error else now, again, error[:300]])


def _put(cursor: duckdb.DuckDBPyConnection, columns: dict[str, pa.Array]) -> None:
    cursor.register("alerts_now", pa.table(columns))
