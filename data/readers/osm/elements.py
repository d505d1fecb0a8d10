"""Nodes, ways and relations of an extract as arrays, and the shapes made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation: members are (kind, id, role)."""

    id: int
    tags: dict[str, str]
    members: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A node with tags."""

    id: int
    lon: float
    lat: float
    tags: dict[str, str]


@dataclass(slots=True)
class Elements:
    """An extract. node_id and way_id ascend; way w's refs are ref[start[w]:start[w + 1]]."""

    node_id: NDArray[np.int64]
    xy: NDArray[np.float64]
    way_id: NDArray[np.int64]
    start: NDArray[np.int64]
    ref: NDArray[np.int64]
    tags: list[dict[str, str]]
    relations: list[Relation]
    points: list[Point]
    extent: tuple[float, float, float, float] | None = None
    as_of: datetime | None = None
    place: NDArray[np.int64] = field(init=False)
    has: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Look every ref up once: `place` is its row in xy, `has` whether the file holds the node."""
        if len(self.node_id):
            place = np.searchsorted(self.node_id, self.ref)
            self.place = np.minimum(place, len(self.node_id) - 1)
            self.has = self.node_id[self.place] == self.ref
        else:
            self.place, self.has = np.zeros(len(self.ref), np.int64), np.zeros(len(self.ref), bool)

    def way(self, id_: int) -> int | None:
        """Row of a way by id; None when the file does not hold it."""
        at = int(np.searchsorted(self.way_id, id_))
        return at if at < len(self.way_id) and self.way_id[at] == id_ else None

    def length(self, way: int) -> int:
        """How many nodes a way names."""
        return int(self.start[way + 1] - self.start[way])

    def missing(self, way: int) -> int:
        """How many of a way's nodes the file does not hold."""
        return int((~self.has[self.start[way] : self.start[way + 1]]).sum())

    def is_closed(self, way: int) -> bool:
        """True when a way ends on the node it starts with."""
        first, last = self.start[way], self.start[way + 1] - 1
        return last > first and self.ref[first] == self.ref[last]

    def coords(self, way: int) -> NDArray[np.float64]:
        """(n, 2) longitude, latitude of the nodes the file holds."""
        span = slice(self.start[way], self.start[way + 1])
        return self.xy[self.place[span][self.has[span]]]

    def segments(self, way: int) -> list[shapely.LineString]:
        """The way's lines, cut where nodes are missing."""
        span = slice(self.start[way], self.start[way + 1])
        has, place = self.has[span], self.place[span]
        if has.all():
            return [shapely.linestrings(self.xy[place])] if len(place) > 1 else []
        runs = np.split(np.arange(len(has)), np.flatnonzero(np.diff(has.astype(np.int8))) + 1)
        return [shapely.linestrings(self.xy[place[run]]) for run in runs if has[run[0]] and len(run) > 1]

    def lines(self, ways: NDArray[np.int64]) -> NDArray[np.object_]:
        """A LineString per way from the nodes the file holds; None where fewer than two are left."""
        xy, owner, count = self._flat(ways)
        shapes = np.full(len(ways), None, dtype=object)
        good = count >= 2
        if good.any():
            keep = good[owner]
            number = np.cumsum(good) - 1
            shapes[good] = shapely.linestrings(xy[keep], indices=number[owner[keep]])
        return shapes

    def polygons(self, ways: NDArray[np.int64]) -> NDArray[np.object_]:
        """A Polygon per way (closed if need be); None where fewer than three distinct corners are left."""
        xy, owner, count = self._flat(ways)
        last = np.cumsum(count)
        some = count > 0
        closed = np.zeros(len(ways), bool)
        closed[some] = (xy[last[some] - count[some]] == xy[last[some] - 1]).all(axis=1)
        good = count >= np.where(closed, 4, 3)
        shapes = np.full(len(ways), None, dtype=object)
        if good.any():
            keep = good[owner]
            number = np.cumsum(good) - 1
            shapes[good] = shapely.polygons(shapely.linearrings(xy[keep], indices=number[owner[keep]]))
        return shapes

    def _flat(self, ways: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        ways = np.asarray(ways, dtype=np.int64)
        sizes = self.start[ways + 1] - self.start[ways]
        owner = np.repeat(np.arange(len(ways)), sizes)
        at = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(self.start[ways], sizes)
        has = self.has[at]
        owner = owner[has]
        return self.xy[self.place[at[has]]], owner, np.bincount(owner, minlength=len(ways))
