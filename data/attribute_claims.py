"""一数一源 of unit attributes: of those that priorities.csv names, what each source says is kept, and who loses does not stand.

A losing row is accepted and stays in dept.attribute; base.attribute keeps the winner's value.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from data import conflicts
from data.build import statements
from data.connection import Database
from data.handin import HandIn

DATASET = "attribute"

_CLAIM = """
create or replace temp table told as
select *, unit_code || '|' || attribute as _key from fresh where list_contains($names, attribute)
qualify row_number() over (partition by unit_code, attribute order by _row desc) = 1;

delete from mgmt.claim
where city = $city and dataset = 'attribute' and source = $source and as_of <= $as_of and key in (select _key from told);

insert into mgmt.claim
select $city, 'attribute', _key, $source, $as_of, false, _batch, _row from told
where _key not in (select key from mgmt.claim where city = $city and dataset = 'attribute' and source = $source);

create or replace temp table touched as select _key as key from told;

create or replace temp table claims as
select c.key, c.source, c.as_of, d.unit_code, d.attribute, d.value
from mgmt.claim c
join dept.attribute d on d._batch = c._batch and d._row = c._row
where c.city = $city and c.dataset = 'attribute' and not c.is_gone and c.key in (select key from touched);

create or replace temp table disputed as
select unit_code as key, attribute as field, list(source order by source) as sources,
    hash(string_agg(source || '=' || value, '|' order by source)) as fingerprint
from claims group by unit_code, attribute
having count(distinct value) > 1
  and not coalesce(max(try_cast(value as double)) - min(try_cast(value as double)) <= case attribute {tolerances} end, false);
"""

# what stands is not what the chosen source says: values lay within the tolerance until another spoke
_OTHER = """
select m.key, m.field, m.chosen
from mgmt.conflict m
join claims c on c.key = m.key || '|' || m.field and c.source = m.chosen
join base.attribute a on a.city = m.city and a.unit_code = m.key and a.attribute = m.field and a.valid_to is null and a.value <> c.value
where m.city = $city and m.dataset = 'attribute' and m.settled_at is null and m.chosen <> $source
"""

_LOST = """
create or replace temp table lost as
select f._row
from fresh f
join mgmt.conflict m on m.city = $city and m.dataset = 'attribute' and m.key = f.unit_code and m.field = f.attribute and m.settled_at is null
where coalesce(m.chosen, (select arg_max(c.source, c.as_of) from claims c where c.key = m.key || '|' || m.field)) <> $source
"""


def weigh(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, as_of: datetime, now: datetime) -> None:
    """Keep the claims of a batch of attributes, tell where sources disagree, and take the rows that lose out of `fresh`."""
    ranked = {name: one for (dataset, name), one in conflicts.priorities().items() if dataset == DATASET}
    given: dict[str, Any] = {"city": hand_in.city, "source": hand_in.source, "as_of": as_of, "names": list(ranked)}
    if not ranked or cursor.execute("select 1 from fresh where list_contains($names, attribute) limit 1", {"names": list(ranked)}).fetchone() is None:
        return
    tolerances = " ".join(f"when '{name}' then {one.tolerance!r}" for name, one in ranked.items())
    for statement in statements(_CLAIM.format(tolerances=tolerances)):
        cursor.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})
    conflicts.keep(cursor, DATASET, hand_in.city, batch, now, ranked, "c.key || '|' || c.field in (select key from touched)")
    for key, field, chosen in cursor.execute(_OTHER, {"city": hand_in.city, "source": hand_in.source}).fetchall():
        settle(cursor, {"city": hand_in.city, "key": key, "field": field, "chosen": chosen}, as_of)
    cursor.execute(_LOST, {"city": hand_in.city, "source": hand_in.source})
    if cursor.execute("select 1 from lost limit 1").fetchone():
        cursor.execute("create or replace temp table weighed as select * from fresh where _row not in (select _row from lost)")
        is_view = cursor.execute("select 1 from duckdb_views() where view_name = 'fresh' and temporary").fetchone()
        cursor.execute("drop view fresh" if is_view else "drop table fresh")
        cursor.execute("create temp table fresh as from weighed")


def said(db: Database, row: dict[str, Any]) -> list[dict[str, Any]]:
    """What each source says of the attribute of a conflict, the newest first."""
    return db.rows(
        "select c.source, d.value, c.as_of, c._batch as batch, c._row as row, b.file_name from mgmt.claim c "
        "join dept.attribute d on d._batch = c._batch and d._row = c._row join front.batch b on b.batch = c._batch "
        "where c.city = $1 and c.dataset = 'attribute' and c.key = $2 and not c.is_gone order by c.as_of desc, c._batch desc",
        [row["city"], f"{row['key']}|{row['field']}"])


def settle(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any], now: datetime) -> None:
    """Let the chosen source's value stand from now on, unless it does."""
    given = {"city": row["city"], "unit": row["key"], "attribute": row["field"]}
    cursor.execute(
        "create or replace temp table chosen as select d.value, d._batch, d._row from mgmt.claim c "
        "join dept.attribute d on d._batch = c._batch and d._row = c._row "
        "where c.city = $city and c.dataset = 'attribute' and c.key = $unit || '|' || $attribute and c.source = $source",
        {**given, "source": row["chosen"]})
    stands = "city = $city and unit_code = $unit and attribute = $attribute and valid_to is null"
    if cursor.execute(f"select 1 from base.attribute where {stands} and value = (select value from chosen)", given).fetchone():  # noqa: S608 - our own text
        return
    cursor.execute(f"update base.attribute set valid_to = greatest($now, valid_from), _known_to = $now where {stands}", {**given, "now": now})  # noqa: S608
    cursor.execute(
        "insert into base.attribute (city, unit_code, level, seq, attribute, value, valid_from, valid_to, _batch, _row, _known_from) "
        "select $city, $unit, i.level, i.seq, $attribute, c.value, $now, null, c._batch, c._row, $now "
        "from chosen c join mgmt.identity i on i.city = $city and i.code = $unit", {**given, "now": now})
