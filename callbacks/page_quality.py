"""The page of quality: where the rejected rows are on their way home, how every rule is kept, as a table and as a file."""

from __future__ import annotations

from typing import Any

from dash import Dash
from flask import Response

from app import access
from app.cells import sheet
from app.indicators.owners import departments
from app.quality.rates import rates
from app.quality.work import board, items
from app.sight import Seen
from app.system import System
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked, city_row
from layouts.pages.quality import quality_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

COLUMNS = ("dataset", "rule", "column", "kind", "severity", "is_mandatory", "owner", "basis", "message_zh", "message_en", "asked", "broken", "rate")


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Work items by state, rules with their rates. Figures are of the whole city, for who may see it."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    sees_items = seen.viewer.may("data.hand_in")
    return quality_page(r, city_row(seen, city), board(items(seen, city.city)), rates(seen, city.city), departments(seen),
                        seen.viewer.may("export.rows"), sees_items)


PAGE = Page("quality", "/quality", "data.read", build)


def register(app: Dash, gateway: Gateway, system: System) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route of the file."""

    @gateway.route("/quality/<city>.csv", right="data.read")
    def take_out(seen: Seen, city: str) -> Response:
        """Every rule with its pass rate over the last 30 days."""
        access.require(seen.viewer, "export.rows")
        found = rates(seen, city)
        gateway.note(rows=len(found), fields=COLUMNS, is_quiet=False)
        return as_csv(f"{city}-rules", COLUMNS, [[row[name] for name in COLUMNS] for row in found])


def as_csv(name: str, head: tuple[str, ...], rows: list[list[Any]]) -> Response:
    """A table as a file that table programs open: UTF-8 with BOM, no cell a formula."""
    return Response(sheet(head, rows), headers={
        "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"})
