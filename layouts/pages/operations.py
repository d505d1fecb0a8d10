"""The operations page of duty officers: one look at the city that filters every panel, the map among them."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.components.look_map import look_map
from layouts.components.still import Still
from layouts.reader import Reader

PANELS = ("desk_head", "desk_signs", "desk_units", "desk_alerts", "desk_feed", "desk_series", "desk_service")
MAP = "desk-map"


def operations_page(r: Reader, city: dict[str, Any], told: dict[str, Any]) -> html.Div:
    """`told` is callbacks.page_operations.drawn: the look, a tree a panel, the map."""
    place = told["map"]
    facts = {"city": city["city"], "language": r.language, "asked": told["asked"], "map": place, "versions": city["versions"]}
    sections: dict[str, Any] = {
        name: html.Section(Still(id=f"tree-{name}", tree=told["panels"][name]), className=f"desk-panel desk-of-{name.partition('_')[2]}",
                           **{"data-panel": name})
        for name in PANELS
    }
    legend = html.Div(Still(id="tree-legend", tree=told["panels"].get("legend", "")), className="cs-legend-place desk-legend")
    frame = html.Section([look_map(r, MAP, city, place), legend], className="desk-panel desk-of-map", **{"aria-label": r.t("Map")}) if place else None
    return html.Div(
        [
            dcc.Store(id="desk-facts", data=facts),
            sections["desk_head"],
            sections["desk_signs"],
            sections["desk_service"],
            frame,
            sections["desk_alerts"],
            sections["desk_units"],
            sections["desk_series"],
            sections["desk_feed"],
        ],
        className="desk",
    )
