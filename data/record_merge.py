"""The way of records from checked rows to the base library: what repeats, what changes, what is late, what is gone.

A source's last word on a key is its claim (mgmt.claim). What stands in base is made of the claims of all sources; today
with one source it is that source's row. A row whose time lies before its source's claim is late: it goes into the past of
the key and never changes today. Nothing is erased: versions are closed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from data import conflicts
from data.build import statements
from data.fields import fields_of
from data.handin import HandIn
from data.records import key_of

_SAME = """
create or replace temp table worded as
select _row, _key, _deleted, {content} as _content, lag(_row) over w is null as is_first, lag({content}) over w as _before
from checked where _fault is null
window w as (partition by _key order by _row);

create or replace temp table standing as
select c.key, c.as_of, c.is_gone, {said} as _content
from mgmt.claim c
join dept.{dataset} d on d._batch = c._batch and d._row = c._row
where c.city = $city and c.dataset = '{dataset}' and c.source = $source and c.key in (select _key from worded);

create or replace temp table same as
select _row from worded where not is_first and _content = _before
union
select w._row from worded w left join standing s on s.key = w._key
where w.is_first and if(w._deleted, coalesce(s.is_gone, true), not s.is_gone and s._content = w._content and s.as_of <= $as_of)
union
select w._row
from worded w
join standing s on s.key = w._key and s.as_of > $as_of
join base.{dataset} d on d.city = $city and {key} = w._key and d.valid_from <= $as_of and (d.valid_to is null or d.valid_to > $as_of)
where w.is_first and not w._deleted and {held} = w._content;
"""


def same(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, as_of: datetime) -> None:
    """Fill the temporary table `same`: the row numbers that say nothing new."""
    _run(cursor, _SAME, hand_in.dataset, {"city": hand_in.city, "source": hand_in.source, "as_of": as_of})


_MERGE = """
create or replace temp table told as
select f.*, coalesce(c.as_of > $as_of, false) as is_late, c.as_of as claimed_at, c._batch as claimed_batch, c._row as claimed_row
from (select * from fresh qualify row_number() over (partition by _key order by _row desc) = 1) f
left join mgmt.claim c on c.city = $city and c.dataset = '{dataset}' and c.source = $source and c.key = f._key;

create or replace temp table missing as
select key from mgmt.claim
where $snapshot and city = $city and dataset = '{dataset}' and source = $source and not is_gone and as_of <= $as_of
  and key not in (select _key from checked where _key is not null);

update mgmt.claim set as_of = $as_of
where city = $city and dataset = '{dataset}' and source = $source and as_of < $as_of
  and key in (select _key from checked where _row in (select _row from same));

update mgmt.claim set is_gone = true, as_of = $as_of
where city = $city and dataset = '{dataset}' and source = $source and key in (select key from missing);

delete from mgmt.claim
where city = $city and dataset = '{dataset}' and source = $source and key in (select _key from told where not is_late);

insert into mgmt.claim
select $city, '{dataset}', _key, $source, $as_of, _deleted, _batch, _row from told where not is_late;

create or replace temp table touched as
select _key as key from told where not is_late union select key from missing;
"""

# what is claimed of the touched keys → what stands of them
_CLAIMS = """
create or replace temp table claims as
select c.key, c.source, c.as_of, d.*
from mgmt.claim c
join dept.{dataset} d on d._batch = c._batch and d._row = c._row
where c.city = $city and c.dataset = '{dataset}' and not c.is_gone and c.key in (select key from touched);
"""

_STATE = """
create or replace temp table state as
select key, {resolved},
    first(source order by as_of desc, _batch desc) as _source, first(_batch order by as_of desc, _batch desc) as _batch,
    first(_row order by as_of desc, _batch desc) as _row
from claims group by key;

create or replace temp table changed as
select t.key, n.key is null as is_gone, d.valid_from is not null as stood, greatest($as_of, coalesce(d.valid_from, $as_of)) as since
from touched t
left join state n on n.key = t.key
left join base.{dataset} d on d.city = $city and {key} = t.key and d.valid_to is null
where (n.key is null and d.valid_from is not null)
   or (n.key is not null and (d.valid_from is null or ({new}) is distinct from ({old})));

update base.{dataset} d set valid_to = c.since
from changed c
where d.city = $city and {key} = c.key and d.valid_to is null and c.stood;

insert into base.{dataset} (city, {names}, valid_from, valid_to, _source, _batch, _row)
select $city, {new}, c.since, null, n._source, n._batch, n._row
from changed c join state n on n.key = c.key
order by n._row;
"""

_LATE = """
create or replace temp table late as
select t.*, v.valid_from as covered_from, v.valid_to as covered_to,
    if(v.valid_from is null, (select min(d.valid_from) from base.{dataset} d where d.city = $city and {key} = t._key and d.valid_from > $as_of),
       coalesce(v.valid_to, t.claimed_at)) as until
from told t
left join base.{dataset} v on v.city = $city and {versions} = t._key and v.valid_from <= $as_of and (v.valid_to is null or v.valid_to > $as_of)
where t.is_late and not t._deleted;

insert into base.{dataset} (city, {names}, valid_from, valid_to, _source, _batch, _row)
select $city, {covered}, l.until, null, v._source, v._batch, v._row
from late l join base.{dataset} v on v.city = $city and {versions} = l._key and v.valid_to is null
where l.covered_from is not null and l.covered_to is null;

update base.{dataset} d set valid_to = $as_of
from late l
where d.city = $city and {key} = l._key and d.valid_from = l.covered_from and d.valid_to is not distinct from l.covered_to;

insert into base.{dataset} (city, {names}, valid_from, valid_to, _source, _batch, _row)
select $city, {late}, $as_of, l.until, $source, l._batch, l._row from late l;
"""


def merge(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, as_of: datetime, now: datetime) -> None:
    """Bring the fresh rows into claims and base, and tell where sources disagree."""
    given = {"city": hand_in.city, "source": hand_in.source, "snapshot": hand_in.snapshot, "as_of": as_of}
    _run(cursor, _MERGE, hand_in.dataset, given)
    _stand(cursor, hand_in.dataset, given, batch, now)
    _run(cursor, _LATE, hand_in.dataset, given)


def settle(cursor: duckdb.DuckDBPyConnection, dataset: str, city: str, key: str, now: datetime) -> None:
    """Bring one record to what its claims and the decisions about it say now."""
    cursor.execute("create or replace temp table touched as select $1 as key", [key])
    _stand(cursor, dataset, {"city": city, "as_of": now}, None, now)


def _stand(cursor: duckdb.DuckDBPyConnection, dataset: str, given: dict[str, Any], batch: int | None, now: datetime) -> None:
    _run(cursor, _CLAIMS, dataset, given)
    conflicts.find(cursor, dataset, given["city"], batch, now)
    resolve, stand = statements(_STATE)[0], ";".join(statements(_STATE)[1:])
    _run(cursor, resolve, dataset, given)
    conflicts.apply(cursor, dataset, given["city"])
    _run(cursor, stand, dataset, given)


def _run(cursor: duckdb.DuckDBPyConnection, text: str, dataset: str, given: dict[str, Any]) -> None:
    fields = fields_of(dataset)
    names = [f'"{field.name}"' for field in fields]
    aliases = {word: ", ".join(f"{alias}.{name}" for name in names)
               for word, alias in (("new", "n"), ("old", "d"), ("covered", "v"), ("late", "l"), ("said", "d"), ("held", "d"))}
    full = text.format(
        dataset=dataset, key=key_of(fields, "d."), versions=key_of(fields, "v."), resolved=conflicts.resolved(dataset), names=", ".join(names),
        **{**aliases, "content": f"hash(_deleted, {', '.join(names)})", "said": f"hash(d._deleted, {aliases['said']})",
           "held": f"hash(false, {aliases['held']})"})
    for statement in statements(full):
        cursor.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})
