"""How do the vital signs do, theme by theme, and which of them need an eye?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.looked import looked
from layouts.components.marks import empty, status_dot
from layouts.components.said import measured
from layouts.components.traced import value_key, within
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:
    """`told` is app.operations.told.signs."""
    head = html.H2([r.t("Vital signs"), html.A(r.t("all"), href=f"/signs?city={city}", className="cs-link")])
    if not told["themes"]:
        return [head, empty(r.t("No vital sign has a value yet"), r.t("Values show once departments report."), "data")]
    return [head, html.Div([_theme(r, city, asked, theme, told["code"]) for theme in told["themes"]], className="desk-themes")]


def _theme(r: Reader, city: str, asked: dict[str, str], theme: dict[str, Any], code: str) -> html.Div:
    counts = [html.Span([status_dot(r, colour), r.number(theme["counts"][colour])]) for colour in ("red", "amber", "green", "grey")
              if theme["counts"][colour]]
    name = [status_dot(r, theme["status"]), html.Strong(r.pick(theme["name_zh"], theme["name_en"])), html.Span(counts, className="desk-counts")]
    return html.Div(
        [looked(city, asked, name, "desk-theme-name", asked["topic"] == theme["id"], topic=theme["id"], sign=""),
         *(_sign(r, city, asked, row, code) for row in theme["signs"])],
        className=f"desk-theme is-{theme['status']}",
    )


def _sign(r: Reader, city: str, asked: dict[str, str], row: dict[str, Any], code: str) -> html.A:
    one = row["indicator"]
    shown = measured(r, row["value"], one) if row["value"] is not None else "–"
    change = _change(r, row["change"], one["decimals"]) if row["change"] is not None else ""
    return looked(
        city, asked,
        [status_dot(r, row["status"]), html.Span(r.pick(one["name_zh"], one["name_en"]), className="desk-name"),
         html.B(shown, **within(value_key(one["id"], code, row["at"]))), html.Small(change)],
        "desk-sign", False, r.step(row["at"], one["cadence"]) if row["at"] else "", sign=one["id"],
    )


def _change(r: Reader, value: float, decimals: int) -> str:
    text = r.compact(abs(value), decimals)
    return f"{'▲' if value > 0 else '▼'} {text}" if text.strip("0., ") else "＝"
