"""The page of conflicts: what the sources say side by side, and the decision of a steward, written down before it is answered."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update
from flask import Response

from app import access
from app.errors import NotFound
from app.indicators.owners import departments
from app.quality import conflicts
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked, city_row
from callbacks.page_quality import as_csv
from callbacks.readers import reader
from layouts import ids
from layouts.pages.conflicts import conflicts_body, conflicts_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

COLUMNS = ("conflict", "dataset", "key", "field", "sources", "state", "chosen", "who", "reason", "found_at", "decided_at", "settled_at")


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Conflicts of a whole city; `conflict` and `state` of the address say which are open."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    state, number = words.get("state", ""), words.get("conflict", "")
    place = {"city": city.city, "state": state if state in conflicts.STATES else "",
             "conflict": int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0}
    return conflicts_page(r, city_row(seen, city), place, body(seen, r, place))


PAGE = Page("conflicts", "/conflicts", "data.read", build)


def body(seen: Seen, r: Reader, place: dict[str, Any], told: str = "") -> list[Any]:
    """What the page shows at a place."""
    try:
        chosen = conflicts.one(seen, place["city"], place["conflict"]) if place["conflict"] else None
    except NotFound:
        chosen = None
    return conflicts_body(r, place, conflicts.counts(seen, place["city"]), conflicts.listing(seen, place["city"], place["state"]), chosen,
                          departments(seen), seen.viewer.may("data.steward"), seen.viewer.may("export.rows"), told)


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Wire the page and its file."""

    @gateway.callback(
        app,
        Output(ids.CONFLICTS_BODY, "children"),
        Input(ids.CONFLICTS_ACT, "data"),
        State(ids.CONFLICTS_PLACE, "data"),
        State(ids.READER, "data"),
        right="data.steward",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def decide(seen: Seen, asked: Any, given: Any, shown: Any) -> Any:
        if asked is None or given is None:
            return no_update
        asked, given, r = checks.table(asked, "act"), checks.table(given, "place"), reader(shown)
        place = {"city": checks.text(given.get("city"), "city", 40), "state": "", "conflict": checks.digits(asked.get("conflict"), "conflict")}
        conflicts.decide(system, seen, place["city"], place["conflict"], checks.text(asked.get("source"), "source", 80),
                         checks.text(asked.get("reason", ""), "reason", 400))
        access.require(seen.viewer, "data.read")
        return body(system.seen_by(seen.viewer, "data.read"), r, place, r.t("Decided; the record follows, and it is written down with your name."))

    @gateway.route("/conflicts/<city>.csv", right="data.read")
    def take_out(seen: Seen, city: str) -> Response:
        """The conflicts of a city, without the values."""
        access.require(seen.viewer, "export.rows")
        found = conflicts.listing(seen, city)
        gateway.note(rows=len(found), fields=COLUMNS, is_quiet=False)
        return as_csv(f"{city}-conflicts", COLUMNS, [["|".join(cell) if isinstance(cell, list) else cell for cell in
                                                      (row[name] for name in COLUMNS)] for row in found])
