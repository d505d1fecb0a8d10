"""Is the city, or the part of it looked at, all right, and what is looked at?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.looked import looked
from layouts.components.marks import status_dot
from layouts.components.said import city_why, city_word, severity
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> html.Div:
    """`told` is app.operations.told.head."""
    alerts, unit = told["alerts"], told["unit"]
    name = r.name(unit) if unit else ""
    word = f"{name} {_part_word(r, told['status'])}" if told["is_part"] else city_word(r, told["status"])
    colours = [
        looked(city, asked, [html.I(className=f"desk-colour is-{name}"), severity(r, name), html.B(r.number(n))], "desk-severity",
               asked["severity"] == name, severity=name)
        for name, n in alerts["severities"].items() if n or asked["severity"] == name
    ]
    late = html.Span([icon("clock", 16), r.t("{n} overdue", n=r.number(alerts["overdue"]))], className="desk-late") if alerts["overdue"] else None
    return html.Div(
        [
            html.Div(
                [status_dot(r, told["status"]), html.Div([html.H1(word), html.P(city_why(r, told), className="desk-why")])],
                className=f"desk-word is-{told['status']}",
            ),
            html.Div([*colours, late], className="desk-severities", role="group", **{"aria-label": r.t("Open alerts by severity")}),
            html.Div(
                [
                    *_chips(r, city, asked, told),
                    html.Div(
                        [html.Span(text, className="desk-look desk-period is-on") if asked["since"] == since
                         else looked(city, asked, text, "desk-period", since=since)
                         for since, text in (("day", r.t("against yesterday")), ("week", r.t("against last week")))],
                        className="desk-periods", role="group", **{"aria-label": r.t("Compare with")},
                    ),
                ],
                className="desk-chips",
            ),
        ],
        className="desk-head",
    )


def _part_word(r: Reader, status: str) -> str:
    return {"green": r.t("runs as usual"), "amber": r.t("needs an eye"), "red": r.t("needs action")}.get(status, r.t("nothing can be said"))


def _chips(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """What is looked at, each to be let go of."""
    chips = []
    if told["is_part"]:
        chips.append(("unit", r.name(told["unit"])))
    if asked["topic"]:
        theme = next((one for one in told["themes"] if one["id"] == asked["topic"]), None)
        chips.append(("topic", r.pick(theme["name_zh"], theme["name_en"]) if theme else asked["topic"]))
    if asked["severity"]:
        chips.append(("severity", severity(r, asked["severity"])))
    if asked["cases"]:
        chips.append(("cases", r.t("some service cases")))
    return [looked(city, asked, [text, icon("close", 14)], "desk-chip", True, r.t("Let go"), **{name: ""}) for name, text in chips]
