"""The lineage page: how the libraries hang together; the address names a table or a column to begin with."""

from __future__ import annotations

from typing import Any

from app.lineage.graph import graph
from app.sight import Seen
from callbacks.page import Page, whole_city
from layouts.pages.lineage import lineage_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The graph with its sizes: for who may see a whole city, since sizes tell of all units."""
    city = whole_city(seen, words)
    if city is None:
        return welcome_page(r)
    return lineage_page(r, graph(seen), (words.get("column") or words.get("table") or "")[:120])


PAGE = Page("lineage", "/lineage", "data.read", build)
