"""How large a demo city is. All lengths in metres, all times in days."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts are targets that the partition meets exactly, except buildings and floors, which follow the blocks."""

    name: str
    lattice: int  # road blocks along one side
    half_m: float  # from the centre to the city limit
    districts: int
    streets: int
    communities: int
    days: int  # of hourly and daily readings
    crowd_days: int  # of hourly readings at community level
    building_days: int  # of daily readings per building
    energy_days: int  # of daily electricity per floor
    people_days: int  # of daily people flow per floor
    flow_hours: int
    fill: float  # share of the planned buildings that stand
    rise: float  # factor on the number of floors
    spread: float  # factor on the radius of each zone
    floor_attributes: bool = True


SIZES: dict[str, Size] = {
    "small": Size("small", 9, 1700.0, 2, 6, 20, 3, 3, 3, 2, 2, 6, 0.75, 0.85, 1.3),
    "city": Size("city", 120, 22500.0, 11, 170, 2700, 30, 5, 7, 2, 2, 48, 0.84, 1.0, 1.0),
    "mega": Size("mega", 370, 69000.0, 11, 900, 15000, 1, 1, 0, 0, 0, 2, 1.0, 1.45, 1.0, False),
}
