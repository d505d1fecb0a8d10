"""What can be looked at, and how is the city doing on it? The vital signs by theme, each with its newest value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.marks import status_dot
from layouts.components.traced import value_key, within
from layouts.reader import Reader


def signs(r: Reader, themes: Iterable[dict[str, Any]], indicators: Iterable[dict[str, Any]], chosen: str, code: str = "") -> list[Any]:
    """Groups of buttons, then, folded, those without data here. An indicator row has id, names, theme, unit, decimals,
    value, status, words (for the filter). `code` is the unit they are of."""
    rows, themes = list(indicators), list(themes)
    known = [row for row in rows if row["value"] is not None or row["id"] == chosen]
    unknown = [row for row in rows if row["value"] is None and row["id"] != chosen]
    groups: list[Any] = _groups(r, themes, known, chosen, code)
    if unknown:
        title = r.t("{n} indicators without data here", n=r.number(len(unknown)))
        # a city without any reading still shows what it could report
        inner = [html.Summary(title), *_groups(r, themes, unknown, chosen, code)]
        groups.append(html.Details(inner, className="cs-fold cs-signs-unknown", open=not known))
    return groups


def _groups(r: Reader, themes: list[dict[str, Any]], rows: list[dict[str, Any]], chosen: str, code: str) -> list[html.Div]:
    groups = []
    for theme in themes:
        mine = [row for row in rows if row["theme"] == theme["id"]]
        if mine:
            name = r.pick(theme["name_zh"], theme["name_en"])
            groups.append(
                html.Div(
                    [
                        html.H3([icon(theme["icon"], 15), name], className="cs-signs-theme"),
                        *(sign(r, row, row["id"] == chosen, code) for row in mine),
                    ],
                    className="cs-signs-group",
                    role="group",
                    **{"aria-label": name},
                )
            )
    return groups


def sign(r: Reader, row: dict[str, Any], is_chosen: bool, code: str = "") -> html.Button:
    """One vital sign: status, name, value with its unit; grey where the city has no data."""
    known = row["value"] is not None
    unit = r.unit_of(row["unit"])
    value = [r.compact(row["value"], row["decimals"]), html.Small(unit) if unit else None] if known else r.t("no data")
    return html.Button(
        [
            status_dot(r, row["status"]),
            html.Span(r.pick(row["name_zh"], row["name_en"]), className="cs-sign-name"),
            html.Span(value, className="cs-sign-value", **(within(value_key(row["id"], code, None)) if known and code else {})),
        ],
        type="button",
        className=f"cs-sign{'' if known else ' is-empty'}",
        **{
            "data-indicator": row["id"],
            "data-words": f"{row['name_zh']} {row['name_en']} {row['id']}".lower(),
            "aria-pressed": "true" if is_chosen else "false",
        },
    )
