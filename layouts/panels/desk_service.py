"""Is the service to citizens all right there: open, overdue and due cases, and the measures that have a goal?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import empty, status_dot
from layouts.panels.service_tables import figure_of
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one shape of all panels
    """`told` is app.operations.told.service."""
    place = f"&district={told['district']}" if told["district"] else ""
    head = html.H2([r.t("Service"), html.A(r.t("all"), href=f"/service?city={city}{place}", className="cs-link")])
    if told["newest"] is None:
        return [head, empty(r.t("Nothing can be said of service: no case has been handed in"), "", "people")]
    counts = [(r.t("Open cases"), "open", False), (r.t("Overdue"), "overdue", True), (r.t("Due today"), "due", False)]
    steps = [
        html.A([html.B(r.number(told["cases"][name])), html.Span(text)], href=f"/service?city={city}{place}&show={name}#rows",
               className="desk-step" + (" is-late" if is_late and told["cases"][name] else ""))
        for text, name, is_late in counts
    ]
    rows = [
        html.Div([status_dot(r, one["status"]), html.Span(r.pick(one["name_zh"], one["name_en"]), className="desk-name"),
                  html.B(figure_of(r, one, one["value"])), html.Small(f"{'≤' if one['is_less_better'] else '≥'} {figure_of(r, one, one['good'])}")],
                 className="desk-sign")
        for one in told["measures"]
    ]
    return [head, html.Div(steps, className="desk-steps"), html.Div(rows)]
