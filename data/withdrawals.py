"""Readings and flows that their source takes back: rows with `_deleted`, of a hand-in or missing from a table given whole.

They get a valid-to and lie in base.<dataset>_ended, out of the tower; that they were taken back stays in dept like every version, so
that the city can be asked as it was known before (`data/as_known.py`). A source takes back what it said itself, no other's word; a row
that takes back what does not stand, or what the same batch gives, repeats what is known: it is a duplicate.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from data.handin import HandIn

KEYS = {"reading": ("indicator", "level", "seq", "observed_at"), "flow": ("level", "origin_seq", "destination_seq", "observed_at")}


def absent(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn) -> None:
    """Add to `same` the checked rows that take nothing back."""
    if not _any(cursor, hand_in, "checked where _fault is null and _deleted"):
        return
    keys = ", ".join(KEYS[hand_in.dataset])
    cursor.execute(
        f"insert into same select _row from checked c where _fault is null and _deleted and (({keys}) not in "  # noqa: S608 - our own names
        f"(select ({keys}) from ({_said(hand_in)})) or ({keys}) in (select ({keys}) from checked where _fault is null and not _deleted)) "
        "and _row not in (select _row from same)", _given(hand_in))


def withdraw(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, as_of: datetime) -> None:
    """What the fresh rows take back ends, as of the batch (UTC)."""
    if not _any(cursor, hand_in, "fresh where _deleted"):
        return
    dataset, keys = hand_in.dataset, ", ".join(KEYS[hand_in.dataset])
    cursor.execute(f"create or replace temp table ending as from ({_said(hand_in)}) "  # noqa: S608 - our own names
                   f"where ({keys}) in (select ({keys}) from fresh where _deleted)", _given(hand_in))
    cursor.execute(f"insert into base.{dataset}_ended select * exclude (id), $1::timestamp, $2::integer from ending", [as_of, batch])  # noqa: S608
    cursor.execute(f"delete from base.{dataset} where rowid in (select id from ending)")  # noqa: S608 - our own names


def _any(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, rows: str) -> bool:
    return hand_in.dataset in KEYS and cursor.execute(f"select 1 from {rows} limit 1").fetchone() is not None  # noqa: S608 - our own names


def _said(hand_in: HandIn) -> str:
    """What stands and came from the same channel, or from the same department where it has no channel."""
    return (f"select d.*, d.rowid as id from base.{hand_in.dataset} d join front.batch b on b.batch = d._batch "  # noqa: S608 - our own names
            "where d.city = $city and coalesce(b.channel, b.source) = $speaker")


def _given(hand_in: HandIn) -> dict[str, str]:
    return {"city": hand_in.city, "speaker": hand_in.channel or hand_in.source}
