"""How many cases came and were closed day by day, and by which channels did they come?"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.colors import categorical
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import still
from layouts.reader import Reader
from layouts.theme import plot_template, tokens


def day_chart(r: Reader, days: list[dict[str, Any]]) -> Any:
    """`days`: {day, opened, closed, …} without gaps; the same as a table below."""
    if not days:
        return empty(r.t("No case in this period"), r.t("Choose a longer period, or fewer filters."), "chart")
    head = [r.t("Day"), r.t("Opened"), r.t("Closed cases"), r.t("Closed on time")]
    rows = [[row["day"], r.number(row["opened"]), r.number(row["closed"]), r.number(row["on_time"])] for row in reversed(days)]
    return html.Div([
        html.Div(dcc.Graph(id="service-days", figure=day_figure(r, days), responsive=True, className="cs-graph cs-request-chart",
                           config={"displaylogo": False, "displayModeBar": False, "locale": "en"}), className="cs-chart-place"),
        still(twin(r, sheet(r.t("Cases by day"), head, rows, (1, 2, 3)))),
    ])


def day_figure(r: Reader, days: list[dict[str, Any]]) -> dict[str, Any]:
    """Bars of cases opened, a line of cases closed."""
    colors, x = categorical(2, r.theme), [row["day"] for row in days]
    opened, closed = r.t("Opened"), r.t("Closed cases")
    return {
        "data": [
            {"type": "bar", "x": x, "y": [row["opened"] for row in days], "name": opened, "marker": {"color": colors[0]},
             "hovertemplate": f"%{{y:,}}<extra>{opened}</extra>"},
            {"type": "scatter", "mode": "lines+markers", "x": x, "y": [row["closed"] for row in days], "name": closed,
             "line": {"color": colors[1], "width": 2.2}, "marker": {"size": 5}, "hovertemplate": f"%{{y:,}}<extra>{closed}</extra>"},
        ],
        "layout": {
            "template": plot_template(r.theme), "bargap": 0.3,
            "xaxis": {"type": "date", "tickformat": "%m月%d日" if r.language == "zh" else "%d %b", "hoverformat": "%Y-%m-%d",
                      **({"dtick": 86_400_000} if len(days) < 12 else {})},
            "yaxis": {"rangemode": "tozero", "title": {"text": r.t("cases"), "font": {"size": 11}}},
            "margin": {"l": 52, "r": 16, "t": 36, "b": 30},
        },
    }


def channel_chart(r: Reader, rows: list[dict[str, Any]], names: dict[str, tuple[str, str]]) -> Any:
    """`rows` of the side channel: {name, opened, share}; bars, the largest at the top."""
    if not rows:
        return empty(r.t("No case in this period"), r.t("Choose a longer period, or fewer filters."), "chart")
    return html.Div(dcc.Graph(id="service-channels", figure=channel_figure(r, rows, names), responsive=True, className="cs-graph cs-request-chart",
                              config={"displaylogo": False, "displayModeBar": False, "locale": "en"}), className="cs-chart-place")


def channel_figure(r: Reader, rows: list[dict[str, Any]], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """One bar a channel with its share of all cases opened."""
    mine = sorted(rows, key=lambda row: row["opened"])
    labels = [r.pick(*names.get(row["name"], (row["name"], row["name"]))) for row in mine]
    shares = [f"{r.number(row['share'], 1)} %" if row["share"] is not None else "–" for row in mine]
    return {
        "data": [{"type": "bar", "orientation": "h", "x": [row["opened"] for row in mine], "y": labels, "text": shares, "textposition": "auto",
                  "marker": {"color": categorical(1, r.theme)[0]}, "hovertemplate": "%{x:,} · %{text}<extra></extra>"}],
        "layout": {"template": plot_template(r.theme), "bargap": 0.35, "hovermode": "closest", "showlegend": False,
                   "xaxis": {"rangemode": "tozero", "tickfont": {"color": tokens(r.theme)["text-soft"], "size": 11}},
                   "margin": {"l": 96, "r": 16, "t": 12, "b": 30}},
    }


def twin(r: Reader, table: Any) -> html.Details:
    """A chart's numbers as a table."""
    return html.Details([html.Summary(r.t("As a table")), table], className="cs-twin")
