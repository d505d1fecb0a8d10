"""Several units at once, in the order they were asked for."""

from __future__ import annotations

from typing import Any

from app.system import System
from data import queries


def units(system: System, city: str, codes: list[str]) -> list[dict[str, Any]]:
    """The rows of the units that stand; codes that do not are left out."""
    system.city(city)
    if not codes:
        return []
    found = {row["code"]: row for row in queries.rows(system.db, "units_by_codes", city=city, codes=list(dict.fromkeys(codes)))}
    return [found[code] for code in dict.fromkeys(codes) if code in found]
