"""What is this unit, and how is it? (paper, figure 4: weather, temperature, place, time, people flow, security)."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.facts import attribute, attribute_groups, fact, facts, read_at, value_of, weather, weather_note
from layouts.components.icons import icon
from layouts.components.kin import children, floors, plural
from layouts.components.sign_block import sign_block
from layouts.components.traced import traced, value_key
from layouts.format import degrees
from layouts.reader import Reader

WHOLE = 0.995           # of an ended unit: the rest is where borders were drawn anew


def unit_card(
    r: Reader, detail: dict[str, Any], indicator: dict[str, Any], owner: str, now: int, at: int | None, stands_out: Any = None
) -> html.Article:
    """`detail` is app.units.detail's answer; `at` the time on the bar (None: the newest); `stands_out` what is unusual below."""
    unit = detail["unit"]
    below = (
        floors(r, detail["children"], detail["sign"], at)
        if unit["level"] == "building" and detail["children"]
        else children(r, detail["children"], detail["child_count"], detail["sign"], indicator["direction"], at)
    )
    if unit["level"] == "building" and detail["children"]:
        count = r.t("{n} {level} below", n=r.number(detail["child_count"]), level=plural(r, "floor", detail["child_count"]))
        below = html.Div([html.H4(count), below], className="cs-kin")
    return html.Article(
        [
            head(r, unit),
            came_from(r, detail["came_from"]),
            sign_block(r, detail, indicator, owner, now),
            stands_out,
            common_facts(r, detail, at, indicator["cadence"]),
            below,
            _attributes(r, detail),
        ],
        className="cs-card-body",
        **{"aria-label": r.name(unit)},
    )


def head(r: Reader, unit: dict[str, Any]) -> html.Header:
    """Level, name, code, address, and the way in."""
    other = unit.get("name_en") if r.language == "zh" else unit.get("name_zh")
    return html.Header(
        [
            html.Div([html.Span(r.level(unit["level"]), className="cs-chip"), html.Code(unit["code"])], className="cs-card-top"),
            html.H2(r.name(unit)),
            html.Div(
                " · ".join(part for part in (other, unit.get("address") if unit.get("name_zh") or unit.get("name_en") else None) if part),
                className="cs-soft",
            )
            if other or unit.get("address")
            else None,
            html.Button(
                [icon("pin", 15), r.t("Show on the map")], type="button", className="cs-link", **{"data-code": unit["code"], "data-fly": "1"}
            ),
        ],
        className="cs-card-head",
    )


def came_from(r: Reader, before: list[dict[str, Any]]) -> html.Div | None:
    """Since when the unit stands, and which ended units it took over, whole or in part."""
    if not before:
        return None
    names = [f"{r.name(one)} ({r.number(one['share'] * 100)} %)" if one["share"] < WHOLE else r.name(one) for one in before]
    text = r.t("Since {day}, from {names}", day=r.moment(max(one["at"] for one in before), "date"), names=r.pick("、", ", ").join(names))
    return html.Div(text, className="cs-soft cs-came-from")


def common_facts(r: Reader, detail: dict[str, Any], at: int | None, cadence: str) -> html.Dl:
    """The common factors of figure 4; `cadence` of the indicator, whose time stands where no weather is."""
    unit, common, attributes = detail["unit"], detail["common"], detail["attributes"]
    level = unit["level"]
    place = attribute(r, attributes, "place_type") or place_word(r, unit.get("place_type"))
    security = attribute(r, attributes, "security_state")
    incidents = common.get("security_incidents_per_10k")
    newest = at if at is not None else common["temperature_c"]["at"] if "temperature_c" in common else None
    sign_at = detail["sign"]["at"]
    when = r.moment(newest, "weekday") if newest else r.step(sign_at, cadence) if sign_at else None
    return facts(
        [
            fact("weather", r.t("Weather"), weather(r, common), weather_note(r, common)),
            fact("temperature", r.t("Temperature"), value_of(r, common.get("temperature_c")), read_at(r, common.get("temperature_c"), level)),
            fact("people", r.t("People flow"), value_of(r, common.get("people_flow")), r.t("a day")),
            fact(
                "shield",
                r.t("Security"),
                security or (traced(r, r.number(incidents["value"], 2), value_key("security_incidents_per_10k", incidents["code"], incidents["at"]))
                             if incidents else None),
                "" if security else r.t("incidents per 10 000"),
            ),
            fact("place", r.t("Place type"), place),
            fact("clock", r.t("Time"), when),
            fact("pin", r.t("Longitude, latitude"), degrees(unit["lon"], unit["lat"]) if unit.get("lon") is not None else None),
            fact(
                "area",
                r.t("Area"),
                r.area(unit["area_m2"]) if unit.get("area_m2") else None,
                f"{r.number(unit['height_m'], 1)} m" if unit.get("height_m") else "",
            ),
        ],
        r.t("Common factors"),
    )


def place_word(r: Reader, place: str | None) -> str | None:
    """The place type of a unit that has it as a column."""
    return {
        "centre": r.t("Central business"),
        "old_town": r.t("Old town"),
        "mixed": r.t("Mixed urban"),
        "suburb": r.t("Residential suburb"),
        "industry": r.t("Industry"),
        "harbour": r.t("Harbour"),
        "campus": r.t("Campus"),
        "village": r.t("Village"),
        "hill": r.t("Hills"),
        "park": r.t("Park"),
        "farmland": r.t("Farmland"),
        "water": r.t("Water area"),
    }.get(place or "", place)


def _attributes(r: Reader, detail: dict[str, Any]) -> html.Details | None:
    groups = attribute_groups(r, detail["attributes"])
    return html.Details([html.Summary(r.t("Attributes")), groups], open=True, className="cs-fold") if groups else None
