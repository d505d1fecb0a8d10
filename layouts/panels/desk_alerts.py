"""Which alerts stand where on their way from raised to closed, and which are the gravest?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import empty
from layouts.components.said import measured, severity, state
from layouts.components.traced import value_key, within
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one shape of all panels
    """`told` is app.operations.told.alerts."""
    head = html.H2([r.t("Alerts"), html.A(r.t("board"), href=f"/alerts?city={city}", className="cs-link")])
    steps = html.Div(
        [
            html.A(
                [html.B(r.number(step["alerts"])), html.Span(state(r, name)),
                 html.Small(r.t("{n} overdue", n=r.number(step["overdue"])), className="desk-late") if step["overdue"] else None],
                href=f"/alerts?city={city}", className="desk-step" + (" is-late" if step["overdue"] else ""),
            )
            for name, step in told["states"].items()
        ],
        className="desk-steps",
    )
    if not told["rows"]:
        return [head, steps, empty(r.t("no alert is open"), "", "shield")]
    more = told["count"] - len(told["rows"])
    rest = html.P(r.t("{n} more", n=r.number(more)), className="cs-soft") if more > 0 else None
    return [head, steps, html.Div([_row(r, city, row) for row in told["rows"]], className="desk-rows"), rest]


def _row(r: Reader, city: str, row: dict[str, Any]) -> html.A:
    one = row["sign"]
    value = row["last_value"] if row["last_value"] is not None else row["value"]
    where = r.pick(row["unit_name_zh"], row["unit_name_en"])
    stands = r.t("overdue") if row["is_overdue"] else state(r, row["state"])
    return html.A(
        [
            html.I(className=f"desk-colour is-{row['severity']}", title=severity(r, row["severity"]), role="img",
                   **{"aria-label": severity(r, row["severity"])}),
            html.Span([html.Strong(r.pick(row["name_zh"], row["name_en"])), html.Span(where)], className="desk-name"),
            html.B(measured(r, value, one) if value is not None else "–", **within(value_key(one["id"], row["unit_code"], row["last_at"]))),
            html.Small([r.moment(row["raised_at"]), " · ", stands], className="desk-late" if row["is_overdue"] else ""),
        ],
        href=f"/alerts?city={city}&alert={row['number']}", className="desk-row",
    )
