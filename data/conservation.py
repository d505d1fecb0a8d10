"""Is every row that ever came in accounted for: front = hub = accepted + rejected + duplicate, dept, rejects, base.

Read-only; every finding names the batch or the city, what was expected and what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.connection import Database
from data.fields import record_datasets
from data.handin import DATASETS

# base tables whose rows say which row of dept they are; base.city keeps the batch alone
_TRACED = ("unit", "attribute", "reading", "flow", "layer")


@dataclass(frozen=True)
class Finding:
    """One thing that does not add up."""

    what: str
    where: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.what} ({self.where}): expected {self.expected:,}, found {self.found:,}"


@dataclass(frozen=True)
class Total:
    """What came in for one city, and what became of it."""

    city: str
    batches: int
    row_in: int
    accepted: int
    rejected: int
    duplicate: int


def totals(db: Database) -> list[Total]:
    """Per city, over every batch."""
    return [Total(*row) for row in db.run(
        "select city, count(*), sum(row_in)::bigint, sum(accepted)::bigint, sum(rejected)::bigint, sum(duplicate)::bigint "
        "from mgmt.balance group by city order by city").fetchall()]


def findings(db: Database) -> list[Finding]:
    """Everything that does not add up; empty when all is well."""
    found = [Finding("a batch has no outcome", f"batch {batch}", 1, 0) for (batch,) in db.run(
        "select batch from front.batch where batch not in (select batch from mgmt.outcome) order by batch").fetchall()]
    found += [Finding("rows in are not accepted + rejected + duplicate", f"batch {batch}", row_in, out) for batch, row_in, out in db.run(
        "select batch, row_in, accepted + rejected + duplicate from mgmt.balance where not is_balanced order by batch").fetchall()]
    found += _counted(db, "rejects", "select batch, count(*) as n from mgmt.reject group by batch", "o.rejected", "")
    for dataset in DATASETS:
        for library, wanted in (("hub", "b.row_count"), ("dept", "o.accepted")):
            found += _counted(db, f"rows of {library}.{dataset}", f"select _batch as batch, count(*) as n from {library}.{dataset} group by 1",  # noqa: S608 - our own names
                              wanted, dataset)
    for dataset in (*_TRACED, *record_datasets()):
        lost = db.run(f"select count(*) from base.{dataset} d "  # noqa: S608 - our own names
                      f"anti join dept.{dataset} t on t._batch = d._batch and t._row = d._row").fetchone()[0]
        if lost:
            found.append(Finding("rows of the base library point to no row of the department library", f"base.{dataset}", 0, lost))
    lost = db.run("select count(*) from base.city d where d._batch not in (select _batch from dept.city)").fetchone()[0]
    if lost:
        found.append(Finding("rows of the base library point to no row of the department library", "base.city", 0, lost))
    for dataset in record_datasets():
        found += _standing(db, dataset)
    return found + _totals(db)


def _counted(db: Database, what: str, counts: str, wanted: str, dataset: str) -> list[Finding]:
    """Counts per batch against what front and the outcome say, batches nobody knows included."""
    rows = db.run(
        f"with n as ({counts}), told as (select b.batch, {wanted} as wanted from front.batch b join mgmt.outcome o on o.batch = b.batch "  # noqa: S608 - our own names
        "where $1 = '' or b.dataset = $1) select coalesce(n.batch, told.batch), coalesce(wanted, 0), coalesce(n.n, 0) "
        "from n full join told on told.batch = n.batch where coalesce(wanted, 0) <> coalesce(n.n, 0) order by 1", [dataset]).fetchall()
    return [Finding(f"{what} of a batch", f"batch {batch}", expected, there) for batch, expected, there in rows]


def _standing(db: Database, dataset: str) -> list[Finding]:
    """A record stands once at most, and a claim points to a row that is there."""
    from data.fields import fields_of
    from data.records import key_of

    twice = db.run(f"select count(*) from (select city, {key_of(fields_of(dataset))} from base.{dataset} where valid_to is null "  # noqa: S608 - our own names
                   "group by all having count(*) > 1)").fetchone()[0]
    lost = db.run(f"select count(*) from mgmt.claim c anti join dept.{dataset} t on t._batch = c._batch and t._row = c._row "  # noqa: S608
                  "where c.dataset = $1", [dataset]).fetchone()[0]
    return [Finding(what, f"base.{dataset}", 0, n) for what, n in (("records stand twice", twice), ("claims point to no row", lost)) if n]


def _totals(db: Database) -> list[Finding]:
    """Per city: what the hub holds over all datasets is what its batches brought."""
    held = " union all ".join(f"select _batch from hub.{dataset}" for dataset in DATASETS)  # noqa: S608 - our own names
    rows = db.run(f"select b.city, sum(b.row_count)::bigint, sum(coalesce(h.n, 0))::bigint from front.batch b left join "  # noqa: S608 - our own names
                  f"(select _batch, count(*) as n from ({held}) group by 1) h on h._batch = b.batch group by 1 order by 1").fetchall()
    return [Finding("rows of the hub of a city", city, wanted, there) for city, wanted, there in rows if wanted != there]
