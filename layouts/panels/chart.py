"""How did the chosen vital sign go at the selected units? One line each, limits as bands of meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from dash import dcc

from layouts.colors import categorical
from layouts.components.marks import empty
from layouts.reader import Reader
from layouts.theme import plot_template, tokens


def chart(r: Reader, indicator: dict[str, Any], lines: list[dict[str, Any]], second: dict[str, Any] | None = None, total: int = 0,
          is_ranked: bool = False) -> Any:
    """A graph, or why there is none. A line is {unit, points: (times, values), ahead: app.forecast.told.ahead or None}, epoch seconds and
    numbers (gap: None or NaN), as lists or arrays; `second` is another indicator on its own axis; `total` units are selected, of which
    the lines are the highest where `is_ranked`."""
    if not any(len(line["points"][0]) for line in lines):
        return empty(r.t("No history for this indicator here"), r.t("Choose another indicator or a coarser unit."), "chart")
    return dcc.Graph(
        id="chart-graph",
        figure=figure(r, indicator, lines, second, total, is_ranked),
        responsive=True,
        className="cs-graph",
        config={"displaylogo": False, "displayModeBar": False, "scrollZoom": False, "locale": "en"},
    )


def figure(
    r: Reader, indicator: dict[str, Any], lines: list[dict[str, Any]], second: dict[str, Any] | None = None, total: int = 0,
    is_ranked: bool = False,
) -> dict[str, Any]:
    """The figure as plain dicts (no plotly object: a tenth of the time). Times are the city's wall clock."""
    colors, t = categorical(max(len(lines) + 1, 2), r.theme), tokens(r.theme)
    unit, name = r.unit_of(indicator["unit"]), r.pick(indicator["name_zh"], indicator["name_en"])
    traces = []
    for line, axis, color in zip(lines, _axes(r, lines), colors, strict=False):
        whose = r.t("Whole city") if line["unit"]["level"] == "city" else r.name(line["unit"])
        traces.append(
            _trace(axis, line["points"][1], f"{whose} · {name}" if second else whose, color, indicator["decimals"], unit, is_area=len(lines) == 1)
            | {"meta": _meta(axis, indicator["id"], line["unit"]["code"])}
        )
        traces += _ahead(r, line, whose, color, indicator["decimals"], unit, with_band=len(lines) == 1)
    layout = {
        "template": plot_template(r.theme),
        "yaxis": {"title": {"text": f"{name} {unit}".strip(), "font": {"size": 11}}},
        "showlegend": len(lines) > 1 or second is not None,
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
    if total > len(lines):
        # lines that are not drawn are said, not left out in silence
        count = {"n": r.number(len(lines)), "total": r.number(total)}
        words = r.t("Highest {n} of {total}", **count) if is_ranked else r.t("{n} of the {total} selected units", **count)
        layout["xaxis"]["title"] = {"text": words, "font": {"size": 11}}
    if second is not None:
        other = second["indicator"]
        label = r.pick(other["name_zh"], other["name_en"])
        [axis] = _axes(r, [second])
        drawn = _trace(axis, second["points"][1], label, colors[len(lines)], other["decimals"], r.unit_of(other["unit"]))
        traces.append({**drawn, "yaxis": "y2", "meta": _meta(axis, other["id"], lines[0]["unit"]["code"])})
        layout["yaxis2"] = {
            "overlaying": "y",
            "side": "right",
            "title": {"text": f"{label} {r.unit_of(other['unit'])}".strip(), "font": {"size": 11}},
            "showgrid": False,
        }
    return {"data": traces, "layout": layout}


class _Axis(NamedTuple):
    """Times as a figure says them: the wall clock that is drawn, and what a click on a point asks for (assets/screen/trace.js)."""

    times: np.ndarray
    clock: dict[str, Any]
    said: dict[str, Any]


def _axes(r: Reader, lines: list[dict[str, Any]]) -> list[_Axis]:
    """The axis of every line; lines of the same times, which most are, share one."""
    found: list[_Axis] = []
    for line in lines:
        times = np.asarray(line["points"][0], np.int64)
        if not found or not np.array_equal(times, found[-1].times):
            found.append(_Axis(times, _clock(times, r.zone), _said(times)))
        else:
            found.append(found[-1])
    return found


def _trace(axis: _Axis, points: Any, name: str, color: str, decimals: int, unit: str, is_area: bool = False) -> dict[str, Any]:
    # arrays go to the browser without a loop over points; two places more than are shown keep the text a third as long
    values = np.round(np.ascontiguousarray(points, np.float64), decimals + 2)
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines" if values.size > 3 else "lines+markers",
        **axis.clock,
        "y": values,
        "name": name,
        "line": {"color": color, "width": 1.8},
        "hovertemplate": f"%{{y:,.{decimals}f}} {unit}<extra>{_plain(name)}</extra>",
    }
    if is_area and not (values < 0).any():
        trace |= {"fill": "tozeroy", "fillcolor": f"{color}22"}
    return trace


def _ahead(r: Reader, line: dict[str, Any], whose: str, color: str, decimals: int, unit: str, with_band: bool) -> list[dict[str, Any]]:
    """How a line goes on: dashed from its last value, with the 90 % band where it is the only one; nothing where nothing is expected."""
    ahead = line.get("ahead")
    if not ahead or not ahead["times"] or len(line["points"][0]) == 0:
        return []
    last, end = int(line["points"][0][-1]), float(line["points"][1][-1])
    joins = [(last, end)] if end == end else []
    clock = _clock(np.asarray([at for at, _ in joins] + ahead["times"], np.int64), r.zone)
    name, rounded = r.t("{unit}: forecast", unit=whose), lambda values: np.round(np.asarray(values, np.float64), decimals + 2)
    style = {"type": "scatter", "mode": "lines", "showlegend": False, "legendgroup": whose, **clock}
    found = []
    if with_band:
        edge = [value for _, value in joins]
        quiet = style | {"line": {"width": 0}, "hoverinfo": "skip", "name": r.t("90 % band")}
        found = [quiet | {"y": rounded([*edge, *ahead["low"]])},
                 quiet | {"y": rounded([*edge, *ahead["high"]]), "fill": "tonexty", "fillcolor": f"{color}22"}]
    return [*found, style | {"y": rounded([*(value for _, value in joins), *ahead["y"]]), "name": name,
                             "line": {"color": color, "width": 1.8, "dash": "dot"},
                             "hovertemplate": f"%{{y:,.{decimals}f}} {unit}<extra>{_plain(name)}</extra>"}]


def _meta(axis: _Axis, indicator: str, code: str) -> dict[str, Any]:
    """Whose value a click on a point asks for, and when."""
    return {"trace": f"value/{indicator}/{code}", **axis.said}


def _said(times: np.ndarray) -> dict[str, Any]:
    """Epoch seconds: the first and the step where they are regular, else every one."""
    steps = np.diff(times)
    is_regular = steps.size > 0 and bool((steps == steps[0]).all())
    return {"since": int(times[0]), "step": int(steps[0])} if is_regular else {"times": times.tolist()}


def _plain(name: str) -> str:
    return name.replace("<", "‹").replace(">", "›").replace("%{", "% {")


def _clock(times: np.ndarray, zone: str) -> dict[str, Any]:
    """Wall-clock x of epoch seconds: where it begins and its step if it is regular, else every time."""
    if not times.size:
        return {"x": []}
    clock = ZoneInfo(zone)
    hours, back = np.unique(times // 3600, return_inverse=True) if _changes(times, clock) else (times[:1] // 3600, 0)
    offset = np.array([int(datetime.fromtimestamp(hour * 3600, clock).utcoffset().total_seconds()) for hour in hours.tolist()])
    local = times + offset[back]
    steps = np.diff(local)
    wall = local.astype("datetime64[s]").astype("datetime64[m]")
    if steps.size > 2 and (steps == steps[0]).all():
        return {"x0": str(wall[0]), "dx": int(steps[0]) * 1000}
    return {"x": np.datetime_as_string(wall).tolist()}


def _changes(times: np.ndarray, clock: ZoneInfo) -> bool:
    """Whether the clock was put forward or back between the first and the last time, looked at twelve times a year."""
    looked = [*range(int(times[0]), int(times[-1]), 30 * 86_400), int(times[-1])]
    return len({datetime.fromtimestamp(at, clock).utcoffset() for at in looked}) > 1


def _near(limits: list[float], lines: list[dict[str, Any]]) -> list[float]:
    """The limits that the lines come near to: a far limit would flatten the picture."""
    if not limits:
        return []
    known = np.concatenate([np.asarray(line["points"][1], np.float64) for line in lines])
    known = known[np.isfinite(known)]
    if not known.size:
        return []
    low, high = float(known.min()), float(known.max())
    room = 0.35 * ((high - low) or abs(high) or 1)
    return [limit for limit in limits if low - room <= limit <= high + room]


def _ticks(r: Reader) -> list[dict[str, Any]]:
    day = "%m月%d日" if r.language == "zh" else "%d %b"
    return [{"dtickrange": [None, 43_200_000], "value": "%H:%M\n" + day}, {"dtickrange": [43_200_000, None], "value": day}]
