"""The axis of time and the chart of the selected units."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State

from app.forecast.told import ahead
from app.indicators.registry import one as indicator_of
from app.indicators.series import course
from app.sight import Seen
from app.units import cards
from app.units.table import highest, summary
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_card import shown_rows
from callbacks.map_select import city_of
from callbacks.map_view import indicator_row
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.panels.chart import chart

MOST_LINES = 8


def register(app: Dash, gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the callbacks."""

    @gateway.callback(
        app,
        Output(ids.TIME_BAR, "axis"),
        Input(ids.SELECTION, "data"),
        Input(ids.INDICATOR, "data"),
        Input(ids.VERSIONS, "data"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        right="map.read",
        prevent_initial_call=True,
    )
    def axis(seen: Seen, selection: Any, indicator: Any, versions: Any, facts: Any, given: Any) -> Any:  # noqa: ARG001
        r, city = reader(given), city_of(seen, facts)
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        rows = shown_rows(seen, city, selection)
        if not rows:
            return {"times": [], "values": [], "of": "", "indicator": chosen.id, "cadence": chosen.cadence}
        found = course(seen, city, rows[0], chosen.id)
        times, values = found.points()
        of = rows[0] if found.code == rows[0]["code"] else cards.unit(seen, city, found.code)
        return {
            "times": times,
            "values": values,
            "of": r.t("Whole city") if of["level"] == "city" else r.name(of),
            "indicator": chosen.id,
            "cadence": chosen.cadence,
        }

    @gateway.callback(
        app,
        Output(ids.CHART, "children"),
        Input(ids.SELECTION, "data"),
        Input(ids.INDICATOR, "data"),
        Input(ids.TAB, "data"),
        Input(ids.VERSIONS, "data"),
        Input(ids.READER, "data"),
        Input(ids.VIEW, "data"),
        State(ids.FACTS, "data"),
        right="map.read",
        is_panel=True,
        prevent_initial_call=True,
    )
    def draw(seen: Seen, selection: Any, indicator: Any, tab: Any, versions: Any, given: Any, view: Any, facts: Any) -> Any:  # noqa: ARG001
        if tab != "chart":
            return None
        r, city = reader(given), city_of(seen, facts)
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        lines = []
        rows, is_ranked = _ranked(seen, city, shown_rows(seen, city, selection), chosen.id)
        for row in rows[:MOST_LINES]:
            found = course(seen, city, row, chosen.id)
            lines.append({"unit": row if found.code == row["code"] else cards.unit(seen, city, found.code), "points": (found.times, found.values),
                          "ahead": ahead(seen, city, row, chosen.id)})
        second = None
        if isinstance(view, dict) and view.get("compare") == "indicator" and lines:
            other = indicator_of(seen.indicators, checks.text(view.get("indicator2"), "indicator", 60))
            found = course(seen, city, rows[0], other.id)
            second = {"indicator": indicator_row(other), "points": (found.times, found.values)}
        return chart(r, indicator_row(chosen), lines, second, len(rows), is_ranked)


def _ranked(seen: Seen, city: str, rows: list[dict[str, Any]], indicator: str) -> tuple[list[dict[str, Any]], bool]:
    """(the units, the highest newest value first where not all of them can be drawn; whether they were put in this order)."""
    if len(rows) <= MOST_LINES:
        return rows, False
    found = summary(seen, city, rows[0]["level"], [row["seq"] for row in rows], indicator)
    return highest(rows, found["values"]), found["high"] is not None
