"""How an indicator answers when something that drives it turns out otherwise than expected: for scenarios.

A model's forecast already holds what usually goes with the season, the hour and the weather expected. What a departure adds is
learnt from departures that happened: at many moments of the past both the indicator and its driver were forecast from what was known
then, and the errors of the one are regressed on the errors of the other, at the same step ahead (ridge; standard errors from blocks
of a day, since errors of neighbouring hours are alike). Temperature counts as degrees of cooling and of heating, rain by its
logarithm. An effect that lies within twice its standard error of nought is none: the scenario then says so instead of a number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.forecast.model import named
from app.forecast.outlook import Ground

Floats = NDArray[np.float64]
MOST_ENDS = 60              # moments of the past that are looked at
SHARE = 0.6                 # of the history, its newest part
COOL, HEAT = 22.0, 14.0     # °C above which cooling, below which heating is asked for
SURE = 2.0                  # standard errors that an effect must lie away from nought
RIDGE = 1e-3


@dataclass(frozen=True)
class Response:
    """`effects` and `errors` per unit and term: of the indicator's own unit, a term of the driver. `n` pairs of errors were seen."""

    driver: str
    effects: Floats             # [unit, term]
    errors: Floats              # [unit, term]
    n: int

    def is_sure(self) -> NDArray[np.bool_]:
        """Per unit: whether any term is distinguishable from nought."""
        with np.errstate(invalid="ignore"):
            return (np.abs(self.effects) > SURE * self.errors).any(axis=1)

    def moved(self, expected: Floats, scenario: Floats) -> tuple[Floats, Floats]:
        """(change, its standard error) [unit × step] when the driver follows `scenario` instead of `expected` (each [step] or [unit × step])."""
        apart = terms(self.driver, scenario) - terms(self.driver, expected)
        apart = np.broadcast_to(apart, (self.effects.shape[0], *apart.shape[-2:])) if apart.ndim == 2 else apart
        kept = np.where(np.abs(self.effects) > SURE * self.errors, self.effects, 0.0)
        unsure = np.where(np.isfinite(self.errors), self.errors, 0.0)
        return np.einsum("uhj,uj->uh", apart, kept), np.sqrt(np.einsum("uhj,uj->uh", apart**2, unsure**2))


def terms(driver: str, values: Floats) -> Floats:
    """What of a driver counts, as a last axis: degrees of cooling and heating, log of rain, or the value itself."""
    if driver == "temperature_c":
        return np.stack([np.maximum(values - COOL, 0.0), np.maximum(HEAT - values, 0.0)], axis=-1)
    if driver == "rain_mm_h":
        return np.log1p(np.maximum(values, 0.0))[..., None]
    return values[..., None]


def learn(mine: Ground, theirs: Ground, driver: str, chosen: NDArray[np.int64]) -> Response | None:
    """The response of every unit of a ground to a driver; `chosen`: which of the driver's units each looks at (one for all: a single one).

    Both grounds end at the same step. None with too little history.
    """
    panel, other = mine.panel, theirs.panel
    first, last = int(panel.t * (1 - SHARE)), panel.t - 1
    back = other.t - panel.t            # the driver's grid may begin earlier or later
    if last - first < 3 or first + back < 1 or int(other.times[-1]) != int(panel.times[-1]):
        return None
    ends = np.unique(np.linspace(first, last, MOST_ENDS).astype(np.int64))
    steps = min(mine.champion.spec.horizon, 24)
    errors = _errors(mine, ends, steps, lambda values: values[..., None])
    seen = _errors(theirs, ends + back, steps, partial(terms, driver))[:, chosen]
    if seen.shape[1] not in (1, errors.shape[1]):
        return None
    return _regress(driver, errors[..., 0], np.broadcast_to(seen, (seen.shape[0], errors.shape[1], *seen.shape[2:])))


def _errors(ground: Ground, ends: NDArray[np.int64], steps: int, of: Callable[[Floats], Floats]) -> Floats:
    """[end, unit, step, term]: what came less what was expected, in the terms that count; NaN where it is not known."""
    panel, fitted = ground.panel, ground.champion.fitted
    paths = named(fitted.name).paths(fitted, panel, ends, steps)[:, ground.rows]
    at = ends[:, None] + np.arange(steps)[None, :]
    y = panel.y[ground.rows]
    truth = np.where((at < panel.t)[:, None, :], y[:, np.minimum(at, panel.t - 1)].transpose(1, 0, 2), np.nan)
    return of(truth) - of(paths)


def _regress(driver: str, mine: Floats, seen: Floats) -> Response | None:
    """Ridge of errors on errors, unit by unit; the standard errors count the moments (ends) as the independent pieces."""
    units, many = mine.shape[1], seen.shape[-1]
    effects, errors, pairs = np.zeros((units, many)), np.full((units, many), np.inf), 0
    for u in range(units):
        y, x = mine[:, u], seen[:, u]
        known = np.isfinite(y) & np.isfinite(x).all(axis=-1)
        if known.sum() < 8 * many:
            continue
        gram = np.einsum("kha,khb->ab", np.where(known[..., None], x, 0.0), np.where(known[..., None], x, 0.0))
        scale = np.trace(gram) / many
        if scale <= 0:
            continue
        inverse = np.linalg.pinv(gram + RIDGE * scale * np.eye(many))
        effect = inverse @ np.einsum("kha,kh->a", np.where(known[..., None], x, 0.0), np.where(known, y, 0.0))
        rest = np.where(known, y - x @ effect, 0.0)
        score = np.einsum("kha,kh->ka", np.where(known[..., None], x, 0.0), rest)       # one piece a moment: White's sandwich, by clusters
        effects[u], pairs = effect, pairs + int(known.sum())
        errors[u] = np.sqrt(np.maximum(np.diag(inverse @ (score.T @ score) @ inverse), 0.0))
        errors[u][np.diag(gram) <= 1e-12 * scale] = np.inf          # a term that never departed (no heating in summer) has no effect learnt
    return Response(driver, effects, errors, pairs) if pairs else None
