"""What is kept of the sources beside their batches: how far each was read, every try, every file that waits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data.connection import Database


@dataclass(frozen=True)
class State:
    """How far a source was read. `edge`: hashes of the rows at the watermark, which may come again beside new ones."""

    watermark: str = ""
    edge: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class Delivery:
    """One try: outcome taken | unchanged | held | refused | failed, and exact counts of what changed."""

    channel: str
    started_at: datetime
    seconds: float
    outcome: str
    file_name: str = ""
    row_in: int = 0
    inserted: int | None = None
    updated: int | None = None
    deleted: int | None = None
    batch: int | None = None
    message: str = ""


def now() -> datetime:
    """This moment as the database keeps it: UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def sha256_of(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def state(db: Database, channel: str) -> State:
    """How far the source was read; all empty before the first time."""
    found = db.run("select watermark, edge, etag, modified from front.source_state where channel = $1", [channel]).fetchone()
    return State(*(part or "" for part in found)) if found else State()


def keep_state(cursor: duckdb.DuckDBPyConnection, channel: str, one: State) -> None:
    """Remember how far: in the transaction of the batch that it belongs to."""
    cursor.execute("insert or replace into front.source_state values ($1, $2, $3, $4, $5)",
                   [channel, one.watermark, one.edge, one.etag, one.modified])


def note(cursor: duckdb.DuckDBPyConnection, one: Delivery) -> None:
    """Write a try down."""
    cursor.execute(
        "insert into front.delivery (channel, started_at, seconds, outcome, file_name, row_in, inserted, updated, deleted, batch, message) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [one.channel, one.started_at, one.seconds, one.outcome, one.file_name[:200], one.row_in, one.inserted, one.updated, one.deleted, one.batch,
         one.message[:500]])


def hold(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> int:
    """A file waits for a steward; returns its number."""
    names = ("channel", "file_name", "path", "sha256", "size", "held_at", "reason", "watermark", "as_of", "is_whole")
    return int(cursor.execute(
        f"insert into mgmt.held ({', '.join(names)}, state) values ({', '.join(f'${i}' for i in range(1, 11))}, 'waiting') returning held",  # noqa: S608
        [row[name] for name in names]).fetchone()[0])


def held(db: Database, number: int) -> dict[str, Any] | None:
    """A file that waits or waited."""
    found = db.rows("select * from mgmt.held where held = $1", [number])
    return found[0] if found else None


def decide(cursor: duckdb.DuckDBPyConnection, number: int, state_: str, by: str, batch: int | None = None) -> bool:
    """Write a decision down, once; False where somebody was faster."""
    done = cursor.execute("update mgmt.held set state = $2, decided_by = $3, decided_at = $4, batch = $5 "
                          "where held = $1 and state = 'waiting' returning held",
                          [number, state_, by, now(), batch]).fetchone()
    if done:
        cursor.execute("update mgmt.drift set state = $2, decided_by = $3, decided_at = $4 where held = $1", [number, state_, by, now()])
    return done is not None
