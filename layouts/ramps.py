"""Which colours an indicator's classes take: one rule for the map, the legend and the lists."""

from __future__ import annotations

from collections.abc import Sequence

from layouts.colors import map_colors

QUANTILES = 5


def ramp_key(direction: str, limits: Sequence[float], by: str) -> tuple[int, str, bool]:
    """(classes, kind, reversed). Two limits or fewer judge (good, watch, bad); a band diverges; the rest is a sequence."""
    if by == "quantile" or not limits:
        return QUANTILES, "sequential", False
    classes = len(limits) + 1
    if direction == "band":
        return classes, "diverging", False
    if classes <= 3:
        return classes, "status", direction == "up"
    return classes, "sequential", False


def ramps(keys: set[tuple[int, str, bool]]) -> dict[str, dict]:
    """{key as text: {light: colours, dark: colours}} for the browser."""
    return {key_text(key): {theme: colors(key, theme) for theme in ("light", "dark")} for key in sorted(keys)}


def colors(key: tuple[int, str, bool], theme: str) -> dict:
    """CityMap's colours of a key in a theme."""
    return map_colors(key[0], theme, key[1], key[2])


def key_text(key: tuple[int, str, bool]) -> str:
    """The name of a key in the browser."""
    return f"{key[1]}-{key[0]}{'-reversed' if key[2] else ''}"
