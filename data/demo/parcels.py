"""Plots: what is left of a road block between its roads, cut into estates by lanes. All plots are quadrilaterals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.blocks import Blocks
from data.demo.lines import HALF_WIDTH, Lines
from data.demo.noise import generator
from data.demo.terrain import Terrain
from data.demo.zones import CODE

# (columns, rows, lane half-width in metres) of the ways a block of each zone is cut, drawn with equal chance
CUTS = {
    "centre": ((2, 2, 6.0), (2, 1, 6.0), (2, 2, 6.0)),
    "old_town": ((3, 3, 2.5), (2, 4, 2.5), (3, 4, 2.5), (4, 2, 2.5)),
    "mixed": ((2, 2, 4.5), (1, 2, 4.5), (2, 1, 4.5), (2, 2, 4.5)),
    "suburb": ((1, 1, 4.0), (2, 1, 4.0), (1, 2, 4.0), (2, 2, 4.0)),
    "industry": ((1, 1, 6.0), (2, 1, 6.0), (1, 2, 6.0)),
    "harbour": ((1, 1, 6.0), (2, 1, 6.0)),
    "campus": ((2, 2, 4.0), (1, 2, 4.0)),
    "village": ((1, 1, 2.0),),
    "park": ((1, 1, 2.0),),
    "hill": ((1, 1, 2.0),),
    "farmland": ((3, 2, 1.0), (2, 3, 1.0), (2, 2, 1.0), (3, 3, 1.0), (4, 2, 1.0)),
    "water": ((1, 1, 0.0),),
}


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Plots with their grid and zone. `corner`: (n, 4, 2) metres, counter-clockwise; `lane`: (m, 2, 2) inner roads."""

    corner: np.ndarray
    grid: np.ndarray
    zone: np.ndarray
    lane: np.ndarray
    lane_zone: np.ndarray

    def __len__(self) -> int:
        return len(self.grid)


def cut_parcels(terrain: Terrain, zone: np.ndarray, lines: Lines, node: np.ndarray, blocks: Blocks) -> Parcels:
    """Take the road corridors off every block and cut what is left."""
    n = zone.shape[0]
    quad = np.stack([node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]], axis=2).reshape(n * n, 4, 2)
    half = np.stack([lines.along[:-1], lines.up[:, 1:], lines.along[1:], lines.up[:, :-1]], axis=2).reshape(n * n, 4)
    rng = generator(terrain.seed, "parcels")
    cell_zone, cell_grid = zone.ravel(), blocks.cell_grid.ravel()
    plot = inset(quad, HALF_WIDTH[half] + 1.5)
    pick = rng.random(n * n)
    corners, grids, zones, lanes, lane_zones = [], [], [], [], []
    for name, cuts in CUTS.items():
        mine = np.flatnonzero(cell_zone == CODE[name])
        which = (pick[mine] * len(cuts)).astype(int)
        for number, (columns, rows, lane_m) in enumerate(cuts):
            cell = mine[which == number]
            if not len(cell):
                continue
            fu = _cuts(rng, len(cell), columns)
            fv = _cuts(rng, len(cell), rows)
            for a in range(columns):
                for b in range(rows):
                    part = _patch(plot[cell], fu[:, a], fu[:, a + 1], fv[:, b], fv[:, b + 1])
                    width = np.zeros((len(cell), 4))
                    width[:, 0], width[:, 1] = lane_m * (b > 0), lane_m * (a < columns - 1)
                    width[:, 2], width[:, 3] = lane_m * (b < rows - 1), lane_m * (a > 0)
                    corners.append(inset(part, width))
                    grids.append(cell_grid[cell])
                    zones.append(cell_zone[cell])
            for f in fu[:, 1:-1].T:
                lanes.append(np.stack([_at(quad[cell], f, 0.0), _at(quad[cell], f, 1.0)], 1))
                lane_zones.append(cell_zone[cell])
            for f in fv[:, 1:-1].T:
                lanes.append(np.stack([_at(quad[cell], 0.0, f), _at(quad[cell], 1.0, f)], 1))
                lane_zones.append(cell_zone[cell])
    corner, grid, kind = np.concatenate(corners), np.concatenate(grids), np.concatenate(zones)
    good = _area(corner) > 250.0
    return Parcels(corner[good], grid[good], kind[good], np.concatenate(lanes), np.concatenate(lane_zones))


def inset(quad: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Quadrilaterals (n, 4, 2) with side k moved inwards by width[:, k] metres; collapsed ones come out turned over."""
    side = np.roll(quad, -1, axis=1) - quad
    length = np.linalg.norm(side, axis=2, keepdims=True) + 1e-9
    normal = np.stack([-side[..., 1], side[..., 0]], axis=-1) / length
    start = quad + normal * width[..., None]
    before_start, before_side = np.roll(start, 1, axis=1), np.roll(side, 1, axis=1)
    cross = before_side[..., 0] * side[..., 1] - before_side[..., 1] * side[..., 0]
    cross = np.where(np.abs(cross) < 1e-6, 1e-6, cross)
    gap = start - before_start
    t = (gap[..., 0] * side[..., 1] - gap[..., 1] * side[..., 0]) / cross
    return before_start + before_side * t[..., None]


def _cuts(rng: np.random.Generator, count: int, parts: int) -> np.ndarray:
    inner = (np.arange(1, parts) + rng.uniform(-0.14, 0.14, (count, parts - 1))) / parts
    return np.hstack([np.zeros((count, 1)), inner, np.ones((count, 1))])


def _at(quad: np.ndarray, s: np.ndarray | float, t: np.ndarray | float) -> np.ndarray:
    s, t = np.asarray(s)[..., None], np.asarray(t)[..., None]
    return (quad[:, 0] * (1 - s) + quad[:, 1] * s) * (1 - t) + (quad[:, 3] * (1 - s) + quad[:, 2] * s) * t


def _patch(quad: np.ndarray, s0: np.ndarray, s1: np.ndarray, t0: np.ndarray, t1: np.ndarray) -> np.ndarray:
    return np.stack([_at(quad, s0, t0), _at(quad, s1, t0), _at(quad, s1, t1), _at(quad, s0, t1)], axis=1)


def _area(quad: np.ndarray) -> np.ndarray:
    x, y = quad[..., 0], quad[..., 1]
    return 0.5 * (x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)
