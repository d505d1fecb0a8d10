"""What became of units that ended, and what new ones came from: splits, mergers, new numbers (data/sql/theme/unit_succession.sql)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.system import System


def came_from(system: System, city: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The ended units that a unit took ground of over, as {code, name_zh, name_en, level, at (epoch seconds), share of their area, 0 to 1}."""
    version = system.city(city).geometry_version
    return [dict(one) for one in _came_from(system, city, row["level"], row["seq"], version)] if _any_ended(system, city, version) else []


def became(system: System, city: str, code: str) -> list[dict[str, Any]]:
    """The units that stand today and took ground of an ended unit over; as in `came_from`, `at` is when they began."""
    return system.rows("unit_became", city=city, code=code)


def ended(system: System, city: str, word: str, most: int) -> list[dict[str, Any]]:
    """The ended units that a word finds by code or name, with `ended_at` (epoch seconds) and `became`; none without a successor in sight."""
    if not _any_ended(system, city, system.city(city).geometry_version):
        return []
    found = [{**row, "became": became(system, city, row["code"])} for row in system.rows("search_ended", city=city, word=word, most=most)]
    return [row for row in found if row["became"]]


@lru_cache(maxsize=2_000)
def _came_from(system: System, city: str, level: str, seq: int, version: int) -> list[dict[str, Any]]:  # noqa: ARG001 - version is part of the key
    return system.rows("unit_came_from", city=city, level=level, seq=seq)


@lru_cache(maxsize=100)
def _any_ended(system: System, city: str, version: int) -> bool:  # noqa: ARG001 - version is part of the key
    return bool(system.rows("search_ended", city=city, word="", most=1))
