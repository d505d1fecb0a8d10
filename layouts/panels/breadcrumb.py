"""Where am I in the tower? City → … → the selected unit; a click goes up."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.reader import Reader


def breadcrumb(r: Reader, chain: list[dict[str, Any]], more: int = 0) -> html.Nav:
    """`chain` from the city down to the selected unit; `more`: how many others are selected with it."""
    items = []
    for i, unit in enumerate(chain):
        here = i == len(chain) - 1
        label = html.Span(r.name(unit)) if unit["level"] != "city" else html.Span(r.t("Whole city"))
        items.append(
            html.Li(
                html.Button(
                    [label, html.Small(r.level(unit["level"])) if unit["level"] != "city" else None],
                    type="button",
                    className="cs-crumb",
                    **{"data-code": unit["code"], "data-fly": "1", **({"aria-current": "location"} if here else {})},
                )
            )
        )
    if more:
        items.append(html.Li(html.Span(r.t("and {n} more", n=r.number(more)), className="cs-crumb-more")))
    return html.Nav(html.Ol(items), className="cs-breadcrumb", **{"aria-label": r.t("Position in the city")})
