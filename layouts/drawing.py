"""Small vector drawings as plain shapes: one description for the page (SVG) and for the PDF.

A shape has a kind (area, line, dot, text), points in a field of `width` × `height` with y downwards, and a role that names
its colour: good, watch, bad, none, accent, band, border, soft, text. Nothing here draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

ROLES = ("good", "watch", "bad", "none", "accent", "band", "border", "soft", "text")
OF_STATUS = {"green": "good", "amber": "watch", "red": "bad", "grey": "none"}
MARGIN = 4.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """One shape; `size` is a line's width, a dot's radius or a text's height; `anchor` start, middle or end of a text."""

    kind: str
    role: str
    points: tuple[Point, ...]
    size: float = 1.0
    text: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """Shapes in a field; `label` says it in words to whoever cannot see it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    label: str


def map_drawing(features: Sequence[dict[str, Any]], label: str, width: float = 260.0, most: float = 200.0) -> Drawing | None:
    """Units as areas coloured by their status: `features` are {rings: ((lon, lat), …), …), status}; None where there is no shape."""
    drawn = [(feature["status"], ring) for feature in features for ring in feature["rings"] if len(ring) > 2]
    if not drawn:
        return None
    height, placed = _placed(tuple(ring for _, ring in drawn), width, most)
    return Drawing(width, height, tuple(Shape("area", OF_STATUS[status], points, 0.6)
                                        for (status, _), points in zip(drawn, placed, strict=True)), label)


@lru_cache(maxsize=32)
def _placed(rings: tuple[tuple[Point, ...], ...], width: float, most: float) -> tuple[float, tuple[tuple[Point, ...], ...]]:
    """(height, the rings in a field of `width`, at most `most` high): a page draws the same units once a sign."""
    west, east = (pick(lon for ring in rings for lon, _ in ring) for pick in (min, max))
    south, north = (pick(lat for ring in rings for _, lat in ring) for pick in (min, max))
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((width - 2 * MARGIN) / wide, (most - 2 * MARGIN) / tall)
    height = round(tall * scale + 2 * MARGIN, 1)
    left = (width - wide * scale) / 2
    return height, tuple(tuple((round(left + (lon - west) * squeeze * scale, 1), round(height - MARGIN - (lat - south) * scale, 1))
                               for lon, lat in ring) for ring in rings)


def course_drawing(
    times: Sequence[int],
    values: Sequence[float | None],
    label: str,
    days: Sequence[tuple[int, str]] = (),
    ahead: Sequence[dict[str, Any]] = (),
    limits: Sequence[float] = (),
    ends: tuple[str, str] = ("", ""),
    width: float = 420.0,
    height: float = 110.0,
) -> Drawing | None:
    """A course with its days, limits, and the band that is usual for the hours ahead; None without a value.

    `days`: (time, name) of days that begin; `ahead`: [{at, low, high, usual}]; `ends`: what the lowest and the highest value are called.
    """
    known = [(at, value) for at, value in zip(times, values, strict=True) if value is not None]
    if not known:
        return None
    every = [value for _, value in known] + [step[name] for step in ahead for name in ("low", "high")]
    low, high = min(every), max(every)
    if low == high:
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    first, last = times[0], max(times[-1], ahead[-1]["at"] if ahead else times[-1])
    top, foot, left, size = 6.0, 16.0, 44.0, 9.0

    def x(at: float) -> float:
        return round(left + (width - left - 6) * ((at - first) / (last - first) if last > first else 0.5), 1)

    def y(value: float) -> float:
        return round(top + (height - foot - top) * (1 - (value - low) / (high - low)), 1)

    shapes: list[Shape] = []
    if ahead:
        upper = [(x(step["at"]), y(step["high"])) for step in ahead]
        lower = [(x(step["at"]), y(step["low"])) for step in reversed(ahead)]
        shapes.append(Shape("area", "band", (*upper, *lower)))
        shapes.append(Shape("line", "soft", tuple((x(step["at"]), y(step["usual"])) for step in ahead), 0.8))
    free = left             # names of days that would stand on the one before are left out
    for at, name in days:
        if first <= at <= last:
            shapes.append(Shape("line", "border", ((x(at), top), (x(at), height - foot)), 0.6))
            if free <= x(at) < width - 28:
                free = x(at) + size * (len(name) + 1)
                shapes.append(Shape("text", "soft", ((x(at) + 2, height - 4),), size, name))
    shapes += [Shape("line", "watch", ((left, y(limit)), (width - 6, y(limit))), 0.6) for limit in limits if low < limit < high]
    run: list[Point] = []
    for at, value in zip(times, values, strict=True):
        if value is not None:
            run.append((x(at), y(value)))
        if (value is None or at == times[-1]) and run:
            shapes.append(Shape("line", "accent", tuple(run), 1.4) if len(run) > 1 else Shape("dot", "accent", (run[0],), 1.4))
            run = []
    shapes.append(Shape("dot", "accent", ((x(known[-1][0]), y(known[-1][1])),), 2.6))
    shapes.append(Shape("text", "soft", ((left - 4, y(low)),), size, ends[0], "end"))
    shapes.append(Shape("text", "soft", ((left - 4, y(high) + size - 2),), size, ends[1], "end"))
    return Drawing(width, height, tuple(shapes), label)
