"""Basemap features of an extract: water, green, land, road, rail, place."""

from __future__ import annotations

import numpy as np
import shapely

from data.place import values
from data.place.source import LAYER, Options, Source, frame
from data.readers.osm.areas import area
from data.readers.osm.coast import sea
from data.readers.osm.elements import Elements

_AREAS = {
    "natural": {
        "water": ("water", "lake"), "bay": ("water", "sea"), "wetland": ("green", "wetland"), "wood": ("green", "forest"),
        "scrub": ("green", "scrub"), "heath": ("green", "heath"), "grassland": ("green", "grass"),
        "beach": ("land", "sand"), "sand": ("land", "sand"), "bare_rock": ("land", "rock"), "scree": ("land", "rock"),
        "glacier": ("land", "glacier"),
    },
    "waterway": {"riverbank": ("water", "river"), "dock": ("water", "dock"), "canal": ("water", "canal")},
    "landuse": {
        "reservoir": ("water", "reservoir"), "basin": ("water", "basin"), "forest": ("green", "forest"),
        "grass": ("green", "grass"), "meadow": ("green", "grass"), "recreation_ground": ("green", "park"),
        "village_green": ("green", "park"), "cemetery": ("green", "cemetery"), "allotments": ("green", "allotments"),
        "orchard": ("green", "orchard"), "vineyard": ("green", "orchard"), "residential": ("land", "residential"),
        "commercial": ("land", "commercial"), "retail": ("land", "commercial"), "industrial": ("land", "industrial"),
        "farmland": ("land", "farmland"), "farmyard": ("land", "farmland"), "construction": ("land", "construction"),
        "railway": ("land", "railway"), "military": ("land", "military"), "quarry": ("land", "quarry"),
        "education": ("land", "education"),
    },
    "leisure": {
        "park": ("green", "park"), "garden": ("green", "park"), "golf_course": ("green", "park"),
        "nature_reserve": ("green", "reserve"), "pitch": ("green", "pitch"), "playground": ("green", "park"),
        "marina": ("water", "dock"), "swimming_pool": ("water", "pool"),
    },
}  # fmt: skip
_ROAD = {
    "motorway": 6, "trunk": 7, "primary": 9, "secondary": 10, "tertiary": 11, "residential": 13, "unclassified": 13,
    "living_street": 13, "pedestrian": 13, "road": 13, "service": 14, "track": 14, "footway": 14, "cycleway": 14,
    "path": 14, "steps": 14, "bridleway": 14,
}  # fmt: skip
_RAIL = {"rail": ("rail", 9), "light_rail": ("metro", 11), "subway": ("metro", 11), "tram": ("tram", 12), "narrow_gauge": ("rail", 10),
         "monorail": ("metro", 12), "funicular": ("tram", 12)}  # fmt: skip
_STREAM = {
    "river": ("river", 9),
    "canal": ("canal", 11),
    "stream": ("stream", 13),
    "ditch": ("ditch", 14),
    "drain": ("ditch", 14),
}
_PLACE = {"country": 4, "state": 5, "city": 5, "town": 8, "village": 10, "suburb": 11, "quarter": 12, "borough": 11, "hamlet": 12,
          "neighbourhood": 13, "island": 10, "islet": 13, "square": 14, "locality": 14}  # fmt: skip


def layers(elements: Elements, source: Source, options: Options) -> None:
    """Fill source.layers. A feature is taken once, by the first key that names it."""
    rows: list[tuple[str, str, str, dict[str, str], int | None, object]] = []
    area_ways, line_ways = [], []
    for way, tags in enumerate(elements.tags):
        line = _line(tags)
        if line and tags.get("area") != "yes":
            line_ways.append((way, *line))
        elif _area(tags):
            (area_ways if elements.is_closed(way) or elements.missing(way) else line_ways).append(
                (way, *_area(tags), None)
            )
    doubled = _doubled(elements)
    for ways, make, kind in ((line_ways, elements.lines, "line"), (area_ways, elements.polygons, "area")):
        source.count_in += len(ways)
        shapes = make(np.array([row[0] for row in ways], dtype=np.int64)) if ways else []
        for (way, layer, class_, zoom), shape in zip(ways, shapes, strict=True):
            id_ = f"w{elements.way_id[way]}"
            if kind == "area" and (int(elements.way_id[way]), layer) in doubled:
                source.duplicates += 1
            elif shape is None:
                source.reject(id_, "too few of its nodes are in the file", layer)
            elif kind == "line" and zoom is None:
                source.reject(id_, "an area whose outline is not closed", layer)
            else:
                if elements.missing(way):
                    source.repair(id_, f"{elements.missing(way)} nodes are not in the file: drawn from the rest", layer)
                rows.append((layer, class_, id_, elements.tags[way], zoom, shape))
    for relation in elements.relations:
        found = _area(relation.tags) if relation.tags.get("type") in ("multipolygon", "boundary") else None
        if found is None or relation.tags.get("building", "no") != "no":
            continue
        source.count_in += 1
        shape = area(relation, elements)
        if shape.shape is None:
            source.reject(f"r{relation.id}", "its outline does not close inside the extract", found[0])
        else:
            if shape.open_lines:
                source.repair(f"r{relation.id}", "part of its outline is open: the closed rings are kept", found[0])
            rows.append((*found, f"r{relation.id}", relation.tags, None, shape.shape))
    for point in elements.points:
        kind = point.tags.get("place")
        if kind in _PLACE and "name" in point.tags:
            source.count_in += 1
            rows.append(("place", kind, f"n{point.id}", point.tags, _PLACE[kind], shapely.points(point.lon, point.lat)))
    for number, face in enumerate(sea(elements, source.extent) if source.extent else [], start=1):
        source.count_in += 1
        rows.append(("water", "sea", f"sea-{number}", {}, 5, face))
    source.layers = _frame(rows, options)


def _line(tags: dict[str, str]) -> tuple[str, str, int] | None:
    road = tags.get("highway", "").removesuffix("_link")
    if road in _ROAD:
        return "road", road, _ROAD[road]
    if tags.get("railway") in _RAIL:
        return "rail", *_RAIL[tags["railway"]]
    if tags.get("waterway") in _STREAM and tags.get("natural") != "water":
        return "water", *_STREAM[tags["waterway"]]
    return None


def _area(tags: dict[str, str]) -> tuple[str, str] | None:
    if tags.get("building", "no") != "no":
        return None
    for key, known in _AREAS.items():
        found = known.get(tags.get(key, ""))
        if found:
            return (
                ("water", "river")
                if found == ("water", "lake") and tags.get("water") in ("river", "canal", "stream")
                else found
            )
    return (
        ("land", "pedestrian")
        if tags.get("highway") in ("pedestrian", "footway") and tags.get("area") == "yes"
        else None
    )


def _doubled(elements: Elements) -> set[tuple[int, str]]:
    """(way, layer) pairs whose multipolygon says the same thing again."""
    return {
        (id_, found[0])
        for relation in elements.relations
        if relation.tags.get("type") == "multipolygon" and (found := _area(relation.tags))
        for kind, id_, role in relation.members
        if kind == "way" and role != "inner"
    }


def _frame(rows: list, options: Options):
    named = [values.names(row[3], options.name_field) for row in rows]
    shapes = np.array([row[5] for row in rows], dtype=object) if rows else np.array([], dtype=object)
    zoom = [row[4] if row[4] is not None else _zoom(row[5]) for row in rows]
    table = {
        "layer": [row[0] for row in rows], "class": [row[1] for row in rows], "source_id": [row[2] for row in rows],
        "name_zh": [name[0] for name in named], "name_en": [name[1] for name in named], "min_zoom": zoom,
    }  # fmt: skip
    return frame(LAYER, table, shapes)


def _zoom(shape: shapely.Geometry) -> int:
    """The zoom from which an area is at least about six pixels across."""
    side = max(shape.area, 1e-12) ** 0.5
    return int(np.clip(np.ceil(np.log2(6 * 360 / 512 / side)), 5, 14))
