"""The list of vital signs with the city's newest values."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from app.indicators.latest import latest
from app.indicators.owners import themes
from app.indicators.status import tick
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.map_select import city_of
from callbacks.map_view import indicator_row, root_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.components.still import still
from layouts.panels.signs import signs


def register(app: Dash, gateway: Gateway, results: Results) -> None:
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
    def show(seen: Seen, versions: Any, facts: Any, chosen: Any, given: Any) -> Any:  # noqa: ARG001 - the version only says when
        r, city = reader(given), city_of(seen, facts)
        root = root_of(seen, seen.city(city))
        key = ("latest", city, root["level"], root["seq"], tick(seen, city)) if root else ()
        known = results.get(seen, seen.city(city).value_version, key, lambda: latest(seen, city, root["level"], root["seq"])) if root else {}
        rows = [
            {**indicator_row(one), "value": known.get(one.id, {}).get("value"), "status": known.get(one.id, {}).get("status", "grey")}
            for one in seen.indicators.values()
        ]
        return still(signs(r, themes(seen), rows, chosen if isinstance(chosen, str) else "", root["code"] if root else ""))
