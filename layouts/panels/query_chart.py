"""How does what was counted run over time, or differ between groups? The first aggregate of an answer as lines or bars."""

from __future__ import annotations

from typing import Any

from dash import dcc

from layouts.colors import categorical
from layouts.reader import Reader
from layouts.theme import plot_template

MOST_BARS, MOST_LINES = 40, 8


def query_chart(r: Reader, columns: list[dict[str, Any]], rows: list[list[Any]]) -> Any:
    """A graph where the answer has one or two groups and an aggregate that is a number; else nothing. `columns` as in layouts.pages.query.answer."""
    groups = [i for i, one in enumerate(columns) if one["is_group"]]
    measure = next((i for i, one in enumerate(columns) if one["is_measure"] and one["kind"] == "number"), None)
    if measure is None or not 1 <= len(groups) <= 2 or len(rows) < 2:
        return None
    return dcc.Graph(
        id="query-chart",
        figure=figure(r, columns, rows, groups, measure),
        responsive=True,
        className="cs-graph query-chart",
        config={"displaylogo": False, "displayModeBar": False, "locale": "en"},
    )


def figure(r: Reader, columns: list[dict[str, Any]], rows: list[list[Any]], groups: list[int], measure: int) -> dict[str, Any]:
    """Lines over a time, bars over anything else; a second group is a colour. Groups with the largest sums are drawn where there are many."""
    is_time = columns[groups[0]]["kind"] == "time"
    by, beside = (groups[0], groups[1] if len(groups) > 1 else None)
    if len(groups) == 2 and columns[groups[1]]["kind"] == "time" and not is_time:
        by, beside, is_time = groups[1], groups[0], True
    series: dict[str, dict[Any, float]] = {}
    for row in rows:
        if row[by] is not None and row[measure] is not None:
            series.setdefault("" if beside is None else str(row[beside]), {})[row[by]] = float(row[measure])
    names = sorted(series, key=lambda name: -sum(map(abs, series[name].values())))[:MOST_LINES]
    totals: dict[Any, float] = {}
    for name in names:
        for place, value in series[name].items():
            totals[place] = totals.get(place, 0.0) + abs(value)
    places = sorted(totals) if is_time or columns[by]["kind"] == "number" else sorted(totals, key=lambda place: -totals[place])[:MOST_BARS]
    data = []
    for name, color in zip(names, categorical(max(len(names), 2), r.theme), strict=False):
        values = [series[name].get(place) for place in places]
        look = (
            {
                "type": "scatter",
                "mode": "lines+markers" if len(places) < 60 else "lines",
                "line": {"color": color, "width": 2},
                "marker": {"size": 5},
                "connectgaps": False,
            }
            if is_time
            else {"type": "bar", "marker": {"color": color}}
        )
        data.append({**look, "name": name or columns[measure]["label"], "x": places, "y": values})
    is_short = is_time and len({str(place)[:10] for place in places}) <= 3
    ticks = {"tickformat": ("%m月%d日 %H:%M" if is_short else "%m月%d日") if r.language == "zh" else ("%d %b %H:%M" if is_short else "%d %b"),
             "hoverformat": "%Y-%m-%d %H:%M"} if is_time else {}
    return {
        "data": data,
        "layout": {
            "template": plot_template(r.theme),
            "showlegend": len(data) > 1,
            "barmode": "group",
            "xaxis": {**ticks, "type": "date" if is_time else "category",
                      "title": {"text": columns[by]["label"], "font": {"size": 11}}, "automargin": True},
            "yaxis": {"title": {"text": columns[measure]["label"], "font": {"size": 11}}, "automargin": True},
            "margin": {"l": 56, "r": 16, "t": 28, "b": 44},
        },
    }
