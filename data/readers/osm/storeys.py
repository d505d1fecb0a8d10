"""Storeys an extract shows inside buildings: indoor levels, rooms and things with a level tag."""

from __future__ import annotations

import shapely

from data.place import values
from data.place.source import STOREY, Source, frame
from data.readers.osm.elements import Elements

ROOMS = ("room", "area", "corridor", "hall", "level", "door", "yes")
BUSINESS = ("shop", "office", "craft", "healthcare")


def storeys(elements: Elements, source: Source) -> None:
    """Fill source.storeys, one row per thing and floor it is on.

    Indoor elements (indoor=*), shops and offices only: platforms, tracks and streets with a level tag are below or above
    a building, not in it, and are left out.
    """
    table: dict[str, list] = {name: [] for name in STOREY}
    shapes = []
    seen = [(f"w{elements.way_id[way]}", tags, way) for way, tags in enumerate(elements.tags) if _inside(tags)]
    seen += [(f"n{point.id}", point.tags, point) for point in elements.points if _inside(point.tags)]
    for id_, tags, where in seen:
        if isinstance(where, int):
            coords = elements.coords(where)
            if not len(coords):
                continue
            shape = shapely.points(coords.mean(axis=0))
        else:
            shape = shapely.points(where.lon, where.lat)
        kind = "floor" if tags.get("indoor") == "level" else "room" if tags.get("indoor") in ROOMS[:4] else "thing"
        for floor_no in values.storeys(tags.get("level")):
            for name, value in zip(STOREY, (id_, None, floor_no, kind, values.names(tags)[0]), strict=True):
                table[name].append(value)
            shapes.append(shape)
    source.storeys = frame(STOREY, table, shapes)


def _inside(tags: dict[str, str]) -> bool:
    if "level" not in tags or "railway" in tags or "public_transport" in tags:
        return False
    return tags.get("indoor", "no") in ROOMS or any(key in tags for key in BUSINESS)
