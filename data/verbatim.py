"""Handed-in rows as they came: single rows of the hub library, for the trail of a number and for who looks after data.

The hub library is never shared; this is the one way to a row of it, and it asks for rows by batch and number. Who may see
which field of them is decided by app/lineage.
"""

from __future__ import annotations

from typing import Any

from data.connection import Database
from data.errors import NotFound
from data.handin import DATASETS

_HEAVY = ("BLOB", "GEOMETRY")       # shapes are shown on the map, not as rows


def columns(db: Database, dataset: str) -> list[str]:
    """The columns of a dataset as they are handed in, without shapes; raises NotFound for a dataset that is none."""
    if dataset not in DATASETS:
        raise NotFound("No such dataset", f"Known are {', '.join(DATASETS)}", value=dataset)
    found = db.rows("select column_name, data_type from information_schema.columns where table_schema = 'hub' and table_name = $1 "
                    "order by ordinal_position", [dataset])
    return [row["column_name"] for row in found if not row["column_name"].startswith("_") and row["data_type"] not in _HEAVY]


def rows(db: Database, dataset: str, wanted: list[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """{(batch, row): {column: text}} of the rows asked for; what the source called otherwise stands under `_extra` as JSON."""
    if not wanted:
        return {}
    names = columns(db, dataset)
    chosen = ", ".join(f'h."{name}"' for name in names)     # names come from our own DDL
    found = db.rows(
        f"select h._batch, h._row, {chosen}, h._extra from hub.{dataset} h "  # noqa: S608 - the dataset is one of DATASETS
        "where h._batch in (select unnest($batches::integer[])) and h._row in (select unnest($rows::integer[])) "
        "and list_contains($pairs::bigint[], h._batch::bigint * 4294967296 + h._row)",
        {"batches": sorted({batch for batch, _ in wanted}), "rows": sorted({row for _, row in wanted}),
         "pairs": [batch * 4294967296 + row for batch, row in wanted]})
    return {(row.pop("_batch"), row.pop("_row")): row for row in found}


OUTCOMES = ("accepted", "rejected", "duplicate")


def outcomes(db: Database, dataset: str, batch: int, only: str, since: int, until: int, most: int) -> list[dict[str, Any]]:
    """Rows of a batch with numbers from `since` to before `until`, with what became of each: `_outcome`, and the `_rule` and `_column` it broke.

    `only` is one of OUTCOMES, or empty for all.
    """
    chosen = ", ".join(f'h."{name}"' for name in columns(db, dataset))
    return db.rows(
        f"with told as (select h._row, {chosen}, h._extra, r.rule as _rule, r.column_name as _column, "  # noqa: S608 - the dataset is one of DATASETS
        "case when r.row is not null then 'rejected' when d._row is not null then 'accepted' else 'duplicate' end as _outcome "
        f"from hub.{dataset} h "
        "left join (select row, any_value(rule) as rule, any_value(column_name) as column_name from mgmt.reject where batch = $batch group by row) r "
        "on r.row = h._row "
        f"left join dept.{dataset} d on d._batch = $batch and d._row = h._row and d._row >= $since and d._row < $until "
        "where h._batch = $batch and h._row >= $since and h._row < $until) "
        "select * from told where $only = '' or _outcome = $only order by _row limit $most",
        {"batch": batch, "only": only, "since": since, "until": until, "most": most})
