"""What the readings are made from: who lives and works where, what the weather does, what has gone wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from data.demo.city import City, share
from data.demo.incidents import Incident
from data.demo.noise import generator
from data.demo.weather import Weather, weather

LEVELS = ("district", "street", "community", "grid")


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Facts of the units of one level, in code order. Shares are 0 to 1 of the unit's grids; `point` in metres."""

    level: str
    code: np.ndarray
    population: np.ndarray
    workers: np.ndarray
    area_ha: np.ndarray
    industry: np.ndarray
    core: np.ndarray
    green: np.ndarray
    leisure: np.ndarray
    old: np.ndarray
    river: np.ndarray
    point: np.ndarray

    def __len__(self) -> int:
        return len(self.population)

    @property
    def roads_km(self) -> np.ndarray:
        """Kilometres of road, roughly."""
        return np.round(self.area_ha / 100 * (3 + 9 * (1 - self.green)), 1) + 1


@dataclass(frozen=True, eq=False)
class Scene:
    """A city at work. `anchor`: hour number the history was written up to; incidents and fronts hang on it."""

    city: City
    anchor: int
    incidents: list[Incident] = field(default_factory=list)

    @cached_property
    def district(self) -> Places:
        """Districts."""
        return self._places("district", self.city.blocks.district_code, self._of("district"),
                            self.city.blocks.district_shape)

    @cached_property
    def street(self) -> Places:
        """Streets."""
        return self._places("street", self.city.blocks.street_code, self._of("street"), self.city.blocks.street_shape)

    @cached_property
    def community(self) -> Places:
        """Communities."""
        return self._places("community", self.city.blocks.community_code, self._of("community"),
                            self.city.blocks.community_shape)

    @cached_property
    def grid(self) -> Places:
        """Grids."""
        return self._places("grid", self.city.blocks.grid_code, np.arange(len(self.city.blocks.grid_code)),
                            self.city.blocks.grid_shape)

    def places(self, level: str) -> Places:
        """The places of a level from district to grid."""
        return getattr(self, level)

    def weather(self, hours: np.ndarray, at: Places) -> Weather:
        """Weather at those places and hours."""
        return weather(self.city.seed, self.anchor, self.city.size.half_m, hours, at.point, at.core)

    def noise(self, name: str, steps: np.ndarray, count: int) -> np.ndarray:
        """Normal noise (steps, count) that depends on each step's number only, so that a feed can go on with it."""
        return np.stack([generator(self.city.seed, name, int(s)).standard_normal(count) for s in steps]) if len(
            steps) else np.zeros((0, count))

    def character(self, name: str, count: int) -> np.ndarray:
        """Normal numbers that stay with each unit."""
        return generator(self.city.seed, "character", name).standard_normal(count)

    def disturbed(self, indicator: str, level: str, steps: np.ndarray, hours_per_step: int,
                  value: np.ndarray) -> np.ndarray:
        """The values (steps, units) with every incident on this indicator applied. Steps are hour or day starts (h)."""
        for incident in self.incidents:
            for effect in incident.effects:
                if effect.indicator != indicator or effect.level != level:
                    continue
                inside = (steps + hours_per_step > incident.start) & (steps < incident.stop)
                units = slice(None) if effect.unit < 0 else [effect.unit]
                rows = np.flatnonzero(inside)
                if len(rows):
                    value[rows[:, None], np.arange(value.shape[1])[units][None, :]] *= effect.factor
                    value[rows[:, None], np.arange(value.shape[1])[units][None, :]] += effect.plus
        return value

    def _of(self, level: str) -> np.ndarray:
        b = self.city.blocks
        return {"district": b.district_of_street[b.street_of_grid], "street": b.street_of_grid,
                "community": b.community_of_grid}[level]

    def _places(self, level: str, code: np.ndarray, of_grid: np.ndarray, shape: np.ndarray) -> Places:
        c, zone = self.city, self.city.blocks.grid_zone
        return Places(
            level, code, np.bincount(of_grid, c.residents), np.bincount(of_grid, c.workers),
            shapely.area(shape) / 1e4, share(of_grid, zone, ("industry", "harbour")),
            share(of_grid, zone, ("centre", "mixed", "old_town")),
            share(of_grid, zone, ("farmland", "hill", "park", "water", "village")),
            share(of_grid, zone, ("park", "old_town", "centre")), share(of_grid, zone, ("old_town",)),
            share(of_grid, zone, ("water",)), shapely.get_coordinates(shapely.centroid(shape)))
