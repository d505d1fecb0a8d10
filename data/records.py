"""Record datasets in the database: their tables, made from `fields.csv`, and what stood at a time.

    hub.<d>     the fields as text, `_deleted`, `_extra`, `_batch`, `_row`
    dept.<d>    city, the fields typed, `_deleted`, `_batch`, `_row`: every accepted version
    base.<d>    city, the fields typed, valid_from, valid_to (null = stands), `_source`, `_batch`, `_row`: history, never erased
    theme.<d>   a view: what stands today

A new row of fields.csv becomes a column of the tables that stand; nothing has to be built afresh.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pandas as pd

from data.connection import Database
from data.errors import NotFound, Unavailable
from data.fields import Field, fields_of, record_datasets

_OWN = {
    "hub": [("_deleted", "varchar"), ("_extra", "varchar"), ("_batch", "integer"), ("_row", "integer")],
    "dept": [("_deleted", "boolean"), ("_batch", "integer"), ("_row", "integer")],
    "base": [("valid_from", "timestamp"), ("valid_to", "timestamp"), ("_source", "varchar"), ("_batch", "integer"), ("_row", "integer")],
}


def make_tables(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Make what is missing of every record dataset; returns the names of what was made or got a column.

    Raises Unavailable where a field stands with another type: values are never turned around silently.
    """
    changed = []
    for dataset in record_datasets():
        fields = fields_of(dataset)
        for library, own in _OWN.items():
            wanted = [("city", "varchar")] if library != "hub" else []
            wanted += [(field.name, "varchar" if library == "hub" else field.sql_type) for field in fields]
            changed += _bring(cursor, f"{library}.{dataset}", wanted + own)
        columns = ", ".join(f'"{field.name}"' for field in fields)
        cursor.execute(f"create or replace view theme.{dataset} as select city, {columns}, valid_from, _source, _batch, _row "  # noqa: S608 - our own names
                       f"from base.{dataset} where valid_to is null")
    return changed


def _bring(cursor: duckdb.DuckDBPyConnection, table: str, wanted: list[tuple[str, str]]) -> list[str]:
    schema, name = table.split(".")
    stands = dict(cursor.execute("select column_name, lower(data_type) from information_schema.columns "
                                 "where table_schema = $1 and table_name = $2", [schema, name]).fetchall())
    if not stands:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in wanted)
        cursor.execute(f"create table {table} ({columns})")
        return [table]
    for column, kind in wanted:
        if stands.get(column, kind) != kind:
            raise Unavailable(f"Field {column} of {table} stands as {stands[column]}", "Give the field of the other type a name of its own")
    missing = [(column, kind) for column, kind in wanted if column not in stands]
    for column, kind in missing:
        cursor.execute(f'alter table {table} add column "{column}" {kind}')
    return [table] if missing else []


def as_of(db: Database, dataset: str, city: str, at: datetime | None = None, known_at: datetime | None = None) -> pd.DataFrame:
    """The records of a city as they stood at a time (None: today): every field, valid_from, valid_to, who said so.

    `known_at`: as far as batches received until then had said; without it, as is known today. With both the same, the answer is
    what a screen would have shown then. Moments are aware, or naive UTC. Raises NotFound for a dataset that is not one of records.
    """
    if dataset not in record_datasets():
        raise NotFound("No such record dataset", f"Known are {', '.join(record_datasets())}", value=dataset)
    if at is None and known_at is None:
        return db.frame(f"from base.{dataset} where city = $1 and valid_to is null", [city])
    moment = _utc(at or known_at)
    if known_at is None:
        return db.frame(f"from base.{dataset} where city = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2)", [city, moment])
    # the newest version that was known; it had ended only if what ended it was known: the next version, or, where there is none, the ending itself
    return db.frame(
        f"with versions as (select *, {key_of(fields_of(dataset))} as _key from base.{dataset} where city = $city), "  # noqa: S608 - our own names
        "known as (select v.* from versions v join front.batch b on b.batch = v._batch where b.received_at <= $known and v.valid_from <= $at), "
        "newest as (from known qualify row_number() over (partition by _key order by valid_from desc) = 1) "
        "select * exclude (_key) from newest n where valid_to is null or valid_to > $at or valid_to > $known "
        "or exists (from versions v where v._key = n._key and v.valid_from = n.valid_to)",
        {"city": city, "at": moment, "known": _utc(known_at)})


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def versions(db: Database, dataset: str, city: str, key: str, most: int = 100) -> list[dict[str, object]]:
    """Every version of one record, what stands first: its fields, valid_from, valid_to, `_source`, `_batch`, `_row`.

    `key` is the key fields' text with | between. Raises NotFound for a dataset that is not one of records.
    """
    if dataset not in record_datasets():
        raise NotFound("No such record dataset", f"Known are {', '.join(record_datasets())}", value=dataset)
    return db.rows(f"select * from base.{dataset} where city = $city and {key_of(fields_of(dataset))} = $key "  # noqa: S608 - our own names
                   "order by valid_to is null desc, valid_from desc limit $most", {"city": city, "key": key, "most": most})


def key_of(fields: tuple[Field, ...], alias: str = "") -> str:
    """SQL of a record's key as one text."""
    return "concat_ws('|', " + ", ".join(f'{alias}"{field.name}"' for field in fields if field.is_key) + ")"
