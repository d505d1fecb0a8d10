"""How did the three rates of the catalogue go, and are they above the target?"""

from __future__ import annotations

from typing import Any

from dash import dcc

from layouts.colors import categorical
from layouts.components.marks import empty
from layouts.components.traced import point_keys
from layouts.reader import Reader
from layouts.theme import plot_template, tokens


def rate_name(r: Reader, rate: str) -> str:
    """A rate in words."""
    return {"standard": r.t("Standard rate"), "fresh": r.t("Freshness rate"), "shared": r.t("Sharing rate")}[rate]


def rate_chart(r: Reader, days: list[dict[str, Any]], target: float, code: str = "") -> Any:
    """`days`: {day, rate, met, total} in order; `target` 0 to 1; `code` of the city, whose vital signs the points are."""
    if not days:
        return empty(r.t("No day has been judged yet"), r.t("The rates are kept once a day."), "chart")
    return dcc.Graph(
        id="rate-chart",
        figure=figure(r, days, target, code),
        responsive=True,
        className="cs-graph cs-request-chart",
        config={"displaylogo": False, "displayModeBar": False, "locale": "en"},
    )


def figure(r: Reader, days: list[dict[str, Any]], target: float, code: str = "") -> dict[str, Any]:
    """One line a rate, the target as a dashed line."""
    rates, t = ("standard", "fresh", "shared"), tokens(r.theme)
    data = []
    for rate, color in zip(rates, categorical(3, r.theme), strict=True):
        mine = [row for row in days if row["rate"] == rate and row["total"]]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": rate_name(r, rate),
                "x": [str(row["day"]) for row in mine],
                "y": [round(100 * row["met"] / row["total"], 2) for row in mine],
                "line": {"color": color, "width": 2},
                "marker": {"size": 5},
                "hovertemplate": f"%{{y:.1f}} %<extra>{rate_name(r, rate)}</extra>",
                "meta": point_keys(r, f"catalogue_{rate}_pct", code, [row["day"] for row in mine]),
            }
        )
    known = [value for line in data for value in line["y"]]
    low = min([*known, 100 * target]) if known else 0
    return {
        "data": data,
        "layout": {
            "template": plot_template(r.theme),
            "xaxis": {
                "type": "date",
                "tickformat": "%m月%d日" if r.language == "zh" else "%d %b",
                "hoverformat": "%Y-%m-%d",
                **({"dtick": 86_400_000} if len({row["day"] for row in days}) < 15 else {}),
            },
            "yaxis": {"range": [max(0, low - 8), 101], "ticksuffix": " %"},
            "shapes": [
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "y0": 100 * target,
                    "y1": 100 * target,
                    "line": {"color": t["text-soft"], "width": 1.5, "dash": "dash"},
                }
            ],
            "annotations": [
                {
                    "xref": "paper",
                    "x": 1,
                    "xanchor": "right",
                    "y": 100 * target,
                    "yanchor": "bottom",
                    "showarrow": False,
                    "text": r.t("target {n} %", n=r.number(100 * target)),
                    "font": {"size": 11, "color": t["text-soft"]},
                }
            ],
            "margin": {"l": 52, "r": 16, "t": 36, "b": 30},
        },
    }
