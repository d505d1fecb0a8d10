"""The social tower on the ground: grids of one or two road blocks, gathered into communities, streets, districts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from data.demo.codes import CITY, below, number_within
from data.demo.lines import ROAD, Lines
from data.demo.noise import generator
from data.demo.terrain import Terrain
from data.demo.zones import CODE


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Grids and who they belong to, all 0-based and in code order.

    grid_cell: (grids, 2) first cell (row, column) of each grid; cell_grid: grid of each cell;
    community_of_grid, street_of_community, district_of_street: parents; *_code: rows of bytes; *_shape: metres.
    """

    cell_grid: np.ndarray
    grid_cell: np.ndarray
    grid_zone: np.ndarray
    community_of_grid: np.ndarray
    street_of_community: np.ndarray
    district_of_street: np.ndarray
    grid_code: np.ndarray
    community_code: np.ndarray
    street_code: np.ndarray
    district_code: np.ndarray
    grid_shape: np.ndarray
    community_shape: np.ndarray
    street_shape: np.ndarray
    district_shape: np.ndarray
    city_shape: shapely.Geometry

    @property
    def street_of_grid(self) -> np.ndarray:
        """Street of each grid."""
        return self.street_of_community[self.community_of_grid]


def shake_nodes(terrain: Terrain, lines: Lines) -> np.ndarray:
    """Crossings moved a little so that blocks differ; wide roads and the river stay smooth."""
    n = terrain.size.lattice
    node = terrain.node.copy()
    rng = generator(terrain.seed, "shake")
    widest = np.zeros((n + 1, n + 1), np.int64)
    for j, i in ((0, 0), (0, 1)):
        widest[:, j : n + j] = np.maximum(widest[:, j : n + j], lines.along)
        widest[i : n + i, :] = np.maximum(widest[i : n + i, :], lines.up)
    step = np.linalg.norm(np.diff(node, axis=1), axis=2)
    step = np.minimum(np.pad(step, ((0, 0), (1, 0)), mode="edge"), np.pad(step, ((0, 0), (0, 1)), mode="edge"))
    share = np.array([0.17, 0.15, 0.11, 0.06, 0.025, 0.012, 0.012, 0.06])[widest]
    share[[terrain.river_row, terrain.river_row + 1]] = 0.0
    return node + rng.uniform(-1, 1, node.shape) * np.minimum(share * step, 0.2 * _thinness(node))[..., None]


def _thinness(node: np.ndarray) -> np.ndarray:
    """Metres a crossing may move before a block beside it folds: the least height of its corners' triangles."""
    quad = np.stack([node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]], axis=2)
    ahead, behind = np.roll(quad, -1, axis=2) - quad, np.roll(quad, 1, axis=2) - quad
    cross = ahead[..., 0] * behind[..., 1] - ahead[..., 1] * behind[..., 0]
    longest = np.maximum(np.linalg.norm(ahead, axis=3), np.linalg.norm(behind, axis=3))
    height = (cross / longest).min(axis=2).clip(0)
    wide = np.pad(height, 1, mode="edge")
    return np.minimum(np.minimum(wide[:-1, :-1], wide[:-1, 1:]), np.minimum(wide[1:, :-1], wide[1:, 1:]))


def gather(terrain: Terrain, zone: np.ndarray, lines: Lines, node: np.ndarray) -> Blocks:
    """Join some neighbouring blocks, then split the city top-down into districts, streets, communities."""
    size, n = terrain.size, terrain.size.lattice
    first, second = _join(terrain, zone, lines)
    cell_grid = np.full(n * n, -1)
    cell_grid[first] = np.arange(len(first))
    double = second >= 0
    cell_grid[second[double]] = np.flatnonzero(double)
    shape = _shapes(node, n, first, second)
    centre = shapely.get_coordinates(shapely.centroid(shape))
    row, column = first // n, first % n
    edges = _adjacent(cell_grid.reshape(n, n))
    grid_zone = zone.ravel()[first]
    weight = np.where(np.isin(grid_zone, [CODE["farmland"], CODE["hill"], CODE["water"]]), 0.62, 1.0)
    split = _Splitter(terrain, centre, row, column, weight, edges)
    bank = (row >= terrain.river_row).astype(np.int64)
    district = split(split.shared(bank, size.districts), bank)
    street = split(split.shared(district, size.streets), district)
    community = split(split.shared(street, size.communities), street)
    district = _ordered(district, np.zeros_like(district), centre)
    street = _ordered(street, district, centre)
    community = _ordered(community, street, centre)
    order = np.lexsort((column, -row, community))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    district, street, community = district[order], street[order], community[order]
    shape = shape[order]
    district_of_street = _parent(street, district)
    street_of_community = _parent(community, street)
    district_code = below(np.frombuffer(CITY[:4].encode(), np.uint8)[None].repeat(district.max() + 1, 0),
                          np.arange(1, district.max() + 2), 2)
    street_code = below(district_code[district_of_street], number_within(district_of_street), 3)
    community_code = below(street_code[street_of_community], number_within(street_of_community), 3)
    grid_code = below(community_code[community], number_within(community), 3)
    community_shape = _union(shape, community)
    street_shape = _union(community_shape, street_of_community)
    district_shape = _union(street_shape, district_of_street)
    return Blocks(rank[cell_grid].reshape(n, n), np.stack([row, column], 1)[order], grid_zone[order], community,
                  street_of_community, district_of_street, grid_code, community_code, street_code, district_code,
                  shape, community_shape, street_shape, district_shape, shapely.coverage_union_all(district_shape))


def _join(terrain: Terrain, zone: np.ndarray, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """First and second cell (flat) of each grid; second −1 when it has one cell."""
    n = zone.shape[0]
    rng = generator(terrain.seed, "join")
    flat = np.arange(n * n).reshape(n, n)
    partner, taken = np.full((n, n), -1), np.zeros((n, n), bool)
    share = np.where(zone == CODE["farmland"], 0.34, np.where(zone == CODE["suburb"], 0.22, 0.1))
    share[np.isin(zone, [CODE["hill"]])] = 0.3
    phase = rng.integers(0, 2, n)
    same = zone[:, :-1] == zone[:, 1:]
    even = (np.arange(n - 1)[None, :] + phase[:, None]) % 2 == 0
    ok = same & even & (lines.up[:, 1:-1] <= ROAD["residential"]) & (rng.random((n, n - 1)) < share[:, :-1])
    partner[:, :-1][ok] = flat[:, 1:][ok]
    taken[:, :-1] |= ok
    taken[:, 1:] |= ok
    phase = rng.integers(0, 2, n)
    even = (np.arange(n - 1)[:, None] + phase[None, :]) % 2 == 0
    ok = (zone[:-1] == zone[1:]) & even & (lines.along[1:-1] <= ROAD["residential"])
    ok &= ~taken[:-1] & ~taken[1:] & (rng.random((n - 1, n)) < share[:-1])
    partner[:-1][ok] = flat[1:][ok]
    second = np.zeros(n * n, bool)
    second[partner[partner >= 0]] = True
    first = np.flatnonzero(~second)
    for a in first[partner.ravel()[first] >= 0]:
        b = partner.ravel()[a]
        if b == a + 1:
            lines.up[a // n, a % n + 1] = ROAD["none"]
        else:
            lines.along[a // n + 1, a % n] = ROAD["none"]
    return first, partner.ravel()[first]


def _shapes(node: np.ndarray, n: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    j, i = first // n, first % n
    shape = np.empty(len(first), object)
    wide, tall = second == first + 1, second == first + n
    for mask, corners in (
        (second < 0, ((0, 0), (0, 1), (1, 1), (1, 0))),
        (wide, ((0, 0), (0, 1), (0, 2), (1, 2), (1, 1), (1, 0))),
        (tall, ((0, 0), (0, 1), (1, 1), (2, 1), (2, 0), (1, 0))),
    ):
        if mask.any():
            ring = np.stack([node[j[mask] + a, i[mask] + b] for a, b in corners], axis=1)
            shape[mask] = shapely.polygons(ring)
    return shape


def _adjacent(cell: np.ndarray) -> np.ndarray:
    pairs = np.vstack([np.stack([cell[:, :-1].ravel(), cell[:, 1:].ravel()], 1),
                       np.stack([cell[:-1].ravel(), cell[1:].ravel()], 1)])
    return pairs[pairs[:, 0] != pairs[:, 1]]


def _union(shape: np.ndarray, group: np.ndarray) -> np.ndarray:
    order = np.argsort(group, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(group[order])) + 1, len(order)]
    return np.array([shapely.coverage_union_all(shape[order[a:b]]) for a, b in pairwise(starts)])


def _parent(child: np.ndarray, parent: np.ndarray) -> np.ndarray:
    out = np.zeros(child.max() + 1, np.int64)
    out[child] = parent
    return out


def _ordered(label: np.ndarray, parent: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Labels renumbered parent by parent, inside a parent from north-west to south-east."""
    count = label.max() + 1
    size = np.bincount(label, minlength=count)
    x = np.bincount(label, centre[:, 0], count) / size
    y = np.bincount(label, centre[:, 1], count) / size
    order = np.lexsort((x - y, _parent(label, parent)))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank[label]


class _Splitter:
    """Halves sets of grids along roads until each set has its share, and keeps every part in one piece."""

    def __init__(self, terrain: Terrain, centre: np.ndarray, row: np.ndarray, column: np.ndarray,
                 weight: np.ndarray, edges: np.ndarray) -> None:
        rng = generator(terrain.seed, "split")
        wave = rng.uniform(0.25, 0.6, 2)
        self.keys = (column + 1.1 * np.sin(row * wave[0]), row + 1.1 * np.sin(column * wave[1] + 2))
        self.centre, self.weight, self.edges = centre, weight, edges

    def shared(self, parent: np.ndarray, total: int) -> np.ndarray:
        """How many children each parent gets: by weight, at least one, exactly `total`."""
        load = np.bincount(parent, self.weight)
        room = np.bincount(parent)
        count = np.minimum(np.maximum(1, np.floor(load / load.sum() * total).astype(int)), room)
        while count.sum() < total:
            count[np.argmax(np.where(count < room, load / count, -1))] += 1
        while count.sum() > total:
            count[np.argmin(np.where(count > 1, load / count, np.inf))] -= 1
        return count

    def __call__(self, count: np.ndarray, parent: np.ndarray) -> np.ndarray:
        """Label of each grid after splitting parent p into count[p] parts."""
        label = np.zeros(len(parent), np.int64)
        order = np.argsort(parent, kind="stable")
        work = [(part, int(k)) for part, k in
                zip(np.split(order, np.flatnonzero(np.diff(parent[order])) + 1), count, strict=True)]
        done = 0
        while work:
            part, k = work.pop()
            if k == 1:
                label[part] = done
                done += 1
                continue
            spread = self.centre[part].std(axis=0)
            key = self.keys[0 if spread[0] >= spread[1] else 1][part]
            part = part[np.argsort(key, kind="stable")]
            k1 = k // 2
            load = np.cumsum(self.weight[part])
            cut = int(np.searchsorted(load, load[-1] * k1 / k))
            cut = min(max(cut, k1), len(part) - (k - k1))
            work += [(part[:cut], k1), (part[cut:], k - k1)]
        return self._mend(label, parent)

    def _mend(self, label: np.ndarray, parent: np.ndarray) -> np.ndarray:
        """Give stray pieces to a neighbouring part of the same parent."""
        a, b = self.edges.T
        inside = parent[a] == parent[b]
        for _ in range(12):
            same = label[a] == label[b]
            graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(len(label),) * 2)
            count, piece = connected_components(graph, directed=False)
            size = np.bincount(piece)
            main = np.zeros(label.max() + 1, np.int64)
            order = np.lexsort((-piece, size[piece]))
            main[label[order]] = piece[order]
            stray = piece != main[label]
            if not stray.any() or count == label.max() + 1:
                break
            for s, t in ((a, b), (b, a)):
                move = inside & stray[s] & ~stray[t]
                label[s[move]] = label[t[move]]
        return label
