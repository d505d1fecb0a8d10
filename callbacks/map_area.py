"""A drawn shape to a selection of the units inside it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update, set_props

from app.sight import Seen
from app.units.area import inside
from app.units.levels import LEVELS
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_select import MOST, city_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids


def register(app: Dash, gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the callback."""

    @gateway.callback(
        app,
        Output(ids.INTENT, "data"),
        Input(ids.DRAWN, "data"),
        State(ids.SCOPE, "data"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        right="map.read",
        prevent_initial_call=True,
    )
    def select_inside(seen: Seen, drawn: Any, scope: Any, facts: Any, given: Any) -> Any:
        if drawn is None:
            return no_update
        drawn, r, city = checks.table(drawn, "shape"), reader(given), city_of(seen, facts)
        level = checks.choice(checks.table(scope, "scope").get("level"), "level", tuple(LEVELS))
        radius = drawn.get("radius_m") if drawn.get("tool") == "buffer" else 0
        radius = float(radius) if isinstance(radius, (int, float)) and radius == radius and radius > 0 else 0.0
        codes = inside(seen, city, level, checks.table(drawn.get("geometry"), "geometry"), radius, MOST)
        if not codes:
            told = r.t("Units of level {level} count when their centre lies in the shape.", level=r.level(level).lower())
            _notice("nothing-inside", r.t("No unit inside"), told)
            return no_update
        if len(codes) >= MOST:
            told = r.t("The shape holds more than can be selected at once; choose a coarser level for all of it.")
            _notice("too-many-inside", r.t("Only {n} units are selected", n=r.number(MOST)), told)
        return {"codes": codes, "n": checks.whole(drawn.get("t", 0), "time", 0, 2**50)}


def _notice(name: str, title: str, message: str) -> None:
    set_props(ids.NOTICES, {"sendNotifications": [{"action": "show", "id": name, "color": "blue", "title": title, "message": message}]})
