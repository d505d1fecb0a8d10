"""The buildings: planned by zone, kept where they fit their plot, clear of water, rails and each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from data.demo.codes import number_within
from data.demo.footprints import draw
from data.demo.layouts import Plan, frame, fronts, rows, towers
from data.demo.noise import generator
from data.demo.parcels import Parcels
from data.demo.terrain import Terrain
from data.demo.zones import CENTRES, CODE

USES = ("office", "retail", "hotel", "residential", "courtyard", "village_house", "industrial", "warehouse", "school",
        "hospital", "civic", "transport")
USE = {name: number for number, name in enumerate(USES)}
STOREY_M = np.array([4.1, 4.8, 3.6, 3.0, 3.4, 3.2, 6.5, 8.0, 3.7, 3.9, 4.2, 6.0])


@dataclass(frozen=True, slots=True, eq=False)
class Buildings:
    """Standing buildings in code order. `grid`: 0-based; `number`: within the grid from 1; `shape`: metres."""

    grid: np.ndarray
    number: np.ndarray
    zone: np.ndarray
    parcel: np.ndarray
    use: np.ndarray
    floors: np.ndarray
    basement: np.ndarray
    height_m: np.ndarray
    area_m2: np.ndarray
    point: np.ndarray
    shape: np.ndarray

    def __len__(self) -> int:
        return len(self.grid)


def build_buildings(terrain: Terrain, parcels: Parcels, tracks: shapely.Geometry,
                    grids: tuple[int, int] | None = None) -> Buildings:
    """Plan and set down all buildings, or those of the grids in [first, last)."""
    seed, size = terrain.seed, terrain.size
    rng = generator(seed, "buildings", *(grids or ()))
    mine = np.arange(len(parcels))
    if grids is not None:
        mine = np.flatnonzero((parcels.grid >= grids[0]) & (parcels.grid < grids[1]))
    plan = Plan.join([p for p in _plans(rng, terrain, parcels, mine) if len(p.parcel)])
    plan = plan.keep(rng.random(len(plan.parcel)) < size.fill)
    plan.floors = np.maximum(1, np.round(plan.floors * size.rise)).astype(np.int64)
    shape = draw(plan.shape, plan.centre, plan.length, plan.depth, plan.angle, plan.hole)
    plots = shapely.polygons(parcels.corner)
    fits = shapely.within(shape, plots[plan.parcel])
    plan, shape = plan.keep(fits), shape[fits]
    wet = shapely.union(terrain.water, tracks)
    shapely.prepare(wet)
    dry = ~shapely.intersects(wet, shape)
    plan, shape = plan.keep(dry), shape[dry]
    free = _apart(shape)
    plan, shape = plan.keep(free), shape[free]
    grid = parcels.grid[plan.parcel]
    order = np.lexsort((plan.parcel, grid))
    plan, shape, grid = plan.keep(order), shape[order], grid[order]
    height = plan.floors * STOREY_M[plan.use] + 1.2
    return Buildings(grid, number_within(grid), parcels.zone[plan.parcel], plan.parcel, plan.use, plan.floors,
                     plan.basement, np.round(height, 1), shapely.area(shape),
                     shapely.get_coordinates(shapely.point_on_surface(shape)), shape)


def _apart(shape: np.ndarray) -> np.ndarray:
    """False for buildings that stand in an earlier one."""
    tree = shapely.STRtree(shape)
    a, b = tree.query(shape, predicate="intersects")
    pair = a > b
    a, b = a[pair], b[pair]
    keep = np.ones(len(shape), bool)
    clash = shapely.area(shapely.intersection(shape[a], shape[b])) > 0.5 if len(a) else np.zeros(0, bool)
    order = np.lexsort((b[clash], a[clash]))
    for late, early in zip(a[clash][order], b[clash][order], strict=True):
        if keep[early]:
            keep[late] = False
    return keep


def _plans(rng: np.random.Generator, terrain: Terrain, parcels: Parcels, mine: np.ndarray) -> list[Plan]:
    zone = parcels.zone[mine]
    pick = rng.random(len(mine))

    def of(name: str, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        return mine[(zone == CODE[name]) & (pick >= low) & (pick < high)]

    return [
        *_centre(rng, terrain, parcels, of("centre")),
        *_old_town(rng, parcels, of("old_town")),
        *_mixed(rng, parcels, of("mixed", 0, 0.34), of("mixed", 0.34, 0.62), of("mixed", 0.62, 0.90),
                of("mixed", 0.90, 0.96)),
        *_suburb(rng, parcels, of("suburb", 0, 0.42), of("suburb", 0.42, 0.78), of("suburb", 0.78, 0.90),
                 of("suburb", 0.90, 0.95)),
        *_works(rng, parcels, of("industry"), of("harbour")),
        *_campus(rng, parcels, np.r_[of("campus"), of("suburb", 0.95, 0.985), of("mixed", 0.96, 1.0)]),
        *_village(rng, parcels, of("village"), of("farmland", 0, 0.012)),
    ]


def _spread(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    return rng.uniform(low, high, n)


def _centre(rng: np.random.Generator, terrain: Terrain, parcels: Parcels, mine: np.ndarray) -> list[Plan]:
    at = frame(parcels.corner[mine], face_south=False)
    best = np.zeros(len(mine))
    for number, (u, v, r) in enumerate(CENTRES):
        centre = terrain.bend(np.array([u]), np.array([v]))[0]
        reach = r * terrain.size.half_m * terrain.size.spread * 0.62
        peak = 76 if number == 0 else 48
        best = np.maximum(best, peak * np.exp(-((np.linalg.norm(at.middle - centre, axis=1) / reach) ** 2)))
    tall = (10 + best * rng.uniform(0.45, 1.0, len(mine))).astype(int).clip(9, 80)
    plan = towers(rng, mine, at, tall)
    half = len(mine)
    plan.use[:half] = USE["retail"]
    plan.use[half:] = np.where(rng.random(half) < 0.16, USE["hotel"], USE["office"])
    beside = fronts(rng, mine, at, 34.0, 15.0, drop=0.5)
    beside.floors = rng.integers(6, 16, len(beside.parcel))
    beside.basement = rng.integers(1, 3, len(beside.parcel))
    beside.use[:] = np.where(rng.random(len(beside.parcel)) < 0.6, USE["office"], USE["retail"])
    return [plan, beside]


def _old_town(rng: np.random.Generator, parcels: Parcels, mine: np.ndarray) -> list[Plan]:
    at, n = frame(parcels.corner[mine], face_south=True), len(mine)
    plan = rows(rng, mine, at, _spread(rng, n, 13, 19), _spread(rng, n, 11, 16), _spread(rng, n, 1.5, 4),
                _spread(rng, n, 2.5, 5), shapes={"court": 0.4, "l": 0.2, "u": 0.15, "slab": 0.25}, drop=0.08,
                shift=0.5, turn=0.03, vary=0.12)
    plan.floors = rng.choice([1, 2, 3], len(plan.parcel), p=[0.5, 0.4, 0.1])
    plan.use[:] = np.where(rng.random(len(plan.parcel)) < 0.14, USE["retail"], USE["courtyard"])
    return [plan]


def _mixed(rng: np.random.Generator, parcels: Parcels, street: np.ndarray, towers_: np.ndarray, slabs: np.ndarray,
           special: np.ndarray) -> list[Plan]:
    at = frame(parcels.corner[street], face_south=False)
    front = fronts(rng, street, at, 40.0, 15.0, drop=0.14)
    front.floors = rng.choice([4, 5, 6, 7, 8, 11], len(front.parcel), p=[0.15, 0.2, 0.3, 0.2, 0.1, 0.05])
    front.use[:] = rng.choice([USE["residential"], USE["retail"], USE["office"]], len(front.parcel), p=[0.55, 0.25, 0.2])
    inner_at = frame(parcels.corner[street], face_south=True)
    n = len(street)
    inner = rows(rng, street, inner_at.smaller(26.0), _spread(rng, n, 36, 52), np.full(n, 13.0), _spread(rng, n, 8, 14),
                 _spread(rng, n, 18, 26), shapes={"slab": 0.5, "notched": 0.5}, drop=0.1)
    inner.floors = (6 + 2 * (street[_where(street, inner.parcel)] % 3)).astype(np.int64)
    inner.use[:] = USE["residential"]
    at, n = frame(parcels.corner[towers_], face_south=True), len(towers_)
    tall = rows(rng, towers_, at.smaller(6.0), _spread(rng, n, 26, 34), _spread(rng, n, 20, 26), _spread(rng, n, 20, 34),
                _spread(rng, n, 30, 44), shapes={"notched": 0.35, "cross": 0.3, "cut": 0.15, "slab": 0.2}, drop=0.06)
    height = rng.integers(18, 33, n)
    tall.floors = height[_where(towers_, tall.parcel)] + rng.integers(-2, 1, len(tall.parcel))
    tall.basement = np.full(len(tall.parcel), 2)
    tall.use[:] = np.where(rng.random(n)[_where(towers_, tall.parcel)] < 0.28, USE["office"], USE["residential"])
    return [front, inner, tall, *_slabs(rng, parcels, slabs, 6, 12), *_special(rng, parcels, special)]


def _suburb(rng: np.random.Generator, parcels: Parcels, slabs: np.ndarray, high: np.ndarray, villas: np.ndarray,
            special: np.ndarray) -> list[Plan]:
    at, n = frame(parcels.corner[villas], face_south=True), len(villas)
    villa = rows(rng, villas, at.smaller(8.0), _spread(rng, n, 22, 34), np.full(n, 12.0), _spread(rng, n, 9, 14),
                 _spread(rng, n, 18, 24), shapes={"stepped": 0.5, "t": 0.2, "l": 0.3}, drop=0.05, shift=0.8, turn=0.02,
                 bow=3.0)
    villa.floors = rng.integers(3, 5, len(villa.parcel))
    villa.use[:] = USE["residential"]
    return [*_slabs(rng, parcels, slabs, 5, 9), *_slabs(rng, parcels, high, 11, 25), villa,
            *_special(rng, parcels, special)]


def _slabs(rng: np.random.Generator, parcels: Parcels, mine: np.ndarray, low: int, high: int) -> list[Plan]:
    """A gated estate: parallel slabs facing south, spaced by their height, shops at the gate side."""
    at, n = frame(parcels.corner[mine], face_south=True), len(mine)
    storeys = rng.integers(low, high, n)
    plan = rows(rng, mine, at.smaller(10.0), _spread(rng, n, 42, 68) - (storeys > 11) * 12, 12.5 + storeys * 0.16,
                _spread(rng, n, 10, 16) + (storeys > 11) * 8, (storeys * 3.0 * 1.02).clip(16, 44),
                shapes={"notched": 0.62, "slab": 0.26, "stepped": 0.12}, drop=0.05)
    who = _where(mine, plan.parcel)
    plan.floors = storeys[who] + rng.choice([0, 0, 0, -1, 1], len(who))
    plan.basement = (storeys[who] > 9) * 1 + (storeys[who] > 17) * 1
    plan.use[:] = USE["residential"]
    shop = fronts(rng, mine, at, 46.0, 9.0, drop=0.86)
    shop.floors = rng.integers(1, 4, len(shop.parcel))
    shop.use[:] = USE["retail"]
    return [plan, shop]


def _special(rng: np.random.Generator, parcels: Parcels, mine: np.ndarray) -> list[Plan]:
    """Hospitals, malls and public houses: few and large."""
    at, n = frame(parcels.corner[mine], face_south=False), len(mine)
    plan = rows(rng, mine, at.smaller(16.0), _spread(rng, n, 55, 85), _spread(rng, n, 40, 60), np.full(n, 24.0),
                np.full(n, 26.0), shapes={"u": 0.3, "t": 0.2, "cut": 0.1, "court": 0.2, "podium": 0.2}, drop=0.1)
    kind = rng.choice([USE["hospital"], USE["retail"], USE["civic"]], n, p=[0.3, 0.4, 0.3])
    plan.use = kind[_where(mine, plan.parcel)]
    plan.floors = rng.integers(3, 13, len(plan.parcel))
    plan.basement = np.ones(len(plan.parcel), np.int64)
    plan.hole = np.stack([-plan.length * 0.15, -plan.depth * 0.15, plan.length * 0.15, plan.depth * 0.15], axis=1)
    return [plan]


def _works(rng: np.random.Generator, parcels: Parcels, industry: np.ndarray, harbour: np.ndarray) -> list[Plan]:
    at, n = frame(parcels.corner[industry], face_south=False), len(industry)
    hall = rows(rng, industry, at.smaller(14.0), _spread(rng, n, 60, 140), _spread(rng, n, 28, 56),
                _spread(rng, n, 14, 26), _spread(rng, n, 14, 24), shapes={"slab": 0.66, "stepped": 0.2, "l": 0.14},
                drop=0.14, vary=0.06)
    hall.floors = rng.choice([1, 2, 3, 4], len(hall.parcel), p=[0.6, 0.22, 0.12, 0.06])
    hall.use[:] = USE["industrial"]
    at, n = frame(parcels.corner[harbour], face_south=False), len(harbour)
    shed = rows(rng, harbour, at.smaller(12.0), _spread(rng, n, 110, 170), _spread(rng, n, 32, 44),
                np.full(n, 22.0), np.full(n, 28.0), shapes={"slab": 1.0}, drop=0.1)
    shed.floors[:] = 1
    shed.use[:] = USE["warehouse"]
    return [hall, shed]


def _campus(rng: np.random.Generator, parcels: Parcels, mine: np.ndarray) -> list[Plan]:
    at, n = frame(parcels.corner[mine], face_south=True), len(mine)
    plan = rows(rng, mine, at.smaller(18.0), _spread(rng, n, 56, 78), _spread(rng, n, 30, 46), _spread(rng, n, 24, 36),
                _spread(rng, n, 26, 38), shapes={"u": 0.34, "l": 0.22, "t": 0.14, "slab": 0.3}, drop=0.28, shift=2.0)
    plan.floors = rng.integers(3, 8, len(plan.parcel))
    plan.use[:] = USE["school"]
    return [plan]


def _village(rng: np.random.Generator, parcels: Parcels, village: np.ndarray, farm: np.ndarray) -> list[Plan]:
    """Houses along bent lanes round the middle of the plot; here and there a farmstead in the fields."""
    at, n = frame(parcels.corner[village], face_south=True), len(village)
    houses = rows(rng, village, at.smaller(30.0, 230.0), _spread(rng, n, 12, 15), _spread(rng, n, 10, 12),
                  _spread(rng, n, 5, 14), _spread(rng, n, 14, 26), shapes={"slab": 0.6, "l": 0.25, "t": 0.15},
                  drop=0.2, shift=2.0, turn=0.12, vary=0.12, bow=14.0)
    who = _where(village, houses.parcel)
    reach = np.linalg.norm(houses.centre - at.middle[who], axis=1) / (rng.uniform(45, 110, n)[who])
    houses = houses.keep(reach + rng.normal(0, 0.18, len(who)) < 1)
    houses.floors = rng.choice([1, 2, 3], len(houses.parcel), p=[0.2, 0.55, 0.25])
    houses.use[:] = USE["village_house"]
    at, n = frame(parcels.corner[farm], face_south=True), len(farm)
    stead = rows(rng, farm, at.smaller(20.0, 46.0), np.full(n, 14.0), np.full(n, 11.0), np.full(n, 6.0),
                 np.full(n, 9.0), shapes={"l": 0.5, "slab": 0.5}, drop=0.3, shift=1.5, turn=0.1)
    stead.use[:] = USE["village_house"]
    return [houses, stead]


def _where(mine: np.ndarray, parcel: np.ndarray) -> np.ndarray:
    order = np.argsort(mine, kind="stable")
    return order[np.searchsorted(mine[order], parcel)]

