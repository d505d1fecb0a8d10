"""The figures at the top of pages: what each counts, from which tables, and where its rows are (`data/registry/figures.csv`)."""

from __future__ import annotations

from functools import cache

from app.errors import NotFound
from data import registers
from data.lineage import lineage

_ORDER = ("memory", "theme", "ledger", "mgmt", "base", "dept", "hub", "front", "file")


@cache
def figures() -> dict[str, dict[str, str]]:
    """Every figure by id: right, tables, rows (the address of its rows, `{city}` in it), names, formulas."""
    return {row["id"]: row for row in registers.rows("figures")}


def figure(name: str) -> dict[str, str]:
    """One figure; raises NotFound."""
    if name not in figures():
        raise NotFound("Nothing on a screen is called like this", "A figure is a row of data/registry/figures.csv", value=name[:60])
    return figures()[name]


def way(name: str) -> list[dict[str, str]]:
    """The tables that a figure counts and those they are made from, down to the front library, as steps of a trace."""
    known, open_ = lineage(), figure(name)["tables"].split("|")
    found: dict[str, None] = {}
    while open_:
        table = open_.pop(0)
        if table in found or table.split(".")[0] not in _ORDER:
            continue
        found[table] = None
        if table.split(".")[0] in ("theme", "mgmt"):        # the way of rows below is the same for every dataset: its table is named once
            open_ += sorted(one for one in known.reads.get(table, ()) if one.split(".")[0] in ("mgmt", "front"))
    told = sorted(found, key=lambda table: _ORDER.index(table.split(".")[0]))
    return [{"library": table.split(".")[0], "column": table, "by": " · ".join(known.made_by.get(table, ()))} for table in told]
