"""The list of vital signs with the city's newest values."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from app.access import Viewer
from app.indicators.latest import latest
from app.indicators.owners import themes
from app.system import System
from callbacks.gateway import Gateway
from callbacks.map_select import city_of
from callbacks.map_view import indicator_row, root_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.panels.signs import signs


def register(app: Dash, gateway: Gateway, system: System, results: Results) -> None:
    """Add the callback."""

    @gateway.callback(
        app,
        Output(ids.SIGNS, "children"),
        Input(ids.VERSIONS, "data"),
        State(ids.FACTS, "data"),
        State(ids.INDICATOR, "data"),
        State(ids.READER, "data"),
        right="map.read",
        is_panel=True,
    )
    def show(viewer: Viewer, versions: Any, facts: Any, chosen: Any, given: Any) -> Any:  # noqa: ARG001 - the version only says when
        r, city = reader(given), city_of(system, facts)
        root = root_of(system, system.city(city))
        known = (
            results.get(viewer, system.city(city).value_version, ("latest", city, "city", 1), lambda: latest(system, city, "city", 1)) if root else {}
        )
        rows = [
            {**indicator_row(one), "value": known.get(one.id, {}).get("value"), "status": known.get(one.id, {}).get("status", "grey")}
            for one in system.indicators.values()
        ]
        return signs(r, themes(system), rows, chosen if isinstance(chosen, str) else "")
