"""The page of the vital signs: everything on one screen, the health tree, one sign with what moved it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.alerts import board
from app.errors import NotFound
from app.forecast.told import ahead
from app.indicators.health import SINCE, movers, root
from app.indicators.owners import themes
from app.indicators.sheet import course, signs
from app.sight import Seen
from app.system import System
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_view import indicator_row
from callbacks.page import Page, city_asked
from callbacks.readers import reader
from layouts import ids
from layouts.pages.signs import signs_body, signs_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

LONG = 96               # points of the course of the chosen sign


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Every vital sign; `indicator` and `since` of the address say which is open and what changes are measured from."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    place = {"city": city.city, "indicator": words.get("indicator", "")[:60], "since": words.get("since", "")}
    place["since"] = place["since"] if place["since"] in SINCE else "day"
    place["indicator"] = place["indicator"] if place["indicator"] in seen.indicators else ""
    return signs_page(r, place, body(seen, r, place))


PAGE = Page("vital_signs", "/signs", "operations.read", build)


def body(seen: Seen, r: Reader, place: dict[str, str]) -> Any:
    """What the page shows at a place."""
    city = place["city"]
    tree, rows = signs(seen, city, "", place["since"])
    unit = root(seen, city)
    code = unit["code"] if unit else ""
    chosen = None
    if place["indicator"] and unit is not None:
        node = movers(seen, city, place["indicator"], "", place["since"])
        cube = seen.values(city).cube(place["indicator"])
        values = course(cube, unit["level"], unit["seq"], node.at, LONG) if unit["level"] in cube.levels else []
        chosen = {"node": node, "indicator": indicator_row(seen.indicators[place["indicator"]]), "values": values,
                  "ahead": ahead(seen, city, unit, place["indicator"])}
    return signs_body(r, place, themes(seen), tree, rows, code, board.counts(seen, city), chosen,
                      {name: indicator_row(one) for name, one in seen.indicators.items()})


def register(app: Dash, gateway: Gateway, system: System) -> None:  # noqa: ARG001 - one signature for all of them
    """Wire the page."""

    @gateway.callback(app, Output(ids.VITAL_BODY, "children"), Input(ids.VITAL_LOOK, "data"), State(ids.READER, "data"),
                      right="operations.read", is_panel=True, prevent_initial_call=True)
    def look(seen: Seen, asked: Any, given: Any) -> Any:
        if asked is None:
            return no_update
        asked = checks.table(asked, "place")
        place = {"city": checks.text(asked.get("city"), "city", 40), "indicator": checks.text(asked.get("indicator", ""), "indicator", 60),
                 "since": checks.choice(asked.get("since", "day"), "since", tuple(SINCE))}
        if place["indicator"] and place["indicator"] not in seen.indicators:
            raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=place["indicator"])
        return body(seen, reader(given), place)
