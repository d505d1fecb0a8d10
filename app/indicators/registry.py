"""The indicator registry: what is measured, how it rolls up, what is normal. One row of indicators.csv each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import BadInput, NotFound
from app.units.tower import ROLLUPS
from data import queries
from data.connection import Database
from data.levels import LEVELS

KNOWN = {"direction": ("up", "down", "band"), "style": ("L", "B", "D", "R"), "native_level": LEVELS, "rollup": ROLLUPS}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One vital sign.

    unit        of the value as people see it (after `scale`)
    direction   up: more is better; down: less is better; band: between the two thresholds
    style       L legal or standard classes, B bottom line, D direction with a target, R band learnt from history
    thresholds  ascending class limits in `unit`; two of them for a band
    rollup      how a parent follows from its children (app/units/tower.py); `weight` is what a mean weighs with
    """

    id: str
    name_zh: str
    name_en: str
    theme: str
    unit: str
    decimals: int
    direction: str
    style: str
    thresholds: tuple[float, ...]
    threshold_source: str
    cadence: str
    owner: str
    native_level: str
    rollup: str
    weight: str
    scale: float
    privacy: int
    description_zh: str
    description_en: str

    def name(self, language: str) -> str:
        """Its name in zh or en."""
        return self.name_zh if language == "zh" else self.name_en


def read(db: Database) -> dict[str, Indicator]:
    """Every indicator by id, in registry order. Raises BadInput naming file, row, column and value of a word that is none of the known."""
    found = {row["id"]: _indicator(row) for row in queries.rows(db, "indicators")}
    for indicator in found.values():
        _check(indicator)
    return found


def one(indicators: dict[str, Indicator], name: str) -> Indicator:
    """The indicator of that id; raises NotFound."""
    try:
        return indicators[name]
    except KeyError:
        raise NotFound("No such indicator", "The registry is data/registry/indicators.csv", value=name) from None


def _check(indicator: Indicator) -> None:
    for column, known in KNOWN.items():
        value = getattr(indicator, column)
        if value not in known:
            raise BadInput(f"The registry says {column} {value!r}, which is none", f"Write one of {', '.join(known)}",
                           file="data/registry/indicators.csv", row=indicator.id, column=column, value=value)


def _indicator(row: dict[str, Any]) -> Indicator:
    return Indicator(**{
        name: (tuple(row[name] or ()) if name == "thresholds" else
               1.0 if name == "scale" and row[name] is None else
               int(row[name] or 0) if name in ("decimals", "privacy") else
               row[name] if name == "scale" else row[name] or "")
        for name in Indicator.__slots__})
