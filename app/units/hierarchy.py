"""Who stands under whom, when: the tower's trees from the versions of the units.

An epoch is a stretch of time in which no unit moved, came or went. History rolls up through the tree of its own
epoch: a unit that moves to another parent takes its history along from its valid-from, not before.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.units.tower import Tree
from data import queries
from data.connection import Database
from data.levels import LEVELS

ALWAYS = np.datetime64("1900-01-01T00:00:00", "s").astype(np.int64)
FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Hierarchy:
    """The trees of one city: `trees[k]` holds from `since[k]` (epoch seconds) until the next."""

    since: tuple[int, ...]
    trees: tuple[Tree, ...]
    sizes: dict[str, int]

    def epoch_of(self, at: int) -> int:
        """Which tree holds at a time (epoch seconds)."""
        return max(bisect_right(self.since, at) - 1, 0)

    def runs(self, times: NDArray[np.int64]) -> list[tuple[slice, Tree]]:
        """Stretches of a time axis that share a tree."""
        if times.size == 0:
            return []
        which = np.maximum(np.searchsorted(np.asarray(self.since), times, side="right") - 1, 0)
        edges = [0, *(np.flatnonzero(np.diff(which)) + 1).tolist(), times.size]
        return [(slice(a, b), self.trees[which[a]]) for a, b in zip(edges[:-1], edges[1:], strict=True)]


def read(db: Database, city: str, floors: bool = True) -> Hierarchy:
    """The hierarchy of a city. `floors=False` leaves the floors out (the tower stops at buildings then)."""
    parts = [queries.columns(db, "roll_versions", "theme", city=city)]
    if floors:
        parts.append(queries.columns(db, "roll_floor_versions", "theme", city=city))
    found = [_Versions.of(part) for part in parts if len(part["seq"])]
    sizes = dict.fromkeys(LEVELS, 0)
    for part in found:
        for level in part.levels:
            sizes[level] = int(part.seq[part.level == level].max())
    changes = sorted({int(edge) for part in found for edge in np.unique(np.r_[part.since, part.until])
                      if ALWAYS < edge < FOREVER} | {int(ALWAYS)})
    levels = LEVELS[1:] if floors else LEVELS[1:-1]
    trees = tuple(_tree(found, sizes, at, levels) for at in changes)
    return Hierarchy(tuple(changes), trees, sizes)


@dataclass(frozen=True)
class _Versions:
    level: NDArray
    seq: NDArray[np.int64]
    parent: NDArray[np.int64]
    since: NDArray[np.int64]
    until: NDArray[np.int64]

    @property
    def levels(self) -> list[str]:
        return sorted(set(self.level.tolist()))

    @classmethod
    def of(cls, part: dict[str, NDArray]) -> _Versions:
        until = np.ma.filled(np.ma.masked_invalid(np.ma.asarray(part["valid_to"]).astype("datetime64[s]").astype(np.int64)), FOREVER)
        until = np.where(until == np.iinfo(np.int64).min, FOREVER, until)
        return cls(np.asarray(part["level"]).astype(str), np.asarray(part["seq"]).astype(np.int64),
                   np.ma.filled(np.ma.asarray(part["parent_seq"]).astype(np.int64), 0) - 1,
                   np.asarray(part["valid_from"]).astype("datetime64[s]").astype(np.int64), until)


def _tree(parts: list[_Versions], sizes: dict[str, int], at: int, levels: tuple[str, ...]) -> Tree:
    parents = {level: np.empty(0, np.int64) for level in levels}       # a level that nobody handed in has no units
    for part in parts:
        stands = (part.since <= at) & (at < part.until)
        for level in part.levels:
            if level == "city":
                continue
            mine = stands & (part.level == level)
            parent = np.full(sizes[level], -1, np.int64)
            parent[part.seq[mine] - 1] = part.parent[mine]
            parents[level] = parent
    return Tree.of(parents, sizes)
