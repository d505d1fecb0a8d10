"""The legends of both maps."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.indicators.registry import one as indicator_of
from app.map.overlays import SURFACES, level_of
from app.map.values import BreaksOf
from app.map.values import legend as find_legend
from app.sight import Seen
from app.units.floors import slabs
from app.units.levels import LEVELS
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_select import city_of
from callbacks.map_view import coarser, indicator_row
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.components.still import still
from layouts.pages.map import second_map
from layouts.panels.legend import legend
from layouts.panels.view_controls import COMPARE, SHOW


def register(app: Dash, gateway: Gateway, results: Results) -> None:
    """Add the callbacks."""

    def draw(seen: Seen, facts: Any, given: Any, indicator: Any, scope: Any, by: Any, at: int | None, breaks_of: BreaksOf = None) -> Any:
        r, city = reader(given), city_of(seen, facts)
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        scope, by = checks.table(scope, "scope"), checks.choice(by, "classes", ("threshold", "quantile"))
        if scope.get("opened"):
            opened = slabs(seen, city, checks.codes([scope["opened"]])[0], chosen.id, at, by)
            if opened["legend"]:
                return still(legend(r, indicator_row(chosen), _of_floors(opened, chosen.decimals)))
        level, show, zoom_for = _level(scope, chosen.native_level)
        # points and hexagons are classed by their own time (callbacks/units.py)
        of = None if show in ("points", *SURFACES) else breaks_of
        found = results.get(
            seen,
            seen.city(city).value_version,
            ("legend", city, chosen.id, level, at, by, of),
            lambda: find_legend(seen, city, chosen.id, level, at, by, of),
        )
        notes = {"finer": bool(scope.get("finer")), "zoom_for": zoom_for, "show": show, "wants_limits": by == "threshold"}
        return still(legend(r, indicator_row(chosen), found, **notes))

    @gateway.callback(
        app,
        Output(ids.LEGEND, "children"),
        Input(ids.INDICATOR, "data"),
        Input(ids.SCOPE, "data"),
        Input(ids.BY, "value"),
        Input(ids.TIME_BAR, "value"),
        Input(ids.VERSIONS, "data"),
        Input(ids.READER, "data"),
        State(ids.FACTS, "data"),
        right="map.read",
        is_panel=True,
    )
    def first(seen: Seen, indicator: Any, scope: Any, by: Any, at: Any, versions: Any, given: Any, facts: Any) -> Any:  # noqa: ARG001
        return None if scope is None else draw(seen, facts, given, indicator, scope, by, checks.moment(at))

    @gateway.callback(
        app,
        Output(ids.SECOND_FRAME, "children"),
        Input(ids.COMPARE, "value"),
        State(ids.SECOND_FRAME, "children"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        State(ids.MAP, "mode3d"),
        State(ids.MAP, "camera"),
        right="map.read",
    )
    def other_map(seen: Seen, compare: Any, standing: Any, facts: Any, given: Any, mode3d: Any, camera: Any) -> Any:
        if checks.choice(compare, "comparison", COMPARE) == "off":
            return None
        city = seen.city(city_of(seen, facts))
        row = {"city": city.city, "licence": "", "versions": {"geometry": city.address}, "max_zoom": city.max_zoom}
        home = checks.table(checks.table(facts, "facts").get("defaults") or {}, "defaults").get("home")
        view = {"camera": checks.table(camera or home, "camera"), "home": home, "mode3d": bool(mode3d)}
        return no_update if standing else second_map(reader(given), row, view)

    @gateway.callback(
        app,
        Output(ids.LEGEND_SECOND, "children"),
        Input(ids.VIEW, "data"),
        Input(ids.SCOPE, "data"),
        Input(ids.TIME_BAR, "settled"),
        Input(ids.VERSIONS, "data"),
        Input(ids.READER, "data"),
        State(ids.FACTS, "data"),
        State(ids.TIME_BAR, "axis"),
        right="map.read",
        is_panel=True,
    )
    def second(seen: Seen, view: Any, scope: Any, at: Any, versions: Any, given: Any, facts: Any, axis: Any) -> Any:  # noqa: ARG001
        if view is None or scope is None or checks.table(view, "view").get("compare") == "off":
            return None
        indicator, at = checks.text(view.get("indicator"), "indicator", 60), checks.moment(at)
        breaks_of: BreaksOf = None
        if view.get("compare") == "indicator":
            indicator = view.get("indicator2")
        else:
            breaks_of = "latest" if at is None else at
            newest = at if at is not None else seen.newest_of(city_of(seen, facts), indicator)
            at = None if newest is None else newest - checks.whole(view.get("behind") or 0, "time", 0, 2**32)
        return draw(seen, facts, given, indicator, scope, view.get("by"), at, breaks_of)


def _level(scope: dict[str, Any], native: str) -> tuple[str, str, str]:
    """(level whose values are drawn, display, the finer level that the user pinned and that the zoom does not show, or "")."""
    on_screen = checks.choice(scope.get("level"), "level", tuple(LEVELS))
    show = checks.choice(scope.get("show", "choropleth"), "display", SHOW)
    pinned = checks.choice(scope.get("pinned", ""), "pinned level", ("", *LEVELS))
    level, wanted = level_of(show, on_screen, native, pinned), coarser(pinned or "city", native)
    return level, show, wanted if LEVELS.index(wanted) > LEVELS.index(level) else ""


def _of_floors(opened: dict[str, Any], decimals: int) -> dict[str, Any]:
    """The legend of an opened building: its floors are classed among themselves."""
    told, classes = opened["legend"], [floor["class"] for floor in opened["floors"]]
    counts = [classes.count(k) for k in range(len(told["breaks"]) + 1)]
    return {
        **told,
        "counts": counts,
        "no_data": classes.count(255),
        "bars": [],
        "edges": [],
        "decimals": decimals,
        "n": sum(counts),
        "expected": len(classes),
        "level": "floor",
        "native_level": "floor",
    }
