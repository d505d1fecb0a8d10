"""Death, birth and migration rates of the coming decades: how they have drifted goes on, with what chance adds.

Mortality after Lee and Carter (1992): the logarithm of every age's rate moves along one index, log m = a + b·k, both sexes
on one k so that they do not drift apart; k walks on with its mean step, from the last observed rates. Fertility: the
logarithm of children per woman goes on with its recent step, which fades (`damping` a step); below replacement a fall has
less and less room and is drawn back a little, as in the UN's phase of low fertility (Alkema et al. 2011); ages keep their
pattern. Net migration per head returns to half its own recent mean (Azose and Raftery 2015; half, since no flow lasts),
spread over ages and sexes as observed, or after Rogers and Castro (1981) where only totals are known. Chance: steps as
large as in the past, with heavy tails. The constants were chosen on the countries of a million people and more from 1980
to 2000 (and 1970 to 1990 for the bands); 2000 to 2020 is the test (benchmarks/forecast_special.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput

Floats = NDArray[np.float64]
_RETURN = 0.7           # of a step's distance from the mean net migration that is left after the next (Azose and Raftery: 0.4–0.8)
_REPLACED, _FLOOR, _BACK = 2.1, 1.2, 0.1   # below it, a tenth of the way back each step (the UN's phase of low fertility)
_SURPRISE = (0.03, 0.08)       # a step's surprise in log children per woman: a calm past promises no calm, a transition no second one
_WIDE = 1.6             # past surprises were smaller than those to come: chosen on 1970 and 1980 to twenty years later


@dataclass(frozen=True)
class Rates:
    """Of one step. `mortality` [… × 2 × age], deaths per person and year (one column more: ages 0 and 1–4 apart); `fertility`
    [… × age], births per woman and year; `sex_ratio` […], boys per girl; `migration` [… × 2 × age], net people in the step."""

    mortality: Floats
    fertility: Floats
    sex_ratio: Floats
    migration: Floats

    def shared(self, parts: Floats, city: Floats) -> Rates:
        """The same for parts of the city [… × d × 2 × age]: the city's risks, migrants in proportion to its people of that age."""
        share = np.divide(parts, city[:, None], out=np.zeros_like(parts), where=city[:, None] > 0)
        return replace(self, mortality=self.mortality[:, None], fertility=self.fertility[:, None], sex_ratio=self.sex_ratio[:, None],
                       migration=self.migration[:, None] * share)


@dataclass(frozen=True)
class History:
    """What is known of a city, five-year periods up to `year`.

    `population` [t × 2 × age] at the ends of periods, last = now; `mortality` [p × 2 × age or age + 1], `fertility`
    [p × age], `sex_ratio` [p], `migration` [p] net people of each period; or [p × 2 × age] where ages are known. Two periods
    at least, oldest first. Raises BadInput where these do not fit.
    """

    year: int
    population: Floats
    mortality: Floats
    fertility: Floats
    sex_ratio: Floats
    migration: Floats

    def __post_init__(self) -> None:
        periods, ages = len(self.mortality), self.population.shape[-1]
        fits = (self.population.ndim == 3 and self.population.shape[1] == 2 and self.mortality.shape[1:] in ((2, ages), (2, ages + 1))
                and self.fertility.shape == (periods, ages) and self.sex_ratio.shape == (periods,)
                and self.migration.shape in ((periods,), (periods, 2, ages)) and len(self.population) in (1, periods, periods + 1))
        if not fits or periods < 2:
            raise BadInput("The rates of the past do not fit each other", "Give at least two five-year periods, all by the same ages",
                           population=self.population.shape, mortality=self.mortality.shape, fertility=self.fertility.shape,
                           sex_ratio=self.sex_ratio.shape, migration=self.migration.shape)


def lee_carter(mortality: Floats) -> tuple[Floats, float, float]:
    """(b [2 × age], mean step of k, spread of its steps) of rates [p × 2 × age]; b sums to one. Spread 0 where two periods are known."""
    logs = np.log(np.maximum(mortality, 1e-7)).reshape(len(mortality), -1)
    centred = logs - logs.mean(axis=0)
    left, size, right = np.linalg.svd(centred, full_matrices=False)
    b = right[0] / right[0].sum() if abs(right[0].sum()) > 1e-9 else np.full(right.shape[1], 1 / right.shape[1])
    k = left[:, 0] * size[0] * right[0].sum()
    steps = np.diff(k)
    return b.reshape(mortality.shape[1:]), float(steps.mean()), float(steps.std(ddof=1)) if len(steps) > 1 else 0.0


def expected(history: History, steps: int, draws: int, damping: float, rng: np.random.Generator) -> Callable[[int, Floats], Rates]:
    """A function (step, people [draw × 2 × age]) → the rates of that step in every draw. Draw 0 is without chance."""
    if not 0 <= damping <= 1:
        raise BadInput("Damping is between 0 (rates stand still at once) and 1 (their drift never fades)", "Give 0.5", damping=damping)
    b, drift, spread = lee_carter(history.mortality)
    chance = _WIDE * rng.standard_t(5, size=(3, draws, steps)) * np.sqrt(3 / 5)
    chance[:, 0] = 0
    k = np.cumsum(drift + spread * chance[0], axis=1)
    births = np.exp(_children(history, steps, damping, chance[1])) / (5 * history.fertility[-1].sum())
    mean, now, spread_m = _net(history)
    rate = np.empty((draws, steps))
    for s in range(steps):
        now = mean + _RETURN * (now - mean) + spread_m * chance[2, :, s]
        rate[:, s] = now
    shape = _shape(history)
    ratio = np.full(draws, history.sex_ratio[-1])

    def rates(s: int, people: Floats) -> Rates:
        mortality = np.minimum(history.mortality[-1] * np.exp(b * k[:, s, None, None]), 2.0)
        migrants = _possible(rate[:, s, None, None] * people.sum(axis=(1, 2), keepdims=True) * shape, people)
        return Rates(mortality, history.fertility[-1] * births[:, s, None], ratio, migrants)

    return rates


def profile(ages: int) -> Floats:
    """A model schedule of migration [2 × age], adding up to one (Rogers and Castro 1981): young adults and their children."""
    x = 5 * np.arange(ages) + 2.5
    curve = 0.02 * np.exp(-0.1 * x) + 0.06 * np.exp(-0.1 * (x - 20) - np.exp(-0.4 * (x - 20))) + 0.003
    return np.tile(curve / curve.sum() / 2, (2, 1))


def _children(history: History, steps: int, damping: float, chance: Floats) -> Floats:
    """Logarithm of children per woman [draw × step]: the mean of the last two moves goes on and fades, below replacement it is
    drawn back; what chance adds to a move fades like it."""
    logs = np.log(np.maximum(5 * history.fertility.sum(axis=1), 1e-6))
    moves = np.diff(logs)
    missed = moves[1:] - damping * moves[:-1]
    spread = float(np.clip(np.sqrt(np.mean(missed[-4:] ** 2)), *_SURPRISE)) if missed.size else _SURPRISE[1]
    now, move, out = np.full(len(chance), logs[-1]), np.full(len(chance), moves[-2:].mean()), np.empty((len(chance), steps))
    for s in range(steps):
        move = damping * move + spread * chance[:, s]
        room = np.clip((np.exp(now) - _FLOOR) / (_REPLACED - _FLOOR), 0, 1)        # of a fall, what is left to fall
        now = now + np.where(move < 0, move * room, move) + _BACK * np.maximum(np.log(_REPLACED) - now, 0)
        out[:, s] = now
    return out


def _net(history: History) -> tuple[float, float, float]:
    """(where it tends, last, spread of surprises) of net migrants per head and step."""
    people = history.population.sum(axis=(1, 2))
    base = people[-1] if len(people) == 1 else people[:len(history.migration)]
    total = history.migration.reshape(len(history.migration), -1).sum(axis=1) / base
    mean = total[-4:].mean() / 2
    missed = total[1:] - mean - _RETURN * (total[:-1] - mean)
    return float(mean), float(total[-1]), float(missed.std(ddof=1)) if len(missed) > 1 else abs(float(total[-1]))


def _shape(history: History) -> Floats:
    """How net migrants spread over sexes and ages: as in the last periods where that is known and one-sided, else the model's."""
    ages = history.population.shape[-1]
    if history.migration.ndim == 1:
        return profile(ages)
    known = history.migration[-2:].sum(axis=0)
    return known / known.sum() if abs(known.sum()) > 0.2 * np.abs(known).sum() else profile(ages)


def _possible(migrants: Floats, people: Floats) -> Floats:
    """No more leave an age than half of it; the rest of those who leave is found among the others."""
    short = np.minimum(migrants + people / 2, 0)
    room = np.maximum(migrants + people / 2, 0)
    lack, space = short.sum(axis=(1, 2), keepdims=True), room.sum(axis=(1, 2), keepdims=True)
    return migrants - short + np.divide(room * lack, space, out=np.zeros_like(room), where=space > 0)
