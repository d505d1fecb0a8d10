"""Which lattice edge carries which road, and how wide its corridor is. Rings, radials, embankments, bridges, canal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.noise import generator
from data.demo.terrain import Terrain
from data.demo.zones import CODE

CLASSES = ("none", "residential", "tertiary", "secondary", "primary", "trunk", "motorway", "canal")
ROAD = {name: number for number, name in enumerate(CLASSES)}
HALF_WIDTH = np.array([2.0, 6.0, 8.0, 12.0, 17.0, 22.0, 28.0, 24.0])  # metres from the line to where plots begin


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Road class per edge. `along[j, i]`: crossing (j, i) to (j, i+1); `up[j, i]`: crossing (j, i) to (j+1, i)."""

    along: np.ndarray
    up: np.ndarray


def lay_lines(terrain: Terrain, zone: np.ndarray) -> Lines:
    """Give every lattice edge its class; open country keeps few roads."""
    n, row = zone.shape[0], terrain.river_row
    rng = generator(terrain.seed, "lines")
    middle = n // 2
    along = np.repeat(_by_line(rng, n, middle)[:, None], n, axis=1)
    up = np.repeat(_by_line(rng, n, middle)[None, :], n, axis=0)
    wild = np.isin(zone, [CODE["farmland"], CODE["hill"], CODE["water"], CODE["village"]])
    hill = zone == CODE["hill"]
    _thin(rng, along, _beside(wild, 0), _beside(hill, 0))
    _thin(rng, up, _beside(wild, 1), _beside(hill, 1))
    up[row] = np.where((up[row] >= ROAD["primary"]) | ((up[row] == ROAD["secondary"]) & (rng.random(n + 1) < 0.35)),
                       up[row], ROAD["none"])
    urban_bank = ~_beside(wild & (zone != CODE["water"]), 0)
    for bank in (row, row + 1):
        along[bank] = np.where(urban_bank[bank], ROAD["secondary"], np.minimum(along[bank], ROAD["tertiary"]))
    for share, name in ((0.15, "primary"), (0.33, "trunk"), (0.66, "motorway")):
        _ring(along, up, middle, round(share * n / 2), ROAD[name])
    _canal(terrain, zone, up)
    return Lines(along, up)


def _by_line(rng: np.random.Generator, n: int, middle: int) -> np.ndarray:
    kind = np.full(n + 1, ROAD["residential"])
    offset = np.arange(n + 1) - middle
    kind[offset % 2 == 0] = ROAD["tertiary"]
    kind[offset % 4 == 2] = ROAD["secondary"]
    kind[offset % 8 == 0] = ROAD["primary"]
    kind[middle] = ROAD["trunk"] if n > 20 else ROAD["primary"]
    kind[[0, n]] = ROAD["none"]
    swap = rng.random(n + 1) < 0.12
    kind[swap & (kind == ROAD["tertiary"])] = ROAD["residential"]
    return kind


def _beside(mask: np.ndarray, axis: int) -> np.ndarray:
    """True for edges whose cells on both sides are in the mask. axis 0: edges along rows; 1: edges up columns."""
    pad = np.pad(mask, ((1, 1), (0, 0)) if axis == 0 else ((0, 0), (1, 1)), constant_values=True)
    return pad[1:] & pad[:-1] if axis == 0 else pad[:, 1:] & pad[:, :-1]


def _thin(rng: np.random.Generator, edges: np.ndarray, wild: np.ndarray, hill: np.ndarray) -> None:
    chance = rng.random(edges.shape)
    edges[wild & (edges == ROAD["residential"]) & (chance < 0.85)] = ROAD["none"]
    edges[wild & (edges == ROAD["tertiary"]) & (chance < 0.45)] = ROAD["none"]
    edges[wild & (edges == ROAD["secondary"])] = ROAD["tertiary"]
    edges[hill & (edges < ROAD["primary"])] = ROAD["none"]


def _ring(along: np.ndarray, up: np.ndarray, middle: int, radius: int, kind: int) -> None:
    n = along.shape[1]
    low, high = middle - radius, middle + radius
    if radius < 1 or low < 1 or high > n - 1:
        return
    for line in (low, high):
        along[line, low:high] = kind
        up[low:high, line] = kind


def _canal(terrain: Terrain, zone: np.ndarray, up: np.ndarray) -> None:
    """A canal follows one column from the lake down to the river, and one from the river south."""
    n = zone.shape[0]
    if n < 20:
        return
    lake_column = int(np.searchsorted(terrain.us, terrain.lake_at[0]))
    lake_row = int(np.searchsorted(terrain.vs, terrain.lake_at[1]))
    up[terrain.river_row + 1 : lake_row, lake_column] = ROAD["canal"]
    south = int(np.searchsorted(terrain.us, 0.17))
    south += (south - n // 2) % 2 == 0
    up[int(n * 0.18) : terrain.river_row, south] = ROAD["canal"]
