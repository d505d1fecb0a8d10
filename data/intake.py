"""The way of a batch: front → hub → check → dept or mgmt → base, in one transaction.

Replaying a file changes nothing: a batch is known by (city, source, dataset, sha-256). Whatever happens on the way,
either all of it is kept or none: a killed process, a full disk or a broken file leave the city as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from data import answers, attribute_claims, mapping, record_merge, registers, rule_run, withdrawals, work_items
from data.build import pieces, run_step
from data.connection import Database
from data.errors import BadInput
from data.fields import fields_of, record_datasets
from data.handed import read_table, sha256
from data.handin import DATASETS, HandIn

CITY_KEY = re.compile(r"[a-z0-9_-]{1,40}")
_KEYS = {"city": ("city",), "unit": ("code",), "attribute": ("unit_code",), "reading": ("unit_code",), "flow": ("origin_code",),
         "layer": ("source_id",), **{name: tuple(field.name for field in fields_of(name) if field.is_key) for name in record_datasets()}}


@dataclass(frozen=True)
class Receipt:
    """What became of a batch: `row_in == accepted + rejected + duplicate`, always."""

    batch: int
    hand_in: HandIn
    row_in: int
    accepted: int
    rejected: int
    duplicate: int
    seconds: float
    is_replay: bool = False
    rules: dict[str, int] = field(default_factory=dict)


def take_in(db: Database, hand_in: HandIn, received_at: datetime | None = None) -> Receipt:
    """Take one hand-in all the way to the base library.

    `received_at` is now unless the caller replays history. Raises Unreadable or BadInput naming the file and the
    column; nothing of the batch is kept then.
    """
    started, received_at = time.perf_counter(), received_at or datetime.now(UTC)
    if hand_in.dataset not in DATASETS:
        raise BadInput("Unknown dataset", f"Known are {', '.join(DATASETS)}", value=hand_in.dataset, file=hand_in.file)
    if not CITY_KEY.fullmatch(hand_in.city):
        raise BadInput("A city key has 1 to 40 of a–z, 0–9, - and _", value=hand_in.city, file=hand_in.file)
    digest = sha256(hand_in.file)
    table = read_table(hand_in.file)
    if hand_in.snapshot and not table.num_rows:
        raise BadInput("An empty snapshot would close everything its source has", "Hand it in with its rows", file=hand_in.file)
    with db.write() as cursor:
        known = _replayed(cursor, hand_in, digest)
        if known is not None:
            return Receipt(known, hand_in, table.num_rows, 0, 0, table.num_rows, time.perf_counter() - started, True)
        batch = _register(cursor, hand_in, table, digest, received_at)
        _to_hub(cursor, hand_in, table, batch)
        accepted, rejected, duplicate, rules = _check(cursor, hand_in, batch)
        _merge(cursor, hand_in, batch, _utc(received_at))
        if rejected:
            work_items.push(cursor, hand_in, batch, owner_of(hand_in), rejected, _utc(received_at))
        seconds = time.perf_counter() - started
        cursor.execute("insert into mgmt.outcome values ($1, $2, $3, $4, $5)",
                       [batch, accepted, rejected, duplicate, seconds])
        cursor.execute("update front.batch set state = 'based' where batch = $1", [batch])
    return Receipt(batch, hand_in, table.num_rows, accepted, rejected, duplicate, seconds, False, rules)


def _replayed(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, digest: str) -> int | None:
    """The batch that a file came as before; None for a new one, and for what says how everything is once more, after something else was said."""
    given = [hand_in.city, hand_in.source, hand_in.dataset]
    known = cursor.execute("select max(batch) from front.batch where city = $1 and source = $2 and dataset = $3 and sha256 = $4",
                           [*given, digest]).fetchone()[0]
    if known is None or not (hand_in.snapshot or hand_in.dataset == "city"):
        return known
    last, as_of = cursor.execute("select max(batch), max(as_of) from front.batch where city = $1 and source = $2 and dataset = $3", given).fetchone()
    return known if known == last or _utc(hand_in.as_of) <= as_of else None


def _register(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, table: pa.Table, digest: str, received_at: datetime) -> int:
    fingerprint = hashlib.sha256(json.dumps([[name, str(kind)] for name, kind in
                                             zip(table.schema.names, table.schema.types, strict=True)]).encode()).hexdigest()[:16]
    row = cursor.execute(
        "insert into front.batch (city, source, dataset, file_name, sha256, row_count, received_at, as_of, schema_fingerprint, snapshot, "
        "state, owner, channel, watermark, corrects) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received', $11, $12, $13, $14) "
        "returning batch",
        [hand_in.city, hand_in.source, hand_in.dataset, hand_in.file.name, digest, table.num_rows, _utc(received_at),
         _utc(hand_in.as_of), fingerprint, hand_in.snapshot, owner_of(hand_in), hand_in.channel or None, hand_in.watermark or None,
         hand_in.corrects]).fetchone()
    return int(row[0])


def owner_of(hand_in: HandIn) -> str:
    """The department that answers for a batch: who handed it in, or who owns the dataset where that is not a department."""
    if any(row["id"] == hand_in.source for row in registers.rows("departments")):
        return hand_in.source
    return next(row["owner"] for row in registers.rows("datasets") if row["id"] == hand_in.dataset)


def _to_hub(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, table: pa.Table, batch: int) -> None:
    """Keep every row verbatim; columns the dataset does not know go into `_extra` as JSON, their values as text."""
    dataset = hand_in.dataset
    columns = [(name, kind) for name, kind in cursor.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'hub' and table_name = $1 "
        "order by ordinal_position", [dataset]).fetchall() if not name.startswith("_") or name == "_deleted"]
    names = table.column_names
    if len({name.casefold() for name in names}) < len(names):
        raise BadInput("Two columns of the file have one name", "Give every column a name of its own", file=hand_in.file,
                       columns=", ".join(names)[:200])
    lacking = set(_KEYS[dataset]) - set(names)
    lacking -= mapping.supplies(cursor, hand_in) if lacking else set()
    if lacking:
        raise BadInput(f"Dataset {dataset} needs a column {min(lacking)!r}", "Rename the column that holds it", columns=", ".join(names)[:200])
    known = {name for name, _ in columns}
    extra = [name for name in names if name not in known]
    # the source's own names never become SQL: its columns are x0, x1, … and their names bound values
    cursor.register("handed_in", table.rename_columns([f"x{i}" for i in range(len(names))]))
    place = {name: f"x{i}" for i, name in enumerate(names)}
    chosen = [(place[name] if kind == "BLOB" else f"cast({place[name]} as varchar)") if name in place else f"cast(null as {kind})"
              for name, kind in columns]
    told = ", ".join(f"${2 + i}, cast({place[name]} as varchar)" for i, name in enumerate(extra))
    targets = ", ".join(f'"{name}"' for name, _ in columns)
    try:
        cursor.execute(
            f"insert into hub.{dataset} ({targets}, _extra, _batch, _row) select {', '.join(chosen)}, "  # noqa: S608 - our own names
            f"{f'json_object({told})::varchar' if extra else 'null'}, $1, row_number() over () from handed_in", [batch, *extra])
    finally:
        cursor.unregister("handed_in")


def _check(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int) -> tuple[int, int, int, dict[str, int]]:
    """Run the rules and the comparison: fills the temporary tables checked, twice, standing, same and fresh."""
    dataset = hand_in.dataset
    mapping.create_mapped(cursor, hand_in, batch)
    rule_run.check(cursor, hand_in, batch, _utc(hand_in.as_of))
    cursor.execute(
        "insert into mgmt.reject select $1, _row, $2, _fault.rule, _fault.column, _fault.value, null from checked where _fault is not null",
        [batch, dataset])
    rules = dict(cursor.execute("select rule, count(*) from mgmt.reject where batch = $1 group by rule", [batch]).fetchall())
    if f"base.{dataset}_twice" in pieces():
        run_step(cursor, f"base.{dataset}_twice", into="twice")
    if f"base.{dataset}_standing" in pieces():
        since, until, indicators = cursor.execute(
            "select min(observed_at), max(observed_at), list(distinct indicator) from checked where _fault is null").fetchone()
        run_step(cursor, f"base.{dataset}_standing", into="standing", city=hand_in.city, since=since, until=until,
                 indicators=indicators or [])
    if dataset in record_datasets():
        record_merge.same(cursor, hand_in, _utc(hand_in.as_of))
    else:
        run_step(cursor, f"base.{dataset}_same", into="same", batch=batch)
    withdrawals.absent(cursor, hand_in)
    duplicate = _count(cursor, "same")
    clean = not rules and not duplicate
    cursor.execute("drop view if exists fresh" if _is_view(cursor, "fresh") else "drop table if exists fresh")
    cursor.execute("create temp view fresh as from checked" if clean else
                   "create temp table fresh as select * from checked where _fault is null and _row not in (select _row from same)")
    columns = ", ".join(f'"{name}"' for (name,) in cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'dept' and table_name = $1 "
        "order by ordinal_position", [dataset]).fetchall())
    cursor.execute(f"insert into dept.{dataset} ({columns}) select {columns} from fresh")  # noqa: S608 - our own names
    rule_run.warn(cursor, hand_in, batch, _utc(hand_in.as_of))
    return _count(cursor, "fresh"), sum(rules.values()), duplicate, rules


def _merge(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, now: datetime) -> None:
    if hand_in.dataset == attribute_claims.DATASET:
        attribute_claims.weigh(cursor, hand_in, batch, _utc(hand_in.as_of), now)
    if hand_in.dataset in record_datasets():
        record_merge.merge(cursor, hand_in, batch, _utc(hand_in.as_of), now)
        return
    withdrawals.withdraw(cursor, hand_in, batch, _utc(hand_in.as_of))
    answers.settle(cursor, hand_in, batch)
    twice = f"base.{hand_in.dataset}_twice" in pieces() and bool(_count(cursor, "twice"))
    run_step(cursor, f"base.{hand_in.dataset}_merge", batch=batch, city=hand_in.city, source=hand_in.source,
             snapshot=hand_in.snapshot, as_of=_utc(hand_in.as_of), now=now, twice=twice)


def _count(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(cursor.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 - our own temporary tables


def _is_view(cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
    return cursor.execute("select 1 from duckdb_views() where view_name = $1 and temporary", [name]).fetchone() is not None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
