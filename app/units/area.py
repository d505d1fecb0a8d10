"""Units inside a shape that a person drew."""

from __future__ import annotations

from typing import Any

import shapely
from pyproj import Transformer
from shapely.geometry import shape as read_shape

from app.errors import BadInput, NotFound
from app.system import System
from data.levels import LEVELS

MOST_POINTS = 2_000


def inside(system: System, city: str, level: str, geometry: dict[str, Any], radius_m: float = 0.0, most: int = 2_000) -> list[str]:
    """Codes of the units of a level whose label point lies in a GeoJSON geometry (EPSG:4326), widened by `radius_m`.

    Raises BadInput for a geometry that is not one, NotFound for a level without shapes.
    """
    system.city(city)
    if level not in LEVELS or level == "floor":
        raise NotFound("No shapes at this level", f"Levels are {', '.join(LEVELS[:-1])}", value=level)
    found = system.rows("units_inside", city=city, level=level, shape=shapely.to_wkb(widened(geometry, radius_m)), most=most)
    return [row["code"] for row in found]


def widened(geometry: dict[str, Any], radius_m: float) -> shapely.Geometry:
    """The geometry as a valid polygon, buffered in metres (in an azimuthal projection around its centre)."""
    try:
        found = read_shape(geometry)
        if found.is_empty or shapely.get_num_coordinates(found) > MOST_POINTS:
            raise ValueError("empty or too many points")
        west, south, east, north = found.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValueError("outside the earth")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise BadInput("The shape drawn cannot be read", "Draw it again", value=str(error)[:80]) from error
    if radius_m > 0:
        found = _buffer(found, min(radius_m, 100_000))
    found = shapely.make_valid(found)
    if found.area == 0:
        raise BadInput("The shape drawn has no area", "Draw at least three corners, or give a distance")
    return found


def _buffer(found: shapely.Geometry, radius_m: float) -> shapely.Geometry:
    centre = found.centroid
    there = f"+proj=aeqd +lat_0={centre.y} +lon_0={centre.x} +datum=WGS84 +units=m"
    to, back = (Transformer.from_crs(a, b, always_xy=True) for a, b in (("EPSG:4326", there), (there, "EPSG:4326")))
    metres = shapely.transform(found, lambda xy: list(zip(*to.transform(xy[:, 0], xy[:, 1]), strict=True)))
    return shapely.transform(metres.buffer(radius_m), lambda xy: list(zip(*back.transform(xy[:, 0], xy[:, 1]), strict=True)))
