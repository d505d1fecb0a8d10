"""Requests for resources, their life and their use, as the ledger keeps them. What may happen to one is app/catalogue/desk.py's part."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import duckdb

from data.connection import Database

_COLUMNS = ("city", "resource", "owner", "sharing", "holder", "department", "purpose", "fields", "units", "since", "until", "expires_at")
_LISTED = (
    "request, city, resource, owner, sharing, holder, department, purpose, fields, units, since, until, expires_at, state, asked_at, "
    "decided_at, decided_by, ended_at, note"
)
SHOWN = 5_000


def open_request(cursor: duckdb.DuckDBPyConnection, asked: dict[str, Any], at: datetime) -> int:
    """Write a new request, in state asked; returns its number."""
    values = [_utc(asked[name]) for name in _COLUMNS]
    row = cursor.execute(
        f"insert into ledger.request ({', '.join(_COLUMNS)}, state, asked_at) "  # noqa: S608 - our own names
        f"values ({', '.join('?' * len(_COLUMNS))}, 'asked', ?) returning request",
        [*values, _utc(at)],
    ).fetchone()
    return int(row[0])


def move(cursor: duckdb.DuckDBPyConnection, request: int, state: str, at: datetime, who: str, note: str) -> None:
    """Set the state of a request; a decision and an end keep their time."""
    if state in ("granted", "refused"):
        cursor.execute(
            "update ledger.request set state = ?, decided_at = ?, decided_by = ?, note = ? where request = ?", [state, _utc(at), who, note, request]
        )
    else:
        cursor.execute(
            "update ledger.request set state = ?, ended_at = ?, note = if(? = '', note, ?) where request = ?", [state, _utc(at), note, note, request]
        )


def note_event(cursor: duckdb.DuckDBPyConnection, request: int, act: str, state: str, at: datetime, who: str, department: str, note: str) -> None:
    """Keep what was done to a request, when and by whom."""
    cursor.execute("insert into ledger.request_event values (?, ?, ?, ?, ?, ?, ?)", [request, act, state, _utc(at), who, department, note])


def request(db: Database, number: int) -> dict[str, Any] | None:
    """One request as it stands."""
    found = db.rows(f"select {_LISTED} from ledger.request where request = ?", [number])  # noqa: S608 - our own names
    return found[0] if found else None


def requests(db: Database, city: str, most: int = SHOWN, resource: str = "") -> list[dict[str, Any]]:
    """The requests of a city (of one resource where it is named), the newest first, with their use so far: calls, failed, rows, used_at."""
    return db.rows(
        f"select {', '.join('r.' + name.strip() for name in _LISTED.split(','))}, coalesce(u.calls, 0) as calls, "  # noqa: S608 - our own names
        "coalesce(u.failed, 0) as failed, coalesce(u.rows, 0) as rows, u.used_at from ledger.request r left join (select request, "
        "sum(calls)::bigint as calls, sum(failed)::bigint as failed, sum(rows)::bigint as rows, max(used_at) as used_at "
        "from ledger.request_use group by request) u on u.request = r.request where r.city = $city and ($resource = '' or r.resource = $resource) "
        "order by r.asked_at desc, r.request desc limit $most",
        {"city": city, "resource": resource, "most": most},
    )


def events(db: Database, number: int) -> list[dict[str, Any]]:
    """The life of one request, in order."""
    return db.rows(
        "select act, state, happened_at, who, department, note from ledger.request_event where request = ? order by happened_at, rowid", [number]
    )


def over(db: Database, city: str, now: datetime) -> list[int]:
    """Grants whose time is over and that still stand as granted."""
    return [
        row["request"]
        for row in db.rows("select request from ledger.request where city = ? and state = 'granted' and expires_at <= ?", [city, _utc(now)])
    ]


def months(db: Database, city: str) -> list[dict[str, Any]]:
    """By month and owner: requests asked, closed and granted, of them at once, and the mean and longest days to the decision."""
    return db.rows("select * from ledger.request_month where city = ? order by month, owner", [city])


def add_use(db: Database, request: int, rows: list[tuple[Any, ...]]) -> None:
    """Write days of use at once: (day, calls, failed, rows, seconds, used_at), none of which stands yet."""
    columns = list(zip(*rows, strict=True)) if rows else []
    if columns:
        with db.write() as cursor:
            cursor.execute(
                "insert into ledger.request_use select ?, unnest(?::date[]), unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]), "
                "unnest(?::double[]), unnest(?::timestamp[])",
                [request, *([_utc(value) for value in column] for column in columns)],
            )


def count_use(db: Database, used: dict[tuple[int, date], dict[str, Any]]) -> None:
    """Add what grants were used: {(request, day): {calls, failed, rows, seconds, used_at}}."""
    with db.write() as cursor:
        for (number, day), add in used.items():
            given = [add["calls"], add["failed"], add["rows"], add["seconds"], _utc(add["used_at"])]
            found = cursor.execute(
                "update ledger.request_use set calls = calls + ?, failed = failed + ?, rows = rows + ?, seconds = seconds + ?, "
                "used_at = greatest(used_at, ?) where request = ? and day = ? returning request",
                [*given, number, day],
            ).fetchone()
            if found is None:
                cursor.execute("insert into ledger.request_use values (?, ?, ?, ?, ?, ?, ?)", [number, day, *given])


def confirm(db: Database, city: str, resource: str, at: datetime, who: str, department: str) -> None:
    """Keep that the owner confirmed a resource as up to date."""
    with db.write() as cursor:
        cursor.execute("insert into ledger.confirmation values (?, ?, ?, ?, ?)", [city, resource, _utc(at), who, department])


def confirmed(db: Database, city: str, at: datetime) -> dict[str, datetime]:
    """When each resource was last confirmed, up to a time (naive UTC)."""
    return dict(
        db.run(
            "select resource, max(confirmed_at) from ledger.confirmation where city = ? and confirmed_at <= ? group by resource", [city, _utc(at)]
        ).fetchall()
    )


def _utc(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def keep_rates(db: Database, city: str, day: date, judged: list[tuple[str, str, int, int]]) -> bool:
    """Keep the rates of a day: (rate, department, met, total); returns False where they stand so already."""
    stands = db.run(
        "select rate, department, met, total from ledger.rate_day where city = ? and day = ? order by rate, department", [city, day]
    ).fetchall()
    if stands == sorted(judged):
        return False
    with db.write() as cursor:
        cursor.execute("delete from ledger.rate_day where city = ? and day = ?", [city, day])
        columns = list(zip(*judged, strict=True))
        if columns:
            cursor.execute(
                "insert into ledger.rate_day select ?, ?, unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::integer[]), unnest(?::integer[])",
                [city, day, *(list(column) for column in columns)],
            )
    return True


def rates(db: Database, city: str, department: str = "") -> list[dict[str, Any]]:
    """The rates of each day, of the whole city or of one department: day, rate, met, total."""
    return db.rows(
        "select day, rate, sum(met)::integer as met, sum(total)::integer as total from ledger.rate_day "
        "where city = $city and ($department = '' or department = $department) group by day, rate order by day, rate",
        {"city": city, "department": department},
    )


def last_day(db: Database, city: str) -> date | None:
    """The last day whose rates are kept."""
    return db.run("select max(day) from ledger.rate_day where city = ?", [city]).fetchone()[0]
