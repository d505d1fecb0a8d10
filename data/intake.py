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
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from data.build import pieces, run_step
from data.connection import Database
from data.errors import BadInput, Unreadable
from data.handin import DATASETS, HandIn

CITY_KEY = re.compile(r"[a-z0-9_-]{1,40}")
_KEYS = {"city": "city", "unit": "code", "attribute": "unit_code", "reading": "unit_code", "flow": "origin_code", "layer": "source_id"}


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
    started = time.perf_counter()
    if hand_in.dataset not in DATASETS:
        raise BadInput("Unknown dataset", f"Known are {', '.join(DATASETS)}", value=hand_in.dataset, file=hand_in.file)
    if not CITY_KEY.fullmatch(hand_in.city):
        raise BadInput("A city key has 1 to 40 of a–z, 0–9, - and _", value=hand_in.city, file=hand_in.file)
    digest = _sha256(hand_in.file)
    table = read_table(hand_in.file)
    with db.write() as cursor:
        known = cursor.execute(
            "select batch from front.batch where city = $1 and source = $2 and dataset = $3 and sha256 = $4",
            [hand_in.city, hand_in.source, hand_in.dataset, digest]).fetchone()
        if known:
            return Receipt(known[0], hand_in, table.num_rows, 0, 0, table.num_rows, time.perf_counter() - started, True)
        batch = _register(cursor, hand_in, table, digest, received_at or datetime.now(UTC))
        _to_hub(cursor, hand_in.dataset, table, batch)
        accepted, rejected, duplicate, rules = _check(cursor, hand_in, batch)
        _merge(cursor, hand_in, batch)
        seconds = time.perf_counter() - started
        cursor.execute("insert into mgmt.outcome values ($1, $2, $3, $4, $5)",
                       [batch, accepted, rejected, duplicate, seconds])
        cursor.execute("update front.batch set state = 'based' where batch = $1", [batch])
    return Receipt(batch, hand_in, table.num_rows, accepted, rejected, duplicate, seconds, False, rules)


def read_table(path: Path) -> pa.Table:
    """A hand-in file as an Arrow table: Parquet as it is, CSV as text. Raises Unreadable naming file and reason."""
    try:
        with path.open("rb") as handle:
            head = handle.read(4)
        if head == b"PAR1":
            return pq.read_table(path)
        text = _decode(path.read_bytes(), path)
        names = text.split("\n", 1)[0].strip().split(",")
        return pyarrow.csv.read_csv(
            pa.BufferReader(text.encode()), convert_options=pyarrow.csv.ConvertOptions(
                column_types={name.strip('"'): pa.string() for name in names}, strings_can_be_null=True, null_values=[""]))
    except OSError as error:
        raise Unreadable("The file cannot be read", "Check that it exists and may be read", file=path, reason=error) from error
    except pa.ArrowException as error:
        raise Unreadable("The file is not a whole Parquet or CSV table", "Export it again and hand it in anew",
                         file=path, reason=str(error).splitlines()[0]) from error


def _decode(raw: bytes, path: Path) -> str:
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise Unreadable("The text has NUL bytes", "Export it again as plain CSV", file=path, row=row)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("The text is neither UTF-8 nor GB 18030", "Save it as UTF-8", file=path)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable("The file cannot be read", "Check that it exists and may be read", file=path, reason=error) from error


def _register(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, table: pa.Table, digest: str, received_at: datetime) -> int:
    fingerprint = hashlib.sha256(json.dumps([[name, str(kind)] for name, kind in
                                             zip(table.schema.names, table.schema.types, strict=True)]).encode()).hexdigest()[:16]
    row = cursor.execute(
        "insert into front.batch (city, source, dataset, file_name, sha256, row_count, received_at, as_of, "
        "schema_fingerprint, snapshot, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'received') returning batch",
        [hand_in.city, hand_in.source, hand_in.dataset, hand_in.file.name, digest, table.num_rows, _utc(received_at),
         _utc(hand_in.as_of), fingerprint, hand_in.snapshot]).fetchone()
    return int(row[0])


def _to_hub(cursor: duckdb.DuckDBPyConnection, dataset: str, table: pa.Table, batch: int) -> None:
    """Keep every row verbatim; columns the dataset does not know go into `_extra` as JSON."""
    columns = [(name, kind) for name, kind in cursor.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'hub' and table_name = $1 "
        "order by ordinal_position", [dataset]).fetchall() if not name.startswith("_")]
    known = {name for name, _ in columns}
    if _KEYS[dataset] not in table.column_names:
        raise BadInput(f"Dataset {dataset} needs a column {_KEYS[dataset]!r}", "Rename the column that holds it",
                       columns=", ".join(table.column_names)[:200])
    extra = [name for name in table.column_names if name not in known]
    if extra:
        rows = table.select(extra).to_pylist()
        table = table.append_column("_extra", pa.array([json.dumps(row, ensure_ascii=False, default=str) for row in rows]))
    cursor.register("handed_in", table.select([name for name in table.column_names if name not in extra]))
    chosen = ", ".join(
        (f'"{name}"' if kind == "BLOB" else f'cast("{name}" as varchar)') if name in table.column_names else f"cast(null as {kind})"
        for name, kind in columns)   # names and kinds come from our own DDL
    try:
        cursor.execute(
            f"insert into hub.{dataset} select {chosen}, {'_extra' if extra else 'null'}, $1, "  # noqa: S608 - our own names
            "row_number() over () from handed_in", [batch])
    finally:
        cursor.unregister("handed_in")


def _check(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int) -> tuple[int, int, int, dict[str, int]]:
    """Run the rules and the comparison: fills the temporary tables checked, twice, standing, same and fresh."""
    dataset = hand_in.dataset
    run_step(cursor, f"dept.{dataset}_check", into="checked", batch=batch)
    cursor.execute(
        "insert into mgmt.reject select $1, _row, $2, _fault.rule, _fault.column, "
        "if(length(_fault.value) > 40, _fault.value[1:37] || '…', _fault.value), null from checked where _fault is not null",
        [batch, dataset])
    rules = dict(cursor.execute("select rule, count(*) from mgmt.reject where batch = $1 group by rule", [batch]).fetchall())
    if f"base.{dataset}_twice" in pieces():
        run_step(cursor, f"base.{dataset}_twice", into="twice")
    if f"base.{dataset}_standing" in pieces():
        since, until, indicators = cursor.execute(
            "select min(observed_at), max(observed_at), list(distinct indicator) from checked where _fault is null").fetchone()
        run_step(cursor, f"base.{dataset}_standing", into="standing", city=hand_in.city, since=since, until=until,
                 indicators=indicators or [])
    run_step(cursor, f"base.{dataset}_same", into="same", batch=batch)
    duplicate = _count(cursor, "same")
    clean = not rules and not duplicate
    cursor.execute("drop view if exists fresh" if _is_view(cursor, "fresh") else "drop table if exists fresh")
    cursor.execute("create temp view fresh as from checked" if clean else
                   "create temp table fresh as select * from checked where _fault is null and _row not in (select _row from same)")
    columns = ", ".join(name for (name,) in cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'dept' and table_name = $1 "
        "order by ordinal_position", [dataset]).fetchall())
    cursor.execute(f"insert into dept.{dataset} select {columns} from fresh")  # noqa: S608 - our own names
    return _count(cursor, "fresh"), sum(rules.values()), duplicate, rules


def _merge(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int) -> None:
    twice = f"base.{hand_in.dataset}_twice" in pieces() and bool(_count(cursor, "twice"))
    run_step(cursor, f"base.{hand_in.dataset}_merge", batch=batch, city=hand_in.city, source=hand_in.source,
             snapshot=hand_in.snapshot, as_of=_utc(hand_in.as_of), twice=twice)


def _count(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(cursor.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 - our own temporary tables


def _is_view(cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
    return cursor.execute("select 1 from duckdb_views() where view_name = $1 and temporary", [name]).fetchone() is not None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
