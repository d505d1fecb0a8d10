"""A place's time zone from where it lies: the borders of the zones (timezone-boundary-builder, ODbL) as tzfpy carries them."""

from __future__ import annotations

from tzfpy import get_tz


def timezone(lon: float, lat: float) -> str:
    """The IANA zone of a point in degrees; at sea "Etc/GMT±n"."""
    return get_tz(lon, lat) or "Etc/GMT"
