"""Tiles as the map asks for them: baked where they are, live where they are not."""

from __future__ import annotations

from app.errors import NotFound
from app.system import System
from data import tiles

GROUPS = tuple(tiles.GROUPS)
EMPTY = b""


def check_address(group: str, z: int, x: int, y: int) -> None:
    """Raise NotFound for an address that no tile has."""
    if group not in GROUPS or not 0 <= z <= tiles.MAX_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("No such tile", f"Groups are {', '.join(GROUPS)}, zooms 0 to {tiles.MAX_ZOOM}", value=f"{group}/{z}/{x}/{y}")


def tile(system: System, city: str, group: str, z: int, x: int, y: int) -> bytes:
    """One gzipped tile, empty where the city has nothing. Raises NotFound for an address that no tile has."""
    check_address(group, z, x, y)
    found = system.baked(city, group, z, x, y)
    if found is not None:
        return found
    if system.city(city).is_baked and (group != "unit" or system.sight(city) is None):
        return EMPTY
    body = system.live(city, group, z, x, y)      # also for who sees a part of the city: their tiles hold that part only
    return tiles.pack(body) if body else EMPTY

