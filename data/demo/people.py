"""Who lives in the demo city's districts, by sex and five-year age group, every five years back, and what changed in between.

The past is lived through forwards, from an age structure like that of China's census of 2000 (National Bureau of Statistics): people die
by Gompertz' law, fewer each year; women bear fewer children, later; young adults move in, less and less. It ends with the people who live
in the grids today.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.demo.city import KEY, City
from data.demo.noise import generator
from data.demo.parquet import write
from data.handin import HandIn

PERIODS, YEARS = 5, 5
AGES = np.arange(0, 101, YEARS)
# per cent of all people by five-year group in 2000
_YEAR_2000 = np.array([5.5, 7.3, 10.1, 8.3, 7.6, 9.5, 10.2, 8.8, 6.5, 6.9, 5.1, 3.7, 3.4, 2.8, 2.1, 1.3, 0.64, 0.24, 0.06, 0.012, 0.002])
_MOTHERS = {15: 0.05, 20: 0.36, 25: 0.36, 30: 0.15, 35: 0.06, 40: 0.02}         # of all children, by the mother's age
_CHILDREN = np.array([1.24, 1.18, 1.26, 1.12, 0.98])                            # per woman, period by period
_COMES = np.array([0.085, 0.09, 0.07, 0.045, 0.025])                            # net, per head and period
_BOYS = np.array([1.17, 1.18, 1.15, 1.11, 1.09])


class Lived(NamedTuple):
    """A period that ended: people at its end, deaths, births (by sex of the child, mother's age), net migrants [district × 2 × age] each."""

    people: np.ndarray
    deaths: np.ndarray
    births: np.ndarray
    migrants: np.ndarray


def hand_in_people(folder: Path, city: City, until: datetime) -> HandIn:
    """The age groups of every district at the ends of years, up to the one before `until`."""
    last = until.year - 1
    code = [bytes(one).decode() for one in city.blocks.district_code]
    columns: dict[str, list[str | None]] = {name: [] for name in ("unit_code", "year", "sex", "age", "people", "deaths", "births", "migrants")}
    for k, step in enumerate(lived(city)):
        year = last - YEARS * (PERIODS - k)
        for d, unit in enumerate(code):
            for sex in range(2):
                for a, age in enumerate(AGES):
                    said = [None] * 3 if k == 0 else [str(int(part[d, sex, a])) for part in step[1:]]
                    for name, value in zip(columns, (unit, str(year), str(sex + 1), str(age), str(int(step.people[d, sex, a])), *said), strict=True):
                        columns[name].append(value)
    at = datetime(last + 1, 2, 1, tzinfo=UTC)
    return HandIn(KEY, "police", "age_group", write(folder / "record_age_group_police_start.parquet", columns), at)


def lived(city: City) -> list[Lived]:
    """The start (without flows) and every period, scaled so that each district ends with the people who live there now."""
    of_grid = city.blocks.district_of_street[city.blocks.street_of_grid]
    now = np.bincount(of_grid, city.residents)
    rng = generator(city.seed, "age groups")
    n = len(now)
    grows, old = rng.normal(1.0, 0.35, n).clip(0.2, 2.0), rng.normal(0, 0.006, n)
    start = _YEAR_2000 * np.exp(old[:, None] * (AGES - 40))
    ratio = 1.06 * np.exp(-0.0045 * AGES)
    people = np.stack([start * ratio / (1 + ratio), start / (1 + ratio)], axis=1)
    steps = [Lived(people, *(np.zeros_like(people) for _ in range(3)))]
    for k in range(PERIODS):
        steps.append(_step(steps[-1].people, k, grows))
    scale = (now / steps[-1].people.sum(axis=(1, 2)))[:, None, None]
    return [Lived(*(np.round(part * scale) for part in step)) for step in steps]


def _step(people: np.ndarray, k: int, grows: np.ndarray) -> Lived:
    """The next five years."""
    middle = AGES + YEARS / 2
    dies = (3e-4 + 2.4e-5 * np.exp(0.1 * middle) + np.where(AGES == 0, 3e-3, 0.0)) * 0.985 ** (YEARS * k)
    lives = np.exp(-YEARS * np.stack([dies, 0.66 * dies]))
    comes = np.exp(-0.5 * ((middle - 26) / 7.0) ** 2) + 0.25 * np.exp(-0.1 * middle) + 0.02
    migrants = (_COMES[k] * grows * people.sum(axis=(1, 2)))[:, None, None] * comes / (2 * comes.sum()) * np.ones((1, 2, 1))
    stays = people * lives
    older = np.concatenate([np.zeros_like(stays[..., :1]), stays[..., :-1]], axis=-1)
    older[..., -1] += stays[..., -1]
    women = (people[:, 1] + older[:, 1] + migrants[:, 1]) / 2
    bears = np.zeros(AGES.size)
    for age, share in _MOTHERS.items():
        bears[age // YEARS] = share
    later = np.roll(bears, 1) * 0.18 * k / PERIODS + bears * (1 - 0.18 * k / PERIODS)       # mothers grow older
    born = women * later * _CHILDREN[k]
    births = np.stack([born * _BOYS[k], born], axis=1) / (1 + _BOYS[k])
    alive = births.sum(axis=-1) * np.sqrt(lives[:, 0])
    then = older + migrants
    then[..., 0] += alive
    deaths = people - stays
    deaths[..., 0] += births.sum(axis=-1) - alive
    return Lived(then, deaths, births, migrants)
