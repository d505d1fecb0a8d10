"""How is it shown? Level, classes, display, comparison."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from layouts import ids
from layouts.reader import Reader

LEVELS = ("auto", "district", "street", "community", "grid", "building")
SHOW = ("choropleth", "points", "heat", "hex", "flow")
BY = ("threshold", "quantile")
COMPARE = ("off", "indicator", "time")
BEHIND = ("86400", "604800", "2419200")


def view_controls(r: Reader, view: dict[str, Any], indicators: list[dict[str, Any]]) -> html.Div:
    """The controls, set as the view says. `indicators` are Mantine's grouped options for the second map."""
    levels = [{"value": "auto", "label": r.t("Follow zoom")}, *({"value": level, "label": r.level(level)} for level in LEVELS[1:])]
    shows = {"choropleth": r.t("Areas"), "points": r.t("Points"), "heat": r.t("Heat"), "hex": r.t("Hexagons"), "flow": r.t("Flows")}
    compares = {"off": r.t("One map"), "indicator": r.t("Two indicators"), "time": r.t("Two times")}
    behinds = {"86400": r.t("1 day earlier"), "604800": r.t("7 days earlier"), "2419200": r.t("28 days earlier")}
    return html.Div(
        [
            _select(r.t("Display"), ids.SHOW, shows, view["show"]),
            dmc.Select(
                id=ids.LEVEL, label=r.t("Level"), data=levels, value=view["level"], allowDeselect=False, size="xs", comboboxProps={"shadow": "md"}
            ),
            html.Div(
                [
                    html.Label(r.t("Classes"), id="by-label", className="cs-label"),
                    dmc.SegmentedControl(
                        id=ids.BY,
                        value=view["by"],
                        size="xs",
                        fullWidth=True,
                        **{"aria-labelledby": "by-label"},
                        data=[{"value": "threshold", "label": r.t("Limits")}, {"value": "quantile", "label": r.t("Quantiles")}],
                    ),
                    # shown while the legend says that there are none
                    html.Small(r.t("No limits here: quantiles"), className="cs-no-limits"),
                ]
            ),
            _select(r.t("Compare"), ids.COMPARE, compares, view["compare"]),
            html.Div(
                dmc.Select(
                    id=ids.INDICATOR_SECOND,
                    label=r.t("Second indicator"),
                    data=indicators,
                    value=view["indicator2"],
                    searchable=True,
                    allowDeselect=False,
                    size="xs",
                    nothingFoundMessage=r.t("Nothing found"),
                    comboboxProps={"shadow": "md"},
                ),
                className="cs-only-indicator",
            ),
            html.Div(_select(r.t("Second time"), ids.TIME_SECOND, behinds, view["behind"]), className="cs-only-time"),
        ],
        className="cs-controls",
    )


def _select(label: str, name: str, options: dict[str, str], value: str) -> dmc.Select:
    return dmc.Select(
        id=name,
        label=label,
        data=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        allowDeselect=False,
        size="xs",
        comboboxProps={"shadow": "md"},
    )
