"""Wall: is the city all right? One colour and one sentence."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.marks import status_dot
from layouts.components.said import city_why, city_word
from layouts.reader import Reader


def panel(r: Reader, told: dict[str, Any]) -> list[Any]:
    """`told` is app.brief.facts.headline."""
    text = html.Div([html.Strong(city_word(r, told["status"])), html.Span(city_why(r, told))], className="wall-says")
    return [html.Div([status_dot(r, told["status"]), text], className=f"wall-city-state is-{told['status']}")]
