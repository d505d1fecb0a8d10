"""How do the libraries hang together, and what is each column made of?"""

from __future__ import annotations

from typing import Any

from layouts.components.drawn import LineageGraph
from layouts.components.libraries import LIBRARIES, dataset, library
from layouts.reader import Reader


def lineage_page(r: Reader, graph: dict[str, Any], chosen: str) -> LineageGraph:
    """`graph` is app.lineage.graph's answer; `chosen` a table or column to begin with."""
    words = {
        "find": r.t("Find a table or column"),
        "hint": r.t("Click a table or a column to follow it; Esc ends"),
        "picture": r.t("Lineage graph"),
        "nothing": r.t("Choose a table: what one row of it is, its columns, and what each is made of."),
        "library": r.t("Library"),
        "rows": r.t("Rows in all cities, about"),
        "dataset": r.t("Dataset"),
        "by": r.t("Made by"),
        "asked": r.t("Asked by"),
        "columns": r.t("Columns"),
        "up": r.t("Made of"),
        "down": r.t("Goes into"),
        "libraries": {name: library(r, name) for name in (*LIBRARIES, "tiles", "trace", "ledger")},
        "datasets": {one["dataset"]: dataset(r, one["dataset"]) for one in graph["tables"] if one["dataset"]},
    }
    return LineageGraph(id="lineage-graph", graph=graph, chosen=chosen, words=words, language=r.language)
