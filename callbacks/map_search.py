"""Search: a word to a list of units."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from app.sight import Seen
from app.units.search import search
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_select import city_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.components.still import still
from layouts.panels.search_results import search_results


def register(app: Dash, gateway: Gateway, results: Results) -> None:
    """Add the callback."""

    @gateway.callback(
        app,
        Output(ids.SEARCH_RESULTS, "children"),
        Input(ids.SEARCH, "value"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        right="map.read",
        is_panel=True,
        prevent_initial_call=True,
    )
    def find(seen: Seen, word: Any, facts: Any, given: Any) -> Any:
        r, city, word = reader(given), city_of(seen, facts), checks.text(word or "", "search word", 200)
        rows = results.get(seen, seen.city(city).geometry_version, ("search", city, word), lambda: search(seen, city, word, 12))
        return still(search_results(r, word, rows))
