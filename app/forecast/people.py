"""The people of a city and its districts by age and sex, thirty years on: the rows of dataset age_group, carried forward
(app/forecast/population.py, cohort-component method).

Rates of a period are its deaths and births per person-year lived, the mean of its two ends taken as who lived through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast import population
from app.forecast.population import FEMALE, YEARS
from app.forecast.vital_rates import History

if TYPE_CHECKING:
    from app.system import System

Floats = NDArray[np.float64]
STEPS, DRAWS = 6, 200
LEAST = 3               # times that people are known at, five years apart
CHILDREN, OLD = 15, 65  # below and from these ages on people depend


@dataclass(frozen=True)
class People:
    """`units`: "" for the city, then the codes of its districts (none where they are not known alike). Axes: year, unit, sex, age.

    `past` [t × unit × 2 × age] at `past_years`, last = now = years[0]; `middle`, `low`, `high` (90 %) [s + 1 × unit × 2 × age] at `years`; `total`
    {level: (low, high)} [s + 1 × unit] of all ages, `dependency` (mean, {level: (low, high)}) of people under 15 and from 65 on per person
    between; `births`, `deaths`, `migrants` [s × unit] between two years, means of the draws.
    """

    units: tuple[str, ...]
    ages: NDArray[np.int64]
    past_years: NDArray[np.int64]
    past: Floats
    years: NDArray[np.int64]
    middle: Floats
    low: Floats
    high: Floats
    total: dict[float, tuple[Floats, Floats]]
    dependency: tuple[Floats, dict[float, tuple[Floats, Floats]]]
    births: Floats
    deaths: Floats
    migrants: Floats


def rows_of(system: System, city: str) -> dict[str, Any]:
    """The age groups of a city as columns."""
    return system.columns("age_groups", city=city)


def stamp(rows: dict[str, Any]) -> int:
    """What tells one state of the rows from another."""
    return hash((tuple(rows["unit_code"]), *(_numbers(rows[name]).tobytes() for name in rows if name != "unit_code")))


def make(rows: dict[str, Any]) -> People | None:
    """The outlook; None with too little known. Raises BadInput where age groups or years are not those that are asked for."""
    if not len(rows["year"]):
        return None
    years, ages = np.unique(rows["year"].astype(np.int64)), np.unique(rows["age"].astype(np.int64))
    if years.size < LEAST:
        return None
    if (np.diff(years) != YEARS).any() or not np.array_equal(ages, YEARS * np.arange(ages.size)):
        raise BadInput("Age groups and years are not five years apart", "Hand in people by five-year groups from 0 up, every five years",
                       years=years.tolist(), ages=ages.tolist())
    codes = np.unique(rows["unit_code"].astype(str))
    cube, known = _cube(rows, years, ages, codes)
    whole = {name: part.sum(axis=0) for name, part in cube.items()}
    lived = (whole["people"][1:] + whole["people"][:-1]) / 2 * YEARS
    women = np.maximum(lived[:, FEMALE], 1e-9)
    born = whole["births"][1:]
    boys, girls = born[:, 0].sum(axis=-1), born[:, 1].sum(axis=-1)
    history = History(int(years[-1]), whole["people"], whole["deaths"][1:] / np.maximum(lived, 1e-9), born.sum(axis=1) / women,
                      np.where(girls > 0, boys / np.maximum(girls, 1e-9), 1.06), whole["migrants"][1:])
    has_parts = known.all() and codes.size > 1
    shares = cube["people"].sum(axis=(2, 3)).T / np.maximum(whole["people"].sum(axis=(1, 2))[:, None], 1e-9)
    found = population.forecast(history, STEPS, DRAWS, cube["people"][:, -1] if has_parts else None, shares if has_parts else None)
    past = np.concatenate([whole["people"][None], cube["people"]]).swapaxes(0, 1) if has_parts else whole["people"][:, None]
    low, high = found.band(0.9, found.draws)
    ratio = found.dependency()
    return People(("", *codes.tolist()) if has_parts else ("",), ages, years, past, found.years, found.middle(), low, high,
                  {level: found.band(level) for level in (0.8, 0.9)}, (ratio.mean(axis=0), {level: found.band(level, ratio) for level in (0.8, 0.9)}),
                  found.births.mean(axis=0), found.deaths.mean(axis=0), found.migrants.mean(axis=0))


def _cube(rows: dict[str, Any], years: NDArray[np.int64], ages: NDArray[np.int64],
          codes: NDArray[Any]) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """({column: [unit × year × 2 × age]}, which cells were said)."""
    place = (np.searchsorted(codes, rows["unit_code"].astype(str)), np.searchsorted(years, rows["year"].astype(np.int64)),
             rows["sex"].astype(np.int64) - 1, np.searchsorted(ages, rows["age"].astype(np.int64)))
    shape = (codes.size, years.size, 2, ages.size)
    known = np.zeros(shape, bool)
    known[place] = True
    found = {}
    for name in ("people", "deaths", "births", "migrants"):
        part = np.zeros(shape)
        part[place] = _numbers(rows[name])
        found[name] = part
    return found, known


def _numbers(column: Any) -> Floats:
    """A column as numbers, what was not said as nought."""
    return np.nan_to_num(np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan))
