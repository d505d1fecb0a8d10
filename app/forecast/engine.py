"""Forecasts: choose the model that did best on moments it had not seen, forecast with it, and say how good it is and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import ChengshuError, Unavailable
from app.forecast.backtest import NUMBERS, Scoreboard, bands_of, covered, follow, moments, score, split, truths
from app.forecast.drivers import contributions
from app.forecast.frame import Floats, Panel, Times, ahead, said
from app.forecast.model import Fitted, bounded, models, named
from app.forecast.models import ensemble
from app.forecast.newcomers import borrow, newcomers
from app.forecast.seasons import clock
from app.forecast.spec import Spec

CANDIDATES = {"full": ("seasonal_naive", "last_value", "slot_mean", "ridge", "trees", "period_ridge", "network"),
              "instant": ("seasonal_naive", "last_value", "slot_mean", "ridge")}
NAIVE = ("seasonal_naive", "last_value", "slot_mean")
FOLDS, TURNS = 4, 6     # folds that the ensemble is weighed on and judged by in turn, and stretches of moments in each at most
RECENT = 8              # outer seasons that a forecast looks back, at most
WORDS = {
    "naive": "No model beats the naive forecast on {moments} earlier moments: the naive one ({model}) is given",
    "short": "The history is too short to compare models: {model} is given, its bands are wide guesses",
    "absent": "{model} was left out: {why}",
    "borrowed": "{count} series have next to no history of their own and follow their siblings",
    "constant": "{count} series never changed; they are taken to stay as they are",
}
Progress = Callable[[str, float], None]


class Cancelled(ChengshuError):
    """Somebody asked to stop."""


@dataclass(frozen=True)
class Word:
    """Something that must be said beside a forecast: a key of WORDS (screens have their own words for it) and its values."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return WORDS[self.code].format(**self.values)


@dataclass(frozen=True)
class Champion:
    """The model chosen for a panel: fitted, with bands; what it scored among the others, when, and on what.

    `tried`: the moments of its validation and what it forecast after them, [k] and [k, n, h], where that was asked for.
    """

    model: str
    fitted: Fitted
    scores: Scoreboard
    chosen_at: str
    trained_on: dict[str, Any]
    said: tuple[Word, ...] = ()
    tried: tuple[NDArray[np.int64], Floats] | None = field(default=None, repr=False, compare=False)

    @property
    def spec(self) -> Spec:
        """What it was asked for."""
        return self.fitted.spec


@dataclass(frozen=True)
class Forecast:
    """What is expected: epoch seconds [h], y_hat [n, h], {level: (low, high)} [n, h]; scoreboard; base + drivers = y_hat (before bounds)."""

    ids: tuple[str, ...]
    times_ahead: Times
    y_hat: Floats
    bands: dict[float, tuple[Floats, Floats]]
    model: str
    scoreboard: Scoreboard | None
    base: Floats | None
    drivers: dict[str, Floats]
    said: tuple[Word, ...]
    cutoff: int

    def _end(self, level: float, side: int) -> Floats:
        return self.bands[level][side]

    @property
    def lo80(self) -> Floats:
        """Low end of the 80 % band."""
        return self._end(0.8, 0)

    @property
    def hi80(self) -> Floats:
        """High end of the 80 % band."""
        return self._end(0.8, 1)

    @property
    def lo90(self) -> Floats:
        """Low end of the 90 % band."""
        return self._end(0.9, 0)

    @property
    def hi90(self) -> Floats:
        """High end of the 90 % band."""
        return self._end(0.9, 1)


def forecast(panel: Panel, spec: Spec, model: str = "auto") -> Forecast:
    """Choose (or fit the named model), and forecast the `spec.horizon` steps after the last of the panel. Raises BadInput, NotFound, Unavailable."""
    if model != "auto":
        named(model)
    return predict_from(choose(panel, spec, None if model == "auto" else (model,)), panel)


def choose(panel: Panel, spec: Spec, names: Iterable[str] | None = None, progress: Progress | None = None,
           is_cancelled: Callable[[], bool] | None = None, keeps_tried: bool = False) -> Champion:
    """The model that does best on the validation part (and beats the naive ones), fitted on everything, with bands from its errors there.

    `names`: candidates; one alone is taken without comparing. `progress(text, share)` is told what is being done; `is_cancelled` is
    asked between models; `keeps_tried`: the champion carries what it forecast in its validation. Raises Cancelled; Unavailable where the
    only candidate cannot run here.
    """
    told = _Teller(progress, is_cancelled)
    asked = tuple(names) if names is not None else tuple(name for name in CANDIDATES[spec.mode] if name in models() and _suits(name, panel))
    mixes = names is None or ("ensemble" in asked and len(asked) > 1)
    first = split(panel, spec)
    ends = moments(panel, spec, first)
    words: list[Word] = []
    if ends.size < 4 or panel.t < 8:
        return _short(panel, spec, asked[0] if names is not None else None)
    past, found = panel.until(first, spec.horizon), {}
    for i, name in enumerate(asked):
        told(f"{name}: validation", 0.7 * i / len(asked))
        try:
            found[name] = bounded(named(name).paths(named(name).fit(past, spec), panel, ends, spec.horizon), spec)
        except Unavailable as error:
            if len(asked) == 1:
                raise
            words.append(Word("absent", {"model": name, "why": str(error)}))
    truth = truths(panel, ends, spec.horizon)
    weights = None
    if mixes and len(found) > 1:
        found["ensemble"], weights = _mixed(found, truth, ends)
    burn = ends.size // 4
    scores = score(panel, spec, ends, found, None, burn)
    best = min(found, key=lambda name: _loss(scores, name))
    if len(found) > 1 and best in NAIVE:
        words.append(Word("naive", {"model": best, "moments": int(ends.size - burn)}))
    told(f"{best}: fit", 0.75)
    if best == "ensemble" and weights is not None:
        members = [named(name).fit(panel, spec) for name in found if name != "ensemble" and
                   weights[:, list(found).index(name)].max() >= ensemble.LEAST]
        kept = [i for i, name in enumerate(found) if name in {member.name for member in members}]
        fitted = ensemble.build(members, weights[:, kept], panel, spec)
    else:
        fitted = named(best).fit(panel, spec)
    told("bands", 0.95)
    bands = bands_of(panel, spec, ends, found[best])
    runs = follow(panel, spec, ends, found[best], burn)
    known = int(np.searchsorted(ends, ends[burn - 1] + spec.horizon))       # from here on, what bands were learnt from was known
    scores = covered(scores, panel, spec, best, ends, found[best], runs, min(known, ends.size - burn))
    told("done", 1.0)
    return Champion(best, replace(fitted, bands=bands), scores, _now(), _about(panel), tuple(words),
                    (ends, found[best]) if keeps_tried else None)


def _suits(name: str, panel: Panel) -> bool:
    """Whether a model is worth a try on a panel; one that does not say so always is."""
    asked = getattr(named(name), "suits", None)
    return asked is None or bool(asked(panel))


def _mixed(found: dict[str, Floats], truth: Floats, ends: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The ensemble's forecasts, each stretch of moments weighed on the others, and its weights from all of them.

    Stretches of two horizons at least take turns, so that each fold has of every time of the day where the moments reach so far.
    """
    alone = list(found.values())
    mixed = np.empty_like(alone[0])
    turns = int(np.clip((ends[-1] - ends[0]) // (2 * FOLDS * truth.shape[2]), 1, TURNS))
    stretch = np.arange(len(truth)) * FOLDS * turns // len(truth) % FOLDS
    for fold in range(FOLDS):
        here, there = stretch == fold, stretch != fold
        w = ensemble.weigh([one[there] for one in alone], truth[there])
        mixed[here] = sum(one[here] * w[:, i] for i, one in enumerate(alone))
    return mixed, ensemble.weigh(alone, truth)


def _loss(scores: Scoreboard, name: str) -> float:
    """RMSE and MAE over those of persistence, added; worse than any number where the model gave none."""
    ours, plain = scores.of(name), scores.of("persistence")
    if ours is None or plain is None or ours.n == 0:
        return np.inf
    return ours.rmse / max(plain.rmse, 1e-12) + ours.mae / max(plain.mae, 1e-12)


def _short(panel: Panel, spec: Spec, name: str | None) -> Champion:
    """The champion of a history too short to compare on: the seasonal naive one with a season behind it, else the last value."""
    when = clock(panel, spec, 1)
    name = name or ("seasonal_naive" if panel.t > when.inner > 1 else "last_value")
    fitted = named(name).fit(panel, spec)
    count = max(4, min(64, NUMBERS[spec.mode] // max(1, panel.n * spec.horizon)))
    ends = np.arange(max(1, panel.t // 2), panel.t, max(1, panel.t // (2 * count)), dtype=np.int64)
    if ends.size == 0:
        ends = np.array([panel.t])
    y_hat = bounded(named(name).paths(fitted, panel, ends, spec.horizon), spec)
    bands = bands_of(panel, spec, ends, y_hat)
    scores = score(panel, spec, ends, {name: y_hat})
    return Champion(name, replace(fitted, bands=bands), scores, _now(), _about(panel), (Word("short", {"model": name}),))


def predict_from(champion: Champion | Fitted, panel: Panel, horizon: int | None = None, with_drivers: bool = True) -> Forecast:
    """The forecast of a stored model after the last step of newer data; nothing is fitted, so it takes milliseconds."""
    fitted = champion.fitted if isinstance(champion, Champion) else champion
    spec = fitted.spec
    horizon = horizon or spec.horizon
    recent = _recent(panel, spec)
    y_hat = named(fitted.name).paths(fitted, recent, np.array([recent.t]), horizon)[0]
    words = list(champion.said) if isinstance(champion, Champion) else []
    is_new = newcomers(panel, max(2, clock(recent, spec, 1).slots // 2)) if panel.n > 1 else np.zeros(panel.n, bool)
    more = np.zeros_like(y_hat)
    if is_new.any() and not is_new.all():
        y_hat, more = borrow(recent, y_hat, is_new)
        words.append(Word("borrowed", {"count": int(is_new.sum())}))
    still = _constant(recent)
    if still.any():
        words.append(Word("constant", {"count": int(still.sum())}))
    base, parts = contributions(fitted, recent, horizon) if with_drivers else (None, {})
    bands = {}
    if fitted.bands is not None:
        reach = min(horizon, fitted.bands.horizon)
        for level, (low, high) in fitted.bands.around(y_hat[:, :reach], recent).items():
            wide = 1.6 if level >= 0.9 else 1.3
            low, high = (np.pad(end, ((0, 0), (0, horizon - reach)), mode="edge") for end in (low, high))
            bands[level] = bounded(low - wide * more, spec), bounded(high + wide * more, spec)
    if base is not None and is_new.any():
        base = np.where(is_new[:, None], y_hat, base)
        parts = {group: np.where(is_new[:, None], 0.0, values) for group, values in parts.items()}
    return Forecast(panel.ids, ahead(panel.times, panel.cadence, panel.timezone, horizon), bounded(y_hat, spec), bands, fitted.name,
                    champion.scores if isinstance(champion, Champion) else None, base, parts, tuple(words), int(panel.times[-1]))


def _recent(panel: Panel, spec: Spec) -> Panel:
    """The last steps of a panel, as far back as a forecast looks."""
    when = clock(panel, spec, 1)
    first = panel.t - max(RECENT * when.outer, 30 * when.slots, 60)
    if first <= 0:
        return panel
    return panel.since(first // when.outer * when.outer)


def _constant(panel: Panel) -> NDArray[np.bool_]:
    known = ~np.isnan(panel.y)
    low, high = np.where(known, panel.y, np.inf).min(axis=1), np.where(known, panel.y, -np.inf).max(axis=1)
    return (known.sum(axis=1) > 1) & (low == high)


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")


def _about(panel: Panel) -> dict[str, Any]:
    return {"series": panel.n, "steps": panel.t, "since": said(int(panel.times[0])), "until": said(int(panel.times[-1])),
            "known_share": round(float((~np.isnan(panel.y)).mean()), 4), "factors": sorted(panel.known)}


class _Teller:
    """Tells how far the work is, and stops it where somebody asked for that."""

    def __init__(self, progress: Progress | None, is_cancelled: Callable[[], bool] | None) -> None:
        self.progress, self.is_cancelled = progress, is_cancelled

    def __call__(self, text: str, share: float) -> None:
        if self.is_cancelled is not None and self.is_cancelled():
            raise Cancelled("The choice of a model was stopped", "Start it again when it suits")
        if self.progress is not None:
            self.progress(text, share)
