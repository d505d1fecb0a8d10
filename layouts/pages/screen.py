"""The wall: a strip, a canvas of 12 × 12 and a map; everything in it is asked for by assets/screen/wall.js."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.map_style import map_styles
from layouts.reader import Reader


def screen_page(r: Reader, city: dict[str, Any], wide: float, head_u: float, poll_ms: int) -> list[Any]:
    """The frame of a city's wall. `wide`: width ÷ height from which it is wide; `head_u`: height of the strip in text sizes."""
    facts = {
        "city": city["city"],
        "name": r.pick(city["name_zh"], city["name_en"]),
        "synthetic": city["is_synthetic"],
        "licence": city["licence"],
        "zone": r.zone,
        "language": r.language,
        "wide": wide,
        "poll_ms": poll_ms,
        "map_style": map_styles(city["city"], city["versions"]["geometry"], city["max_zoom"]),
        "words": words(r),
    }
    return [
        dcc.Store(id="wall-facts", data=facts),
        html.H1(r.t("Wall of {city}", city=facts["name"]), className="wall-spoken"),
        html.Div(id="wall", className="wall", style={"--wall-head": f"{head_u}"}),
    ]


def words(r: Reader) -> dict[str, str]:
    """What the script says by itself."""
    return {
        "synthetic": r.t("Synthetic demo data"),
        "cut": r.t("No connection to the server since {time}; the numbers are of that time"),
        "out": r.t("This screen is no longer signed in; open its link again"),
        "refused": r.t("This screen may not show the wall"),
        "held": r.t("Held"),
        "fresh": r.t("Data of {time}"),
        "stale": r.t("Data of {time}, older than it should be"),
        "none": r.t("No data yet"),
        "demo": r.t("Demo clock"),
        "more": r.t("and {n} more"),
        "loading": r.t("One moment"),
    }
