"""People by age and sex, carried forward: survivors, births, migrants (the cohort-component method).

Source: Preston, Heuveline and Guillot, Demography (2001), ch. 3 (life tables) and 6 (projection); the same bookkeeping
as the UN's World Population Prospects. A step is as long as an age group (five years). Each group's survivors move up one
group; women of childbearing age, counted as the mean of the step's two ends, bear children, who survive to its end; half
of the step's migrants come at its start and share its fate, half at its end. Nothing is lost: people at the end = people
at the start + births + migrants − deaths. Rates of the future: `app/forecast/vital_rates.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast.vital_rates import History, Rates, expected, profile

Floats = NDArray[np.float64]
TITLE = {"zh": "人口结构推演", "en": "Population structure"}
YEARS = 5
MALE, FEMALE = 0, 1


@dataclass(frozen=True)
class Step:
    """One step: people at its end [… × sex × age], and the flows that led there."""

    population: Floats
    births: Floats          # [… × sex], live births
    deaths: Floats          # […]
    migrants: Floats        # [… × sex × age], net


@dataclass(frozen=True)
class Outlook:
    """`years` [s + 1]; `draws` [draw × s + 1 × unit × sex × age]: units are the city, then its districts, which add up to it.

    `births` [draw × s × unit], `deaths`, `migrants` the same: what changed between two years (moves between districts count
    as migrants of each).
    """

    years: NDArray[np.int64]
    draws: Floats
    births: Floats
    deaths: Floats
    migrants: Floats

    def middle(self) -> Floats:
        """The mean of the draws [s + 1 × unit × sex × age]: unlike medians, means still add up."""
        return self.draws.mean(axis=0)

    def band(self, level: float, of: Floats | None = None) -> tuple[Floats, Floats]:
        """Edges that hold `level` of the draws, of total populations or of any figure made of the draws ([draw × …])."""
        figure = self.draws.sum(axis=(-1, -2)) if of is None else of
        low, high = np.quantile(figure, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high

    def dependency(self) -> Floats:
        """People under 15 and from 65 on, per person between [draw × s + 1 × unit]."""
        people = self.draws.sum(axis=-2)
        return (people[..., :3].sum(axis=-1) + people[..., 13:].sum(axis=-1)) / people[..., 3:13].sum(axis=-1)


def survival(mortality: Floats) -> tuple[Floats, Floats]:
    """(share of each five-year group that lives to the next [… × age], share of a step's births alive at its end […]).

    `mortality`: deaths per person and year by five-year group [… × age], sexes in the axis before; with one column more
    the first two are ages 0 and 1–4. The last group is open: its share stays in it.
    """
    m = np.asarray(mortality, np.float64)
    if (m < 0).any() or not np.isfinite(m).all():
        raise BadInput("Mortality rates are zero or more", "Give deaths per person and year", least=float(np.nanmin(m)))
    is_abridged = m.shape[-1] % 2 == 0                # 0, 1–4, 5–9, … 100+ is an even number of columns; 0–4, … 100+ an odd one
    width = np.full(m.shape[-1], float(YEARS))
    if is_abridged:
        width[:2] = 1, 4
    lives = np.exp(-width * m)                        # a constant risk within a group, but for the first year of life
    lived = np.where(m > 1e-9, (1 - lives) / np.maximum(m, 1e-9), width)
    if is_abridged:                                   # who dies in it dies early: Coale and Demeny, mean of the sexes
        early = np.minimum(0.049 + 2.742 * m[..., 0], 0.34)
        dies = np.minimum(m[..., 0] / (1 + (1 - early) * m[..., 0]), 1.0)
        lives[..., 0], lived[..., 0] = 1 - dies, 1 - dies * (1 - early)
    alive = np.concatenate([np.ones((*m.shape[:-1], 1)), np.cumprod(lives[..., :-1], axis=-1)], axis=-1)
    years = np.maximum(alive, 1e-12) * lived
    years[..., -1] = np.maximum(alive[..., -1], 1e-12) / np.maximum(m[..., -1], 1e-3)
    if is_abridged:
        years = np.concatenate([years[..., :1] + years[..., 1:2], years[..., 2:]], axis=-1)
    share = np.concatenate([years[..., 1:], years[..., -1:]], axis=-1) / years
    share[..., -2] = share[..., -1] = years[..., -1] / (years[..., -1] + years[..., -2])     # who enters the open group, and who stays
    return np.minimum(share, 1.0), years[..., 0] / YEARS


def advance(population: Floats, rates: Rates) -> Step:
    """One step of five years. `population` [… × 2 × age]; `rates` broadcast against it. Raises BadInput where shapes do not fit."""
    people = np.asarray(population, np.float64)
    if people.ndim < 2 or people.shape[-2] != 2 or rates.fertility.shape[-1] != people.shape[-1]:
        raise BadInput("The people do not fit the rates", "Give population as [… × 2 sexes × ages], fertility by the same ages",
                       people=people.shape, fertility=rates.fertility.shape)
    share, born_alive = survival(rates.mortality)
    at_risk = people + rates.migration / 2
    stay = at_risk * share
    there = np.concatenate([np.zeros((*stay.shape[:-1], 1)), stay[..., :-1]], axis=-1)
    there[..., -1] += stay[..., -1]
    women = (at_risk[..., FEMALE, :] + there[..., FEMALE, :]) / 2
    born = YEARS * (women * rates.fertility).sum(axis=-1)
    births = np.stack([born * rates.sex_ratio / (1 + rates.sex_ratio), born / (1 + rates.sex_ratio)], axis=-1)
    newborn = births * born_alive
    there[..., 0] += newborn
    deaths = (at_risk - stay).sum(axis=(-1, -2)) + (births - newborn).sum(axis=-1)
    migrants = np.broadcast_to(rates.migration, there.shape)
    return Step(there + migrants / 2, births, deaths, migrants)


def forecast(history: History, steps: int = 6, draws: int = 200, districts: Floats | None = None, shares: Floats | None = None,
             damping: float = 0.85, seed: int = 7) -> Outlook:
    """The city's people for `steps` × 5 years, with the rates drawn `draws` times, and its districts', which add up to it.

    `districts` [d × 2 × age]: people of each at the start (they should add up to the city's; what differs is shared out).
    `shares` [time × d]: the districts' part of the city in the past, last = now; how it moved goes on, fading, and how
    unevenly it moved widens the districts' bands. Deterministic for a seed; draw 0 is the course without chance.
    """
    rng = np.random.default_rng(seed)
    rates = expected(history, steps, draws, damping, rng)
    city = np.broadcast_to(history.population[-1], (draws, 2, history.population.shape[-1]))
    parts = None if districts is None else _added(np.broadcast_to(districts, (draws, *districts.shape)), city)
    moves = None if districts is None else _moves(districts, shares, steps, draws, rng)
    people, flows = [_stacked(city, parts)], []
    for s in range(steps):
        now = rates(s, city)
        step = advance(city, now)
        kept = [step.births.sum(axis=-1)[:, None], step.deaths[:, None], step.migrants.sum(axis=(-1, -2))[:, None]]
        if parts is not None and moves is not None:
            each = advance(parts, now.shared(parts, city))
            goal = _added(np.maximum(each.population, 0) * moves[:, s, :, None, None], step.population)
            born, died = each.births.sum(axis=-1), each.deaths
            flow = goal.sum(axis=(-1, -2)) - parts.sum(axis=(-1, -2)) - born + died
            kept = [np.concatenate(pair, axis=1) for pair in zip(kept, (born, died, flow), strict=True)]
            parts = goal
        city = step.population
        people.append(_stacked(city, parts))
        flows.append(kept)
    births, deaths, migrants = (np.stack(list(part), axis=1) for part in zip(*flows, strict=True))
    return Outlook(history.year + YEARS * np.arange(steps + 1), np.stack(people, axis=1), births, deaths, migrants)


def _stacked(city: Floats, parts: Floats | None) -> Floats:
    return city[:, None] if parts is None else np.concatenate([city[:, None], parts], axis=1)


def _added(parts: Floats, whole: Floats) -> Floats:
    """Districts [… × d × 2 × age] scaled so that every age and sex adds up to the city's; a group nobody has is shared evenly."""
    told = parts.sum(axis=-3, keepdims=True)
    even = np.full(parts.shape, 1 / parts.shape[-3])
    return np.where(told > 0, parts / np.where(told > 0, told, 1), even) * np.expand_dims(whole, -3)


def _moves(districts: Floats, shares: Floats | None, steps: int, draws: int, rng: np.random.Generator) -> Floats:
    """How much faster than the city each district grows, per step [draw × step × d]: the past's mean move, fading by half a step."""
    d = len(districts)
    if shares is None:
        return np.ones((draws, steps, d))
    if shares.ndim != 2 or shares.shape[1] != d or len(shares) < 2:
        raise BadInput("The districts' shares do not fit", "Give [time × district], two times or more", shape=shares.shape, districts=d)
    change = np.diff(np.log(np.maximum(shares, 1e-9)), axis=0)
    mean, spread = change.mean(axis=0), change.std(axis=0, ddof=1) if len(change) > 1 else np.abs(change[0])
    chance = rng.normal(size=(draws, steps, d)) * spread
    chance[0] = 0
    return np.exp(mean * 0.5 ** np.arange(steps)[:, None] + chance)


__all__ = ["TITLE", "History", "Outlook", "Rates", "Step", "advance", "forecast", "profile", "survival"]
