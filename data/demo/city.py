"""The whole demo city in memory, built once per size and seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import shapely

from data.demo import codes, names
from data.demo.blocks import Blocks, gather, shake_nodes
from data.demo.buildings import STOREY_M, USE, Buildings, build_buildings
from data.demo.lines import Lines, lay_lines
from data.demo.parcels import Parcels, cut_parcels
from data.demo.roads import draw_rail
from data.demo.size import SIZES, Size
from data.demo.terrain import Terrain, raise_terrain
from data.demo.zones import CODE, ZONES, lay_zones

KEY = "demo"
_HOMES = ("residential", "courtyard", "village_house")


@dataclass(frozen=True, eq=False)
class City:
    """Terrain, roads, blocks and plots; the buildings are built when first asked for."""

    size: Size
    seed: int
    terrain: Terrain
    zone: np.ndarray
    lines: Lines
    node: np.ndarray
    blocks: Blocks
    parcels: Parcels
    rail: shapely.Geometry

    def buildings_of(self, first: int, last: int) -> Buildings:
        """Buildings of the grids first … last − 1."""
        return build_buildings(self.terrain, self.parcels, self.rail.buffer(22.0), grids=(first, last))

    @cached_property
    def buildings(self) -> Buildings:
        """All buildings (not for `mega`: ask by range of grids)."""
        return self.buildings_of(0, len(self.blocks.grid_code))

    @cached_property
    def building_code(self) -> np.ndarray:
        """Codes as rows of bytes."""
        return building_codes(self, self.buildings)

    @cached_property
    def floor_of(self) -> tuple[np.ndarray, np.ndarray]:
        """(building index, floor number) of every floor, basement first."""
        return floors_of(self.buildings)

    @cached_property
    def floor_code(self) -> np.ndarray:
        """Codes as rows of bytes."""
        building, number = self.floor_of
        return codes.floors(self.building_code[building], number)

    @cached_property
    def residents(self) -> np.ndarray:
        """People living in each grid."""
        return np.round(self._people(_HOMES, 36.0))

    @cached_property
    def workers(self) -> np.ndarray:
        """People working in each grid."""
        return np.round(self._people(("office", "hotel"), 25.0) + self._people(("retail", "hospital", "civic"), 34.0)
                        + self._people(("industrial", "warehouse", "school"), 62.0))

    def _people(self, uses: tuple[str, ...], m2: float) -> np.ndarray:
        b = self.buildings
        mine = np.isin(b.use, [USE[u] for u in uses])
        return np.bincount(b.grid[mine], (b.area_m2 * b.floors)[mine] * 0.8 / m2, len(self.blocks.grid_code))

    @cached_property
    def rural_community(self) -> np.ndarray:
        """True where a community is mostly country."""
        return share(self.blocks.community_of_grid, self.blocks.grid_zone, ("farmland", "village", "hill")) > 0.5

    @cached_property
    def rural_street(self) -> np.ndarray:
        """True where a street is mostly country."""
        return share(self.blocks.street_of_grid, self.blocks.grid_zone, ("farmland", "village", "hill")) > 0.6

    @cached_property
    def district_names(self) -> tuple[list[str], list[str]]:
        """Chinese, English."""
        return names.districts(len(self.blocks.district_code))

    @cached_property
    def street_names(self) -> tuple[list[str], list[str]]:
        """Chinese, English."""
        return names.streets(self.seed, self.rural_street)

    @cached_property
    def community_names(self) -> tuple[list[str], list[str]]:
        """Chinese, English."""
        return names.communities(self.seed, self.rural_community)


def share(group: np.ndarray, zone: np.ndarray, which: tuple[str, ...]) -> np.ndarray:
    """Share of each group's grids that lie in the given zones."""
    hit = np.isin(zone, [CODE[z] for z in which])
    return np.bincount(group, hit) / np.bincount(group)


def main_zone(group: np.ndarray, zone: np.ndarray) -> np.ndarray:
    """The commonest zone of each group."""
    count = np.zeros((group.max() + 1, len(ZONES)))
    np.add.at(count, (group, zone), 1.0)
    return count.argmax(axis=1)


def building_codes(city: City, buildings: Buildings) -> np.ndarray:
    """Codes of buildings as rows of bytes."""
    return codes.below(city.blocks.grid_code[buildings.grid], buildings.number, 5, "B")


def floors_of(buildings: Buildings) -> tuple[np.ndarray, np.ndarray]:
    """(building index, floor number) of every floor, from the lowest basement up; there is no floor 0."""
    total = buildings.floors + buildings.basement
    building = np.repeat(np.arange(len(buildings)), total)
    step = np.arange(len(building)) - np.repeat(np.cumsum(total) - total, total)
    number = step - buildings.basement[building]
    return building, np.where(number >= 0, number + 1, number)


@lru_cache(maxsize=2)
def found(size: str = "city", seed: int = 7) -> City:
    """Found the city of this size and seed."""
    measure = SIZES[size]
    terrain = raise_terrain(seed, measure)
    zone = lay_zones(terrain)
    lines = lay_lines(terrain, zone)
    node = shake_nodes(terrain, lines)
    blocks = gather(terrain, zone, lines, node)
    parcels = cut_parcels(terrain, zone, lines, node, blocks)
    return City(measure, seed, terrain, zone, lines, node, blocks, parcels, draw_rail(terrain))


__all__ = ["KEY", "STOREY_M", "City", "building_codes", "floors_of", "found", "main_zone", "share"]
