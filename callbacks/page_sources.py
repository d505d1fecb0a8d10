"""The page of the sources: who sends what, how late, what changed, what waits; mappings and channels; and what a steward decides."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.errors import Refused
from app.exchange import desk
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.page import Page, whole_city
from callbacks.readers import reader
from layouts import ids
from layouts.pages.sources import sources_body, sources_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

LONGEST = 2000


def register(app: Dash, gateway: Gateway, system: System) -> None:
    """Wire the page: one act at a time, each written down before it is answered."""

    @gateway.callback(
        app,
        Output(ids.SOURCES_BODY, "children"),
        Input(ids.SOURCES_ACT, "data"),
        State(ids.READER, "data"),
        State(ids.SOURCES_CITY, "data"),
        right="data.steward",
        is_quiet=False,
        prevent_initial_call=True,
    )
    def change(seen: Seen, asked: Any, given: Any, city: Any) -> Any:
        if asked is None:
            return no_update
        asked = checks.table(asked, "act")
        fields = {name: checks.text(value, "field", LONGEST) for name, value in asked.items() if name not in ("act", "t")}
        name = whole(seen, city)
        told = desk.act(system, seen.viewer, checks.text(asked.get("act"), "act", 40), fields)
        return sources_body(reader(given), desk.state(system, seen.viewer, name), True, told)

    @gateway.callback(
        app,
        Output(ids.SOURCES_BODY, "children", allow_duplicate=True),
        Input(ids.SOURCES_LOOK, "data"),
        State(ids.READER, "data"),
        State(ids.SOURCES_CITY, "data"),
        right="data.read",
        is_panel=True,
        prevent_initial_call="initial_duplicate",
    )
    def show(seen: Seen, _: Any, given: Any, city: Any) -> Any:
        name = whole(seen, city)
        return sources_body(reader(given), desk.state(system, seen.viewer, name), seen.viewer.may("data.steward"))


def whole(seen: Seen, city: Any) -> str:
    """The city's key, for who may see all of it; raises NotFound and Refused."""
    name = seen.city(checks.text(city, "city", 40)).city
    if seen.sight(name) is not None:
        raise Refused("Batches hold rows of units outside your right", "Ask the security administrator for the whole city")
    return name


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The frame; what is in it comes by its own callback."""
    city = whole_city(seen, words)
    return welcome_page(r) if city is None else sources_page(r, city.city)


PAGE = Page("sources", "/sources", "data.read", build)
