"""How likely a load exceeds a capacity: at each step of a forecast, and at any step of it.

The share above the capacity at one step is read off the forecast's bands (`app/forecast/quantiles.py`). "At any step"
needs to know how errors hang together. Where nothing is known they are taken as independent: for errors that rise and
fall together, as those of a load do, P(all steps ≤ c) ≥ Π P(step ≤ c) (Slepian 1962; Šidák 1967), so that 1 − Π is
never too low. With the correlation of neighbouring steps (`step_correlation` of a backtest's errors) the errors are a
first-order chain of normal scores, and the probability is integrated step by step (Gauss–Legendre), which is what the
steps really share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.errors import BadInput
from app.forecast.quantiles import Belief

Floats = NDArray[np.float64]
TITLE = {"zh": "用电负荷超容量概率", "en": "Probability that a load exceeds its capacity"}
_NODES = 96
_FAR = 8.0              # normal scores beyond ± 8 weigh nothing


@dataclass(frozen=True)
class Exceedance:
    """`each` [… × steps]: P(load > capacity) at a step; `any` […]: at one step at least; `is_bound`: `any` is an upper bound."""

    each: Floats
    any: Floats
    is_bound: bool


def exceedance(y_hat: NDArray, lo90: NDArray, hi90: NDArray, capacity: NDArray | float, lo80: NDArray | None = None,
               hi80: NDArray | None = None, rho: float | None = None) -> Exceedance:
    """The probability of exceeding `capacity` (a number, one per unit [… × 1], or one per step [… × steps]).

    `y_hat` and the band edges are [… × steps]; the inner band sharpens the shape where it is known. `rho`: correlation of
    the errors of neighbouring steps, −1 < rho < 1; None if not known. Steps without a forecast are passed over.
    """
    if rho is not None and not -1 < rho < 1:
        raise BadInput("A correlation of neighbouring steps lies between -1 and 1", "Estimate it with step_correlation", rho=rho)
    bands = {0.9: (np.asarray(lo90), np.asarray(hi90))}
    if lo80 is not None and hi80 is not None:
        bands[0.8] = (np.asarray(lo80), np.asarray(hi80))
    score = Belief.of(np.asarray(y_hat), bands).score(capacity)
    each = ndtr(-score)
    if rho is None or rho <= 0 or each.shape[-1] == 1:
        return Exceedance(each, 1 - np.prod(1 - np.nan_to_num(each), axis=-1), each.shape[-1] > 1)
    flat = np.clip(np.where(np.isnan(score), _FAR, score), -_FAR, _FAR).reshape(-1, score.shape[-1])
    stays = np.concatenate([_stays_below(part, min(rho, 0.98)) for part in np.array_split(flat, max(1, len(flat) // 64))])
    return Exceedance(each, np.clip(1 - stays, each.max(axis=-1, initial=0.0, where=~np.isnan(each)), 1).reshape(each.shape[:-1]), False)


def step_correlation(errors: NDArray) -> float:
    """The correlation of neighbouring steps' errors [forecasts × steps] of a backtest, each step on its own scale.

    Ranks are correlated, since only they matter once errors are turned into normal scores: rho = 2 sin(π r ÷ 6) (Pearson 1907).
    """
    errors = np.asarray(errors, np.float64)
    errors = errors[~np.isnan(errors).any(axis=1)]
    if len(errors) < 3 or errors.shape[1] < 2:
        raise BadInput("Too few errors to see how steps hang together", "Give a backtest of three forecasts or more", shape=errors.shape)
    ranks = errors.argsort(axis=0).argsort(axis=0).astype(np.float64)
    ranks -= ranks.mean(axis=0)
    spread = np.sqrt((ranks ** 2).sum(axis=0))
    return float(2 * np.sin(np.pi * np.mean((ranks[:, 1:] * ranks[:, :-1]).sum(axis=0) / (spread[1:] * spread[:-1])) / 6))


def _stays_below(bound: Floats, rho: float) -> Floats:
    """P(every z_t ≤ bound_t) of a stationary chain z_t = rho · z_{t−1} + √(1 − rho²) · ε, for rows of bounds [n × steps]."""
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    noise = np.sqrt(1 - rho * rho)
    place = (bound[:, 0, None] - _FAR) / 2 + node * (bound[:, 0, None] + _FAR) / 2
    mass = np.exp(-place ** 2 / 2) / np.sqrt(2 * np.pi) * weight * (bound[:, 0, None] + _FAR) / 2
    for t in range(1, bound.shape[1]):
        if t == bound.shape[1] - 1:                   # the last step needs no density, only the share below its bound
            return (mass * ndtr((bound[:, t, None] - rho * place) / noise)).sum(axis=1)
        then = (bound[:, t, None] - _FAR) / 2 + node * (bound[:, t, None] + _FAR) / 2
        kernel = np.exp(-((then[:, :, None] - rho * place[:, None, :]) / noise) ** 2 / 2) / (noise * np.sqrt(2 * np.pi))
        mass = np.einsum("nij,nj->ni", kernel, mass) * weight * (bound[:, t, None] + _FAR) / 2
        place = then
    return mass.sum(axis=1)
