"""What do the colours of the forecast map mean, and of which hour are they?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.colors import NODATA, map_colors
from layouts.components.foreseen import model_name
from layouts.ramps import colors, ramp_key
from layouts.reader import Reader


def ramp(one: dict[str, Any], found: dict[str, Any] | None, show: str, theme: str) -> dict[str, Any]:
    """CityMap's colours: of the indicator's limits, or of a chance."""
    if show == "breach":
        return map_colors(5, theme)
    return colors(ramp_key(one["direction"], one["thresholds"], found["by"] if found else "threshold"), theme)


def legend(r: Reader, one: dict[str, Any], found: dict[str, Any], show: str) -> html.Div:
    """`found` is app.forecast.page_map.Picture.legend."""
    palette = ramp(one, found, show, r.theme)["ramp"]
    shown = [f"{r.number(100 * limit)} %" if show == "breach" else r.compact(limit, one["decimals"]) for limit in found["breaks"]]
    labels = [f"< {shown[0]}", *(f"{a} – {b}" for a, b in zip(shown[:-1], shown[1:], strict=True)), f"≥ {shown[-1]}"] if shown else [r.t("all")]
    rows = [_row(palette[min(k, len(palette) - 1)], label, found["counts"][k]) for k, label in enumerate(labels)]
    if found["no_data"]:
        rows.append(_row(NODATA[r.theme], r.t("no forecast"), found["no_data"]))
    name = r.pick(one["name_zh"], one["name_en"])
    title = r.t("Chance of a breach") if show == "breach" else r.t("Expected")
    return html.Div(
        [
            html.Div([html.Strong(f"{name} · {title}"), html.Span("" if show == "breach" else r.unit_of(one["unit"]))], className="cs-legend-title"),
            html.Div(f"{r.level(found['level'])} · {r.step(found['at'], one['cadence'])}", className="cs-legend-time"),
            html.Ul(rows, className="cs-legend-rows"),
            html.Div(r.t("Forecast by {name}, as known at {when}.", name=model_name(r, found["model"]), when=r.step(found["cutoff"], one["cadence"])),
                     className="cs-legend-note"),
        ],
        className="cs-legend fc-legend",
        role="group",
        **{"aria-label": r.t("Legend")},
    )


def _row(color: str, label: str, count: int) -> html.Li:
    return html.Li([html.I(style={"background": color}), html.Span(label), html.B(f"{count:,}")], **{"data-color": color, "data-label": label})
