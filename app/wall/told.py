"""What each panel of the wall is told: plain facts of the city as one viewer may see them, no words and no looks.

One function a panel, by the name that scenes call it; each gets the view, the city, the place (its options, its size in text
sizes) and what steers the wall. What a function raises becomes the error card of its panel alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.alerts import board
from app.brief import facts
from app.errors import NotFound
from app.forecast.told import ahead
from app.indicators.health import root
from app.indicators.latest import latest
from app.indicators.owners import themes
from app.indicators.registry import Indicator
from app.indicators.series import before, last_days
from app.indicators.status import allowance
from app.lineage.flow import batches, flow
from app.service import state
from app.sight import Seen
from app.units import cards
from app.units.levels import LEVELS
from app.wall.scenes import Place

RANK = {"red": 3, "amber": 2, "green": 1, "grey": 0}
MOST_STOPS = 5
AHEAD_S = 86_400         # seconds that a course goes on into what is expected
ALERT_STATUS = {"red": "red", "orange": "red", "yellow": "amber", "blue": "amber"}


@dataclass(frozen=True)
class Asked:
    """What a panel is asked for: `tall` is its height in text sizes, `now` the city's time (epoch seconds)."""

    place: Place
    tall: float
    is_wide: bool
    now: int
    flight: dict[str, Any] | None = None


def signs(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """The vital signs by theme: each theme's colours counted and its signs, those that need an eye first."""
    mine, found = facts.signs(seen, city), []
    colors = {theme["id"]: theme["status"] for theme in facts.headline(seen, city)["themes"]}
    for theme in themes(seen):
        own = sorted((row for row in mine if row["is_judged"] and row["indicator"]["theme"] == theme["id"]), key=lambda row: -RANK[row["status"]])
        if own:
            counts = {color: sum(row["status"] == color for row in own) for color in RANK}
            found.append({**theme, "counts": counts, "status": colors.get(theme["id"], "grey"), "signs": own[: 4 if asked.is_wide else 2]})
    return {"themes": found}


def unusual(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """The units that lie farthest from their own usual values, one a unit and indicator."""
    return {"rows": outliers(seen, city, asked.now, most=max(1, math.ceil(asked.tall / 2.4)))}


def outliers(seen: Seen, city: str, now: int, levels: tuple[str, ...] = ("district", "street"), most: int = 20) -> list[dict[str, Any]]:
    """What stands out, strongest first: {indicator, unit, value, usual, score, at}; numbers that are old do not."""
    found = [one for level in levels if level in LEVELS for one in seen.latest(city, level).unusual]
    found = [one for one in found if now - one.at <= allowance(seen.indicators[one.indicator].cadence)]
    chosen, taken = [], set()
    for one in sorted(found, key=lambda one: (-abs(one.score), one.indicator, one.level, one.seq)):
        if one.indicator in taken:
            continue
        taken.add(one.indicator)
        chosen.append({"indicator": facts.row_of(seen.indicators[one.indicator]), "unit": cards.unit_at(seen, city, one.level, one.seq),
                       "value": one.value, "usual": one.usual, "score": one.score, "at": one.at})
        if len(chosen) == most:
            break
    return chosen


def series(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """The course of some indicators at the root of the view, over the last days."""
    unit, wanted = root(seen, city), asked.place.options.get("indicators") or list(facts.FIRST)
    days = float(asked.place.options.get("days", 3))
    known = {row["indicator"]["id"]: row for row in facts.signs(seen, city)}
    rows = []
    for name in [name for name in wanted if name in known] or list(known)[:6]:
        course = last_days(seen, city, unit or {}, name, days=math.ceil(days))
        times, points = course.points()
        rows.append({**known[name], "times": times, "points": points, "yesterday": before(course, known[name]["at"]),
                     "ahead": ahead(seen, city, unit or {}, name, AHEAD_S)})
    return {"rows": rows, "days": days}


def map(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """Where the map goes: to the unit a tablet sent it to, else from one unit that matters to the next, the whole city between them."""
    unit = root(seen, city)
    if unit is None:
        return {"stops": [], "home": None}
    box = cards.bounds(seen, city, unit)
    there = _in_sight(seen, city, asked.flight["code"]) if asked.flight else None
    if asked.flight and there:
        one = seen.indicators.get(asked.flight.get("indicator", "")) or seen.indicators.get(first_of(seen, city))
        return {"stops": [_stop(seen, city, there, one, "flight")] if one else [], "home": box, "root": unit}
    alert = facts.red(seen, city) if asked.place.options.get("fly") == "alert" else None
    if alert:
        stop = _stop(seen, city, cards.unit(seen, city, alert["unit_code"]), seen.indicators[alert["indicator"]], "alert")
        return {"stops": [{**stop, "value": alert["last_value"], "at": alert["last_at"], "status": "red"}], "home": box, "root": unit}
    shown = asked.place.options.get("indicator", "")
    name = shown if shown in seen.indicators else first_of(seen, city)
    stops = [_stop(seen, city, unit, seen.indicators[name], "home")] if name else []
    for row in board.alerts(seen, city, ("raised", "acknowledged", "assigned"), MOST_STOPS - 1):
        stop = _stop(seen, city, cards.unit(seen, city, row["unit_code"]), seen.indicators[row["indicator"]], "alert")
        stops.append({**stop, "value": row["last_value"], "at": row["last_at"], "status": ALERT_STATUS[row["severity"]]})
    for row in outliers(seen, city, asked.now, ("street", "district"), MOST_STOPS - 1):
        stop = _stop(seen, city, row["unit"], seen.indicators[row["indicator"]["id"]], "unusual")
        stops.append({**stop, "value": row["value"], "usual": row["usual"], "score": row["score"], "at": row["at"]})
    return {"stops": stops[: 1 + MOST_STOPS], "home": box, "root": unit}


def _in_sight(seen: Seen, city: str, code: str) -> dict[str, Any] | None:
    """The unit, or None where this viewer may not see it: a wall of one district does not fly to another."""
    try:
        return cards.unit(seen, city, code)
    except NotFound:
        return None


def city(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:  # noqa: ARG001 - one signature for all of them
    """Is the city all right: its colour and what makes it."""
    return facts.headline(seen, city)


def alerts(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """The open alerts, the gravest first, and how many there are."""
    return {"rows": facts.alerts(seen, city, max(1, math.ceil(asked.tall / 1.8))), "counts": board.counts(seen, city), "now": asked.now}


def takeover(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """The red alert that takes the wall over: {alert, owner}; None where it was acknowledged meanwhile."""
    alert = facts.red(seen, city)
    return {"alert": alert, "owner": facts.departments(seen).get(alert["owner"]) if alert else None, "now": asked.now}


def first_of(seen: Seen, city: str) -> str:
    """The indicator that the map begins with: the first of FIRST that has data, else any that has; empty for none."""
    unit = root(seen, city)
    known = latest(seen, city, unit["level"], unit["seq"]) if unit else {}
    return next((name for name in (*facts.FIRST, *known) if name in known), "")


def _stop(seen: Seen, city: str, unit: dict[str, Any], one: Indicator, why: str) -> dict[str, Any]:
    sign = cards.sign(seen, city, unit, one.id)
    return {"indicator": facts.row_of(one), "unit": unit, "bounds": cards.bounds(seen, city, unit), "value": sign["value"], "at": sign["at"],
            "status": sign["status"], "why": why}


def data(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """How data runs through the six libraries, and which vital signs are old; of a part of a city only the latter."""
    mine = [row for row in facts.signs(seen, city) if row["is_judged"]]
    old = sorted((row for row in mine if row["is_old"]), key=lambda row: row["at"])
    told: dict[str, Any] = {"old": old, "count": len(mine), "newest": seen.newest(city), "now": asked.now, "flow": None, "batches": []}
    if seen.sight(city) is None:
        told["flow"] = flow(seen, city)
        told["batches"] = batches(seen, city, most=max(1, int((asked.tall - 22) / 1.6)))
    return told


def service(seen: Seen, city: str, asked: Asked) -> dict[str, Any]:
    """How the city serves its citizens: the measures of 30 days and what fails now, as many lines as there is room for."""
    found = state.now(seen, city)
    return {**found, "city": city, "labels": state.labels(seen, city, found["districts"]), "most": max(2, int((asked.tall - 22) / 2))}


TOLD: dict[str, Callable[[Seen, str, Asked], dict[str, Any]]] = {
    "signs": signs, "unusual": unusual, "series": series, "map": map, "data": data, "service": service,
    "city": city, "alerts": alerts, "takeover": takeover,
}
