"""The tablet that steers the wall: what is on it, the scenes, hold, and where the map flies. Every target is 44 px or more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from layouts.components.icons import icon
from layouts.components.still import still
from layouts.reader import Reader


def steer_page(r: Reader, city: dict[str, Any], scenes: Sequence[Any], units: list[dict[str, Any]], handles: bool) -> html.Div:
    """`scenes` have name, title_zh, title_en, dwell_s; `handles`: whoever reads may acknowledge alerts.

    `units`: what stands out now, [{unit, indicator, value}]: one tap flies there.
    """
    words = {"held": r.t("Held by {who}"), "next": r.t("next scene in {n} s"), "flying": r.t("The map shows what {who} chose"),
             "failed": r.t("The wall did not take this"), "cut": r.t("No connection to the server; trying again"), "none": r.t("Nothing found"),
             "acknowledge": r.t("Acknowledge"), "takeover": r.t("A red alert has the wall"), "done": r.t("Acknowledged")}
    facts = {"city": city["city"], "language": r.language, "words": words}
    parts = [_alerts(r) if handles else None, _now(r, city), _scenes(r, scenes), _fly(r, units)]
    return html.Div([dcc.Store(id="steer-facts", data=facts), still(parts)], className="steer")


def _now(r: Reader, city: dict[str, Any]) -> html.Section:
    def act(do: str, sign: str, text: str) -> html.Button:
        return html.Button([icon(sign, 24), html.Span(text)], type="button", className="steer-act", **{"data-steer": do})

    return html.Section(
        [
            html.H2(r.t("On the wall of {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            html.P([html.Strong("…", id="steer-scene"), html.Span(id="steer-more")], className="steer-now", role="status"),
            html.Div(
                [act("back", "left", r.t("The one before")), act("hold", "pause", r.t("Hold")), act("release", "play", r.t("Go on")),
                 act("next", "right", r.t("Next"))],
                className="steer-acts",
            ),
            html.A(r.t("Open the wall"), href=f"/screen?city={city['city']}", target="_blank", className="cs-link steer-open"),
        ],
        className="steer-part",
    )


def _alerts(r: Reader) -> html.Section:
    """Filled by the script as alerts come: what waits to be acknowledged, the gravest first."""
    head = html.H2(r.t("Alerts that wait to be acknowledged"))
    place = html.Div(id="steer-alerts", className="steer-units")
    return html.Section([head, place], id="steer-alarm", className="steer-part steer-alarm", hidden=True)


def _scenes(r: Reader, scenes: Sequence[Any]) -> html.Section:
    rows = [
        html.Button([html.Strong(r.pick(scene.title_zh, scene.title_en)), html.Small(r.t("{n} s", n=r.number(scene.dwell_s)))], type="button",
                    className="steer-scene", **{"data-steer": "show", "data-scene": scene.name, "aria-pressed": "false"})
        for scene in scenes
    ]
    return html.Section([html.H2(r.t("Scenes")), html.Div(rows, className="steer-scenes")], className="steer-part")


def _fly(r: Reader, units: list[dict[str, Any]]) -> html.Section:
    rows = [
        html.Button(
            [html.Strong(r.name(one["unit"])), html.Span(r.pick(one["indicator"]["name_zh"], one["indicator"]["name_en"])),
             html.B(f"{r.compact(one['value'], one['indicator']['decimals'])} {r.unit_of(one['indicator']['unit'])}".strip())],
            type="button", className="steer-unit",
            **{"data-steer": "fly", "data-unit": one["unit"]["code"], "data-indicator": one["indicator"]["id"]},
        )
        for one in units
    ]
    found = [
        html.P(r.t("Search name, code, address, pinyin"), id="steer-label"),
        html.Div(id="steer-search", className="steer-search"),
        html.Div(id="steer-found", className="steer-units"),
    ]
    return html.Section([html.H2(r.t("Fly to")), *found, html.Div(rows, className="steer-units")], className="steer-part")
