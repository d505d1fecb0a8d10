"""The libraries as a graph: every table and view, what each is made of column by column, who asks it, how large it is."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from app.system import System
from data.build import pieces
from data.fields import record_datasets
from data.handin import DATASETS
from data.lineage import Column, lineage

LIBRARIES = ("file", "front", "hub", "dept", "mgmt", "base", "catalogue", "theme", "tiles", "trace")


@cache
def tables() -> list[dict[str, Any]]:
    """Every table: name, library, dataset ("" for none), kind, columns, grain (of the SQL file's head), made_by, asked_by."""
    known, asked = lineage(), _asked_by()
    found = []
    for name in sorted({*known.columns, *(one.table for sources in known.sources.values() for one in sources)}):
        library, _, rest = name.partition(".")
        if library not in LIBRARIES or (library == "file" and rest not in DATASETS):
            continue
        piece = pieces().get(name)
        is_record = rest in record_datasets() and library in ("hub", "dept", "base", "theme")
        columns = known.columns.get(name) or tuple(sorted({one.name for sources in known.sources.values() for one in sources if one.table == name}))
        found.append({
            "name": name, "library": library, "dataset": rest if rest in DATASETS else "",
            "kind": piece.kind if piece else "file" if library == "file" else "view" if library == "theme" else "stored",
            "columns": list(columns), "grain": _head(piece.text, "grain") if piece else "", "never": _head(piece.text, "never") if piece else "",
            "made_by": list(known.made_by.get(name, ("data/records.py",) if is_record else ())), "asked_by": asked.get(name, [])})
    return found


def graph(system: System) -> dict[str, Any]:
    """`tables` with their sizes, `edges` [[source, target]] between them, `sources` {column: [columns it is made of]}."""
    known, sizes = lineage(), {row["name"]: row["row_count"] for row in system.rows("table_sizes")}
    shown = [{**one, "rows": sizes.get(one["name"])} for one in tables()]
    names = {one["name"] for one in shown}
    edges = {(source.table, target.table) for target, sources in known.sources.items() for source in sources}
    edges |= {(source, target) for target, sources in known.reads.items() for source in sources}
    return {
        "tables": shown,
        "edges": sorted([a, b] for a, b in edges if a in names and b in names and a != b),
        "sources": {str(column): sorted(str(one) for one in sources) for column, sources in sorted(known.sources.items())},
    }


def way_of(column: str) -> dict[str, list[str]]:
    """{up, down}: every column that one is made of, and every one that is made of it; empty lists for a column nobody knows."""
    table, _, name = column.rpartition(".")
    known, one = lineage(), Column(table, name)
    return {"up": sorted(map(str, known.upstream(one))), "down": sorted(map(str, known.downstream(one)))}


def _asked_by() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, piece in pieces().items():
        if piece.kind == "query":
            for table in piece.reads:
                found.setdefault(table, []).append(name.split(".")[1])
    return found


def _head(text: str, word: str) -> str:
    lines = re.search(rf"^-- {word}: (.*(?:\n--        .*)*)", text, re.M)
    return re.sub(r"\n--\s+", " ", lines[1]).strip() if lines else ""
