"""Several units at once, in the order they were asked for."""

from __future__ import annotations

from typing import Any

from app.errors import NotFound
from app.system import System
from app.units.cards import unit

FEW = 12


def _standing(system: System, city: str, code: str) -> dict[str, Any] | None:
    try:
        return unit(system, city, code)
    except NotFound:
        return None


def units(system: System, city: str, codes: list[str]) -> list[dict[str, Any]]:
    """The rows of the units that stand; codes that do not are left out."""
    system.city(city)
    if len(codes) < FEW:
        return [row for code in dict.fromkeys(codes) if (row := _standing(system, city, code))]
    found = {row["code"]: row for row in system.rows("units_by_codes", city=city, codes=list(dict.fromkeys(codes)))}
    return [found[code] for code in dict.fromkeys(codes) if code in found]
