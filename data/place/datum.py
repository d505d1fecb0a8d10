"""GCJ-02 and BD-09, the offset datums of Chinese web maps, to and from WGS 84.

Forward is the published closed form of the offset; the inverse is iterated on it until the forward of the answer is the
question within 1e-10°. Outside a plain box around China, as the datums themselves have it, nothing moves; whether a file or a table lies
in China at all is told by its middle (`is_chinese`), so that a border town is not torn along the border.
Every function takes and gives an (n, 2) array of longitude, latitude in degrees; NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tzfpy import get_tz

AXIS_M, ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
"""The Krasovsky ellipsoid, on which the offset is defined."""
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
ZONES = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei"})
_BD_PI = np.pi * 3000.0 / 180.0

Points = NDArray[np.float64]


def wgs84_to_gcj02(points: Points) -> Points:
    """WGS 84 → GCJ-02."""
    return _within(points, lambda here: here + _offset(here))


def gcj02_to_wgs84(points: Points) -> Points:
    """GCJ-02 → WGS 84."""
    return _within(points, lambda target: _invert(lambda here: here + _offset(here), target))


def gcj02_to_bd09(points: Points) -> Points:
    """GCJ-02 → BD-09."""
    return _within(points, _bd)


def bd09_to_gcj02(points: Points) -> Points:
    """BD-09 → GCJ-02."""
    return _within(points, lambda target: _invert(_bd, target))


def wgs84_to_bd09(points: Points) -> Points:
    """WGS 84 → BD-09."""
    return gcj02_to_bd09(wgs84_to_gcj02(points))


def bd09_to_wgs84(points: Points) -> Points:
    """BD-09 → WGS 84."""
    return gcj02_to_wgs84(bd09_to_gcj02(points))


def is_chinese(points: Points) -> bool:
    """True where the middle (median) of the points lies in China, or they have none."""
    middle = np.nanmedian(points, axis=0) if np.isfinite(points).all(axis=1).any() else None
    return middle is None or get_tz(float(middle[0]), float(middle[1])) in ZONES


def inside(points: Points) -> NDArray[np.bool_]:
    """True where the datums move a point."""
    lon, lat = points[:, 0], points[:, 1]
    return (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)


def _within(points: Points, move: Callable[[Points], Points]) -> Points:
    """Move the points that the datums move; leave the others as they are."""
    moved = np.array(points, dtype=float)
    here = inside(moved)
    if here.any():
        moved[here] = move(moved[here])
    return moved


def _invert(forward: Callable[[Points], Points], target: Points) -> Points:
    """x ← x + (target − forward(x)): the offset changes slowly, so each round gains about two digits."""
    here = target.copy()
    for _ in range(30):
        miss = target - forward(here)
        here = here + miss
        if not (np.abs(miss) > 1e-10).any():
            break
    return here


def _offset(points: Points) -> Points:
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    latitude = np.radians(points[:, 1])
    magic = 1 - ECCENTRICITY2 * np.sin(latitude) ** 2
    north = north * 180 / (AXIS_M * (1 - ECCENTRICITY2) / (magic * np.sqrt(magic)) * np.pi)
    east = east * 180 / (AXIS_M / np.sqrt(magic) * np.cos(latitude) * np.pi)
    return np.column_stack([east, north])


def _bd(points: Points) -> Points:
    lon, lat = points[:, 0], points[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
