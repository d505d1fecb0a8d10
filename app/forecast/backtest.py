"""How well we would have done: forecasts made again at earlier moments, each from what was known then, beside the naive ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecast.design import scales
from app.forecast.following import track
from app.forecast.frame import Floats, Panel
from app.forecast.intervals import Bands, learn
from app.forecast.model import Fitted, bounded, named
from app.forecast.naive import seasonal
from app.forecast.seasons import Ints, clock
from app.forecast.spec import Spec

NUMBERS = {"full": 20_000_000, "instant": 600_000}       # forecast values made in a backtest, at most
MOMENTS = {"full": 1_000, "instant": 120}                  # and the moments they are made at
PART = {"full": 5, "instant": 3}                           # of the history that choices are made on; bands of few days hold little
NAIVES = ("persistence", "daily", "weekly")


@dataclass(frozen=True)
class Score:
    """How one model did at one step (horizon 0: over all), over `n` values.

    skill_*: 1 - RMSE ÷ RMSE of the naive forecast; `skill_seasonal` against the better of the daily and the weekly one.
    `coverage` {level: share of truths inside the band}, NaN where it has no bands.
    """

    model: str
    horizon: int
    mae: float
    rmse: float
    skill_seasonal: float
    skill_persistence: float
    coverage: dict[float, float]
    n: int


@dataclass(frozen=True)
class Scoreboard:
    """Scores of models and of the naive forecasts (`persistence`, `daily`, `weekly`), pooled and at each step; and when they were made."""

    rows: tuple[Score, ...]
    ends: Ints
    times: Ints

    def of(self, model: str, horizon: int = 0) -> Score | None:
        """The score of a model at a step; 0 is over all."""
        return next((row for row in self.rows if row.model == model and row.horizon == horizon), None)

    @property
    def models(self) -> tuple[str, ...]:
        """Whose scores there are, the naive ones first."""
        return tuple(dict.fromkeys(row.model for row in self.rows))


def moments(panel: Panel, spec: Spec, first: int, most: int | None = None) -> Ints:
    """Ends from `first` on whose whole horizon is known, evenly spread, as many as the mode allows."""
    last = panel.t - spec.horizon
    if last < first:
        return np.empty(0, np.int64)
    allowed = max(8, min(most or MOMENTS[spec.mode], NUMBERS[spec.mode] // max(1, panel.n * spec.horizon)))
    stride = max(1, -(-(last - first + 1) // allowed))
    if stride > 1:                                      # never in step with the day: every time of day is to be seen
        slots = clock(panel, spec, 1).slots
        while np.gcd(stride, slots) > 1 and stride > 1 and slots > 1:
            stride += 1
    return np.arange(last, first - 1, -stride, dtype=np.int64)[::-1]


def split(panel: Panel, spec: Spec) -> int:
    """The step that validation begins with: the last fifth (a third in instant mode), at least two horizons, at most eight weeks, never half."""
    when = clock(panel, spec, 1)
    wanted = max(panel.t // PART[spec.mode], min(2 * spec.horizon, panel.t // 3), min(when.outer, panel.t // 4))
    return panel.t - min(wanted, panel.t // 2, max(8 * when.outer, 3 * spec.horizon))


def truths(panel: Panel, ends: NDArray[np.int64], horizon: int) -> Floats:
    """What came after each of `ends`, [k, n, h]; NaN where it is not known."""
    target = ends[:, None] + np.arange(horizon)
    there = (target < panel.t)[:, None, :]
    return np.where(there, panel.y[:, np.minimum(target, panel.t - 1)].transpose(1, 0, 2), np.nan)


def naives(panel: Panel, spec: Spec, ends: NDArray[np.int64], horizon: int) -> dict[str, Floats]:
    """The naive forecasts, [k, n, h] each: the last value, the last day's and the last week's same slot (where there are seasons)."""
    when = clock(panel, spec, 1)
    found = {"persistence": seasonal(panel.y, ends, horizon, 1)}
    if when.inner > 1:
        found["daily"] = seasonal(panel.y, ends, horizon, when.inner)
    if when.outer > when.inner:
        found["weekly"] = seasonal(panel.y, ends, horizon, when.outer)
    return found


def follow(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats, warm: int) -> Floats:
    """Bands along a run of forecasts (following.track), in the scales of what was known at the first."""
    return track(panel, spec, ends, y_hat, _sized(panel, ends), warm)


def bands_of(panel: Panel, spec: Spec, ends: NDArray[np.int64], y_hat: Floats) -> Bands:
    """The bands that a run of forecasts teaches (intervals.learn), in the same scales."""
    return learn(panel, spec, ends, y_hat, _sized(panel, ends))


def _sized(panel: Panel, ends: NDArray[np.int64]) -> Floats:
    return scales(panel.y[:, : max(2, int(ends[0]))])


def score(panel: Panel, spec: Spec, ends: NDArray[np.int64], forecasts: dict[str, Floats], bands: dict[str, Floats] | None = None,
          burn: int = 0) -> Scoreboard:
    """Score forecasts [k, n, h] made after `ends` and the naive ones beside them; the first `burn` moments are not judged.

    `bands` {model: [k, levels, 2, n, h]}: how far their ends lie from the forecast.
    """
    horizon = next(iter(forecasts.values())).shape[2] if forecasts else spec.horizon
    truth = truths(panel, ends, horizon)[burn:]
    plain = naives(panel, spec, ends[burn:], horizon)
    judged = plain | {name: y_hat[burn:] for name, y_hat in forecasts.items()}
    there = ~np.isnan(truth)
    for y_hat in judged.values():
        there &= ~np.isnan(y_hat)
    count = _pooled(there.sum(axis=(0, 1)))                         # [1 + h], all steps first
    rows, root, mean, held = [], {}, {}, {}
    for name, y_hat in judged.items():
        off = np.where(there, y_hat - truth, 0.0)
        root[name] = np.sqrt(_pooled(np.einsum("knh,knh->h", off, off)) / np.maximum(count, 1))
        mean[name] = _pooled(np.abs(off).sum(axis=(0, 1))) / np.maximum(count, 1)
        if bands and name in bands:
            held[name] = _held(spec, there, off, bands[name][burn:])
    for step in range(horizon + 1):
        best = min((float(root[name][step]) for name in ("daily", "weekly") if name in root), default=float(root["persistence"][step]))
        for name in judged:
            share = {level: float(held[name][level][step]) for level in spec.levels} if name in held else {}
            ours = float(root[name][step])
            rows.append(Score(name, step, float(mean[name][step]), ours, _skill(ours, best), _skill(ours, float(root["persistence"][step])),
                              share, int(count[step])))
    order = {name: i for i, name in enumerate(judged)}
    rows.sort(key=lambda row: (order[row.model], row.horizon))
    return Scoreboard(tuple(rows), ends[burn:], panel.times[ends[burn:] - 1])


def covered(board: Scoreboard, panel: Panel, spec: Spec, name: str, ends: NDArray[np.int64], y_hat: Floats, bands: Floats, burn: int) -> Scoreboard:
    """A scoreboard that also says how often the bands of one of its models held; y_hat [k, n, h] after `ends`, bands [k, levels, 2, n, h]."""
    off = (y_hat - truths(panel, ends, y_hat.shape[2]))[burn:]
    held = _held(spec, ~np.isnan(off), off, bands[burn:])
    rows = [replace(row, coverage={level: float(held[level][row.horizon]) for level in spec.levels}) if row.model == name else row
            for row in board.rows]
    return replace(board, rows=tuple(rows))


def _held(spec: Spec, there: NDArray[np.bool_], off: Floats, bands: Floats) -> dict[float, Floats]:
    """{level: the share of errors inside the band, [1 + h], over all steps first}; NaN where there is no truth."""
    count = _pooled(there.sum(axis=(0, 1)))
    inside = [(there & (bands[:, i, 0] <= -off) & (-off <= bands[:, i, 1])).sum(axis=(0, 1)) for i in range(len(spec.levels))]
    return {level: _pooled(one) / np.where(count > 0, count, np.nan) for level, one in zip(spec.levels, inside, strict=True)}


def _pooled(by_step: NDArray[Any]) -> NDArray[Any]:
    """Sums [h] with that over all steps before them, [1 + h]."""
    return np.r_[by_step.sum(), by_step]


def _skill(ours: float, theirs: float) -> float:
    if theirs > 0:
        return 1 - ours / theirs
    return 0.0 if ours == 0 else -np.inf


def backtest(panel: Panel, spec: Spec, names: Iterable[str], first: int | None = None) -> Scoreboard:
    """Fit models on the steps before `first` (the validation part), forecast from moments after it, and score them with their bands."""
    first = split(panel, spec) if first is None else first
    ends = moments(panel, spec, first)
    past, found, bands = panel.until(first, spec.horizon), {}, {}
    for name in names:
        fitted = named(name).fit(past, spec)
        found[name] = bounded(named(name).paths(fitted, panel, ends, spec.horizon), spec)
        bands[name] = follow(panel, spec, ends, found[name], max(1, ends.size // 3))
    return score(panel, spec, ends, found, bands, ends.size // 3)


def calibrated(fitted: Fitted, panel: Panel) -> Fitted:
    """The fitted model with bands: its errors are those of the same model, fitted on the part before the validation part."""
    spec = fitted.spec
    first = split(panel, spec)
    ends = moments(panel, spec, first)
    if ends.size == 0:
        ends = np.array([max(1, panel.t - 1)])
    past = panel.until(int(ends[0]), spec.horizon)
    module = named(fitted.name)
    early = module.fit(past, replace(spec, mode="instant"))
    y_hat = bounded(module.paths(early, panel, ends, spec.horizon), spec)
    return replace(fitted, bands=bands_of(panel, spec, ends, y_hat))
