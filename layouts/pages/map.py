"""The one map, for analysts and leaders: signs on the left, the city in the middle, the unit on the right, time below."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from layouts import ids
from layouts.components.city_map import CityMap
from layouts.components.drawn import TimeBar
from layouts.components.icons import icon
from layouts.components.still import still
from layouts.map_style import map_styles
from layouts.panels.tools import tools
from layouts.panels.view_controls import view_controls
from layouts.reader import Reader


def map_page(r: Reader, city: dict[str, Any], view: dict[str, Any], facts: dict[str, Any], options: list[dict[str, Any]]) -> list[Any]:
    """`view` as read from the address, `facts` for the browser (layouts.browser_facts), `options` of the second indicator."""
    return [
        dcc.Store(id=ids.READER, data={"language": r.language, "theme": r.theme, "zone": r.zone}),
        dcc.Store(id=ids.VERSIONS, data={"city": city["city"], **city["versions"]}),
        dcc.Store(id=ids.FACTS, data={**facts, "tab": view["tab"]}),
        dcc.Store(id=ids.VIEW),
        dcc.Store(id=ids.INDICATOR, data=view["indicator"]),
        dcc.Store(id=ids.INTENT, data={"codes": view["units"], "n": 0}),
        dcc.Store(id=ids.SELECTION),
        dcc.Store(id=ids.SCOPE),
        dcc.Store(id=ids.DRAWN),
        dcc.Store(id=ids.TOOL),
        dcc.Store(id=ids.TAB, data=""),
        html.Aside(
            [
                html.Div([html.H2(r.t("Vital signs")), _close(r, "left")], className="cs-panel-head"),
                html.Div(
                    [
                        dmc.TextInput(
                            id="sign-filter",
                            placeholder=r.t("Find an indicator"),
                            leftSection=icon("search", 16),
                            size="sm",
                            debounce=False,
                            **{"aria-label": r.t("Find an indicator")},
                        )
                    ],
                    className="cs-filter-place",
                ),
                html.Div(id=ids.SIGNS, className="cs-signs"),
                html.Details(
                    [html.Summary([icon("settings", 16), r.t("Map view")]), view_controls(r, view, options)], open=True, className="cs-view-fold"
                ),
            ],
            className="cs-left",
            id="left",
            **{"aria-label": r.t("Vital signs and map view")},
        ),
        html.Section(
            [
                html.Div(
                    [
                        html.Button(
                            [icon("layers"), html.Span(r.t("Signs"))],
                            type="button",
                            className="cs-drawer-button",
                            **{"data-action": "left", "aria-controls": "left"},
                        ),
                        html.Div(id=ids.BREADCRUMB, className="cs-breadcrumb-place"),
                    ],
                    className="cs-strip",
                ),
                html.Div(
                    [
                        html.Div([city_map(r, ids.MAP, city, view), html.Div(id=ids.LEGEND, className="cs-legend-place")], className="cs-map-frame"),
                        html.Div(id=ids.SECOND_FRAME, className="cs-map-frame cs-map-frame-second"),
                        still(tools(r)),
                        html.Div(
                            [
                                html.Label(r.t("Distance, m"), htmlFor=ids.RADIUS),
                                dmc.NumberInput(id=ids.RADIUS, value=500, min=10, max=50_000, step=100, size="xs", w=110, debounce=300),
                            ],
                            className="cs-tool-option",
                            id="radius-place",
                            hidden=True,
                        ),
                        html.Div(
                            [
                                html.Span(r.t("Floors apart")),
                                dmc.Slider(
                                    id=ids.EXPLODE,
                                    value=view["explode"],
                                    min=0,
                                    max=100,
                                    step=1,
                                    w=140,
                                    size="sm",
                                    label=None,
                                    updatemode="drag",
                                    thumbLabel=r.t("Floors apart"),
                                ),
                            ],
                            className="cs-tool-option",
                            id="explode-place",
                            hidden=True,
                        ),
                    ],
                    className="cs-maps",
                    id="maps",
                ),
                TimeBar(id=ids.TIME_BAR, value=view["at"], settled=view["at"], zone=r.zone, language=r.language, words=time_words(r)),
                dock(r),
            ],
            className="cs-centre",
            **{"aria-label": r.t("Map, time and tables")},
        ),
        html.Aside(
            [
                html.Button(
                    html.I(),
                    type="button",
                    className="cs-sheet-handle",
                    id="sheet-handle",
                    title=r.t("Open or close the card"),
                    **{"aria-label": r.t("Open or close the card")},
                ),
                html.Div(id=ids.CARD, className="cs-card"),
            ],
            className="cs-right",
            id="right",
            **{"aria-label": r.t("The selected unit")},
        ),
        html.Div(id="cover", className="cs-cover"),
    ]


def city_map(r: Reader, name: str, city: dict[str, Any], view: dict[str, Any], sync: str = "one") -> CityMap:
    """The map of a city, before the browser fills in what it shows (assets/screen/shown.js)."""
    camera = {**view["camera"], "jump": True}
    return CityMap(
        id=name,
        city=city["city"],
        mapStyle=map_styles(city["city"], city["versions"]["geometry"], city["max_zoom"]),
        camera=camera,
        home=view["home"],
        language=r.language,
        theme=r.theme,
        mode3d=view["mode3d"],
        level="auto",
        sync=sync,
        selected=[],
        layers=[],
        attribution=city["licence"],
        className="cs-map",
    )


def second_map(r: Reader, city: dict[str, Any], view: dict[str, Any]) -> list[Any]:
    """The map of a comparison with its legend; its camera is locked to the first."""
    return [city_map(r, ids.MAP_SECOND, city, view), html.Div(id=ids.LEGEND_SECOND, className="cs-legend-place")]


def dock(r: Reader) -> html.Div:
    """Chart and table below the map; closed until asked for."""
    tabs = [("chart", r.t("Chart")), ("table", r.t("Table"))]
    return html.Div(
        [
            html.Div(
                [
                    still(
                        [
                            html.Button(
                                [icon(key, 16), text],
                                type="button",
                                className="cs-tab",
                                **{"data-tab": key, "aria-pressed": "false", "aria-controls": ids.DOCK},
                            )
                            for key, text in tabs
                        ]
                    ),
                    html.Span(id=ids.TABLE_NOTE, className="cs-dock-note"),
                    html.Button(
                        icon("down", 16),
                        type="button",
                        className="cs-icon-button cs-dock-close",
                        title=r.t("Close"),
                        **{"data-tab": "", "aria-label": r.t("Close chart and table")},
                    ),
                ],
                className="cs-tabs",
            ),
            html.Div([html.Div(id=ids.CHART, className="cs-chart"), html.Div(id="table-place", className="cs-table")], className="cs-dock-body"),
        ],
        id=ids.DOCK,
        className="cs-dock",
    )


def search_box(r: Reader) -> html.Div:
    """Search by name, code, address, pinyin initials."""
    return html.Div(
        [
            dmc.TextInput(
                id=ids.SEARCH,
                placeholder=r.t("Search name, code, address, pinyin"),
                debounce=180,
                size="sm",
                leftSection=icon("search", 16),
                **{"aria-label": r.t("Search units"), "aria-controls": ids.SEARCH_RESULTS, "aria-autocomplete": "list"},
            ),
            html.Div(id=ids.SEARCH_RESULTS, className="cs-results"),
        ],
        className="cs-search",
        role="search",
    )


def time_words(r: Reader) -> dict[str, str]:
    """What the bar of time says."""
    return {
        "play": r.t("Play"),
        "pause": r.t("Pause"),
        "back": r.t("One step back"),
        "on": r.t("One step on"),
        "latest": r.t("Newest"),
        "speed": r.t("Speed"),
        "time": r.t("Time"),
        "live": r.t("newest"),
        "none": r.t("No history for this indicator"),
    }


def _close(r: Reader, what: str) -> html.Button:
    return html.Button(
        icon("close"),
        type="button",
        className="cs-icon-button cs-drawer-close",
        title=r.t("Close"),
        **{"data-action": what, "aria-label": r.t("Close")},
    )
