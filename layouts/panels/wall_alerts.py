"""Wall: which alerts are open, how grave, where, and who has them?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.said import measured, severity, state
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.alerts: {rows, counts, now}."""
    counts = told["counts"]
    late = r.t("{n} overdue", n=r.number(counts["overdue"])) if counts["overdue"] else ""
    head = html.H2([r.t("Open alerts"), html.Small(r.number(counts["open"])), html.Small(late, className="wall-late") if late else None])
    if not told["rows"]:
        return [head, html.P(r.t("no alert is open"), className="wall-empty")]
    return [head, html.Div([row(r, one) for one in told["rows"]], className="wall-rows wall-fit")]


def row(r: Reader, one: dict[str, Any]) -> html.Div:
    """One alert in a line."""
    return html.Div(
        [
            html.Span(severity(r, one["severity"]), className=f"wall-severity is-{one['severity']}"),
            html.Span([html.Strong(r.pick(one["name_zh"], one["name_en"])), html.Span(r.name(one["unit"]))], className="wall-name"),
            html.B(measured(r, one["last_value"], one["sign"]), className="wall-value"),
            html.Small(r.moment(one["raised_at"])),
            html.Small(r.t("overdue") if one["is_overdue"] else state(r, one["state"]), className="wall-late" if one["is_overdue"] else ""),
        ],
        className="wall-row",
    )
