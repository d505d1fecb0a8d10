"""Units of measure: `data/registry/units.csv`. A value in a unit is value × factor + offset in the base of its dimension."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data import registers
from data.errors import BadInput


@dataclass(frozen=True)
class Unit:
    """One unit; 20 °C = 20 × 1 + 273.15 K."""

    unit: str
    dimension: str
    factor: float
    offset: float


@cache
def units() -> dict[str, Unit]:
    """Every unit by its symbol and by each other name of it (UN/CEFACT codes, words)."""
    found: dict[str, Unit] = {}
    for row in registers.rows("units"):
        one = Unit(row["unit"], row["dimension"], float(row["factor"]), float(row["offset"]))
        for name in (row["unit"], *row["also"].split("|")):
            if name and found.setdefault(name, one) != one:
                raise BadInput("A name stands for two units", "Correct units.csv", value=name)
    return found


def known(name: str) -> Unit | None:
    """The unit of that symbol or name; None for one that is not in the registry."""
    return units().get(name.strip()) or units().get(name.strip().lower())


def conversion(given: str, wanted: str) -> tuple[float, float]:
    """(factor, offset) so that value × factor + offset is the value in the wanted unit. Raises BadInput.

    >>> conversion("km/h", "m/s")[0] * 36
    10.0
    """
    a, b = known(given), known(wanted)
    for name, one in ((given, a), (wanted, b)):
        if one is None:
            raise BadInput("This unit is not in the registry", "Add it to units.csv, or write another", value=name)
    if a.dimension != b.dimension:
        raise BadInput(f"{a.unit} is a unit of {a.dimension}, {b.unit} one of {b.dimension}", "Map to a field of the same kind", value=given)
    return a.factor / b.factor, (a.offset - b.offset) / b.factor
