"""How did it go, how will it go on, and how sure is that? History, forecast with its bands, units beside, and what would be."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from layouts.colors import categorical
from layouts.components.foreseen import finer, model_name, parts_said, percent
from layouts.components.said import measured
from layouts.reader import Reader
from layouts.theme import plot_template, tokens

DASHES = ("dash", "dot", "dashdot", "longdash")


def figure(r: Reader, told: dict[str, Any]) -> dict[str, Any]:
    """The figure as plain dicts, empty where there is no forecast; `told` is app.forecast.page_told.chart. Times are the city's wall clock."""
    if told["line"] is None:
        return {"data": [], "layout": {"template": plot_template(r.theme), "xaxis": {"visible": False}, "yaxis": {"visible": False}}}
    t, one = tokens(r.theme), told["indicator"]
    colors = categorical(8, r.theme)
    unit, line = r.unit_of(one["unit"]), told["line"]
    name = r.t("Whole city") if told["unit"]["level"] == "city" else r.name(told["unit"])
    traces = [*_band(r, line, "90", t["accent"], 0.13), *_band(r, line, "80", t["accent"], 0.2),
              _past(r, one, told["history"], f"{name} · {r.t('reported')}", t["text"], told["code"])]
    extra = "<br>80 %: %{customdata[0]} – %{customdata[1]}<br>90 %: %{customdata[2]} – %{customdata[3]}"
    main = _line(r, one, line, f"{name} · {r.t('expected')}", t["accent"], extra)
    traces.append({**main, "line": {"color": t["accent"], "width": 2.4}, "customdata": _edges(r, one, line),
                   "legendrank": 1})
    for i, other in enumerate(told["others"]):
        whose, color = r.name(other["unit"]), colors[(i + 1) % len(colors)]
        traces.append({**_past(r, one, other["history"], f"{whose} · {r.t('reported')}", color, other["code"]), "showlegend": False,
                       "line": {"color": color, "width": 1.2}})
        traces.append({**_line(r, one, other, f"{whose} · {r.t('expected')}", color), "line": {"color": color, "width": 2}})
    for i, what in enumerate(told["scenarios"]):
        color = colors[(i + 5) % len(colors)]
        drawn = _line(r, one, what, parts_said(r, what["parts"]), color)
        traces.append({**drawn, "line": {"color": color, "width": 2, "dash": DASHES[i % len(DASHES)]}})
    if told["truth"] is not None:
        truth = told["truth"]
        traces.append({**_past(r, one, (truth["times"], truth["values"]), r.t("what came"), t["mark"], told["code"]),
                       "mode": "lines+markers", "line": {"color": t["mark"], "width": 1.6}, "marker": {"size": 4}})
    return {"data": traces, "layout": _layout(r, told, t, unit)}


def caption(r: Reader, told: dict[str, Any]) -> str:
    """What stands under the chart: whose forecast, from when, and on replay how far off it was."""
    if told["line"] is None:
        return ""
    one = told["indicator"]
    parts = [r.t("Forecast by {name}, as known at {when}.", name=model_name(r, told["model"]), when=r.step(told["cutoff"], one["cadence"]))]
    if told["truth"] is not None:
        truth = told["truth"]
        parts.append(r.t("What came was {mae} off on average; {share} of {n} values lay inside the 90 % band.",
                         mae=measured(r, truth["mae"], {**one, "decimals": finer(one)}), share=percent(r, truth["inside"]), n=r.number(truth["n"])))
    elif told["is_replay"]:
        parts.append(r.t("Nothing has come since."))
    return " ".join(parts)


def _layout(r: Reader, told: dict[str, Any], t: dict[str, str], unit: str) -> dict[str, Any]:
    one = told["indicator"]
    cut = clock(np.asarray([told["cutoff"]], np.int64), r.zone)[0]
    limits = _near(one["thresholds"], told)
    dotted = {"color": t["text-soft"], "width": 1, "dash": "dot"}
    shapes = [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": limit, "y1": limit, "line": dotted} for limit in limits]
    shapes.append({"type": "line", "x0": cut, "x1": cut, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": t["text-soft"], "width": 1.4}})
    notes = [{"xref": "paper", "x": 1, "xanchor": "right", "y": limit, "yanchor": "bottom", "text": r.compact(limit, one["decimals"]),
              "showarrow": False, "font": {"size": 10, "color": t["text-soft"]}} for limit in limits]
    said = r.t("known until here") if told["is_replay"] else r.t("now")
    notes.append({"x": cut, "xanchor": "right", "xshift": -4, "yref": "paper", "y": 1, "yanchor": "top", "text": said, "showarrow": False,
                  "font": {"size": 11, "color": t["text-soft"]}})
    name, clock_form = r.pick(one["name_zh"], one["name_en"]), "%Y-%m-%d %H:%M" if one["cadence"].startswith("PT") else "%Y-%m-%d"
    return {"template": plot_template(r.theme), "shapes": shapes, "annotations": notes, "showlegend": True, "hovermode": "x unified",
            "yaxis": {"title": {"text": f"{name} {unit}".strip(), "font": {"size": 11}}},
            "xaxis": {"type": "date", "hoverformat": clock_form, "tickformatstops": _ticks(r)},
            "uirevision": f"{one['id']} {told['code']} {told['cutoff']}", "margin": {"l": 52, "r": 16, "t": 30, "b": 30}}


def _past(r: Reader, one: dict[str, Any], points: tuple[NDArray[np.int64], NDArray[np.float64]], name: str, color: str, code: str) -> dict[str, Any]:
    """What was reported; a click on a point opens where it came from (assets/screen/trace.js)."""
    times, values = np.asarray(points[0], np.int64), np.asarray(points[1], np.float64)
    return {"type": "scatter", "mode": "lines" if values.size > 3 else "lines+markers", "x": clock(times, r.zone), "name": _plain(name),
            "y": np.round(values, one["decimals"] + 2), "line": {"color": color, "width": 1.6},
            "hovertemplate": f"%{{y:,.{one['decimals']}f}} {r.unit_of(one['unit'])}<extra>{_plain(name)}</extra>",
            "meta": {"trace": f"value/{one['id']}/{code}", "times": times.tolist()}}


def _line(r: Reader, one: dict[str, Any], line: dict[str, Any], name: str, color: str, extra: str = "") -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines" if line["y"].size > 2 else "lines+markers", "x": clock(line["times"], r.zone),
            "y": np.round(line["y"], one["decimals"] + 2), "name": _plain(name), "line": {"color": color},
            "hovertemplate": f"%{{y:,.{one['decimals']}f}} {r.unit_of(one['unit'])}{extra}<extra>{_plain(name)}</extra>"}


def _band(r: Reader, line: dict[str, Any], share: str, color: str, alpha: float) -> list[dict[str, Any]]:
    x = clock(line["times"], r.zone)
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return [{**edge, "y": line[f"lo{share}"], "showlegend": False, "legendgroup": share},
            {**edge, "y": line[f"hi{share}"], "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},{alpha})", "legendgroup": share,
             "name": r.t("{n} % band", n=share)}]


def _edges(r: Reader, one: dict[str, Any], line: dict[str, Any]) -> list[list[str]]:
    sides = [line[name] for name in ("lo80", "hi80", "lo90", "hi90")]
    return [[r.compact(float(side[k]), one["decimals"]) for side in sides] for k in range(len(line["y"]))]


def _near(limits: list[float], told: dict[str, Any]) -> list[float]:
    """The limits that the lines come near to: a far limit would flatten the picture."""
    parts = [told["history"][1], told["line"]["lo90"], told["line"]["hi90"]]
    known = np.concatenate([np.asarray(part, np.float64) for part in parts])
    known = known[np.isfinite(known)]
    if not known.size or not limits:
        return []
    low, high = float(known.min()), float(known.max())
    room = 0.35 * ((high - low) or abs(high) or 1)
    return [limit for limit in limits if low - room <= limit <= high + room]


def clock(times: NDArray[np.int64], zone: str) -> list[str]:
    """The city's wall clock at times (epoch seconds), to the minute."""
    times = np.asarray(times, np.int64)
    if not times.size:
        return []
    its, hours = ZoneInfo(zone), np.unique(times // 3600)
    looked = hours if hours.size < 3 else hours[np.unique(np.linspace(0, hours.size - 1, min(hours.size, 64)).astype(int))]
    offsets = {hour: _offset(int(hour), its) for hour in looked.tolist()}
    if len(set(offsets.values())) == 1:
        local = times + next(iter(offsets.values()))
    else:
        local = times + np.array([_offset(int(at // 3600), its) for at in times.tolist()])
    return np.datetime_as_string(local.astype("datetime64[s]").astype("datetime64[m]")).tolist()


def _offset(hour: int, zone: ZoneInfo) -> int:
    shift = datetime.fromtimestamp(hour * 3600, zone).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def _plain(name: str) -> str:
    return name.replace("<", "‹").replace(">", "›").replace("%{", "% {")


def _ticks(r: Reader) -> list[dict[str, Any]]:
    day, month = ("%m月%d日", "%Y年%m月") if r.language == "zh" else ("%d %b", "%b %Y")
    return [{"dtickrange": [None, 43_200_000], "value": "%H:%M\n" + day}, {"dtickrange": [43_200_000, 1_209_600_000], "value": day},
            {"dtickrange": [1_209_600_000, None], "value": month}]
