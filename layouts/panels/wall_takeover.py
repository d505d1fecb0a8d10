"""Wall: what is the red alert, where, since when, who has to act, and what is to be done?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.said import beyond, measured, steps_of
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.takeover: {alert, owner, now}; the alert is None where somebody acknowledged it meanwhile."""
    one, owner = told["alert"], told["owner"]
    if one is None:
        return [html.H2(r.t("Red alert")), html.P(r.t("Acknowledged"), className="wall-empty")]
    steps = steps_of(r, one["steps"])
    more = r.t("and {n} more", n=r.number(one["reds"] - 1)) if one["reds"] > 1 else ""
    return [
        html.Div([html.Span(r.t("Red alert"), className="wall-severity is-red"), html.Span(more)], className="wall-alarm-head"),
        html.H2(r.pick(one["name_zh"], one["name_en"]), className="wall-alarm-name"),
        html.P(r.name(one["unit"]), className="wall-alarm-where"),
        html.P([html.B(measured(r, one["last_value"], one["sign"])), html.Span(beyond(r, one))], className="wall-alarm-value"),
        html.P([r.t("since {time}", time=r.moment(one["began_at"])), " · ", r.pick(owner["name_zh"], owner["name_en"]) if owner else one["owner"]],
               className="wall-alarm-who"),
        html.Ol([html.Li(step) for step in steps], className="wall-steps wall-fit") if steps else None,
        html.P(r.t("Acknowledge it on the tablet"), className="wall-alarm-foot"),
    ]
