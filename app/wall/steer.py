"""Who steers the wall: what it shows now, per city, kept in memory with a version that every change moves.

The scenes rotate by the clock of the server, so every wall and every tablet of a city agree without speaking to each other.
A hold stops the rotation; a flight holds it too, until it is released or has lasted long enough to have been forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.errors import BadInput
from app.wall.scenes import Scene

FLIGHT_S = 300          # how long a wall stays where a tablet sent it
HOLD_S = 4 * 3600       # a hold that nobody ends: the wall goes on by itself


@dataclass(frozen=True)
class State:
    """What a city's wall does: from `since` on it began with scene `first`; `held_until` and `flight` stop the rotation.

    flight   {code, level, seq, name_zh, name_en, bounds, indicator}: the unit that the map shows
    by       who steered last; `version` moves with every act
    """

    first: str = ""
    since: float = 0.0
    held_until: float = 0.0
    flight: dict[str, Any] | None = None
    by: str = ""
    version: int = 0


@dataclass(frozen=True)
class Now:
    """What is on the wall: the scene, when the next one comes (None while held), and why."""

    scene: str
    next_at: float | None
    is_held: bool
    flight: dict[str, Any] | None
    by: str
    version: int


class Steering:
    """The walls of all cities. `clock` gives seconds; tests and the benchmark give it another pace."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._states: dict[str, State] = {}
        self._lock = threading.Lock()

    def now(self, city: str, scenes: dict[str, Scene]) -> Now:
        """What a city's wall shows now; `scenes` are those that it may show."""
        at, state = self.clock(), self._state(city)
        turning = [scene for scene in scenes.values() if scene.rotates]
        flight = state.flight if at < state.held_until else None
        first = next((k for k, scene in enumerate(turning) if scene.name == state.first), 0)
        if not turning:
            return Now("", None, False, flight, state.by, state.version)
        if at < state.held_until:
            held = scenes.get(state.first) or turning[first]
            return Now(held.name, None, True, flight, state.by, state.version)
        begun = max(state.since, state.held_until)
        into = max(0.0, at - begun) % sum(scene.dwell_s for scene in turning)
        for step in range(len(turning)):
            scene = turning[(first + step) % len(turning)]
            if into < scene.dwell_s:
                return Now(scene.name, at + scene.dwell_s - into, False, None, state.by, state.version)
            into -= scene.dwell_s
        return Now(turning[first].name, at, False, None, state.by, state.version)

    def show(self, city: str, scenes: dict[str, Scene], name: str, by: str) -> None:
        """Go to a scene and on from there; a hold stays a hold. Raises BadInput for a scene that does not rotate or is not there."""
        if name not in scenes or not scenes[name].rotates:
            raise BadInput("No such scene", "The tablet lists the scenes", value=name[:60])
        held = self._state(city).held_until
        self._change(city, first=name, since=self.clock(), flight=None, by=by, held_until=held if held > self.clock() else 0.0)

    def step(self, city: str, scenes: dict[str, Scene], by_how_many: int, by: str) -> None:
        """The next scene, or the one before."""
        names = [scene.name for scene in scenes.values() if scene.rotates]
        if names:
            here = self.now(city, scenes).scene
            self.show(city, scenes, names[((names.index(here) if here in names else 0) + by_how_many) % len(names)], by)

    def hold(self, city: str, scenes: dict[str, Scene], by: str) -> None:
        """Stay with the scene that is shown, for four hours at most."""
        self._change(city, first=self.now(city, scenes).scene, since=self.clock(), held_until=self.clock() + HOLD_S, by=by)

    def release(self, city: str, scenes: dict[str, Scene], by: str) -> None:
        """Rotate again, from the scene that is shown."""
        self._change(city, first=self.now(city, scenes).scene, since=self.clock(), held_until=0.0, flight=None, by=by)

    def fly(self, city: str, scenes: dict[str, Scene], flight: dict[str, Any], by: str) -> None:
        """Show a unit on the map for five minutes: in the scene that is shown if it has a map, else in the first that has one."""
        shown = scenes.get(self.now(city, scenes).scene)
        if shown is None or not has_map(shown):
            shown = next((scene for scene in scenes.values() if scene.rotates and has_map(scene)), None)
        if shown is None:
            raise BadInput("No scene of the wall has a map", "Add a panel that shows the map to a scene")
        self._change(city, first=shown.name, since=self.clock(), held_until=self.clock() + FLIGHT_S, flight=flight, by=by)

    def _state(self, city: str) -> State:
        return self._states.get(city) or State()

    def _change(self, city: str, **to: Any) -> None:
        with self._lock:
            state = self._state(city)
            self._states[city] = replace(state, version=state.version + 1, **to)


def has_map(scene: Scene) -> bool:
    """True where a scene shows the map."""
    return any(place.show == "map" for place in scene.places)
