"""How many people will live here by age and sex, how many of them depend on others, and what districts add to the city?

Counts of fewer than five people of an age and sex are never told to whom small counts are hidden from: the last age group is opened as far
down as no group of any district is so small; where that does not suffice, nothing is told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.access import FEW
from app.errors import BadInput
from app.forecast.answers.answer import Answer
from app.forecast.page import Foreseen
from app.forecast.people import CHILDREN, OLD, STEPS, People, rows_of
from app.forecast.people import stamp as people_stamp
from app.forecast.population import YEARS
from app.sight import Seen
from app.units import cards
from data.levels import LEVELS

SHOWN = (0, 2, STEPS)       # steps that have a pyramid: now, in ten years, in thirty
LEAST_OPEN = 60             # the last group is opened no further down than this age
SEXES = ("men", "women")


def stamp(seen: Seen, city: str) -> object:
    """What an answer depends on beside values and models."""
    return people_stamp(rows_of(seen, city))


def answer(seen: Seen, city: str, made: Foreseen) -> Answer:
    """Facts: year, years, ages, past, course (total and dependency with bands, births, deaths, migrants), pyramids, districts."""
    indicator = seen.indicators[made.look.indicator]
    if made.look.unit is None or made.look.cutoff is not None:
        return Answer(why="no_units" if made.look.unit is None else "replay")
    unit: dict[str, Any] | None = made.look.unit
    while unit is not None and LEVELS.index(unit["level"]) > LEVELS.index("district"):
        unit = cards.parent(seen, city, unit)
    mask = None if unit is None else seen.mask(city, unit["level"], indicator.privacy)
    if unit is None or (mask is not None and not mask[unit["seq"] - 1]):
        return Answer(why="outside")
    try:
        people = seen.outlooks.people(city)
    except BadInput as error:
        return Answer({"fact": error.fact}, why="no_people")
    i = -1 if people is None else people.units.index("") if unit["level"] == "city" else \
        people.units.index(unit["code"]) if unit["code"] in people.units else -1
    if people is None or i < 0:
        return Answer(why="no_people")
    last = _last_age(people) if seen.hides_few(indicator) else len(people.ages) - 1
    if last is None:
        return Answer(why="hidden")
    ages = people.ages[: last + 1].tolist()
    middle, low, high = (_opened(part[:, i], last) for part in (people.middle, people.low, people.high))
    facts = {"indicator": made.look.indicator, "code": unit["code"], "level": unit["level"], "name_zh": unit["name_zh"], "name_en": unit["name_en"],
             "is_stand_in": unit["code"] != made.look.unit["code"], "year": int(people.years[0]), "years": people.years.tolist(), "ages": ages,
             "past": [{"year": int(year), "people": float(people.past[t, i].sum())} for t, year in enumerate(people.past_years)],
             "course": [_year(people, i, s) for s in range(STEPS + 1)],
             "pyramids": [{"year": int(people.years[s]), **{sex: middle[s, k].tolist() for k, sex in enumerate(SEXES)},
                           **{f"{sex}_lo90": low[s, k].tolist() for k, sex in enumerate(SEXES)},
                           **{f"{sex}_hi90": high[s, k].tolist() for k, sex in enumerate(SEXES)}} for s in SHOWN],
             "districts": _districts(seen, city, people, seen.mask(city, "district", indicator.privacy)) if unit["level"] == "city" else []}
    rows = [{"year": int(people.years[s]), "sex": sex, "age_from": age, "people": round(float(middle[s, k, a]), 1),
             "lo90": round(float(low[s, k, a]), 1), "hi90": round(float(high[s, k, a]), 1)}
            for s in range(STEPS + 1) for k, sex in enumerate(SEXES) for a, age in enumerate(ages)]
    return Answer(facts, rows)


def _year(people: People, i: int, s: int) -> dict[str, Any]:
    """One year of a unit: total, dependency, the shares of children and of the old, and what changed since the year before that is told."""
    now = people.middle[s, i].sum(axis=0)
    whole = float(now.sum())
    ratio, bands = people.dependency
    return {"year": int(people.years[s]), "people": whole, **_bands(people.total, s, i), "dependency": float(ratio[s, i]),
            **{f"dependency_{name}": value for name, value in _bands(bands, s, i).items()},
            "children": float(now[: CHILDREN // YEARS].sum()) / whole, "old": float(now[OLD // YEARS :].sum()) / whole,
            "births": float(people.births[s - 1, i]) if s else None, "deaths": float(people.deaths[s - 1, i]) if s else None,
            "migrants": float(people.migrants[s - 1, i]) if s else None}


def _bands(bands: dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]], s: int, i: int) -> dict[str, float]:
    return {f"{edge}{100 * level:g}": float(bands[level][k][s, i]) for level in sorted(bands) for k, edge in enumerate(("lo", "hi"))}


def _districts(seen: Seen, city: str, people: People, mask: NDArray[np.bool_] | None) -> list[dict[str, Any]]:
    """The districts in sight: people now, in ten years and in thirty; they add up to the city where all are in sight."""
    found = []
    for code, row in ((row["code"], row) for row in cards.children(seen, city, cards.unit_at(seen, city, "city", 1))):
        if code in people.units and (mask is None or mask[row["seq"] - 1]):
            i = people.units.index(code)
            found.append({"code": code, "level": row["level"], "name_zh": row["name_zh"], "name_en": row["name_en"],
                          "years": [_year(people, i, s) for s in SHOWN]})
    return sorted(found, key=lambda row: -row["years"][0]["people"])


def _last_age(people: People) -> int | None:
    """The group that is opened so that no group of any unit now is of fewer than five people; None where none does."""
    now = people.past[-1]
    for last in range(len(people.ages) - 1, LEAST_OPEN // YEARS - 1, -1):
        part = _opened(now, last)
        if ((part == 0) | (part >= FEW)).all():
            return last
    return None


def _opened(part: NDArray[np.float64], last: int) -> NDArray[np.float64]:
    """[… × age] with everybody from the last group on in it."""
    return np.concatenate([part[..., :last], part[..., last:].sum(axis=-1, keepdims=True)], axis=-1)
