"""Buildings and building parts of an extract."""

from __future__ import annotations

import numpy as np
import shapely

from data.place import values
from data.place.source import BUILDING, PART, Options, Source, frame
from data.readers.osm.areas import area
from data.readers.osm.elements import Elements, Relation
from data.readers.osm.kinds import address, place_type

FLOOR_M = 3.2
NOT_A_BUILDING = ("no", "entrance")
"""building=entrance is the old way to map a door; it is counted and rejected like every point."""


def buildings(elements: Elements, source: Source, options: Options) -> None:
    """Fill source.buildings and source.parts."""
    tags = elements.tags
    is_building = np.array([_is_building(t) for t in tags], dtype=bool) if tags else np.zeros(0, bool)
    is_part = (
        np.array([t.get("building:part", "no") != "no" and not _is_building(t) for t in tags], dtype=bool)
        if tags
        else is_building
    )
    relations = [r for r in elements.relations if _is_building(r.tags) or r.tags.get("building:part", "no") != "no"]
    doubled, holed, part_of = _roles(elements, is_building)
    ways = np.flatnonzero(is_building | is_part)
    for point in elements.points:
        if _is_building(point.tags):
            source.count_in += 1
            source.reject(f"n{point.id}", "a building mapped as a point: no outline", "building")
    source.count_in += len(ways) + len(relations)
    rows: dict[bool, list[tuple[str, dict[str, str], shapely.Geometry]]] = {True: [], False: []}
    shapes = elements.polygons(ways)
    for way, shape in zip(ways, shapes, strict=True):
        id_, kind = f"w{elements.way_id[way]}", "building" if is_building[way] else "part"
        if int(elements.way_id[way]) in doubled and is_building[way]:
            source.duplicates += 1
            continue
        shape = holed.get(int(way), shape)
        reason = _why_not(elements, way, shape)
        if reason:
            source.reject(id_, reason, kind)
        else:
            if elements.missing(way):
                source.repair(
                    id_,
                    f"{elements.missing(way)} of {elements.length(way)} nodes are not in the file: closed from the rest",
                    kind,
                )
            rows[bool(is_building[way])].append((id_, tags[way], shape))
    for relation in relations:
        _relation(relation, elements, source, rows)
    source.buildings = _buildings(rows[True], source, options)
    source.parts = _parts(rows[False], part_of, source)


def _is_building(tags: dict[str, str]) -> bool:
    return tags.get("building", "no") != "no"


def _roles(elements: Elements, is_building: np.ndarray) -> tuple[set[int], dict[int, shapely.Geometry], dict[str, str]]:
    """Ways that repeat their relation's building; ways whose untagged relation gives them holes; part → outline."""
    doubled: set[int] = set()
    holed: dict[int, shapely.Geometry] = {}
    part_of: dict[str, str] = {}
    letter = {"way": "w", "relation": "r", "node": "n"}
    for relation in elements.relations:
        kind = relation.tags.get("type")
        outers = [id_ for kind_, id_, role in relation.members if kind_ == "way" and role in ("outer", "outline", "")]
        if kind == "multipolygon" and _is_building(relation.tags):
            doubled.update(outers)
        elif kind == "multipolygon" and len(outers) == 1 and not set(relation.tags) - {"type", "source"}:
            way = elements.way(outers[0])
            if way is not None and is_building[way]:
                shape = area(relation, elements).shape
                if shape is not None:
                    holed[way] = shape
        elif kind == "building":
            outline = next(
                (f"{letter[k]}{i}" for k, i, role in relation.members if role == "outline"), f"r{relation.id}"
            )
            if _is_building(relation.tags) and not _outline_is_building(relation, elements, is_building):
                outline = f"r{relation.id}"
            part_of.update({f"{letter[k]}{i}": outline for k, i, role in relation.members if role == "part"})
    return doubled, holed, part_of


def _outline_is_building(relation: Relation, elements: Elements, is_building: np.ndarray) -> bool:
    tagged = {r.id for r in elements.relations if _is_building(r.tags)}
    for kind, id_, role in relation.members:
        if role == "outline":
            way = elements.way(id_) if kind == "way" else None
            if (way is not None and is_building[way]) or (kind == "relation" and id_ in tagged):
                return True
    return False


def _why_not(elements: Elements, way: int, shape: shapely.Geometry | None) -> str | None:
    missing, length = elements.missing(way), elements.length(way)
    if not missing and length and not elements.is_closed(way):
        return "the outline is not closed"
    if missing and (shape is None or missing * 2 > length):
        return f"{missing} of {length} nodes are not in the file"
    if shape is None:
        return "fewer than three corners"
    return None


def _relation(relation: Relation, elements: Elements, source: Source, rows: dict) -> None:
    id_, is_whole = f"r{relation.id}", _is_building(relation.tags)
    kind = "building" if is_whole else "part"
    if relation.tags.get("type") == "building" and is_whole:
        flags = np.array([_is_building(t) for t in elements.tags], dtype=bool)
        if _outline_is_building(relation, elements, flags):
            source.duplicates += 1
            return
    if relation.tags.get("type") not in ("multipolygon", "building", "boundary"):
        source.reject(id_, f"a relation of type {relation.tags.get('type') or 'none'} has no outline of its own", kind)
        return
    found = area(relation, elements)
    if found.shape is None or found.open_lines:
        gone = (
            f"{found.absent_ways} ways and {found.absent_nodes} nodes are not in the file"
            if found.absent_ways or found.absent_nodes
            else "its ways do not meet"
        )
        source.reject(id_, f"the outline is not closed: {gone}", kind)
        return
    if found.absent_ways:
        source.repair(id_, f"{found.absent_ways} outer ways are not in the file: the rest is kept", kind)
    rows[is_whole].append((id_, relation.tags, found.shape))


def _buildings(rows: list, source: Source, options: Options):
    table: dict[str, list] = {name: [] for name in BUILDING}
    for id_, tags, _ in rows:
        zh, en = values.names(tags, options.name_field)
        numbers = _numbers(id_, tags, source)
        for name, value in (("source_id", id_), ("name_zh", zh), ("name_en", en), ("place_type", place_type(tags)),
                            ("address", address(tags)), *numbers.items()):  # fmt: skip
            table[name].append(value)
        table["code"].append(tags.get(options.code_field) if options.code_field else None)
        table["parent_code"].append(None)
    return frame(BUILDING, table, [shape for _, _, shape in rows])


def _parts(rows: list, part_of: dict[str, str], source: Source):
    table: dict[str, list] = {name: [] for name in PART}
    for id_, tags, _ in rows:
        for name, value in (("source_id", id_), ("parent_id", part_of.get(id_)), *_numbers(id_, tags, source).items()):
            table[name].append(value)
    return frame(PART, table, [shape for _, _, shape in rows])


def _numbers(id_: str, tags: dict[str, str], source: Source) -> dict[str, float | None]:
    below, wrong_below = values.floors_below(tags.get("building:levels:underground"))
    above, wrong_above = values.floors_above(tags.get("building:levels"), below)
    height, wrong_height = values.metres(tags.get("height") or tags.get("building:height"))
    low, wrong_low = values.metres(tags.get("min_height"), least=-1e-9)
    for column, wrong in (
        ("building:levels:underground", wrong_below),
        ("building:levels", wrong_above),
        ("height", wrong_height),
        ("min_height", wrong_low),
    ):
        if wrong:
            source.repair(id_, wrong, "building", column=column, value=tags.get(column))
    if low is None:
        level, _ = values.floors_above(tags.get("building:min_level") or tags.get("min_level"))
        low = level * FLOOR_M if level else None
    return {"floors_above": above, "floors_below": below, "height_m": height, "min_height_m": low}
