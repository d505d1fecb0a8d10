"""The outlooks of every city, kept: made when first asked for, made anew when the indicator reported on or a model was chosen.

A stored model predicts from newer data in milliseconds; an indicator nobody chose a model for has a quick one, fitted on what was known
at the last turn of REFIT of its own time: the same data give the same outlook, whenever it is asked for. Charts ask without waiting
(`ready`): what is not made yet a thread makes, as it does for what was asked for lately whenever data arrive. What was issued earlier
is kept for a while: a value is judged by what was expected of its step before it came (`expected`), a day ahead where there is one,
so that an incident does not become usual by going on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.errors import ChengshuError
from app.forecast import engine, people, topics
from app.forecast.background import give_way
from app.forecast.chained import correlation
from app.forecast.champions import Champions
from app.forecast.finer import children
from app.forecast.frame import Panel
from app.forecast.moves import Moves
from app.forecast.moves import make as make_moves
from app.forecast.moves import newest as newest_flows
from app.forecast.outlook import Ground, LevelOutlook, Tower, chance, deepest, grounds, make
from app.forecast.panels import points_of
from app.forecast.people import People
from app.forecast.register import LEAST, breach_limit, horizon, spec_of
from app.forecast.response import Response, learn
from app.forecast.spec import Spec
from app.forecast.topics import Topics
from app.indicators.learnt import Ahead, Band
from app.indicators.status import is_judged
from data.levels import LEVELS

if TYPE_CHECKING:
    from app.system import System

QUICK = 256                 # quick models kept
REFIT = {"PT": 86_400, "P": 28 * 86_400}       # how often a quick model is fitted anew, for cadences below a day and others
HALF = 0.5                  # of the history at least must lie before that turn
WANTED_S = 2 * 3600         # an outlook asked for within this is kept up to date
FRESH_S = 600               # an outlook this young is good enough while data stream in: a thread makes the next one
SHARE = 0.25                # of the time that thread works at most, so that it leaves the rest to people
KEPT, PAST = 64, 48         # towers kept of newest cutoffs, and of other cutoffs
ISSUED, APART_S = 10, 6 * 3600      # issued outlooks kept an indicator, and how far apart their cutoffs lie
AHEAD_S = 86_400            # a value is judged by what was expected of it this long before, where something was
_Key = tuple[str, str]
log = logging.getLogger("chengshu")


@dataclass(frozen=True)
class _Models:
    """The models of one indicator of a city, as outlooks ask for them (outlook.Models)."""

    outlooks: Outlooks
    city: str
    indicator: str
    cutoff: int | None

    def stored(self, level: str, panel: Panel, spec: Spec) -> engine.Champion | None:
        """The model chosen; for a past cutoff none, since it learnt from later data."""
        found = None if self.cutoff is not None else self.outlooks.champions.fitted(self.city, self.indicator, level, panel.ids)
        return found if found is not None and found.spec.horizon >= spec.horizon else None

    def quick(self, key: str, panel: Panel, spec: Spec) -> engine.Champion:
        """A quick one, fitted on what was known at the last turn of REFIT; for a past cutoff on all that was known then."""
        if self.cutoff is not None:
            return engine.choose(panel, spec)
        turn = REFIT["PT" if spec.cadence.startswith("PT") else "P"]
        t = int(np.searchsorted(panel.times, int(panel.times[-1]) // turn * turn, side="right"))
        learnt = panel.until(t) if t >= max(3 * LEAST, HALF * panel.t) else panel
        slot = (self.city, self.indicator, f"{key} {spec.horizon}")         # a longer look does not drive out the usual one
        return self.outlooks.fitted(slot, (panel.ids, spec, int(learnt.times[-1])), partial(engine.choose, learnt, spec))


class Outlooks:
    """One for the whole program."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.champions = Champions(system)
        self._lock = threading.RLock()
        self._locks: dict[_Key, threading.RLock] = {}
        self._towers: OrderedDict[_Key, tuple[Any, Tower | None]] = OrderedDict()
        self._made: dict[_Key, float] = {}
        self._past: OrderedDict[Any, Tower | LevelOutlook | None] = OrderedDict()
        self._quick: OrderedDict[tuple[str, str, str], tuple[Any, engine.Champion]] = OrderedDict()
        self._issued: dict[_Key, list[Tower]] = {}
        self._points: dict[tuple[str, str], tuple[int, Any]] = {}
        self._wanted: dict[_Key, float] = {}
        self._line: OrderedDict[_Key, None] = OrderedDict()
        self._woken, self._is_stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Keep what is asked for up to date, in a thread of its own, from now on."""
        self._thread = threading.Thread(target=self._loop, name="outlooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the outlook in work."""
        self._is_stopped.set()
        self._woken.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(30)

    def ready(self, city: str, indicator: str) -> Tower | None:
        """The newest outlook that is there, without waiting: None where none was made yet; it will be, where the thread runs."""
        key = (city, indicator)
        with self._lock:
            self._wanted[key] = time.monotonic()
            kept = self._towers.get(key)
        cube = self._system.values(city).cube(indicator)
        if kept is None or (kept[1] is not None and cube.times.size and kept[1].cutoff != int(cube.times[-1])):
            self._enqueue([key])
        return kept[1] if kept is not None else None

    def take_up(self, city: str, indicators: set[str]) -> None:
        """Values of some indicators arrived: make anew what was asked for lately, what alert rules look ahead at, and what a value without
        limits is judged by, where a model was chosen for it (a quick one costs seconds, history nothing). Returns at once."""
        now = time.monotonic()
        rules = {rule.indicator for rule in self._system.alerts.rules.of(indicators) if rule.foresees}
        keys = []
        for name in sorted(indicators):
            one = self._system.indicators.get(name)
            if one is None or not horizon(one.cadence):
                continue
            is_wanted = now - self._wanted.get((city, name), -WANTED_S) < WANTED_S
            is_judge = one.style == "R" and is_judged(one) and any(known == name for known, _ in self.champions.rows(city))
            if is_wanted or name in rules or is_judge:
                keys.append((city, name))
        self._enqueue(keys)

    def _enqueue(self, keys: list[_Key]) -> None:
        if self._thread is None or not keys:
            return
        with self._lock:
            for key in keys:
                self._line.setdefault(key)
        self._woken.set()

    def _loop(self) -> None:
        give_way()
        while not self._is_stopped.is_set():
            with self._lock:
                key = self._line.popitem(last=False)[0] if self._line else None
            if key is None:
                self._woken.wait()
                self._woken.clear()
                continue
            begun = time.monotonic()
            try:
                if self.tower(*key, is_newest=True) is not None:
                    self._system.alerts.foresee(*key)
            except ChengshuError as error:
                log.info("No outlook of %s in %s: %s", key[1], key[0], error.fact)
            except Exception:
                log.exception("The outlook of %s in %s could not be made", key[1], key[0])
            self._is_stopped.wait((time.monotonic() - begun) * (1 / SHARE - 1))

    def tower(self, city: str, indicator: str, cutoff: int | None = None, steps: int | None = None, is_newest: bool = False) -> Tower | None:
        """The outlook of an indicator; as it would have been after `cutoff` (a step's start), from what is known up to it; `steps` ahead.

        None with too little history. Where a thread makes the next one, one that is FRESH_S old at most is given, unless `is_newest` asks
        for the newest. Raises NotFound for an unknown indicator.
        """
        values = self._system.values(city)
        cube = values.cube(indicator)
        newest = int(cube.times[-1]) if cube.times.size else None
        if newest is None:
            return None
        stamp = (newest, values.moved(indicator), self.champions.version(city), self._system.city(city).geometry_version)
        if (cutoff is None or cutoff >= newest) and steps is None:
            kept = None if is_newest or self._thread is None else self._towers.get((city, indicator))
            if kept is not None and kept[0] != stamp and kept[0][2:] == stamp[2:] and time.monotonic() - self._made[city, indicator] < FRESH_S:
                self._enqueue([(city, indicator)])
                return kept[1]
            return self._newest(city, indicator, stamp)
        return self._remembered(("tower", city, indicator, cutoff, steps, stamp), city, indicator,
                                lambda: self._make(city, indicator, cutoff, steps))

    def below(self, city: str, indicator: str, tower: Tower, level: str, parent: int, above: LevelOutlook) -> LevelOutlook | None:
        """The outlook of the children (at `level`) of one unit, by its index."""
        values, kept = self._system.values(city), self._towers.get((city, indicator))
        moved = kept[0][1] if kept is not None and kept[1] is tower else values.moved(indicator)
        stamp = (tower.cutoff, moved, above.times.size, self.champions.version(city))
        return self._remembered(("below", city, indicator, level, parent, stamp), city, indicator,
                                lambda: children(values, tower, above, parent, self._models(city, indicator)))

    def ground(self, city: str, indicator: str, level: str) -> Ground | None:
        """What the newest outlook of a level rests on; None where there is none."""
        values = self._system.values(city)
        spec = spec_of(values.cube(indicator).indicator, values.timezone, horizon(values.cube(indicator).indicator.cadence))
        return grounds(values, indicator, self._models(city, indicator), partial(self._points_of, city), None, spec).get(level)

    def step_correlation(self, city: str, indicator: str, level: str) -> tuple[float | None, int]:
        """(how the errors of neighbouring steps of a level's newest model go together, on how many earlier forecasts that was seen).

        (None, 0) where the history is too short to see it. Forecasts of days that the model has learnt from count: their errors are a
        little small, but hang together as others do.
        """
        values = self._system.values(city)
        stamp = (int(values.cube(indicator).times[-1]) // REFIT["PT"], self.champions.version(city))
        return self._remembered(("steps", city, indicator, level, stamp), city, indicator,
                                lambda: correlation(self.ground(city, indicator, level)))

    def moves(self, city: str) -> Moves | None:
        """The flows expected between the units of a city in the coming hours; None where none are reported, or for too few hours."""
        found = newest_flows(self._system, city)
        stamp = (found, self._system.city(city).geometry_version)
        return self._remembered(("moves", city, stamp), city, "flow", lambda: make_moves(self._system, city))

    def people(self, city: str) -> People | None:
        """The people of a city and its districts by age and sex, thirty years on; None where too little is known of them."""
        rows = people.rows_of(self._system, city)
        return self._remembered(("people", city, people.stamp(rows)), city, "people", lambda: people.make(rows))

    def topics(self, city: str) -> Topics | None:
        """The topics of public opinion that run in a city, foretold; None where too few of the past are known."""
        return self._remembered(("topics", city, topics.stamp(self._system, city)), city, "topics", lambda: topics.make(self._system, city))

    def response(self, city: str, indicator: str, level: str, driver: str, unit: int | None = None) -> Response | None:
        """How the units of a level answer when a driver departs from its own forecast; `unit`: the driver is this unit (index) of `driver` alone."""
        values = self._system.values(city)
        stamp = (int(values.cube(indicator).times[-1]), values.moved(indicator), values.moved(driver))
        return self._remembered(("response", city, indicator, level, driver, unit, stamp), city, indicator,
                                lambda: self._respond(city, indicator, level, driver, unit))

    def _respond(self, city: str, indicator: str, level: str, driver: str, unit: int | None) -> Response | None:
        mine = self.ground(city, indicator, level)
        there = level if level in self._system.values(city).cube(driver).levels else LEVELS[0]
        theirs = self.ground(city, driver, there)
        if mine is None or theirs is None or mine.panel.cadence != theirs.panel.cadence:
            return None
        wanted = np.array([0]) if there != level else mine.units if unit is None else np.array([unit])
        place = np.searchsorted(theirs.units, wanted)
        if (place >= theirs.units.size).any() or not np.array_equal(theirs.units[place], wanted):
            return None
        return learn(mine, theirs, driver, place)

    def expected(self, city: str, indicator: str, level: str, at: int) -> Band | None:
        """What was expected of a step (its start) before it came: middle and spread of every unit; None where nothing was issued.

        Of chosen models alone: what a quick one said depends on who asked when, and a colour must not.
        """
        if self.champions.row(city, indicator, level) is None:
            return None
        with self._lock:
            issued = [tower for tower in self._issued.get((city, indicator), []) if tower.cutoff < at and level in tower.levels]
        if not issued:
            return None
        early = [tower for tower in issued if at - tower.cutoff >= AHEAD_S]
        found = (early[-1] if early else issued[0]).levels[level]
        k = int(np.searchsorted(found.times, at))
        if k >= found.times.size or int(found.times[k]) != at:
            return None
        return Band(found.y[:, k], found.spread()[:, k])

    def ahead(self, city: str, indicator: str, level: str, at: int, seconds: int) -> Ahead | None:
        """What is forecast for the next seconds after a step (its start); None unless the outlook from that very step is there."""
        with self._lock:
            kept = self._towers.get((city, indicator))
        if kept is None or kept[1] is None or kept[1].cutoff != at or level not in kept[1].levels:
            return None
        found, limit = kept[1].levels[level], breach_limit(self._system.indicators[indicator])
        within = found.times <= at + seconds
        if not within.any():
            return None
        y, (low, high) = found.y[:, within], (edge[:, within] for edge in found.bands[0.9])
        chances = np.full(y.shape[0], np.nan) if limit is None else 100 * np.fmax.reduce(chance(y, low, high, *limit), axis=1)
        return Ahead(np.fmin.reduce(y, axis=1), np.fmax.reduce(y, axis=1), chances, np.nan if limit is None else limit[0])

    def forget(self, city: str, indicator: str = "") -> None:
        """Make outlooks anew when next asked for: a model was chosen, or units moved."""
        with self._lock:
            for kept in (self._towers, self._quick, self._issued):
                for key in [key for key in kept if key[0] == city and indicator in ("", key[1])]:
                    kept.pop(key)

    def fitted(self, key: tuple[str, str, str], stamp: Any, fit: Callable[[], engine.Champion]) -> engine.Champion:
        """A quick model that is kept as long as its stamp is the same."""
        with self._lock:
            kept = self._quick.get(key)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        made = fit()
        with self._lock:
            self._quick[key] = (stamp, made)
            self._quick.move_to_end(key)
            while len(self._quick) > QUICK:
                self._quick.popitem(last=False)
        return made

    # how they are made

    def _newest(self, city: str, indicator: str, stamp: Any) -> Tower | None:
        key = (city, indicator)
        with self._lock_of(key):
            kept = self._towers.get(key)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            made = self._make(city, indicator, None, None)
            with self._lock:
                self._made[key] = time.monotonic()
                self._towers[key] = (stamp, made)
                self._towers.move_to_end(key)
                while len(self._towers) > KEPT:
                    self._towers.popitem(last=False)
                if made is not None:
                    self._issue(key, made)
            return made

    def _issue(self, key: _Key, made: Tower) -> None:
        issued = self._issued.setdefault(key, [])
        if not issued or made.cutoff - issued[-1].cutoff >= APART_S:
            issued.append(made)
            del issued[:-ISSUED]

    def _remembered(self, key: Any, city: str, indicator: str, make_it: Any) -> Any:
        with self._lock_of((city, indicator)):
            with self._lock:
                if key in self._past:
                    self._past.move_to_end(key)
                    return self._past[key]
            made = make_it()
            with self._lock:
                self._past[key] = made
                while len(self._past) > PAST:
                    self._past.popitem(last=False)
            return made

    def _make(self, city: str, indicator: str, cutoff: int | None, steps: int | None) -> Tower | None:
        values = self._system.values(city)
        agreement = self.champions.agreement(city, indicator, deepest(values.cube(indicator)))
        return make(values, indicator, self._models(city, indicator, cutoff), partial(self._points_of, city), cutoff, steps, agreement)

    def _models(self, city: str, indicator: str, cutoff: int | None = None) -> _Models:
        return _Models(self, city, indicator, cutoff)

    def _points_of(self, city: str, level: str) -> dict[str, NDArray[Any]] | None:
        if LEVELS.index(level) == 0:
            return None
        version = self._system.city(city).geometry_version
        kept = self._points.get((city, level))
        if kept is None or kept[0] != version:
            kept = self._points[city, level] = (version, points_of(self._system.values(city), level))
        return kept[1]

    def _lock_of(self, key: _Key) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(key, threading.RLock())
