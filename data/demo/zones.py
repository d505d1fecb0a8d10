"""What each road block is for: centre, old town, suburb, industry, harbour, village, park, hill, farmland, water."""

from __future__ import annotations

import numpy as np

from data.demo.noise import field, generator
from data.demo.terrain import Terrain

ZONES = ("centre", "old_town", "mixed", "suburb", "industry", "harbour", "campus", "village", "park", "hill",
         "farmland", "water")
CODE = {name: number for number, name in enumerate(ZONES)}
CENTRES = ((0.075, -0.045, 0.062), (-0.045, 0.19, 0.036), (0.30, -0.22, 0.03), (-0.33, -0.20, 0.026))
OLD_TOWN = (-0.105, -0.03, 0.085)
SUBCENTRES = ((0.66, 0.30, 0.10), (-0.62, 0.52, 0.10), (0.40, -0.68, 0.11), (-0.70, -0.38, 0.10), (0.12, 0.70, 0.10),
              (-0.2, -0.74, 0.08), (0.74, -0.26, 0.09))


def lay_zones(terrain: Terrain) -> np.ndarray:
    """Zone code of each cell, shape (rows, columns)."""
    seed, k = terrain.seed, terrain.size.spread
    u, v = np.meshgrid((terrain.us[1:] + terrain.us[:-1]) / 2, (terrain.vs[1:] + terrain.vs[:-1]) / 2)
    rng = generator(seed, "zones")
    chance = rng.random(u.shape)
    r = np.hypot(u, v)
    wide, fine = field(seed, "wide", u, v, 0.5), field(seed, "fine", u, v, 0.14)

    def near(at: tuple[float, float, float], factor: float = 1.0) -> np.ndarray:
        return np.hypot(u - at[0], v - at[1]) / (at[2] * k * factor)

    urban = 0.61 - r + 0.10 * wide + 0.05 * fine
    for at in SUBCENTRES:
        urban += 0.42 * np.exp(-(near(at) ** 2))
    zone = np.full(u.shape, CODE["farmland"])
    hill = field(seed, "hill", u, v, 0.75) * 0.55 + 0.16 * fine + (r - 0.86) * 1.0 - 0.35 * (np.abs(v - 0.075) < 0.14)
    is_urban = urban > 0
    zone[(hill > 0.27) & ~is_urban] = CODE["hill"]
    rural = (zone == CODE["farmland"]) & ~is_urban
    zone[rural & (field(seed, "village", u, v, 0.06) + 0.9 * chance > 1.18)] = CODE["village"]
    zone[rural & (urban > -0.06) & (chance < 0.3)] = CODE["village"]
    zone[is_urban] = CODE["suburb"]
    works = field(seed, "works", u, v, 0.3)
    zone[is_urban & (works > 0.42) & (r > 0.26)] = CODE["industry"]
    mixed = is_urban & (r < 0.27 + 0.06 * wide + 0.05 * fine)
    for at in SUBCENTRES:
        mixed |= is_urban & (near(at) < 0.34)
    zone[mixed] = CODE["mixed"]
    zone[is_urban & (np.abs(wide) < 0.05) & (zone == CODE["suburb"]) & (chance < 0.5)] = CODE["mixed"]
    for at in ((0.24, 0.30, 0.05), (-0.30, -0.36, 0.04)):
        zone[near(at) < 1] = CODE["campus"]
    zone[(near(OLD_TOWN) < 1 + 0.2 * fine)] = CODE["old_town"]
    for at in CENTRES:
        zone[(near(at) < 1 + 0.15 * fine)] = CODE["centre"]
    zone[is_urban & (chance > 0.972) & (zone != CODE["old_town"])] = CODE["park"]
    row = terrain.river_row
    rows = np.arange(u.shape[0])[:, None]
    bank = np.abs(rows - row) == 1
    harbour = (np.abs(rows - row) <= 3) & (rows < row) & (u > 0.40) & (u < 0.62)
    zone[harbour] = CODE["harbour"]
    zone[bank & is_urban & ~harbour & (chance < 0.38)] = CODE["park"]
    grow = 1.0 if terrain.size.lattice > 20 else 2.0
    lake = np.hypot((u - terrain.lake_at[0]) / 0.068, (v - terrain.lake_at[1]) / 0.052) < grow
    zone[lake] = CODE["park"]
    zone[row, :] = CODE["water"]
    return zone
