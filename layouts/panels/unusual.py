"""What is unusual in the city now? The units that lie farthest from their own usual values, in words; a click goes there."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.traced import value_key, within
from layouts.reader import Reader


def unusual(r: Reader, rows: list[dict[str, Any]]) -> html.Section | None:
    """A row is {indicator (registry row), unit, value, usual, score (signed), at}; nothing where nothing stands out."""
    if not rows:
        return None
    return html.Section(
        [
            html.H4([r.t("Unusual now"), html.Small(r.t("against its own usual values"))]),
            html.Div([_row(r, row) for row in rows], className="cs-unusual-rows"),
        ],
        className="cs-unusual cs-kin",
        **{"aria-label": r.t("Unusual now")},
    )


def _row(r: Reader, row: dict[str, Any]) -> html.Button:
    indicator, more = row["indicator"], row["score"] > 0
    measure, decimals = r.unit_of(indicator["unit"]), indicator["decimals"]
    key = value_key(indicator["id"], row["unit"]["code"], row["at"])
    far = abs(row["score"]) >= 10
    word = (r.t("far above usual") if far else r.t("above usual")) if more else (r.t("far below usual") if far else r.t("below usual"))
    return html.Button(
        [
            html.Span("▲" if more else "▼", className="cs-unusual-sign", **{"aria-hidden": "true"}),
            html.Span(
                [
                    html.Span(f"{r.name(row['unit'])} · {r.pick(indicator['name_zh'], indicator['name_en'])}", className="cs-child-name"),
                    html.Small(f"{word} · {r.step(row['at'], indicator['cadence'])}"),
                ],
                className="cs-unusual-what",
            ),
            html.Span(
                [
                    html.B(f"{r.compact(row['value'], decimals)} {measure}".strip(), **within(key)),
                    html.Small(r.t("usually {value}", value=r.compact(row["usual"], decimals))),
                ],
                className="cs-unusual-value",
            ),
        ],
        type="button",
        className="cs-unusual-row",
        **{"data-code": row["unit"]["code"], "data-indicator": indicator["id"]},
    )
