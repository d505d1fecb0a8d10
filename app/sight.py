"""The city as one viewer may see it: the only thing that routes, callbacks and pages are given.

`Seen` answers what `System` answers, filtered: cities, units, indicators and fields outside the viewer's right do not
exist for it. Rows are filtered in SQL by a bound set of units (one bit a unit, macro `is_seen`), arrays in memory by the
same set. Of a personal indicator, counts of fewer than five are hidden from all but the owner department, and with a lone
hidden child the next smallest of its siblings (app/indicators/few.py), so that a total does not give it away. `scope`
names what is seen; every cache key carries it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from app.access import CLEARED, EVERY_DEPARTMENT, PERSONAL, Grant, Viewer
from app.errors import NotFound, Refused
from app.indicators.cube import Cube
from app.indicators.latest import Latest, gather
from app.indicators.registry import Indicator
from app.indicators.seen_cube import SeenCube
from app.indicators.values import Values
from app.system import City, System
from data import tiles
from data.connection import Database
from data.levels import LEVELS

EVERYTHING = "all"


@dataclass(frozen=True)
class Sight:
    """A set of units of one city: `masks[level][seq − 1]` is True for a unit that may be seen."""

    masks: dict[str, NDArray[np.bool_]]

    @cached_property
    def bits(self) -> bytes:
        """The set as a bit string over all levels, city first: what SQL is given as `$bits`."""
        return np.packbits(np.concatenate([*self.masks.values(), np.zeros(8, bool)])).tobytes()

    @cached_property
    def offsets(self) -> list[int]:
        """Where each level begins in `bits`: what SQL is given as `$offsets`."""
        return [0, *np.cumsum([mask.size for mask in self.masks.values()]).tolist()[:-1]]

    def holds(self, level: str, seq: int) -> bool:
        """True where the unit may be seen; a unit nobody knows may not."""
        mask = self.masks.get(level)
        return mask is not None and 0 < seq <= mask.size and bool(mask[seq - 1])


@dataclass(frozen=True)
class Glass:
    """What all views of one scope share: the sets of units per city and privacy level, the newest values per city and level."""

    sights: dict[tuple[str, int], tuple[object, Sight]] = field(default_factory=dict)
    latest: dict[tuple[str, str], tuple[int, Latest]] = field(default_factory=dict)


class Seen(System):
    """One viewer's system for one right. It never changes anything."""

    def __init__(self, whole: System, viewer: Viewer, right: str) -> None:
        self._whole, self.viewer, self.right = whole, viewer, right
        self.settings, self.progress, self.roles = whole.settings, whole.progress, whole.roles
        # what there is, not what it says: every viewer of a city may know of it; what they may do is asked of them there
        self.catalogue, self.desk, self.alerts = whole.catalogue, whole.desk, whole.alerts
        self.scenes, self.steering = whole.scenes, whole.steering
        self.watch, self.service, self.cases = whole.watch, whole.service, whole.cases
        self.outlooks, self.training = whole.outlooks, whole.training     # of the whole city: app/forecast/told.py tells what is in sight
        self.reach: tuple[Grant, ...] = viewer.reach(right)
        self._cities: dict[str, tuple[City, City | None]] = {}  # type: ignore[assignment]  # the row, and as it is seen
        glass = whole.glass(self.scope)
        self._sights, self._kept = glass.sights, glass.latest
        most = max((grant.privacy for grant in self.reach), default=-1)
        self.indicators = {name: one for name, one in whole.indicators.items() if one.privacy <= most}

    @cached_property
    def scope(self) -> str:
        """Two viewers with one scope may be shown the same bytes."""
        places = sorted({(grant.city, grant.unit, grant.privacy) for grant in self.reach})
        if self.viewer.department == EVERY_DEPARTMENT and any(city == unit == "" and privacy >= CLEARED for city, unit, privacy in places):
            return EVERYTHING
        return hashlib.sha256(repr((places, self.viewer.department)).encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self._whole is other._whole and self.scope == other.scope

    def __hash__(self) -> int:
        return hash((id(self._whole), self.scope))

    # what is seen of the cities

    @property
    def cities(self) -> dict[str, City]:
        """The cities of the reach; a city seen in part has tiles of its own (`tag`)."""
        return {key: one for key, city in self._whole.cities.items() if (one := self._shown(key, city)) is not None}

    def _shown(self, key: str, city: City) -> City | None:
        """A city as it is seen: None outside the reach; kept as long as its row is the same."""
        kept = self._cities.get(key)
        if kept is None or kept[0] is not city:
            mine = self._grants(key)
            is_whole = any(not grant.unit for grant in mine)
            kept = self._cities[key] = (city, None if not mine else city if is_whole else replace(city, tag=self.scope))
        return kept[1]

    def city(self, key: str) -> City:
        """The city of that key; raises NotFound."""
        city = self._whole.cities.get(key)
        found = None if city is None else self._shown(key, city)
        if found is None:
            raise NotFound("No such city", "The switch at the top of the page lists them", value=key)
        return found

    def require_whole(self, city: str) -> None:
        """Raise Refused unless every unit of a city is in sight: what is asked for holds rows of any of them. Raises NotFound."""
        self.city(city)
        if self.sight(city) is not None:
            raise Refused("Batches hold rows of units outside your right", "Ask the security administrator for the whole city", right=self.right)

    def _grants(self, city: str, privacy: int = 0) -> list[Grant]:
        return [grant for grant in self.reach if grant.city in ("", city) and grant.privacy >= privacy]

    # what is seen of the units

    def sight(self, city: str, privacy: int = 0) -> Sight | None:
        """The units of a city that may be seen up to a privacy level; None for all of them."""
        mine = self._grants(city, privacy)
        if any(not grant.unit for grant in mine):
            return None
        hierarchy = self._whole.values(city).hierarchy("floor")
        kept = self._sights.get((city, privacy))
        if kept is None or kept[0] is not hierarchy:
            kept = self._sights[city, privacy] = (hierarchy, self._sight(city, mine))
        return kept[1]

    def _sight(self, city: str, grants: list[Grant]) -> Sight:
        hierarchy = self._whole.values(city).hierarchy("floor")
        masks = {level: np.zeros(hierarchy.sizes[level], bool) for level in LEVELS}
        for row in self._rows_of({grant.unit for grant in grants}, city):
            masks[row["level"]][row["seq"] - 1] = True
        for above, level in zip(LEVELS[:-1], LEVELS[1:], strict=True):
            fold = hierarchy.trees[-1].folds.get(level)
            if fold is not None and fold.parent.size:
                stands = fold.parent >= 0
                masks[level][: fold.parent.size][stands] |= masks[above][fold.parent[stands]]
        return Sight(masks)

    def _rows_of(self, codes: set[str], city: str) -> list[dict[str, Any]]:
        return [row for code in sorted(codes) for row in self._whole.rows("unit_by_code", city=city, code=code)]

    def mask(self, city: str, level: str, privacy: int = 0) -> NDArray[np.bool_] | None:
        """One flag a unit of the level, None where all may be seen."""
        sight = self.sight(city, privacy)
        return None if sight is None else sight.masks[level]

    def roots(self, city: str) -> list[tuple[str, int]]:
        """(level, seq) of the units at which the view begins, the coarsest first: the city itself, or the grants' units."""
        sight = self.sight(city)
        if sight is None:
            return super().roots(city)
        found = sorted(self._rows_of({grant.unit for grant in self._grants(city)}, city), key=lambda row: (LEVELS.index(row["level"]), row["seq"]))
        below = [row for row in found if row["parent_seq"] and row["level"] != "city"
                 and sight.holds(LEVELS[LEVELS.index(row["level"]) - 1], row["parent_seq"])]
        return [(row["level"], row["seq"]) for row in found if row not in below]

    def privacy(self, city: str, level: str = "", seq: int = 0) -> int:
        """The privacy level up to which fields of a unit may be seen; without a unit, of every unit in sight. −1 for none."""
        levels = sorted({grant.privacy for grant in self._grants(city)}, reverse=True)
        for most in levels:
            sight = self.sight(city, most)
            if sight is None or (sight.holds(level, seq) if level else self._is_all(city, sight)):
                return most
        return -1

    def baked(self, city: str, group: str, z: int, x: int, y: int) -> bytes | None:
        """A tile as it was baked; one of units only where all of them may be seen."""
        return self._whole.baked(city, group, z, x, y) if group != "unit" or self.sight(city) is None else None

    def live(self, city: str, group: str, z: int, x: int, y: int) -> bytes:
        """A tile of the units in sight, made from its rows now."""
        number = self.city(city).number
        sight = self.sight(city) if group == "unit" else None
        if sight is None:
            return self._whole.live(city, group, z, x, y)
        return tiles.live_part(self._door, number, z, x, y, sight.bits, sight.offsets)

    def _is_all(self, city: str, sight: Sight) -> bool:
        every = self.sight(city)
        return every is not None and all(np.array_equal(sight.masks[level], every.masks[level]) for level in LEVELS)

    @property
    def _door(self) -> Database:
        return self._whole.db

    def _bound(self, params: dict[str, Any]) -> dict[str, Any]:
        city = params.get("city")
        if city is None:
            return {**params, "bits": None, "offsets": None, "privacy": -1}
        self.city(city)
        sight = self.sight(city)
        privacy = self.privacy(city, params["level"], params["seq"]) if "seq" in params and "level" in params else self.privacy(city)
        return {**params, "bits": None if sight is None else sight.bits, "offsets": None if sight is None else sight.offsets, "privacy": privacy}

    # what is seen of the values

    def values(self, key: str) -> SeenValues:  # type: ignore[override]  # answers what screens ask of Values
        """The values of a city's units as far as they may be seen."""
        self.city(key)
        return SeenValues(self, key, self._whole.values(key))

    def newest(self, key: str) -> int | None:
        """Time of the newest reading of a city (epoch seconds)."""
        self.city(key)
        return self._whole.newest(key)

    def latest(self, key: str, level: str) -> Latest:
        """The newest and the most unusual values of a level, kept per value version."""
        version = self.city(key).value_version
        if self.scope == EVERYTHING:
            return self._whole.latest(key, level)
        kept = self._kept.get((key, level))
        if kept is None or kept[0] != version:
            kept = self._kept[key, level] = (version, gather(self.values(key), level, list(self.indicators), kept and kept[1]))
        return kept[1]

    def hides_few(self, indicator: Indicator) -> bool:
        """True where small counts of an indicator are not for this viewer: they are its owner department's alone."""
        return is_personal(indicator) and self.viewer.department not in (indicator.owner, EVERY_DEPARTMENT)

    def unit_counts(self, key: str) -> list[dict[str, object]]:
        """Per level: how many numbers were ever given (`size`), how many of the units in sight stand (`standing`)."""
        sight = self.sight(key)
        found = self._whole.unit_counts(key)
        if sight is None:
            return found
        return [{**row, "standing": int(sight.masks[str(row["level"])].sum())} for row in found]

    # what a view never does

    def _closed(self, *_: object, **__: object) -> NoReturn:
        raise Refused("A view of the city changes nothing", "It is an error of ours: report it")

    take = settle = draw = redraw = finish = close = warm = read_cities = unbalanced = not_conserved = totals = _closed  # type: ignore[assignment]
    db = built = events = property(_closed)  # type: ignore[assignment]


class SeenValues:
    """The values of one city through a viewer's eyes."""

    def __init__(self, seen: Seen, city: str, values: Values) -> None:
        self._seen, self._city, self._values = seen, city, values
        self.hierarchy, self.timezone, self.moved = values.hierarchy, values.timezone, values.moved

    def cube(self, name: str) -> Cube | SeenCube:
        """The cube of an indicator; one above the viewer's privacy level is not there (NotFound)."""
        indicator = self._seen.indicators.get(name)
        if indicator is None:
            raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=name)
        cube, sight = self._values.cube(name), self._seen.sight(self._city, indicator.privacy)
        hides = self._seen.hides_few(indicator)
        return cube if sight is None and not hides else SeenCube(cube, None if sight is None else sight.masks, hides)

    def weights(self, name: str, step: int, level: str) -> NDArray[np.float64] | None:
        """What the units of a level weigh in their parents at one step; NaN where their value is not for this viewer."""
        cube = self.cube(name)
        row, found = cube.at(level, step), self._values.weights(name, step, level)
        return None if row is None or found is None else np.where(np.isnan(cube.values(level, row)), np.nan, found)


def is_personal(indicator: Indicator) -> bool:
    """True for a count, or a share of a count, of people or what they did."""
    return indicator.privacy >= PERSONAL and (indicator.rollup == "ratio" or (indicator.rollup == "sum" and indicator.decimals == 0))
