"""A table of rows in a document: scrolls by itself where it is wider than its place, numbers to the right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html


def sheet(name: str, head: list[Any], rows: list[list[Any]], numbers: Iterable[int] = (), class_name: str = "") -> html.Div:
    """`name` is what a screen reader says; `numbers` are the columns that are numbers."""
    right = set(numbers)
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(text, scope="col", className="cs-number" if i in right else None) for i, text in enumerate(head)])),
                html.Tbody([html.Tr([html.Td(cell, className="cs-number" if i in right else None) for i, cell in enumerate(row)]) for row in rows]),
            ],
            className="cs-rows",
        ),
        className=f"cs-scroll {class_name}".strip(),
        tabIndex=0,
        role="region",
        **{"aria-label": name},
    )
