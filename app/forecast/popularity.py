"""How large a topic of public opinion will grow, and when it peaks, from its first hours.

Two forecasters that learn from topics of the past, by hour since first sight:

  Szabo and Huberman (2010): the logarithm of what a topic has gathered grows by an amount that depends on time alone, so
  final = now × a factor; time is counted in the city's activity, not in hours of the night.

  Self-exciting: what gathers in an hour is set off by what gathered before, count = g · Σ φ(t − s) · count(s) with a memory
  φ that fades, the discrete form of Hawkes (1971) as SEISMIC uses it for single topics (Zhao et al. 2015). Counts are
  first divided by the clock (how busy the hour of the day is). The infectiousness g is that of the topic's age times the
  topic's own departure, which is carried on as far as departures have lasted before. What that lets gather is calibrated on
  the topics of the past, with the topic's first hours beside it, and its errors there are the bands. Whether the peak is
  past is a logistic regression on how high the course ahead rises above what has been; when not, the course drawn with the
  surprises of past topics says when it comes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TITLE = {"zh": "舆情热度走势", "en": "Popularity of topics"}
MEMORY_H = 4.0          # hours after which what was gathered sets off 1/e of what it did
_LEAST = 1e-3           # an hour is never quieter than this share of all so far: logarithms need something
_DRAWS = 200


@dataclass(frozen=True)
class Crowd:
    """What topics of the past taught. `clock` [24]: how busy an hour of the day is; `infects` [hours − 1]: log g by age and `lasts`
    [hours − 1 × hours − 1]: share of a departure at age i that is left at age j; `weights`, `factors`: by hours known k, of the
    self-exciting and the Szabo–Huberman; `errors`, `factor_errors`: theirs on the past; `peaks`: of the chance that the peak is past; `surprises`
    [topics × hours − 1]: what departed from infects."""

    hours: int
    clock: Floats
    infects: Floats
    lasts: Floats
    surprises: Floats
    weights: dict[int, Floats]
    errors: dict[int, Floats]
    factors: dict[int, Floats]
    factor_errors: dict[int, Floats]
    peaks: dict[int, Floats]


@dataclass(frozen=True)
class Outlook:
    """Per topic: `size` [n] gathered `hours` after first sight (median), `bands` {0.8: (low, high), …}; `path` [n × hours] counts of
    each hour, known ones first; `peak` [n]: hour of the largest count (0 = the first), `peak_bands`; `over` [n]: P(the peak is past)."""

    size: Floats
    bands: dict[float, tuple[Floats, Floats]]
    path: Floats
    peak: Ints
    peak_bands: dict[float, tuple[Ints, Ints]]
    over: Floats


def fit(seen: Floats, counts: Floats, start: Ints) -> Crowd:
    """Learn from topics of the past: `seen` [n] gathered at first sight, `counts` [n × hours] in each hour after it, `start` [n] the
    hour (of the day, or since a midnight) of first sight. Raises BadInput for fewer than 50 topics or 4 hours."""
    seen, counts, start = _checked(seen, counts, start)
    n, hours = counts.shape
    if n < 50 or hours < 4:
        raise BadInput("Too little to learn from", "Give at least 50 topics of at least 4 hours", topics=n, hours=hours)
    clock = _clock(seen, counts, start)
    calm = _calm(seen, counts, start, clock)
    z = np.log(calm[:, 1:] / np.stack([_excited(calm, t) for t in range(1, hours)], axis=1))
    infects = z.mean(axis=0)
    z = z - infects
    size = (z ** 2).sum(axis=0)
    lasts = np.clip((z.T @ z) / np.where(size > 0, size, 1)[:, None], -1, 1)
    kept = Crowd(hours, clock, infects, lasts, z[:2000], {}, {}, {}, {}, {})
    final = seen + counts.sum(axis=1)
    for k in range(2, hours):
        now = seen + counts[:, :k].sum(axis=1)
        left = np.log(np.maximum(final - now, _LEAST * now) / now)
        features = _features(kept, seen, counts[:, :k], start)
        kept.weights[k], kept.errors[k] = _regression(features, left)
        path = _course(kept, seen, counts[:, :k], start)
        kept.peaks[k] = _logistic(_height(path, counts[:, :k]), counts.argmax(axis=1) < k)
        kept.factors[k], kept.factor_errors[k] = _regression(_time(kept, k, start), np.log(final / now))
    return kept


def predict(crowd: Crowd, seen: Floats, counts: Floats, start: Ints, levels: tuple[float, ...] = (0.8, 0.9), seed: int = 7) -> Outlook:
    """What topics become, from `counts` [n × k] of the k hours since first sight (2 ≤ k < hours). Raises BadInput for other k."""
    seen, counts, start = _checked(seen, counts, start)
    k = _known(crowd, counts)
    now = seen + counts.sum(axis=1)
    left = _features(crowd, seen, counts, start) @ crowd.weights[k]
    size = now * (1 + np.exp(left))
    bands = {level: tuple(now * (1 + np.exp(left + edge)) for edge in np.quantile(crowd.errors[k], [(1 - level) / 2, (1 + level) / 2]))
             for level in levels}
    path = _course(crowd, seen, counts, start)
    over = _sigmoid(_height(path, counts) @ crowd.peaks[k])
    path[:, k:] *= ((size - now) / path[:, k:].sum(axis=1))[:, None]
    rng = np.random.default_rng(seed)
    chance = crowd.surprises[rng.integers(0, len(crowd.surprises), _DRAWS), k - 1:]
    ahead = k + (path[:, None, k:] * np.exp(chance)).argmax(axis=2)
    hour = np.arange(crowd.hours)
    share = (1 - over)[:, None] * (ahead[:, :, None] == hour).mean(axis=1) + over[:, None] * (counts.argmax(axis=1)[:, None] == hour)
    below = share.cumsum(axis=1)
    edges = {level: tuple((below < edge - 1e-9).sum(axis=1) for edge in ((1 - level) / 2, (1 + level) / 2)) for level in levels}
    peak = np.where(over >= 0.5, counts.argmax(axis=1), k + path[:, k:].argmax(axis=1))
    return Outlook(size, bands, path, peak, edges, over)      # type: ignore[arg-type]  # pairs by construction


def szabo_huberman(crowd: Crowd, seen: Floats, counts: Floats, start: Ints, level: float = 0.9) -> tuple[Floats, Floats, Floats]:
    """(size, low, high) after Szabo and Huberman: now × a factor of the activity that lies behind and ahead."""
    seen, counts, start = _checked(seen, counts, start)
    k = _known(crowd, counts)
    now, grows = seen + counts.sum(axis=1), _time(crowd, k, start) @ crowd.factors[k]
    low, high = np.quantile(crowd.factor_errors[k], [(1 - level) / 2, (1 + level) / 2])
    return now * np.exp(np.maximum(grows, 0)), now * np.exp(np.maximum(grows + low, 0)), now * np.exp(np.maximum(grows + high, 0))


def _checked(seen: Floats, counts: Floats, start: Ints) -> tuple[Floats, Floats, Ints]:
    seen, counts, start = np.asarray(seen, np.float64), np.asarray(counts, np.float64), np.asarray(start, np.int64)
    if counts.ndim != 2 or seen.shape != start.shape or seen.shape != counts.shape[:1]:
        raise BadInput("Topics, counts and starts do not fit", "Give seen [n], counts [n × hours], start [n]",
                       seen=seen.shape, counts=counts.shape, start=start.shape)
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (seen >= 0).all() and (seen + counts[:, :1].sum(axis=1) > 0).all()):
        raise BadInput("A count is missing or negative, or nothing was gathered in the first hour", "Fill gaps in, and start at the first sight")
    return seen, counts, start


def _known(crowd: Crowd, counts: Floats) -> int:
    k = counts.shape[1]
    if not 2 <= k < crowd.hours:
        raise BadInput("Too few or too many hours are known", f"Give 2 to {crowd.hours - 1} hours", hours=k)
    return k


def _busy(clock: Floats, start: Ints, hours: int) -> Floats:
    """How busy each hour after first sight is [n × hours]."""
    return clock[(start[:, None] + 1 + np.arange(hours)) % 24]


def _clock(seen: Floats, counts: Floats, start: Ints) -> Floats:
    """Hours of the day against ages, each with the other's mean taken off in turn: what is left of hours is the clock."""
    share = np.log(np.maximum(counts, _LEAST * (seen + counts.sum(axis=1))[:, None]) / (seen + counts.sum(axis=1))[:, None])
    hour = ((start[:, None] + 1 + np.arange(counts.shape[1])) % 24).ravel()
    met = np.maximum(np.bincount(hour, minlength=24), 1)
    clock = np.zeros(24)
    for _ in range(30):
        age = (share - clock[hour].reshape(share.shape)).mean(axis=0)
        clock = np.bincount(hour, (share - age).ravel(), 24) / met
    return np.exp(clock - clock.mean())


def _calm(seen: Floats, counts: Floats, start: Ints, clock: Floats) -> Floats:
    """Counts without the clock, never quite zero."""
    now = (seen + counts.sum(axis=1))[:, None]
    return np.maximum(counts, _LEAST * now) / _busy(clock, start, counts.shape[1])


def _excited(calm: Floats, t: int) -> Floats:
    """Σ φ(t − s) · count(s) over the hours before t."""
    return calm[:, :t] @ np.exp(-np.arange(t)[::-1] / MEMORY_H)


def _course(crowd: Crowd, seen: Floats, counts: Floats, start: Ints) -> Floats:
    """Counts of every hour [n × hours]: known ones, then what they set off, hour by hour."""
    k = counts.shape[1]
    calm = np.concatenate([_calm(seen, counts, start, crowd.clock), np.empty((len(seen), crowd.hours - k))], axis=1)
    own = np.log(calm[:, k - 1] / _excited(calm, k - 1)) - crowd.infects[k - 2]
    for t in range(k, crowd.hours):
        calm[:, t] = _excited(calm, t) * np.exp(crowd.infects[t - 1] + crowd.lasts[k - 2, t - 1] * own)
    path = calm * _busy(crowd.clock, start, crowd.hours)
    path[:, :k] = counts
    return path


def _features(crowd: Crowd, seen: Floats, counts: Floats, start: Ints) -> Floats:
    """What the self-exciting course lets gather, activity behind and ahead, and the share of each hour known."""
    k, now = counts.shape[1], seen + counts.sum(axis=1)
    ahead = _course(crowd, seen, counts, start)[:, k:].sum(axis=1)
    return np.c_[_time(crowd, k, start), np.log(ahead / now), np.log(now), np.log(np.maximum(counts, _LEAST * now[:, None]) / now[:, None])]


def _time(crowd: Crowd, k: int, start: Ints) -> Floats:
    """One, and the logarithms of the activity behind and ahead [n × 3]."""
    busy = _busy(crowd.clock, start, crowd.hours)
    return np.c_[np.ones(len(start)), np.log(busy[:, :k].sum(axis=1)), np.log(busy[:, k:].sum(axis=1))]


def _height(path: Floats, counts: Floats) -> Floats:
    """One, and how far the highest hour ahead stands above the highest known (logarithm), with its sign kept apart [n × 3]."""
    k = counts.shape[1]
    above = np.log(np.maximum(path[:, k:].max(axis=1), 1e-9) / np.maximum(counts.max(axis=1), 1e-9))
    return np.c_[np.ones(len(counts)), np.clip(above, -6, 0), np.clip(above, 0, 6)]


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def _logistic(x: Floats, happened: NDArray[np.bool_]) -> Floats:
    """Coefficients of P(happened), by Newton's steps with a little ridge."""
    w = np.zeros(x.shape[1])
    for _ in range(25):
        p = _sigmoid(x @ w)
        w = w + np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(x.shape[1]), x.T @ (happened - p) - w)
    return w


def _regression(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(coefficients, errors as if each topic had not been learnt from), a little ridge against columns that tell the same."""
    gram = x.T @ x + 1e-6 * len(x) * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, x.T @ y)
    pull = np.einsum("ij,ji->i", x, np.linalg.solve(gram, x.T))
    return weights, (y - x @ weights) / np.maximum(1 - pull, 0.5)
