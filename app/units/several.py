"""Several units at once, in the order they were asked for."""

from __future__ import annotations

from typing import Any

from app.errors import NotFound
from app.system import System
from app.units.cards import unit
from app.units.directory import by_codes

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
    found = by_codes(system, city, codes)
    return [dict(found[code]) for code in dict.fromkeys(codes) if code in found]
