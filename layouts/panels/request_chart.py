"""How many requests for data were closed in each month, and how long did it take? (The paper's figure 10, from the ledger's rows.)"""

from __future__ import annotations

from typing import Any

from dash import dcc

from layouts.colors import categorical
from layouts.components.marks import empty
from layouts.components.traced import point_keys
from layouts.reader import Reader
from layouts.theme import plot_template, tokens


def request_chart(r: Reader, months: list[dict[str, Any]], code: str = "") -> Any:
    """`months`: {month (YYYY-MM-01), asked, closed, at_once, mean_days} in order; a month without closures has mean_days None.

    `code` of the city, whose vital signs the points are.
    """
    if not any(row["closed"] for row in months):
        return empty(r.t("No request was closed yet"), r.t("Requests and decisions show here by month."), "chart")
    return dcc.Graph(
        id="request-chart",
        figure=figure(r, months, code),
        responsive=True,
        className="cs-graph cs-request-chart",
        config={"displaylogo": False, "displayModeBar": False, "locale": "en"},
    )


def figure(r: Reader, months: list[dict[str, Any]], code: str = "") -> dict[str, Any]:
    """Bars of requests closed (at once, decided) on the left axis, the mean days as a line on the right."""
    colors, t = categorical(3, r.theme), tokens(r.theme)
    x = [row["month"] for row in months]
    bars = [
        (r.t("granted at once"), [row["at_once"] for row in months], colors[0]),
        (r.t("decided by owners"), [row["closed"] - row["at_once"] for row in months], colors[1]),
    ]
    data: list[dict[str, Any]] = [
        {"type": "bar", "x": x, "y": y, "name": name, "marker": {"color": color}, "hovertemplate": f"%{{y:,}}<extra>{name}</extra>",
         "meta": point_keys(r, "data_request_closures", code, x)}
        for name, y, color in bars
    ]
    line = r.t("mean days to close")
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": [row["mean_days"] for row in months],
            "name": line,
            "yaxis": "y2",
            "line": {"color": colors[2], "width": 2.2},
            "marker": {"size": 7},
            "connectgaps": False,
            "hovertemplate": f"%{{y:.1f}} {r.unit_of('d')}<extra>{line}</extra>",
            "meta": point_keys(r, "data_request_days", code, x),
        }
    )
    return {
        "data": data,
        "layout": {
            "template": plot_template(r.theme),
            "barmode": "stack",
            "bargap": 0.35,
            "hovermode": "x unified",
            "xaxis": {"type": "date", "dtick": "M1", "tickformat": "%m月\n%Y" if r.language == "zh" else "%b\n%Y", "hoverformat": "%Y-%m"},
            "yaxis": {"title": {"text": r.t("requests closed"), "font": {"size": 11}}, "rangemode": "tozero"},
            "yaxis2": {
                "tickmode": "auto",
                "overlaying": "y",
                "side": "right",
                "rangemode": "tozero",
                "showgrid": False,
                "title": {"text": f"{line} ({r.unit_of('d')})", "font": {"size": 11}},
                "tickfont": {"color": t["text-soft"], "size": 11},
            },
            "margin": {"l": 52, "r": 52, "t": 36, "b": 44},
        },
    }
