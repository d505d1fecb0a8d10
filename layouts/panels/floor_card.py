"""What is this floor? (paper, figure 5: code, floors, ownership, tax state, weather, people flow, date)."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.facts import attribute, attribute_groups, fact, facts, read_at, value_of, weather, weather_note
from layouts.components.icons import icon
from layouts.components.sign_block import sign_block
from layouts.reader import Reader


def floor_card(r: Reader, detail: dict[str, Any], indicator: dict[str, Any], owner: str, now: int, at: int | None) -> html.Article:
    """`detail` is app.units.detail's answer for a floor, with its building."""
    unit, building, common, attributes = detail["unit"], detail["building"], detail["common"], detail["attributes"]
    sign_at = detail["sign"]["at"]
    when = r.moment(at, "weekday") if at is not None else r.step(sign_at, indicator["cadence"]) if sign_at else None
    above, below = building.get("floors_above"), building.get("floors_below")
    of = r.t("of {n} floors", n=r.number(above)) if above else ""
    if above and below:
        of = r.t("of {n} floors and {m} basements", n=r.number(above), m=r.number(below))
    return html.Article(
        [
            html.Header(
                [
                    html.Div([html.Span(r.level("floor"), className="cs-chip"), html.Code(unit["code"])], className="cs-card-top"),
                    html.H2(r.name(unit)),
                    html.Button([icon("pin", 15), r.name(building)], type="button", className="cs-link", **{"data-code": building["code"]}),
                    _beside(r, detail["beside"]),
                ],
                className="cs-card-head",
            ),
            sign_block(r, detail, indicator, owner, now),
            facts(
                [
                    fact("floors", r.t("Floors"), r.name(unit), of),
                    fact("owner", r.t("Ownership"), attribute(r, attributes, "ownership")),
                    fact("tax", r.t("Tax state"), attribute(r, attributes, "tax_state")),
                    fact("people", r.t("People flow"), value_of(r, common.get("people_flow")), r.t("a day")),
                    fact("weather", r.t("Weather"), weather(r, common), weather_note(r, common)),
                    fact(
                        "temperature", r.t("Temperature"), value_of(r, common.get("temperature_c")), read_at(r, common.get("temperature_c"), "floor")
                    ),
                    fact("clock", r.t("Date"), when),
                    fact("area", r.t("Area"), r.area(unit["area_m2"]) if unit.get("area_m2") else None),
                ],
                r.t("Floor"),
            ),
            html.Details([html.Summary(r.t("Attributes")), attribute_groups(r, attributes)], open=True, className="cs-fold") if attributes else None,
        ],
        className="cs-card-body",
        **{"aria-label": r.name(unit)},
    )


def _beside(r: Reader, floors: dict[str, Any]) -> html.Div:
    """One floor up, one floor down; at the ends of the building nothing to press."""
    words = {"up": r.t("One floor up"), "down": r.t("One floor down")}
    return html.Div(
        [html.Button([icon(way, 15), r.name(floors[way])], type="button", className="cs-link", title=word,
                     **{"data-code": floors[way]["code"], "aria-label": f"{word}: {r.name(floors[way])}"})
         for way, word in words.items() if floors[way]],
        className="cs-beside")
