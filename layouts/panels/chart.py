"""How did the chosen vital sign go at the selected units? One line each, limits as bands of meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import dcc

from layouts.colors import categorical
from layouts.components.marks import empty
from layouts.reader import Reader
from layouts.theme import plot_template, tokens


def chart(r: Reader, indicator: dict[str, Any], lines: list[dict[str, Any]], second: dict[str, Any] | None = None) -> Any:
    """A graph, or why there is none. A line is {unit, points: (times, values)}; `second` another indicator on its own axis."""
    if not any(line["points"][0] for line in lines):
        return empty(r.t("No history for this indicator here"), r.t("Choose another indicator or a coarser unit."), "chart")
    return dcc.Graph(
        id="chart-graph",
        figure=figure(r, indicator, lines, second),
        responsive=True,
        className="cs-graph",
        config={"displaylogo": False, "displayModeBar": False, "scrollZoom": False, "locale": "en"},
    )


def figure(r: Reader, indicator: dict[str, Any], lines: list[dict[str, Any]], second: dict[str, Any] | None = None) -> dict[str, Any]:
    """The figure as plain dicts (no plotly object: a tenth of the time). Times are the city's wall clock."""
    colors, t = categorical(max(len(lines) + 1, 2), r.theme), tokens(r.theme)
    unit, name = r.unit_of(indicator["unit"]), r.pick(indicator["name_zh"], indicator["name_en"])
    traces = []
    for line, color in zip(lines, colors, strict=False):
        whose = r.t("Whole city") if line["unit"]["level"] == "city" else r.name(line["unit"])
        traces.append(
            _trace(r, line["points"], f"{whose} · {name}" if second else whose, color, indicator["decimals"], unit, is_area=len(lines) == 1)
        )
    layout = {
        "template": plot_template(r.theme),
        "yaxis": {"title": {"text": f"{name} {unit}".strip(), "font": {"size": 11}}},
        "showlegend": len(traces) > 1 or second is not None,
        "uirevision": indicator["id"],
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": limit,
                "y1": limit,
                "line": {"color": t["text-soft"], "width": 1, "dash": "dot"},
            }
            for limit in _near(indicator["thresholds"], lines)
        ],
        "hovermode": "x unified",
        "xaxis": {"hoverformat": "%Y-%m-%d %H:%M", "type": "date", "tickformatstops": _ticks(r)},
    }
    if second is not None:
        other = second["indicator"]
        label = r.pick(other["name_zh"], other["name_en"])
        traces.append({**_trace(r, second["points"], label, colors[len(lines)], other["decimals"], r.unit_of(other["unit"])), "yaxis": "y2"})
        layout["yaxis2"] = {
            "overlaying": "y",
            "side": "right",
            "title": {"text": f"{label} {r.unit_of(other['unit'])}".strip(), "font": {"size": 11}},
            "showgrid": False,
        }
    return {"data": traces, "layout": layout}


def _trace(
    r: Reader, points: tuple[list[int], list[float | None]], name: str, color: str, decimals: int, unit: str, is_area: bool = False
) -> dict[str, Any]:
    times, values = points
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines" if len(times) > 3 else "lines+markers",
        "x": _clock(times, r.zone),
        "y": values,
        "name": name,
        "line": {"color": color, "width": 1.8},
        "hovertemplate": f"%{{y:,.{decimals}f}} {unit}<extra>{_plain(name)}</extra>",
    }
    if is_area:
        trace |= {"fill": "tozeroy", "fillcolor": f"{color}22"} if min((v for v in values if v is not None), default=0) >= 0 else {}
    return trace


def _plain(name: str) -> str:
    return name.replace("<", "‹").replace(">", "›").replace("%{", "% {")


def _clock(times: list[int], zone: str) -> list[str]:
    """Wall-clock text of epoch seconds; one offset look-up per day keeps a month of hours under a millisecond."""
    clock, offsets, found = ZoneInfo(zone), {}, []
    for at in times:
        quarter = at // 3600
        if quarter not in offsets:
            offsets[quarter] = int(datetime.fromtimestamp(at, clock).utcoffset().total_seconds())
        found.append(at + offsets[quarter])
    return [datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M") for at in found]


def _near(limits: list[float], lines: list[dict[str, Any]]) -> list[float]:
    """The limits that the lines come near to: a far limit would flatten the picture."""
    known = [value for line in lines for value in line["points"][1] if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    room = 0.35 * ((high - low) or abs(high) or 1)
    return [limit for limit in limits if low - room <= limit <= high + room]


def _ticks(r: Reader) -> list[dict[str, Any]]:
    day = "%m月%d日" if r.language == "zh" else "%d %b"
    return [{"dtickrange": [None, 43_200_000], "value": "%H:%M\n" + day}, {"dtickrange": [43_200_000, None], "value": day}]
