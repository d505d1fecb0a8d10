"""Wall: how does the city do, theme by theme? Each theme's colours counted, and its signs, those that need an eye first."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.marks import status_dot
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.wall.told.signs: {themes: [{id, name_zh, name_en, icon, counts, status, signs}]}."""
    if not told["themes"]:
        return [html.H2(r.t("Vital signs")), html.P(r.t("No vital sign has a value yet"), className="wall-empty")]
    return [html.H2(r.t("Vital signs")), html.Div([_theme(r, theme) for theme in told["themes"]], className="wall-themes wall-fit")]


def _theme(r: Reader, theme: dict[str, Any]) -> html.Div:
    counts = [
        html.Span([status_dot(r, color), html.B(r.number(theme["counts"][color]))], className=f"wall-count is-{color}")
        for color in ("red", "amber", "green", "grey")
        if theme["counts"][color]
    ]
    return html.Div(
        [
            html.Div([icon(theme["icon"], 24), html.Strong(r.pick(theme["name_zh"], theme["name_en"])), html.Span(counts, className="wall-counts")],
                     className="wall-theme-head"),
            *(sign(r, row) for row in theme["signs"]),
        ],
        className=f"wall-theme is-{theme['status']}",
    )


def sign(r: Reader, row: dict[str, Any]) -> html.Div:
    """One vital sign in a line; an old one says since when."""
    one = row["indicator"]
    unit = r.unit_of(one["unit"])
    value = [html.B(r.compact(row["value"], one["decimals"])), html.Small(unit) if unit else None]
    old = html.Small(r.t("as of {time}", time=r.step(row["at"], one["cadence"])), className="wall-old") if row["is_old"] else None
    return html.Div(
        [status_dot(r, row["status"]), html.Span(r.pick(one["name_zh"], one["name_en"]), className="wall-name"), old,
         html.Span(value, className="wall-value")],
        className=f"wall-sign is-{row['status']}",
    )
