"""Choosing models in the background: one thread, one indicator and level after another, with progress and cancel.

At CHENGSHU_FORECAST_AT each day, and when somebody asks. Candidates are compared on a validation stretch that none of them learnt
from (app/forecast/engine.py: choose); how levels are made to agree is chosen on the same stretch. What was chosen is a row of
mgmt.champion and a file; what was chosen before stays in the history.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.errors import BadInput, ChengshuError
from app.forecast import engine
from app.forecast.agreement import agreement
from app.forecast.background import give_way
from app.forecast.model import models
from app.forecast.outlook import Ground, deepest
from app.forecast.panels import panel_of, points_of
from app.forecast.register import horizon, spec_of
from app.forecast.scoring import scores_of
from app.forecast.special import serving
from app.forecast.trust import trust
from data.levels import LEVELS

if TYPE_CHECKING:
    from app.system import System

log = logging.getLogger("chengshu")
AT_NIGHT = 400              # jobs a night at most: what drifted first, then what was chosen longest ago
IDLE_S = 20.0               # how often the clock is looked at
CROWDS = ("crowd",)         # models that are tried for any counts besides; what special.py says a model serves tries it too


@dataclass(frozen=True)
class Job:
    """One choice to be made."""

    city: str
    indicator: str
    level: str
    who: str


@dataclass(frozen=True)
class State:
    """What goes on, for the page: the job in work (None: nothing), its share done, its words, what waits, and what came of the last ones."""

    job: Job | None = None
    share: float = 0.0
    text: str = ""
    waiting: int = 0
    done: tuple[dict[str, Any], ...] = ()


class Training:
    """One for the whole program; `start` begins the thread, `stop` ends it after the job in work was cancelled."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._jobs: deque[Job] = deque()
        self._lock, self._woken = threading.RLock(), threading.Event()
        self._is_stopped, self._is_cancelled = threading.Event(), threading.Event()
        self._state = State()
        self._ran: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        """What goes on now."""
        with self._lock:
            return replace(self._state, waiting=len(self._jobs))

    def ask(self, city: str, indicator: str, levels: list[str] | None = None, who: str = "") -> int:
        """Let the models of an indicator be chosen anew (None: at every level forecast as a whole); returns how many jobs were added.

        Raises BadInput where the indicator has no forecast, NotFound where it is not known.
        """
        cube = self._system.values(city).cube(indicator)
        if not horizon(cube.indicator.cadence):
            raise BadInput("This indicator has no forecast", "A year's figure is not forecast: choose one reported by the hour, day or month",
                           value=indicator)
        wanted = levels or list(LEVELS[: LEVELS.index(deepest(cube)) + 1])
        if any(level not in cube.levels for level in wanted):
            raise BadInput("The indicator is not reported at this level", f"Choose city … {cube.native}", value=",".join(wanted))
        with self._lock:
            waiting = {(job.city, job.indicator, job.level) for job in (*self._jobs, *([self._state.job] if self._state.job else []))}
            new = [Job(city, indicator, level, who) for level in wanted if (city, indicator, level) not in waiting]
            self._jobs.extend(new)
            self._begin()
        self._woken.set()
        return len(new)

    def cancel(self) -> int:
        """Stop the job in work and forget what waits; returns how many that were."""
        with self._lock:
            gone = len(self._jobs) + (1 if self._state.job else 0)
            self._jobs.clear()
            if self._state.job:
                self._is_cancelled.set()
        return gone

    def start(self) -> None:
        """Look at the clock from now on."""
        with self._lock:
            self._begin()

    def stop(self) -> None:
        """Cancel what is in work and end."""
        self._is_stopped.set()
        self.cancel()
        self._woken.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(60)

    def run(self, job: Job) -> dict[str, Any]:
        """Make one choice, here and now; returns its row, or {error}. Never raises for what the data are like."""
        try:
            return self._choose(job)
        except engine.Cancelled:
            return {"city": job.city, "indicator": job.indicator, "level": job.level, "error": "cancelled"}
        except ChengshuError as error:
            return {"city": job.city, "indicator": job.indicator, "level": job.level, "error": error.fact}

    # the thread

    def _begin(self) -> None:
        if self._thread is None and not self._is_stopped.is_set():
            self._thread = threading.Thread(target=self._loop, name="forecast-training", daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        give_way()
        while not self._is_stopped.is_set():
            with self._lock:
                job = self._jobs.popleft() if self._jobs else None
                self._is_cancelled.clear()
                self._state = replace(self._state, job=job, share=0.0, text="")
            if job is None:
                self._at_night()
                self._woken.wait(IDLE_S)
                self._woken.clear()
                continue
            try:
                made = self.run(job)
            except Exception:
                log.exception("No model could be chosen for %s at %s", job.indicator, job.level)
                made = {"city": job.city, "indicator": job.indicator, "level": job.level, "error": "failed; the log says more"}
            with self._lock:
                self._state = replace(self._state, job=None, done=(made, *self._state.done)[:20])

    def _at_night(self) -> None:
        """Once a day and city, at its hour: what drifted, then what was chosen longest ago or never."""
        at = self._system.settings.forecast_at
        for city in list(self._system.cities) if at else []:
            now = datetime.now(ZoneInfo(self._system.city(city).timezone))
            today, is_time = now.date().isoformat(), now.strftime("%H:%M") >= at
            if self._ran.setdefault(city, today if is_time else "") == today or not is_time:
                continue                # a program that was started after the hour waits for the next night
            self._ran[city] = today
            with self._lock:
                self._jobs.extend(self._due(city)[:AT_NIGHT])
            self._woken.set()

    def _due(self, city: str) -> list[Job]:
        values, champions = self._system.values(city), self._system.outlooks.champions
        found = []
        for name, one in self._system.indicators.items():
            cube = values.cube(name)
            if not horizon(one.cadence) or cube.times.size == 0:
                continue
            for level in LEVELS[: LEVELS.index(deepest(cube)) + 1]:
                row = champions.row(city, name, level)
                kept = trust(self._system, city, name, level)
                found.append((kept is not None and kept < 0.5, -(row["chosen_at"] if row else 0), Job(city, name, level, "system")))
        return [job for _, _, job in sorted(found, key=lambda one: one[:2], reverse=True)]

    # one choice

    def _choose(self, job: Job) -> dict[str, Any]:
        values = self._system.values(job.city)
        cube = values.cube(job.indicator)
        given = panel_of(values, job.indicator, job.level, points=None if job.level == LEVELS[0] else points_of(values, job.level))
        if given is None:
            raise BadInput("There is too little history to choose a model", "Wait until more has been reported",
                           value=f"{job.indicator}, {job.level}")
        panel, units = given
        spec = spec_of(cube.indicator, values.timezone, horizon(cube.indicator.cadence), "full")
        begun = time.monotonic()
        more = {one.name for one in serving(job.indicator) if one.kind == "series"} | (set(CROWDS) if spec.is_count else set())
        names = [name for name in (*engine.CANDIDATES["full"], *sorted(more)) if name in models()] if more else None
        champion = engine.choose(panel, spec, names, self._say, self._is_cancelled.is_set)
        agreed = self._agreement(job, Ground(panel, slice(0, panel.n), units, champion), spec.horizon)
        row = {"indicator": job.indicator, "level": job.level, "chosen_at": int(time.time()), "model": champion.model,
               "params": {"mode": spec.mode, "said": [str(word) for word in champion.said], "agreement": agreed},
               "data_from": int(panel.times[0]), "data_until": int(panel.times[-1]), "series": panel.n, "steps": panel.t,
               "horizon": spec.horizon, "method": "rolling origin", "scores": scores_of(champion.scores, champion.model),
               "seconds": round(time.monotonic() - begun, 2), "who": job.who}
        self._system.outlooks.champions.keep(job.city, row, champion)
        self._system.outlooks.forget(job.city, job.indicator)
        return {**row, "city": job.city}

    def _agreement(self, job: Job, mine: Ground, steps: int) -> str:
        """How levels agree: chosen with the level that is added up from, which is the last in line."""
        values = self._system.values(job.city)
        cube = values.cube(job.indicator)
        if job.level != deepest(cube):
            return "bottom_up"
        found = {level: ground for level in LEVELS[: LEVELS.index(job.level)]
                 if (ground := self._system.outlooks.ground(job.city, job.indicator, level)) is not None}
        return agreement(values, cube, {**found, job.level: mine}, steps)

    def _say(self, text: str, share: float) -> None:
        with self._lock:
            self._state = replace(self._state, text=text, share=share)
