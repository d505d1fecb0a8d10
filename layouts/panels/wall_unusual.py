"""Wall: what is unusual in the city now, and where? The units farthest from their own usual values."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.unusual: {rows: [{indicator, unit, value, usual, score, at}]}."""
    title = html.H2([r.t("Unusual now"), html.Small(r.t("against its own usual values"))])
    if not told["rows"]:
        return [title, html.P(r.t("Nothing stands out"), className="wall-empty")]
    return [title, html.Div([row(r, one) for one in told["rows"]], className="wall-rows wall-fit")]


def row(r: Reader, one: dict[str, Any]) -> html.Div:
    """One unit and indicator that stand out."""
    indicator, more = one["indicator"], one["score"] > 0
    unit = r.unit_of(indicator["unit"])
    return html.Div(
        [
            html.Span("▲" if more else "▼", className="wall-sign-mark", **{"aria-hidden": "true"}),
            html.Span([html.Strong(r.name(one["unit"])), html.Span(r.pick(indicator["name_zh"], indicator["name_en"]))], className="wall-name"),
            html.Small(r.t("usually {value}", value=r.compact(one["usual"], indicator["decimals"]))),
            html.Span([html.B(r.compact(one["value"], indicator["decimals"])), html.Small(unit) if unit else None], className="wall-value"),
        ],
        className=f"wall-row is-{'more' if more else 'less'}",
    )
