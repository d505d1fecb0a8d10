"""一数一源: where sources that claim the same record say different things, and whose word counts.

Of every field: a person's decision, as long as the sources say what they said then; else the order of priorities.csv; else
the newest word, and the conflict stays open. Conflicts are rows with a beginning and an end; none is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

from data import registers
from data.build import statements
from data.connection import Database
from data.errors import BadInput, Busy, NotFound
from data.fields import fields_of


@dataclass(frozen=True)
class Priority:
    """Sources in order for one field, and how far numbers may lie apart before they are a conflict."""

    sources: tuple[str, ...] = ()
    tolerance: float = 0.0


@cache
def priorities() -> dict[tuple[str, str], Priority]:
    """(dataset, field) → whose word counts."""
    return {(row["dataset"], row["attribute"]): Priority(tuple(filter(None, (row["sources"] or "").split("|"))), float(row["tolerance"] or 0))
            for row in registers.rows("priorities")}


def resolved(dataset: str) -> str:
    """SQL of the fields of a record as the claims of a key give them: by priority, else the newest word that is not empty."""
    told = []
    for field in fields_of(dataset):
        sources = priorities().get((dataset, field.name), Priority()).sources
        rank = f"coalesce(list_position([{', '.join(repr(source) for source in sources)}], source), 999), " if sources else ""
        told.append(f'first("{field.name}" order by {rank}as_of desc, _batch desc) filter ("{field.name}" is not null) as "{field.name}"')
    return ", ".join(told)


# what sources say differently, of records: from the temporary tables claims and touched
_DISPUTED = """
create or replace temp table disputed as
with many as (select key from claims group by key having count(*) > 1),
said as (unpivot (select key, source, {texts} from claims where key in (select key from many)) on {names} into name field value value)
select key, field, list(source order by source) as sources, hash(string_agg(source || '=' || value, '|' order by source)) as fingerprint
from said group by key, field
having count(distinct value) > 1
  and not coalesce(max(try_cast(value as double)) - min(try_cast(value as double)) <= case field {tolerances} end, false);
"""

_KEEP = """
update mgmt.conflict c set settled_at = $now
where c.city = $city and c.dataset = '{dataset}' and c.settled_at is null and {touched}
  and not exists (from disputed d where d.key = c.key and d.field = c.field and d.fingerprint = c.fingerprint);

insert into mgmt.conflict (city, dataset, key, field, sources, fingerprint, batch, state, chosen, found_at)
with ruled as (
    select d.*, case d.field {orders} else null end as chosen from disputed d
),
held as (
    select city, key, field, fingerprint, last(chosen order by decided_at) as chosen from mgmt.decision
    where city = $city and dataset = '{dataset}' group by all
)
select $city, '{dataset}', r.key, r.field, r.sources, r.fingerprint, $batch,
    case when h.chosen is not null then 'decided' when r.chosen is not null then 'rule' else 'open' end, coalesce(h.chosen, r.chosen), $now
from ruled r
left join held h on h.key = r.key and h.field = r.field and h.fingerprint = r.fingerprint
where not exists (from mgmt.conflict c where c.city = $city and c.dataset = '{dataset}' and c.settled_at is null
                  and c.key = r.key and c.field = r.field)
order by r.key, r.field;
"""


def find(cursor: duckdb.DuckDBPyConnection, dataset: str, city: str, batch: int | None, now: datetime) -> None:
    """Bring mgmt.conflict to what the temporary tables `claims` and `touched` say."""
    has_many = cursor.execute("select 1 from claims group by key having count(*) > 1 limit 1").fetchone()
    has_open = cursor.execute("select 1 from mgmt.conflict where city = $1 and dataset = $2 and settled_at is null limit 1",
                              [city, dataset]).fetchone()
    if not (has_many or has_open):
        return
    fields = [field for field in fields_of(dataset) if not field.is_key]
    ranked = {field.name: priorities().get((dataset, field.name), Priority()) for field in fields}
    text = _DISPUTED.format(
        texts=", ".join(f'"{field.name}"::varchar as "{field.name}"' for field in fields),
        names=", ".join(f'"{field.name}"' for field in fields),
        tolerances=" ".join(f"when '{name}' then {one.tolerance!r}" for name, one in ranked.items()))
    for statement in statements(text):
        cursor.execute(statement)
    keep(cursor, dataset, city, batch, now, ranked, "c.key in (select key from touched)")


def keep(cursor: duckdb.DuckDBPyConnection, dataset: str, city: str, batch: int | None, now: datetime, ranked: dict[str, Priority],
         touched: str) -> None:
    """Bring mgmt.conflict to what the temporary table `disputed` says; `touched`: SQL that is true for a conflict `c` it speaks of."""
    orders = " ".join(f"when '{name}' then list_filter([{', '.join(map(repr, one.sources))}], lambda s: list_contains(d.sources, s))[1]"
                      for name, one in ranked.items() if one.sources) or "when '' then null"
    given = {"city": city, "batch": batch, "now": now}
    for statement in statements(_KEEP.format(dataset=dataset, orders=orders, touched=touched)):
        cursor.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})


def apply(cursor: duckdb.DuckDBPyConnection, dataset: str, city: str) -> None:
    """Put what persons decided into the temporary table `state`."""
    decided = cursor.execute("select distinct field from mgmt.conflict where city = $1 and dataset = $2 and state = 'decided' and settled_at is null "
                             "and key in (select key from touched)", [city, dataset]).fetchall()
    for (field,) in decided:
        cursor.execute(
            f'update state s set "{field}" = c."{field}" from claims c join mgmt.conflict m on m.key = c.key and m.chosen = c.source '  # noqa: S608 - our own names
            "where s.key = c.key and m.city = $1 and m.dataset = $2 and m.field = $3 and m.state = 'decided' and m.settled_at is null",
            [city, dataset, field])


def said(db: Database, conflict: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A conflict and what each source says: [{source, value, as_of, batch, row, file_name}], the newest first. Raises NotFound."""
    from data import attribute_claims

    found = db.rows("select * from mgmt.conflict where conflict = $1", [conflict])
    if not found:
        raise NotFound("No such conflict", "Reload the page", value=conflict)
    row = found[0]
    if row["dataset"] == attribute_claims.DATASET:
        return row, attribute_claims.said(db, row)
    field = next(one for one in fields_of(row["dataset"]) if one.name == row["field"])
    told = db.rows(
        f'select c.source, d."{field.name}"::varchar as value, c.as_of, c._batch as batch, c._row as row, b.file_name '  # noqa: S608 - our own names
        f"from mgmt.claim c join dept.{row['dataset']} d on d._batch = c._batch and d._row = c._row join front.batch b on b.batch = c._batch "
        f"where c.city = $1 and c.dataset = $2 and c.key = $3 and not c.is_gone and d.\"{field.name}\" is not null "
        "order by c.as_of desc, c._batch desc",
        [row["city"], row["dataset"], row["key"]])
    return row, told


def decide(db: Database, conflict: int, source: str, who: str, reason: str, now: datetime) -> dict[str, Any]:
    """A person says which source is right; the record follows at once. Returns the conflict.

    Raises NotFound, BadInput for a source that is no party, Busy where the conflict is settled by now.
    """
    from data import attribute_claims, record_merge

    with db.write() as cursor:
        row, told = said(db, conflict)
        if row["settled_at"] is not None:
            raise Busy("This conflict is settled by now", "Reload the page")
        if source not in [one["source"] for one in told]:
            raise BadInput("This source is no party to the conflict", "Reload the page", value=source)
        cursor.execute("insert into mgmt.decision values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                       [conflict, row["city"], row["dataset"], row["key"], row["field"], row["fingerprint"], source, who, reason or None, now])
        cursor.execute("update mgmt.conflict set state = 'decided', chosen = $2 where conflict = $1", [conflict, source])
        if row["dataset"] == attribute_claims.DATASET:
            attribute_claims.settle(cursor, {**row, "chosen": source}, now)
        else:
            record_merge.settle(cursor, row["dataset"], row["city"], row["key"], now)
    return {**row, "state": "decided", "chosen": source}
