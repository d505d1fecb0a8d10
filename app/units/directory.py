"""The units above buildings as they stand, kept in memory as far as they are in sight: paths, children and names of any page cost nothing.

A city has thousands of them, but hundreds of thousands of buildings and floors beside them in one table: a look-up there takes 3 to 8 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.system import System
from data.levels import LEVELS

COARSE = LEVELS[: LEVELS.index("building")]
Row = dict[str, Any]


@dataclass(frozen=True)
class Directory:
    """The same rows by code, by (level, seq), and below each (level, seq) in order. Nobody changes them."""

    by_code: dict[str, Row]
    by_place: dict[tuple[str, int], Row]
    below: dict[tuple[str, int], list[Row]]


def directory(system: System, city: str) -> Directory:
    """The units of a city above buildings. Raises NotFound for an unknown city."""
    return _read(system, city, system.city(city).geometry_version)


@lru_cache(maxsize=32)
def _read(system: System, city: str, version: int) -> Directory:  # noqa: ARG001 - version is part of the key
    rows = system.rows("units_coarse", city=city)
    below: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        if row["parent_seq"] and row["level"] != LEVELS[0]:
            below.setdefault((LEVELS[LEVELS.index(row["level"]) - 1], row["parent_seq"]), []).append(row)
    return Directory({row["code"]: row for row in rows}, {(row["level"], row["seq"]): row for row in rows}, below)


def by_codes(system: System, city: str, codes: Iterable[str]) -> dict[str, Row]:
    """{code: row} of the units in sight that stand, of any level; nobody changes the rows."""
    known, asked = directory(system, city).by_code, list(dict.fromkeys(codes))
    found = {code: known[code] for code in asked if code in known}
    rest = [code for code in asked if code not in found]
    return {**found, **{row["code"]: row for row in (system.rows("units_by_codes", city=city, codes=rest) if rest else ())}}
