"""The seven levels of the tower, coarse to fine. The only list of them; SQL and screens read it from here."""

from __future__ import annotations

LEVELS: tuple[str, ...] = ("city", "district", "street", "community", "grid", "building", "floor")
LEVEL_NO: dict[str, int] = {level: number for number, level in enumerate(LEVELS, start=1)}
