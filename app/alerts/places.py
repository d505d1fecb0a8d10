"""Where alerts lie: the code of a unit, the area it counts to (its street; a district or the city itself), what is around many."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.units.hierarchy import Hierarchy
from data.levels import LEVELS

if TYPE_CHECKING:
    from app.system import System

AREA = "street"


class Places:
    """The units of one city as they stand."""

    def __init__(self, system: System, city: str, hierarchy: Hierarchy) -> None:
        self._system, self._city, self._folds = system, city, hierarchy.trees[-1].folds
        self._version = system.city(city).geometry_version

    def code(self, level: str, i: int) -> str:
        """The code of a unit by its index; empty for one that stands no more."""
        return _codes(self._system, self._city, level, self._version).get(i, "")

    def at(self, level: str, i: int, above: str) -> int:
        """The index of the unit of a level above (or the same) that a unit lies in; −1 where it stands nowhere."""
        k = LEVELS.index(level)
        while level != above and i >= 0 and k > 0:
            parent: NDArray[np.int64] = self._folds[level].parent
            i = int(parent[i]) if i < parent.size else -1
            k -= 1
            level = LEVELS[k]
        return i

    def area(self, level: str, i: int) -> str:
        """The code of the area a unit counts to."""
        here = level if LEVELS.index(level) < LEVELS.index(AREA) else AREA
        return self.code(here, self.at(level, i, here)) or self.code(level, i)

    def above(self, row: dict[str, Any]) -> list[str]:
        """The codes of the city and the district that an alert lies in."""
        found = [self.code("city", 0)]
        if LEVELS.index(row["level"]) >= 1:
            found.append(self.code("district", self.at(row["level"], row["seq"] - 1, "district")))
        return found

    def around(self, rows: list[dict[str, Any]]) -> str:
        """The smallest of city and district that holds many alerts."""
        districts = {self.above(row)[-1] for row in rows}
        return next(iter(districts)) if len(districts) == 1 else self.code("city", 0)


@lru_cache(maxsize=16)
def _codes(system: System, city: str, level: str, version: int) -> dict[int, str]:  # noqa: ARG001 - version is part of the key
    found = system.columns("unit_names", city=city, level=level)
    return dict(zip((np.asarray(found["seq"]).astype(np.int64) - 1).tolist(), np.asarray(found["code"]).tolist(), strict=True))
