"""Running the rules of a batch: fills `checked`, writes rejects, and, once it is known what is fresh, warnings."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import duckdb

from data.fields import all_fields
from data.handin import HandIn
from data.rules import Rule, check_sql, interval, rules_of

LEAST = 50          # rows, here and before, below which shares say nothing


def check(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, as_of: datetime) -> None:
    """Fill the temporary table `checked`: the typed rows of the batch with `_fault` and `_warnings`."""
    sql = check_sql(hand_in.dataset)
    given: dict[str, Any] = {"batch": batch, "city": hand_in.city, "source": hand_in.source, "as_of": as_of}
    if "$outline" in sql:
        found = cursor.execute("select ST_AsWKB(geom)::blob from base.shape where city = $1 and level = 'city' and valid_to is null "
                               "limit 1", [hand_in.city]).fetchone()
        given["outline"] = found[0] if found else None
    if "$district_codes" in sql:
        given["district_codes"] = [row[0] for row in cursor.execute(
            "select code from mgmt.identity where city = $1 and level = 'district' and code like '99%'", [hand_in.city]).fetchall()]
    wanted = {name: given[name] for name in re.findall(r"\$(\w+)", sql)}
    asked = f"create or replace temp table checked as {sql}"
    cursor.execute(asked, wanted) if wanted else cursor.execute(asked)


def warn(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, as_of: datetime) -> int:
    """Keep the warnings of the fresh rows, and those of the batch as a whole (row 0); returns how many."""
    dataset = hand_in.dataset
    rules = [rule for rule in rules_of(dataset) if rule.severity == "warn"]
    if any(not rule.is_of_batch for rule in rules):
        cursor.execute("insert into mgmt.warning select $1, _row, $2, w.rule, w.column, w.value, null "
                       "from (select _row, unnest(_warnings) as w from fresh where len(_warnings) > 0)", [batch, dataset])
    for rule in rules:
        if rule.is_of_batch:
            value = _stale(cursor, rule, batch, as_of) if rule.kind == "fresh" else _shift(cursor, rule, batch, hand_in)
            if value:
                cursor.execute("insert into mgmt.warning values ($1, 0, $2, $3, $4, $5, null)", [batch, dataset, rule.id, rule.column, value])
    return int(cursor.execute("select count(*) from mgmt.warning where batch = $1", [batch]).fetchone()[0]) if rules else 0


def _stale(cursor: duckdb.DuckDBPyConnection, rule: Rule, batch: int, as_of: datetime) -> str:
    found = cursor.execute(f"select 1 from front.batch where batch = $1 and $2 < received_at - {interval(rule.argument)}",  # noqa: S608 - checked there
                           [batch, as_of]).fetchone()
    return f"{as_of:%Y-%m-%d %H:%M}" if found else ""


def _shift(cursor: duckdb.DuckDBPyConnection, rule: Rule, batch: int, hand_in: HandIn) -> str:
    """Population stability index of the batch's values against those its source handed in before; empty below the limit."""
    field = next((one for one in all_fields().get(rule.dataset, ()) if one.name == rule.column), None)
    column = f'"{rule.column}"'
    is_number = field is None or field.type in ("integer", "number")
    before = (f"select d.{column} as v from dept.{rule.dataset} d join front.batch b on b.batch = d._batch "  # noqa: S608 - our own registries
              "where b.city = $city and b.source = $source and b.batch < $batch")
    # a category is its own bin; a number falls between the tenths of what was before
    if is_number:
        binned = f"select v, (select quantile_cont(v, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) from ({before}) where v is not null) as q"  # noqa: S608
        bin_of = "coalesce(len(list_filter(q, lambda x: x < v))::varchar, '∅')"
    else:
        binned, bin_of = "select v, null as q", "coalesce(v::varchar, '∅')"
    found = cursor.execute(
        f"with told as (select {bin_of} as bin, count(*) as n from ({binned} from (select {column} as v from fresh)) group by 1), "  # noqa: S608
        f"known as (select {bin_of} as bin, count(*) as n from ({binned} from ({before})) group by 1), "
        "shares as (select greatest(coalesce(t.n, 0) / (select sum(n) from told), 0.001) as p, "
        "greatest(coalesce(k.n, 0) / (select sum(n) from known), 0.001) as q from told t full join known k using (bin)) "
        "select (select sum(n) from told), (select sum(n) from known), sum((p - q) * ln(p / q)) from shares",
        {"city": hand_in.city, "source": hand_in.source, "batch": batch}).fetchone()
    here, there, index = found
    return f"PSI {index:.2f}" if here and there and min(here, there) >= LEAST and index > float(rule.argument) else ""
