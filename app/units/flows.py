"""Flows between units: who came from where, at the level they were reported and at every level above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.access import CLEARED, FEW
from app.units.levels import LEVELS

if TYPE_CHECKING:
    from app.system import System


@dataclass(frozen=True)
class Flows:
    """Counts from `origin` to `destination` (seq of `level`) from `since` to `until` (epoch seconds)."""

    level: str
    native: str
    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    count: NDArray[np.int64]
    since: int
    until: int


def reported(system: System, city: str) -> tuple[str, int] | None:
    """(the finest level that flows are reported at, the time of their newest count); None where none are."""
    known = system.rows("flow_levels", city=city)
    if not known:
        return None
    finest = max(known, key=lambda row: LEVELS.index(row["level"]))
    return finest["level"], int(finest["until"])


def flows(system: System, city: str, level: str, at: int | None = None, span: int = 86_400) -> Flows:
    """The flows of a level over the `span` seconds that end at `at` (default: at the newest count).

    Both ends roll up through today's tree; what stays inside one unit of the level is left out. A level finer than the
    flows were reported at gets those of the reported level (`Flows.level` says which). Fewer than five people are not a
    flow for those who may not see single persons.
    """
    system.city(city)
    known = reported(system, city)
    if known is None:
        nothing = np.empty(0, np.int64)
        return Flows(level, level, nothing, nothing, nothing, 0, 0)
    native, newest = known
    level = LEVELS[min(LEVELS.index(level), LEVELS.index(native))]
    until = newest if at is None else at
    found = system.columns("flows", city=city, level=native, since=until - span + 1, until=until)
    origin, destination = (found[name].astype(np.int64) - 1 for name in ("origin_seq", "destination_seq"))
    count = found["count"].astype(np.int64)
    tree = system.values(city).hierarchy().trees[-1]
    origin, destination = (tree.climb(end, native, level) for end in (origin, destination))
    stands = (origin >= 0) & (destination >= 0)
    origin, destination, count = origin[stands], destination[stands], count[stands]
    mask = system.mask(city, level)
    if mask is not None and origin.size:
        seen = mask[origin] & mask[destination]
        origin, destination, count = origin[seen], destination[seen], count[seen]
    apart = origin != destination
    origin, destination, count = origin[apart], destination[apart], count[apart]
    pairs, back = np.unique(np.stack([origin, destination]), axis=1, return_inverse=True)
    total = np.bincount(back.ravel(), weights=count, minlength=pairs.shape[1]).astype(np.int64)
    if system.privacy(city) < CLEARED:
        many = total >= FEW
        pairs, total = pairs[:, many], total[many]
    return Flows(level, native, pairs[0] + 1, pairs[1] + 1, total, until - span + 1, until)
