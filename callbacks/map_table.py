"""The table twin: rows in blocks as the table asks for them."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from app.indicators.registry import one as indicator_of
from app.sight import Seen
from app.system import System
from app.units.levels import LEVELS
from app.units.table import SORTS
from app.units.table import rows as table_rows
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_card import shown_rows
from callbacks.map_select import city_of
from callbacks.map_view import coarser, indicator_row
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.panels.table import note, table, table_row

BLOCK = 500


def register(app: Dash, gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the callbacks."""

    @gateway.callback(
        app,
        Output("table-place", "children"),
        Output(ids.TABLE_NOTE, "children"),
        Input(ids.TAB, "data"),
        Input(ids.INDICATOR, "data"),
        Input(ids.SCOPE, "data"),
        Input(ids.SELECTION, "data"),
        Input(ids.READER, "data"),
        State(ids.FACTS, "data"),
        State(ids.TIME_BAR, "settled"),
        right="map.read",
        prevent_initial_call=True,
    )
    def show(seen: Seen, tab: Any, indicator: Any, scope: Any, selection: Any, given: Any, facts: Any, at: Any) -> Any:  # noqa: ARG001
        if tab != "table" or scope is None:
            return None, None
        r, city = reader(given), city_of(seen, facts)
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        level, parent = scope_of(seen, city, chosen.native_level, scope, selection)
        key = f"{level}|{parent['code'] if parent else ''}|{chosen.id}"
        return table(r, indicator_row(chosen), level, key), note(r, level, parent)

    @gateway.callback(
        app,
        Output(ids.TABLE, "getRowsResponse"),
        Input(ids.TABLE, "getRowsRequest"),
        State(ids.INDICATOR, "data"),
        State(ids.SCOPE, "data"),
        State(ids.SELECTION, "data"),
        State(ids.TIME_BAR, "settled"),
        State(ids.READER, "data"),
        State(ids.FACTS, "data"),
        right="map.read",
    )
    def block(seen: Seen, request: Any, indicator: Any, scope: Any, selection: Any, at: Any, given: Any, facts: Any) -> Any:
        if request is None:
            return no_update
        r, city, asked = reader(given), city_of(seen, facts), checks.table(request, "request")
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        level, parent = scope_of(seen, city, chosen.native_level, scope, selection)
        start = checks.whole(asked.get("startRow", 0), "first row", 0, 10**8)
        end = min(checks.whole(asked.get("endRow", 100), "last row", 0, 10**8), start + BLOCK)
        orders = asked.get("sortModel") or [{}]
        order = checks.table(orders[0] if isinstance(orders, list) else orders, "order")
        column = checks.text(order.get("colId") or "", "column", 40)
        column = {"name": f"name_{r.language}", "parent": f"parent_{r.language}"}.get(column, column)
        word = checks.table(checks.table(asked.get("filterModel") or {}, "filter").get("name") or {}, "filter").get("filter") or ""
        found, total = table_rows(
            seen,
            city,
            level,
            chosen.id,
            checks.moment(at),
            parent,
            checks.text(word, "filter", 80),
            column if column in SORTS else "value" if not column else "code",
            order.get("sort", "desc") == "desc",
            start,
            end,
        )
        return {"rowData": [table_row(r, row, chosen.decimals) for row in found], "rowCount": total}


def scope_of(system: System, city: str, native: str, scope: Any, selection: Any) -> tuple[str, dict[str, Any] | None]:
    """(level, parent): the children of the one selected unit where it has any that are reported, else the level on the map."""
    rows = shown_rows(system, city, selection)
    if len(rows) == 1 and rows[0]["level"] not in ("city", "floor"):
        below = LEVELS[LEVELS.index(rows[0]["level"]) + 1]
        if LEVELS.index(below) <= LEVELS.index(native):
            return below, rows[0]
    return coarser(checks.choice(checks.table(scope, "scope").get("level"), "level", tuple(LEVELS)), native), None
