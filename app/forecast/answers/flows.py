"""How many people are expected to leave and to reach a unit, where do they go, and where do they come from?

Flows are made of the whole city. A viewer is told those between units in sight, and no flow of fewer than five people unless single
persons are for them; what is left of a total is said as "elsewhere".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.access import CLEARED, FEW
from app.forecast.answers.answer import Answer, named
from app.forecast.moves import Margin, Moves, newest
from app.forecast.page import Foreseen
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

MOST_PAIRS, MOST_ARCS = 200, 60     # rows of a step, and flows that are drawn on the map
SIDES = ("out", "in")
Course = tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]] | None


def stamp(seen: Seen, city: str) -> object:
    """What an answer depends on beside values and models."""
    return newest(seen, city)


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: level, at, cutoff, model, hours, moved, gap, course ({at, out, in, with bands; of the city between}), total and elsewhere (out, in;
    between), arcs (the strongest flows from point to point)."""
    here = made.look
    if here.unit is None or here.cutoff is not None:
        return Answer(why="no_units" if here.unit is None else "replay")
    moves = seen.outlooks.moves(city)
    if moves is None:
        return Answer(why="no_flows" if newest(seen, city) is None else "few_flows")
    unit: dict[str, Any] | None = here.unit
    while unit is not None and LEVELS.index(unit["level"]) > LEVELS.index(moves.native):
        unit = cards.parent(seen, city, unit)
    if unit is None:
        return Answer(why="outside")
    k = _step(made, moves)
    facts = {"indicator": here.indicator, "code": unit["code"], "level": unit["level"], "name_zh": unit["name_zh"], "name_en": unit["name_en"],
             "is_stand_in": unit["code"] != here.unit["code"], "at": int(moves.times[k]), "from": int(moves.times[0]), "until": int(moves.times[-1]),
             "cutoff": moves.cutoff, "model": moves.model, "hours": moves.hours, "moved": moves.moved, "gap": moves.gap}
    if unit["level"] == "city":
        return _between(seen, city, moves, k, facts)
    return _of_unit(seen, city, moves, unit, k, facts)


def _step(made: Foreseen, moves: Moves) -> int:
    """The step of the flows that the look is at: by its time where the indicator is by the hour."""
    line = made.line
    if line is None or not line.times.size:
        return min(made.look.step, moves.times.size - 1)
    at = int(line.times[min(made.look.step, line.times.size - 1)])
    return int(np.clip(np.searchsorted(moves.times, at), 0, moves.times.size - 1))


def _of_unit(seen: Seen, city: str, moves: Moves, unit: dict[str, Any], k: int, facts: dict[str, Any]) -> Answer:
    """The flows over the border of a unit."""
    ends, level = moves.at(unit["level"], seen.values(city).hierarchy("building")), unit["level"]
    i, mask = unit["seq"] - 1, seen.mask(city, level)
    course = [_margin(margin, i) for margin in moves.margins[level]]
    rows: list[dict[str, Any]] = []
    total, elsewhere = {}, {}
    for side, name in enumerate(SIDES):
        mine = (ends[side] == i) & (ends[1 - side] != i) & (ends[1 - side] >= 0)
        each = np.bincount(ends[1 - side][mine], moves.count[mine, k], minlength=seen.values(city).hierarchy("building").sizes[level])
        shown = _shown(seen, city, each, mask)
        order = np.argsort(-np.where(shown, each, -1), kind="stable")[: min(MOST_PAIRS, int(shown.sum()))]
        whole = float(each.sum())
        rows += [{"at": int(moves.times[k]), "direction": name, **named(seen, city, level, j), "count": round(float(each[j]), 1),
                  "share": round(float(each[j]) / whole, 4) if whole else 0.0} for j in order]
        rest = whole - float(each[order].sum())
        total[name], elsewhere[name] = _said(seen, city, whole), _said(seen, city, rest)
    steps = [{"at": int(moves.times[j]), **{name: said for s, name in enumerate(SIDES) for name, said in _step_of(seen, city, name, course[s], j)}}
             for j in range(moves.times.size)] if all(course) else []
    arcs = [_arc(seen, city, *((unit["code"], row["code"]) if row["direction"] == "out" else (row["code"], unit["code"])), row["count"])
            for row in sorted(rows, key=lambda row: -row["count"])[:MOST_ARCS]]
    return Answer({**facts, "course": steps, "total": total, "elsewhere": elsewhere, "arcs": [arc for arc in arcs if arc]}, rows)


def _between(seen: Seen, city: str, moves: Moves, k: int, facts: dict[str, Any]) -> Answer:
    """The strongest flows between the parts of the city."""
    level = LEVELS[1] if LEVELS.index(moves.native) >= 1 else moves.native
    hierarchy = seen.values(city).hierarchy("building")
    ends, size = moves.at(level, hierarchy), hierarchy.sizes[level]
    crosses = (ends[0] != ends[1]) & (ends[0] >= 0) & (ends[1] >= 0)
    each = np.bincount(ends[0][crosses] * size + ends[1][crosses], moves.count[crosses, k], minlength=size * size)
    mask = seen.mask(city, level)
    shown = _shown(seen, city, each, None if mask is None else (mask[:, None] & mask[None, :]).ravel())
    order = np.argsort(-np.where(shown, each, -1), kind="stable")[: min(MOST_PAIRS, int(shown.sum()))]
    whole = float(each.sum())
    rows = []
    for j in order:
        a, b = (named(seen, city, level, int(end)) for end in divmod(int(j), size))
        rows.append({"at": int(moves.times[k]), "direction": "between", **a, **{f"to_{name}": b[name] for name in ("code", "name_zh", "name_en")},
                     "count": round(float(each[j]), 1), "share": round(float(each[j]) / whole, 4) if whole else 0.0})
    course = [{"at": int(moves.times[j]), "between": float(moves.count[crosses, j].sum())} for j in range(moves.times.size)]
    return Answer({**facts, "parts": level, "course": course, "total": {"between": whole},
                   "elsewhere": {"between": _said(seen, city, whole - float(each[order].sum()))},
                   "arcs": [arc for row in rows[:MOST_ARCS] if (arc := _arc(seen, city, row["code"], row["to_code"], row["count"]))]}, rows)


def _arc(seen: Seen, city: str, origin: str, destination: str, count: float) -> dict[str, Any] | None:
    """A flow from point to point (lon, lat); None where an end has no point."""
    ends = [cards.unit(seen, city, code) for code in (origin, destination)]
    if any(end["lon"] is None for end in ends):
        return None
    return {"origin": origin, "destination": destination, "count": count,
            **{name: [round(end["lon"], 6), round(end["lat"], 6)] for name, end in zip(("source", "target"), ends, strict=True)}}


def _shown(seen: Seen, city: str, count: NDArray[np.float64], mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which flows may be told, and are worth it."""
    least = 0.5 if seen.privacy(city) >= CLEARED else FEW
    return (count >= least) if mask is None else (count >= least) & mask[: count.size]


def _said(seen: Seen, city: str, count: float) -> float | None:
    """A count of people; None where it is of so few that it is not for this viewer."""
    return None if 1e-6 < count < FEW and seen.privacy(city) < CLEARED else max(0.0, float(count))


def _step_of(seen: Seen, city: str, name: str, course: Course, j: int) -> list[tuple[str, float | None]]:
    """A step of a margin with its band; neither is said where so few people move that they are not for this viewer."""
    y, (low, high) = course      # type: ignore[misc]  # asked for where there is one
    count = _said(seen, city, y[j])
    return [(name, count), (f"{name}_lo90", None if count is None else float(low[j])), (f"{name}_hi90", None if count is None else float(high[j]))]


def _margin(margin: Margin, i: int) -> Course:
    """(course, its 90 % band) of a unit; None where it has no flow."""
    row = np.flatnonzero(margin.units == i)
    if not row.size:
        return None
    low, high = margin.bands[0.9]
    return margin.y[row[0]], (low[row[0]], high[row[0]])
