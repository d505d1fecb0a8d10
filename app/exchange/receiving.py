"""What becomes of a file that came by a source: looked at, compared, handed in, and written down, or held for a steward.

    arrival → columns as before? → what changed? → front batch → libraries → the tower
                    └ held/                └ nothing: nothing is handed in

All that is kept of it is kept in the batch's own transaction: a killed process leaves the source as it was, and what comes
again is a replay. Only after that transaction is anything acknowledged, moved or forgotten.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from app.errors import ChengshuError
from app.exchange.sources import Source
from data import answers, deliveries, diff, drift, mapping, withdrawals
from data.build import run_step
from data.deliveries import Delivery, State
from data.fields import record_datasets
from data.handin import HandIn
from data.intake import Receipt, take_in
from data.tables import as_table

if TYPE_CHECKING:
    from app.system import System

STREAMS = ("mqtt", "ngsi_ld")
MASS, MASS_LEAST = 0.5, 20
"""A whole table that lost more than this share of at least so many rows is held: an empty export must not close a library."""


@dataclass(frozen=True)
class Arrival:
    """A file that came by a source. `name`: as the source calls it; `state`: how far the source is read once it is in."""

    source: Source
    file: Path
    name: str
    as_of: datetime
    watermark: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an arrival: taken | unchanged | replay | held; counts are exact where the table was compared."""

    outcome: str
    receipt: Receipt | None = None
    changes: diff.Changes | None = None
    held: int | None = None
    message: str = ""
    found: tuple[drift.Drift, ...] = ()

    @property
    def body(self) -> dict[str, object]:
        """The receipt as JSON."""
        one, changes = self.receipt, self.changes
        return {
            "outcome": self.outcome,
            "message": self.message,
            "batch": one.batch if one else None,
            "rows": {"in": one.row_in, "accepted": one.accepted, "rejected": one.rejected, "duplicate": one.duplicate} if one else None,
            "rules": one.rules if one else {},
            "changes": {"inserted": changes.inserted, "updated": changes.updated, "deleted": changes.deleted, "unchanged": changes.unchanged}
            if changes else None,
            "held": self.held,
            "drift": [{"change": d.change, "column": d.column, "was": d.was, "now": d.now, "confidence": d.confidence} for d in self.found],
        }


class Folders:
    """Where the files of a source lie: beside a dropped file for a folder, in the home for the others."""

    def __init__(self, home: Path, source: Source) -> None:
        self.base = Path(source.address) if source.kind == "folder" and source.address else home / "sources" / source.id
        if not self.base.is_absolute():
            self.base = home / self.base

    def of(self, name: str) -> Path:
        """working, done, held, refused, spool or changes; made when first needed."""
        folder = self.base / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def put(self, file: Path, name: str, called: str = "") -> Path:
        """Move a file into one of the folders: as `called`, or under its name with the time before it, which is free."""
        stamp, target = datetime.now(UTC).strftime("%Y%m%dT%H%M%S"), self.of(name)
        if called:
            return file.rename(target / called)
        called = file.name
        free = next(path for n in range(10_000) if not (path := target / f"{stamp}{f'-{n}' if n else ''}-{called}").exists())
        return file.rename(free)


def receive(system: System, arrival: Arrival, by: str = "", held: int | None = None) -> Outcome:
    """Take an arrival in, or hold it. `by` and `held`: a steward decided that this held file enters as it is.

    Raises BadInput and Unreadable for a file that cannot be a table of its dataset; the try is written down.
    """
    started, at = time.perf_counter(), deliveries.now()
    source, name = arrival.source, arrival.name
    try:
        table, is_as_is = as_table(arrival.file, source.form)
        with system.db.write() as cursor:
            table, is_unfolded = mapping.unfold(cursor, source.id, source.source, source.dataset, table)
            done = _take(system, cursor, arrival, table, is_as_is and not is_unfolded, by, held)
            changes, one = done.changes, done.receipt
            deliveries.note(cursor, Delivery(
                source.id, at, time.perf_counter() - started, done.outcome, name, one.row_in if one else table.num_rows,
                *((changes.inserted, changes.updated, changes.deleted) if changes else (None, None, None)), one.batch if one else None, done.message))
    except ChengshuError as error:
        failed(system, source, at, time.perf_counter() - started, said(error), name)
        error.is_noted = True  # type: ignore[attr-defined]
        raise
    finally:
        for left in Folders(system.settings.home, source).of("changes").glob("*.parquet"):
            left.unlink(missing_ok=True)
    if done.receipt is not None:
        system.settle([done.receipt])
    return done


def said(error: ChengshuError) -> str:
    """What is wrong, for a row that people read: files by their name, without where they lie here."""
    place = {name: Path(str(value)).name if name == "file" else value for name, value in error.where.items()}
    return str(type(error)(error.fact, error.remedy, **place))


def failed(system: System, source: Source, at: datetime, seconds: float, message: str, name: str = "") -> None:
    """Write down a try that brought nothing."""
    with system.db.write() as cursor:
        deliveries.note(cursor, Delivery(source.id, at, seconds, "failed", name, message=message))


def _take(system: System, cursor: object, arrival: Arrival, table: pa.Table, is_as_is: bool, by: str, held: int | None) -> Outcome:
    """Inside the transaction: columns, changes, batch, state."""
    source = arrival.source
    columns = drift.look(table)
    before = drift.known(cursor, source.id, source.dataset)
    if source.kind in STREAMS:          # a message need not have every column: what is known stays known
        columns = drift.together(before, columns)
    found = drift.compare(before, columns)
    rule = "steward" if held is not None else source.drift
    if found and rule != "steward" and _must_wait(found, rule):
        return hold(system, cursor, arrival, tuple(found), "The columns are not those of the file before")
    if found and rule == "map":
        map_renamed(cursor, source, found, "rule")
    key = mapping.key_columns(cursor, source.id, source.source, source.dataset, table.column_names)
    changes, fresh, handed = None, table, table
    if source.is_whole:
        changes = diff.compare(cursor, source.id, table, key)
        known = changes.deleted + changes.updated + changes.unchanged
        if changes.deleted > MASS * known and known >= MASS_LEAST and held is None:
            return hold(system, cursor, arrival, (), f"{changes.deleted} of {known} rows are gone: more than half")
        if not changes.any:
            _keep(cursor, arrival, columns, found, rule)
            return Outcome("unchanged", changes=changes, found=tuple(found))
        says_gone = source.dataset in (*record_datasets(), *withdrawals.KEYS)
        if source.dataset not in ("unit", "layer"):       # these are handed in whole: what is missing gets its valid-to there
            handed, fresh = diff.changed_rows(cursor, source.id, table, key, with_gone=says_gone)
        else:
            fresh = diff.changed_rows(cursor, source.id, table, key, with_gone=False)[1]
        is_as_is = is_as_is and not known
    file = arrival.file if is_as_is else _written(system, arrival, handed)
    answers.describe(cursor, source.id, source.cadence_s, source.trust, source.latency_s)
    is_snapshot = source.is_whole and source.dataset in ("unit", "layer")
    receipt = take_in(system.db, HandIn(source.city, source.source, source.dataset, file, arrival.as_of, is_snapshot, source.id, arrival.watermark))
    if changes is not None:
        if source.dataset == "attribute" and changes.deleted and key == list(mapping.KEYS["attribute"]):
            _close(cursor, source, arrival)
        diff.remember(cursor, source.id, fresh, key)
    _keep(cursor, arrival, columns, found, rule)
    if held is not None:
        deliveries.decide(cursor, held, "entered", by, receipt.batch)
    return Outcome("replay" if receipt.is_replay else "taken", receipt, changes, found=tuple(found))


def _close(cursor: object, source: Source, arrival: Arrival) -> None:
    """Attributes that are gone get their valid-to: dataset attribute has no `_deleted`."""
    keys = diff.gone_keys(cursor, source.id)
    units, names = ([one[i] for one in keys] for i in (0, 1))
    cursor.register("gone_now", pa.table({"unit_code": pa.array(units, pa.string()), "attribute": pa.array(names, pa.string())}))
    cursor.execute("create or replace temp table diff_gone as from gone_now")
    cursor.unregister("gone_now")
    run_step(cursor, "base.attribute_close", city=source.city, channel=source.id, as_of=arrival.as_of.astimezone(UTC).replace(tzinfo=None),
             now=deliveries.now())


def _keep(cursor: object, arrival: Arrival, columns: list[drift.Column], found: list[drift.Drift], rule: str) -> None:
    source = arrival.source
    drift.accept(cursor, source.id, source.dataset, columns)
    if rule != "steward":
        drift.note(cursor, source.id, source.dataset, found, rule, "mapped" if rule == "map" else "accepted")
    if arrival.state is not None:
        deliveries.keep_state(cursor, source.id, arrival.state)


def _must_wait(found: list[drift.Drift], rule: str) -> bool:
    """By the source's rule: accept never waits, hold always, map for what a mapping cannot mend."""
    return rule == "hold" or (rule == "map" and any(one.change in ("gone", "retyped") for one in found))


def map_renamed(cursor: object, source: Source, found: list[drift.Drift], author: str) -> int:
    """A mapping for every renamed column that carried a standard field; returns how many."""
    return sum(mapping.rename(cursor, source.id, source.source, source.dataset, one.was, one.now, one.confidence, author)
               for one in found if one.change == "renamed")


def hold(system: System, cursor: object, arrival: Arrival, found: tuple[drift.Drift, ...], reason: str) -> Outcome:
    """The file waits: a row of it and of its changes; app/exchange/holding.py moves it once that is kept."""
    source, digest = arrival.source, deliveries.sha256_of(arrival.file)
    waiting = cursor.execute("select held from mgmt.held where channel = $1 and sha256 = $2 and state = 'waiting'", [source.id, digest]).fetchone()
    if waiting is None:
        target = Folders(system.settings.home, source).of("held") / f"{digest[:12]}-{arrival.name}"
        number = deliveries.hold(cursor, {
            "channel": source.id, "file_name": arrival.name, "path": str(target), "sha256": digest, "size": arrival.file.stat().st_size,
            "held_at": deliveries.now(), "reason": reason, "watermark": arrival.watermark,
            "as_of": arrival.as_of.astimezone(UTC).replace(tzinfo=None), "is_whole": source.is_whole})
        drift.note(cursor, source.id, source.dataset, list(found), source.drift, "held", number)
    else:
        number = waiting[0]
    return Outcome("held", held=number, message=reason, found=found)


def _written(system: System, arrival: Arrival, table: pa.Table) -> Path:
    """The rows that are handed in, as a file of their own.

    It says when it was made: a table that changes and changes back brings the same rows twice, and neither is a replay.
    """
    stem = Path(arrival.name).stem[:80] or "rows"
    file = Folders(system.settings.home, arrival.source).of("changes") / f"{stem}.parquet"
    pq.write_table(table.replace_schema_metadata({"as_of": arrival.as_of.isoformat()}), file, compression="zstd")
    return file
