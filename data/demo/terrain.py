"""The ground: a lattice of road crossings bent over the plain, the river in one row of it, a lake, an island.

The lattice is square in (u, v) ∈ [−1, 1]² and bent so that squares round the centre become rings: fine in the
middle, coarse outside, wavy everywhere. Every unit's boundary is made of lattice edges, so children tile their
parents exactly. x, y are metres east and north of the centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo.noise import field, generator
from data.demo.size import Size

LON, LAT = 118.2, 30.6
_M_PER_DEGREE = 111_320.0
_LON_SCALE = _M_PER_DEGREE * np.cos(np.radians(LAT))
_TURN = np.radians(9.0)


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """Crossings and waters. `node`: (n+1, n+1, 2) metres; `us`, `vs`: lattice lines; `river_row`: its row of cells."""

    seed: int
    size: Size
    us: np.ndarray
    vs: np.ndarray
    node: np.ndarray
    river_row: int
    river: shapely.Geometry
    lake: shapely.Geometry
    island: shapely.Geometry
    lake_at: tuple[float, float]

    @property
    def water(self) -> shapely.Geometry:
        """All open water but the canal."""
        return shapely.union(self.river, self.lake)

    def bend(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Metres of lattice positions (…, 2)."""
        return bend(self.seed, self.size.half_m, u, v)


def lonlat(xy: np.ndarray) -> np.ndarray:
    """Degrees (EPSG:4326) of metres round the centre; affine, so straight edges stay straight."""
    return np.stack([LON + xy[..., 0] / _LON_SCALE, LAT + xy[..., 1] / _M_PER_DEGREE], axis=-1)


def geometry_lonlat(geometry: np.ndarray) -> np.ndarray:
    """Geometries in metres as geometries in degrees."""
    return shapely.transform(geometry, lonlat)


def raise_terrain(seed: int, size: Size) -> Terrain:
    """Lay the lattice and the waters of a city of this size."""
    n = size.lattice
    rng = generator(seed, "lattice")
    row = round(n * 0.545)
    us = _lines(rng.uniform(0.72, 1.28, n))
    steps = rng.uniform(0.72, 1.28, n)
    steps[row] = 2.3 if n > 20 else 1.4
    vs = _lines(steps)
    vs -= (vs[row] + vs[row + 1]) / 2 - 0.075
    vs = np.interp(vs, [vs[0], 0.075, vs[-1]], [-1.0, 0.075, 1.0])
    uu, vv = np.meshgrid(us, vs)
    node = bend(seed, size.half_m, uu, vv)
    lake_at = (-0.36, 0.33)
    river, island = _river(seed, size, vs[row], vs[row + 1])
    lake = _blob(seed, size, lake_at, 0.045, 0.03)
    return Terrain(seed, size, us, vs, node, row, river, lake, island, lake_at)


def bend(seed: int, half_m: float, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Lattice position → metres. Squares become rings outwards; then turned and waved without folding."""
    ring, length = np.maximum(np.abs(u), np.abs(v)), np.hypot(u, v) + 1e-12
    t = np.clip((ring - 0.12) / 0.7, 0, 1)
    weight = 0.82 * t * t * (3 - 2 * t)
    scale = (1 - weight) + weight * ring / length
    x, y = u * scale, v * scale
    grown = 0.52 + 0.48 * np.hypot(x, y) ** 1.3
    x, y = x * grown, y * grown
    x, y = x * np.cos(_TURN) - y * np.sin(_TURN), x * np.sin(_TURN) + y * np.cos(_TURN)
    y = y + 0.046 * np.sin(5.6 * x + 0.7) + 0.005 * np.sin(13.0 * x + 2.1)  # the river's bends: a shear cannot fold
    x = x + 0.02 * np.sin(4.6 * y + 1.3)
    dx, dy = np.zeros_like(x), np.zeros_like(y)
    for wave, size in ((0.95, 0.034), (0.4, 0.0105), (0.13, 0.0022)):
        dx += size * field(seed, f"bend x {wave}", x, y, wave)
        dy += size * 1.25 * field(seed, f"bend y {wave}", x, y, wave)
    return np.stack([(x + dx) * half_m, (y + dy) * half_m], axis=-1)


def _lines(steps: np.ndarray) -> np.ndarray:
    position = np.r_[0, np.cumsum(steps)]
    return position / position[-1] * 2 - 1


def _river(seed: int, size: Size, low: float, high: float) -> tuple[shapely.Geometry, shapely.Geometry]:
    """The river fills its row of cells up to the embankments; an island lies where it is calm."""
    u = np.linspace(-1.0, 1.0, 700)
    width = high - low
    wave = field(seed, "bank", u * 9, np.zeros_like(u), 1.0)
    south = bend(seed, size.half_m, u, low + width * (0.13 + 0.05 * wave))
    north = bend(seed, size.half_m, u, high - width * (0.13 - 0.05 * wave))
    ui = np.linspace(0, np.pi * 2, 90)
    along = 0.055 if size.lattice > 20 else 0.16
    ring = bend(seed, size.half_m, -0.19 + along * np.cos(ui),
                (low + high) / 2 + width * 0.2 * np.sin(ui) * (1 + 0.3 * np.cos(ui)))
    island = shapely.polygons(ring)
    river = shapely.polygons(np.vstack([south, north[::-1]]))
    return shapely.make_valid(shapely.difference(river, island)), island


def _blob(seed: int, size: Size, at: tuple[float, float], ru: float, rv: float) -> shapely.Geometry:
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = 1 + 0.22 * np.sin(3 * angle + 1) + 0.12 * np.sin(5 * angle + seed)
    grow = 1.0 if size.lattice > 20 else 2.2
    return shapely.polygons(bend(seed, size.half_m, at[0] + grow * ru * radius * np.cos(angle),
                                 at[1] + grow * rv * radius * np.sin(angle)))
