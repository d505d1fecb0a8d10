"""The forecast page: what is expected of an indicator at a unit, how sure that is, how well it would have done, why, and what if."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.components.icons import icon
from layouts.components.look_map import look_map
from layouts.components.still import Still, still
from layouts.reader import Reader

PANELS = ("forecast_head", "forecast_units", "forecast_special", "forecast_scenarios", "forecast_scores", "forecast_drivers", "forecast_model",
          "forecast_table")
MAP, GRAPH = "forecast-map", "forecast-graph"
# what the routes may answer (app/forecast: page, training), for the script to say in the reader's language
FACTS = ("There is too little history to choose a model", "Wait until more has been reported", "This indicator has no forecast",
         "The indicator is not reported at this level",
         "A year's figure is not forecast: choose one reported by the hour, day or month")
# what of a panel is built by assets/screen/forecast.js, under its tree
PLACES = {"forecast_head": "forecast-replay", "forecast_scenarios": "forecast-form", "forecast_model": "forecast-training"}


def forecast_page(r: Reader, city: dict[str, Any], told: dict[str, Any]) -> html.Div:
    """`told` is callbacks.page_forecast.drawn."""
    facts = {"city": city["city"], "language": r.language, "zone": r.zone, "versions": city["versions"], "words": words(r),
             **{name: told[name] for name in ("asked", "play", "cutoffs", "form", "training", "map")}}
    sections = {name: _section(name, told["panels"][name]) for name in PANELS}
    chart = html.Section(
        [
            html.H2([html.Span(r.t("Course and outlook")), still(html.Button([icon("picture", 14), "PNG"], type="button", className="cs-link",
                                                                            title=r.t("Save the chart as a picture"), **{"data-forecast": "png"}))]),
            dcc.Graph(id=GRAPH, figure=told["figure"], responsive=True, className="cs-graph fc-graph",
                      config={"displaylogo": False, "displayModeBar": False, "scrollZoom": False, "locale": "en"}),
            html.P(Still(id="tree-forecast_caption", tree=told["panels"]["caption"]), className="fc-note"),
        ],
        className="fc-panel fc-of-chart", **{"aria-label": r.t("Course and outlook")})
    legend = html.Div(Still(id="tree-forecast_legend", tree=told["panels"]["legend"]), className="cs-legend-place fc-legend-place")
    maps = html.Section([look_map(r, MAP, city, told["map"]), legend, html.Div(id="forecast-play", className="fc-play")] if told["map"] else
                        html.P(r.t("No map"), className="fc-note"), className="fc-panel fc-of-map", **{"aria-label": r.t("Map")})
    return html.Div(
        [dcc.Store(id="forecast-facts", data=facts), sections["forecast_head"], sections["forecast_units"], chart, maps,
         *(sections[name] for name in PANELS[2:])],
        className="fc",
    )


def _section(name: str, tree: Any) -> html.Section:
    place = PLACES.get(name)
    return html.Section([Still(id=f"tree-{name}", tree=tree), html.Div(id=place) if place else None],
                        className=f"fc-panel fc-of-{name.partition('_')[2]}", **{"data-panel": name})


def words(r: Reader) -> dict[str, Any]:
    """What assets/screen/forecast.js says."""
    return {
        "play": r.t("Play the hours ahead"), "pause": r.t("Pause"), "back": r.t("One step back"), "on": r.t("One step on"), "step": r.t("Step ahead"),
        "expected": r.t("Expected"), "breach": r.t("Breach"), "show": r.t("What the map shows"),
        "replay": r.t("As forecast on"), "earlier": r.t("From an earlier moment"), "newest": r.t("from now"),
        "add": r.t("Add this scenario"), "full": r.t("As many scenarios as can be compared"), "holiday": r.t("The days ahead are free"),
        "road": r.t("Closed road"), "none": r.t("none"), "pick": r.t("Pick on the map"), "picking": r.t("Click the street on the map"),
        "more": r.t("{name}: more or less than expected"), "nothing": r.t("Change something first"),
        "training": r.t("Models are being compared: {what}"), "waits": r.t("{n} wait"), "cancel": r.t("Cancel"),
        "facts": {**{fact: r.say(fact) for fact in FACTS}, "cancelled": r.t("somebody stopped it")},
        "done": r.t("The models were chosen anew"), "failed": r.t("No model could be chosen"),
        "levels": {name: r.level(name) for name in ("city", "district", "street", "community", "grid", "building", "floor")},
    }
