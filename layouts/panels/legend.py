"""What do the colours mean, and how are the units spread over them?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.colors import NODATA
from layouts.components.icons import icon
from layouts.components.kin import plural
from layouts.components.said import source_text
from layouts.components.traced import within
from layouts.ramps import colors, ramp_key
from layouts.reader import Reader


def legend(
    r: Reader, indicator: dict[str, Any], found: dict[str, Any], finer: bool = False, zoom_for: str = "", show: str = "choropleth",
    wants_limits: bool = False,
) -> html.Div:
    """Swatches with limits and counts, the spread of values, unit, time, coverage and the source of the limits.

    `found` is app.map.values.legend's answer; `finer`: the screen asks for a finer level than is reported; `zoom_for`: the pinned level
    that begins at a nearer zoom; `show`: the display; `wants_limits`: limits were asked for, which an indicator without them has not.
    """
    ramp = colors(ramp_key(indicator["direction"], indicator["thresholds"], found["by"]), r.theme)["ramp"]
    decimals, unit = found["decimals"], r.unit_of(found["unit"])
    labels = _labels(r, found["breaks"], decimals)
    rows = [_swatch(ramp[min(k, len(ramp) - 1)], label, found["counts"][k]) for k, label in enumerate(labels)]
    if found["no_data"]:
        rows.append(_swatch(NODATA[r.theme], r.t("no data"), found["no_data"]))
    source = (
        r.t("Quantiles of the units shown")
        if found["by"] == "quantile"
        else r.t("Limits: {source}", source=source_text(r, indicator["threshold_source"]))
    )
    is_like, lacks_limits = found.get("is_like"), wants_limits and found["by"] == "quantile"
    display = {"points": r.t("Points"), "heat": r.t("Heat"), "hex": r.t("Hexagons")}.get(show)
    drawn = " · ".join(part for part in (display, r.level(found["level"]), r.step(found["at"], indicator["cadence"])) if part)
    notes = [
        r.t("Reported at {level} level", level=r.level(found["native_level"])) if finer else None,
        r.t("{n} of {total} report", n=r.number(found["n"]), total=r.number(found["expected"])) if found["expected"] else None,
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(r.pick(indicator["name_zh"], indicator["name_en"])),
                    html.Span(unit),
                    html.Button(
                        icon("down", 14),
                        type="button",
                        className="cs-legend-fold",
                        title=r.t("Fold or unfold the legend"),
                        **{"data-action": "legend", "aria-label": r.t("Fold or unfold the legend")},
                    ),
                ],
                className="cs-legend-title",
            ),
            html.Div(drawn, className="cs-legend-time"),
            html.Div(r.t("Zoom in to see {levels}", levels=plural(r, zoom_for)), className="cs-legend-needed") if zoom_for else None,
            _bars(found, ramp),
            html.Ul(rows, className="cs-legend-rows"),
            html.Div([html.I(), html.Span(r.t("from")), html.I(), html.Span(r.t("to; the wider, the more people"))], className="cs-legend-flow"),
            html.Div([html.Span(note) for note in notes if note], className="cs-legend-note") if any(notes) else None,
            html.Div(r.t("Classes as on the left map") if is_like else source,
                     className="cs-legend-source" if is_like or lacks_limits else "cs-legend-note"),
        ],
        className="cs-legend",
        role="group",
        **{"aria-label": r.t("Legend"), **({"data-lacks": "limits"} if lacks_limits else {})},
    )


def _labels(r: Reader, breaks: list[float], decimals: int) -> list[str]:
    shown = [r.compact(limit, decimals) for limit in breaks]
    for finer in (1, 2, 3):
        if len(set(shown)) < len(shown):
            shown = [r.compact(limit, decimals + finer) for limit in breaks]
    if not shown:
        return [r.t("all")]
    return [f"< {shown[0]}", *(f"{a} – {b}" for a, b in zip(shown[:-1], shown[1:], strict=True)), f"≥ {shown[-1]}"]


def _swatch(color: str, label: str, count: int) -> html.Li:
    shown = html.B(f"{count:,}", **within("figure/legend_counts"))
    return html.Li([html.I(style={"background": color}), html.Span(label), shown], **{"data-color": color, "data-label": label})


def _bars(found: dict[str, Any], ramp: list[str]) -> html.Div | None:
    bars, edges, breaks = found["bars"], found["edges"], found["breaks"]
    if len(bars) < 2:
        return None
    top = max(bars)
    columns = []
    for i, count in enumerate(bars):
        middle = (edges[i] + edges[i + 1]) / 2
        k = sum(middle >= limit for limit in breaks)
        height = max(4, round(100 * count / top)) if count else 0
        columns.append(html.I(style={"height": f"{height}%", "background": ramp[min(k, len(ramp) - 1)]}))
    return html.Div(columns, className="cs-legend-bars", **{"aria-hidden": "true"})
