"""Who is above and below: the parents as one line, the children as a ranked list that drills."""

from __future__ import annotations

import functools
from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.traced import value_key, within
from layouts.reader import Reader


def children(
    r: Reader, rows: list[dict[str, Any]], total: int, sign: dict[str, Any], direction: str, at: int | None = None, most: int = 40
) -> html.Div | None:
    """The units below, the most remarkable first, each with a bar of its value; a click drills."""
    if not rows:
        return None
    known = [row for row in rows if row.get("value") is not None]
    ranked = sorted(known, key=lambda row: row["value"], reverse=direction != "up") + [row for row in rows if row.get("value") is None]
    top = max((abs(row["value"]) for row in known), default=0) or 1
    key = functools.partial(_key, sign, at)
    title = r.t("{n} {level} below", n=r.number(total), level=plural(r, rows[0]["level"], total))
    return html.Div(
        [
            html.H4(title),
            html.Div([child(r, row, top, sign["decimals"], key(row)) for row in ranked[:most]], className="cs-children"),
            html.Div(r.t("The first {n}; the table shows all.", n=most), className="cs-note") if total > most else None,
        ],
        className="cs-kin",
    )


def child(r: Reader, row: dict[str, Any], top: float, decimals: int, key: str) -> html.Button:
    """One unit of a list: status, name, a bar of its share of the largest, value; a click goes there."""
    value = row.get("value")
    return html.Button(
        [
            status_dot(r, row["status"]) if value is not None and row.get("status", "grey") != "grey" else html.Span(className="cs-dot cs-dot-blank"),
            html.Span(r.name(row), className="cs-child-name"),
            html.Span(html.I(style={"width": f"{100 * abs(value) / top:.0f}%"}) if value is not None else None, className="cs-child-bar"),
            html.Span(r.compact(value, decimals), className="cs-child-value", **within(key)),
        ],
        type="button",
        className="cs-child",
        **{"data-code": row["code"], "data-fly": "1"},
    )


def plural(r: Reader, level: str, n: int = 2) -> str:
    """The word for `n` units of a level."""
    return r.level(level).lower() if n == 1 else {
        "district": r.t("districts"),
        "street": r.t("streets"),
        "community": r.t("communities"),
        "grid": r.t("grids"),
        "building": r.t("buildings"),
        "floor": r.t("floors"),
    }.get(level, r.level(level))


def floors(r: Reader, rows: list[dict[str, Any]], sign: dict[str, Any], at: int | None = None, picked: str = "") -> html.Div:
    """The floor picker: a building's floors from the top down, each with a bar of its value."""
    top = max((abs(row["value"]) for row in rows if row.get("value") is not None), default=0) or 1
    stack = [
        html.Button(
            [
                html.Span(_floor(row["floor_no"]), className="cs-floor-no"),
                html.Span(
                    html.I(style={"width": f"{100 * abs(row['value']) / top:.0f}%"}) if row.get("value") is not None else None,
                    className="cs-child-bar",
                ),
                html.Span(r.compact(row.get("value"), sign["decimals"]), className="cs-child-value", **within(_key(sign, at, row))),
            ],
            type="button",
            className="cs-floor",
            title=r.name(row),
            **{"data-code": row["code"], "aria-pressed": "true" if row["code"] == picked else "false"},
        )
        for row in sorted(rows, key=lambda row: -(row["floor_no"] or 0))
    ]
    return html.Div(stack, className="cs-floors", role="group", **{"aria-label": r.t("Floors")})


def _key(sign: dict[str, Any], at: int | None, row: dict[str, Any]) -> str:
    return value_key(sign["indicator"], row["code"], at)


def _floor(number: int | None) -> str:
    return "" if number is None else f"B{-number}" if number < 0 else f"{number}F"
