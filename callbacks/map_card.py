"""The card of what is selected: a unit, a floor, several units, or the city."""

from __future__ import annotations

import time
from typing import Any

from dash import Dash, Input, Output, State, ctx

from app.forecast.told import ahead
from app.indicators.owners import departments
from app.indicators.registry import one as indicator_of
from app.indicators.status import tick
from app.sight import Seen
from app.system import System
from app.units import cards
from app.units.detail import detail
from app.units.table import highest, summary
from callbacks import checks
from callbacks.gateway import Gateway
from callbacks.map_select import city_of, wanted
from callbacks.map_view import indicator_row, roots_of
from callbacks.readers import reader
from callbacks.results import Results
from layouts import ids
from layouts.components.marks import empty
from layouts.components.still import still
from layouts.panels.floor_card import floor_card
from layouts.panels.many_card import many_card
from layouts.panels.unit_card import unit_card
from layouts.panels.unusual import unusual

MOST_LISTED = 60
AHEAD_S = 2 * 86_400        # seconds that the line of a card goes on into what is expected


def register(app: Dash, gateway: Gateway, results: Results) -> None:
    """Add the callback."""

    @gateway.callback(
        app,
        Output(ids.CARD, "children"),
        Input(ids.SELECTION, "data"),
        Input(ids.INDICATOR, "data"),
        Input(ids.TIME_BAR, "settled"),
        Input(ids.VERSIONS, "data"),
        State(ids.FACTS, "data"),
        State(ids.READER, "data"),
        right="map.read",
        is_panel=True,
        prevent_initial_call=True,
    )
    def card(seen: Seen, selection: Any, indicator: Any, at: Any, versions: Any, facts: Any, given: Any) -> Any:  # noqa: ARG001
        r, city, at = reader(given), city_of(seen, facts), checks.moment(at)
        chosen = indicator_of(seen.indicators, checks.text(indicator, "indicator", 60))
        rows, roots = shown_rows(seen, city, selection), roots_of(seen, seen.city(city))
        if not rows:
            return empty(r.t("This city has no units yet"), r.t("Take them in with: python run.py import FILE --city {city}", city=city))
        row, by_hand = rows[0], bool(selected_codes(selection)) and ctx.triggered_id != ids.VERSIONS
        gateway.note(rows=len(rows), units=[one["code"] for one in rows] if by_hand else (), fields=[chosen.id], is_quiet=not by_hand)
        if len(rows) > 1:
            found = summary(seen, city, row["level"], [one["seq"] for one in rows], chosen.id, at)
            return still(many_card(r, highest(rows, found["values"])[:MOST_LISTED], found, indicator_row(chosen), at))
        found = results.get(
            seen, seen.city(city).value_version, ("detail", city, row["code"], chosen.id, at, tick(seen, city)),
            lambda: detail(seen, city, row, chosen.id, at),
        )
        found = {**found, "ahead": ahead(seen, city, row, chosen.id, AHEAD_S) if at is None else None}
        owner = departments(seen).get(chosen.owner, {})
        told = (r, found, indicator_row(chosen), r.pick(owner.get("name_zh"), owner.get("name_en")) or chosen.owner, int(time.time()), at)
        if row["level"] == "floor":
            return still(floor_card(*told))
        return still(unit_card(*told, unusual(r, standing_out(seen, city)) if row in roots and at is None else None))


def standing_out(system: System, city: str, most: int = 5) -> list[dict[str, Any]]:
    """The most unusual unit of each of the most unusual indicators, districts before streets."""
    for level in ("district", "street"):
        found: dict[str, Any] = {}
        for one in system.latest(city, level).unusual:
            found.setdefault(one.indicator, one)
        if found:
            return [
                {
                    "indicator": indicator_row(system.indicators[one.indicator]),
                    "unit": cards.unit_at(system, city, level, one.seq),
                    "value": one.value,
                    "usual": one.usual,
                    "score": one.score,
                    "at": one.at,
                }
                for one in list(found.values())[:most]
            ]
    return []


def selected_codes(selection: Any) -> list[str]:
    """The codes of a selection store."""
    items = checks.table(selection, "selection").get("items") if selection is not None else []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        items = [checks.table(items, "selected units")]
    return checks.codes([item.get("code") for item in items])


def shown_rows(system: System, city: str, selection: Any) -> list[dict[str, Any]]:
    """The selected units, where the view begins (the whole city) where none is."""
    rows, _ = wanted(system, city, {"codes": selected_codes(selection)})
    return rows or roots_of(system, system.city(city))
