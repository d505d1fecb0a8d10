"""Admin boundaries of an extract, whole ones as they are and clipped ones closed with the extract's edge.

Closing: all outer lines of one admin level, cut at the extract's edge, divide the extract into faces. A face belongs
to the one boundary that owns every line around it: two neighbours share a line, but seldom all lines of a face. Where
several could own it, or one boundary would own both sides of a line, the boundary's own label, its admin centre and
place nodes of its name decide. What stays undecided is rejected with its reason, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from data.place import values
from data.place.source import BOUNDARY, Options, Source, frame
from data.readers.osm.areas import area, polygonal
from data.readers.osm.edge import Box, grow, reach
from data.readers.osm.elements import Elements

TOUCH_DEG = 1e-9
NEAR_SHARE = 0.03
"""A line that stops inside the extract nearer to its edge than this share of the diagonal was cut there."""


@dataclass(slots=True)
class Candidate:
    """One boundary: its relation or way, its shape, the label points known to lie in it."""

    id: str
    tags: dict[str, str]
    ways: tuple[int, ...]
    shape: shapely.Geometry | None
    open_lines: tuple[shapely.Geometry, ...] = ()
    absent: int = 0
    labels: list[shapely.Point] = field(default_factory=list)
    hints: list[shapely.Point] = field(default_factory=list)
    closed: str = "own"
    reason: str | None = None


def boundaries(elements: Elements, source: Source, options: Options) -> None:
    """Fill source.boundaries; what cannot be closed is rejected with the reason."""
    found = _candidates(elements)
    source.count_in += len(found)
    levels: dict[int, list[Candidate]] = {}
    for one in found:
        levels.setdefault(int(one.tags["admin_level"]), []).append(one)
    edge = shapely.box(*source.extent) if source.extent else _edge(elements)
    box = tuple(edge.bounds)
    source.extent = to = reach(box, source.buildings)
    for _, group in sorted(levels.items()):
        _close_with_either(group, elements, edge, box, to)
    found = [one for _, group in sorted(levels.items()) for one in group]
    kept = []
    for one in found:
        if one.shape is None:
            source.reject(one.id, one.reason or "its lines do not close", "boundary", value=one.tags.get("name"))
            continue
        if one.closed == "edge":
            source.repair(
                one.id, "cut by the extract: closed with the extract's edge", "boundary", value=one.tags.get("name")
            )
        elif one.absent:
            source.repair(
                one.id,
                f"{one.absent} of its lines are not in the file: the closed rings are kept",
                "boundary",
                value=one.tags.get("name"),
            )
        kept.append(one)
    named = [values.names(one.tags, options.name_field) for one in kept]
    table = {
        "source_id": [one.id for one in kept],
        "admin_level": [float(one.tags["admin_level"]) for one in kept],
        "code": [one.tags.get(options.code_field) if options.code_field else None for one in kept],
        "name_zh": [name[0] for name in named],
        "name_en": [name[1] for name in named],
        "closed": [one.closed for one in kept],
    }
    source.boundaries = frame(BOUNDARY, table, [one.shape for one in kept])


def _close_with_either(group: list[Candidate], elements: Elements, edge: shapely.Geometry, box: Box, to: Box) -> None:
    """Close with the box grown to the buildings just outside it, where all lines reach that far; else with the declared
    box, and then push the shapes out to the grown one."""
    if to != box:
        trial = [replace(one) for one in group]
        _close_with_edge(trial, elements, shapely.box(*to))
        usual = [replace(one) for one in group]
        _close_with_edge(usual, elements, edge)
        if sum(one.shape is not None for one in trial) >= sum(one.shape is not None for one in usual):
            group[:] = trial
        else:
            group[:] = usual
            _grow(group, box, to)
        return
    _close_with_edge(group, elements, edge)


def _candidates(elements: Elements) -> list[Candidate]:
    """Relations and closed ways that are admin boundaries with a level, whole ones with their shape."""
    places: dict[str, list[shapely.Point]] = {}
    nodes: dict[int, shapely.Point] = {}
    for point in elements.points:
        if "place" in point.tags:
            nodes[point.id] = shapely.points(point.lon, point.lat)
            places.setdefault(point.tags.get("name", ""), []).append(nodes[point.id])
    found: list[Candidate] = []
    used: set[int] = set()
    for relation in elements.relations:
        if not _is_admin(relation.tags) or relation.tags.get("type") not in ("boundary", "multipolygon"):
            continue
        shape = area(relation, elements)
        ways = tuple(
            way
            for kind, id_, role in relation.members
            if kind == "way" and role != "inner" and (way := elements.way(id_)) is not None
        )
        used.update(ways)
        one = Candidate(f"r{relation.id}", relation.tags, ways, None, shape.open_lines, shape.absent_ways)
        if shape.shape is not None and not shape.open_lines:
            one.shape = shape.shape
        one.labels = [
            nodes[id_]
            for kind, id_, role in relation.members
            if kind == "node" and role in ("label", "admin_centre") and id_ in nodes
        ]
        one.hints = places.get(relation.tags.get("name", "\0"), [])
        found.append(one)
    for way, tags in enumerate(elements.tags):
        if _is_admin(tags) and way not in used and elements.is_closed(way) and "name" in tags:
            shape = elements.polygons(np.array([way]))[0]
            reason = None if shape is not None and not elements.missing(way) else "its nodes are not all in the file"
            found.append(Candidate(f"w{elements.way_id[way]}", tags, (way,), None if reason else shape, reason=reason))
    return found


def _grow(group: list[Candidate], box: Box, to: Box) -> None:
    """Let the boundaries closed with the edge hold the buildings just beyond it, but not the land of whole ones."""
    cut = [one for one in group if one.shape is not None and one.closed == "edge"]
    whole = [one.shape for one in group if one.shape is not None and one.closed == "own"]
    if not cut or to == box:
        return
    taken = (
        shapely.union_all([shape if shape.is_valid else shapely.make_valid(shape) for shape in whole])
        if whole
        else None
    )
    for one in cut:
        shape = grow(one.shape, box, to)
        one.shape = polygonal(shapely.difference(shape, taken)) if taken is not None else shape


def _is_admin(tags: dict[str, str]) -> bool:
    return tags.get("boundary") == "administrative" and tags.get("admin_level", "").isdecimal()


def _edge(elements: Elements) -> shapely.Geometry:
    """The extract's edge where the file declares none: the box of all but the outermost nodes."""
    if len(elements.xy) < 3:
        return shapely.box(0, 0, 0, 0)
    west, south = np.nanquantile(elements.xy, 0.001, axis=0)
    east, north = np.nanquantile(elements.xy, 0.999, axis=0)
    return shapely.box(west, south, east, north)


def _close_with_edge(group: list[Candidate], elements: Elements, edge: shapely.Geometry) -> None:
    """Close the open boundaries of one admin level with the extract's edge, or set the reason why not."""
    waiting = [one for one in group if one.shape is None and one.reason is None]
    if not waiting:
        return
    pieces, owners = _pieces(group, elements, edge)
    for one in waiting:
        if not any(one.id in owner for owner in owners):
            one.reason = "none of its lines lie in the extract: it covers or lies beyond all of it"
    waiting = [one for one in waiting if one.reason is None]
    if not waiting or edge.area == 0:
        return
    faces = list(
        shapely.get_parts(shapely.polygonize([*shapely.get_parts(shapely.union_all([*pieces, edge.boundary]))]))
    )
    around = _around(faces, pieces)
    whole = [one.shape for one in group if one.shape is not None]
    taken = shapely.union_all(whole) if whole else None
    claims: list[set[str]] = []
    for number, face in enumerate(faces):
        lines = around[number]
        claim = set.intersection(*(owners[line] for line in lines)) if lines else set()
        inside = face.representative_point()
        claims.append(set() if taken is not None and shapely.contains_xy(taken, inside.x, inside.y) else claim)
    _decide(waiting, faces, around, claims)
    for one in waiting:
        _accept(one, faces, claims, [n for n, owner in enumerate(owners) if one.id in owner], around, edge)


def _pieces(
    group: list[Candidate], elements: Elements, edge: shapely.Geometry
) -> tuple[list[shapely.Geometry], list[set[str]]]:
    """Every outer line of the level inside the edge, stretched to it where cut just before; and who owns it."""
    owner_of: dict[int, set[str]] = {}
    for one in group:
        for way in one.ways:
            owner_of.setdefault(way, set()).add(one.id)
    near = NEAR_SHARE * np.hypot(edge.bounds[2] - edge.bounds[0], edge.bounds[3] - edge.bounds[1])
    ends: dict[tuple[float, float], int] = {}
    lines: list[tuple[shapely.Geometry, set[str]]] = []
    for way, owner in sorted(owner_of.items()):
        for segment in elements.segments(way):
            lines.append((segment, owner))
            for at in (0, -1):
                key = tuple(shapely.get_coordinates(segment)[at])
                ends[key] = ends.get(key, 0) + 1
    pieces, owners = [], []
    for segment, owner in lines:
        coords = shapely.get_coordinates(segment)
        stretched = [coords]
        for at in (0, -1):
            end = shapely.points(coords[at])
            if ends[tuple(coords[at])] == 1 and edge.contains(end) and 0 < (gap := edge.boundary.distance(end)) <= near:
                touch = shapely.get_coordinates(shapely.shortest_line(end, edge.boundary))[1]
                touch = touch + (touch - coords[at]) / gap * TOUCH_DEG * 10
                stretched = [touch[None], *stretched] if at == 0 else [*stretched, touch[None]]
        clipped = shapely.intersection(shapely.linestrings(np.vstack(stretched)), edge)
        for piece in shapely.get_parts(clipped):
            if piece.geom_type == "LineString" and piece.length > TOUCH_DEG:
                pieces.append(piece)
                owners.append(owner)
    return pieces, owners


def _around(faces: list[shapely.Geometry], pieces: list[shapely.Geometry]) -> list[list[int]]:
    """For each face the numbers of the lines along its boundary."""
    if not faces or not pieces:
        return [[] for _ in faces]
    middles = shapely.line_interpolate_point(np.array(pieces, dtype=object), 0.5, normalized=True)
    rims = [face.boundary for face in faces]
    return [list(np.flatnonzero(shapely.distance(middles, rim) < TOUCH_DEG * 100)) for rim in rims]


def _decide(waiting: list[Candidate], faces: list, around: list[list[int]], claims: list[set[str]]) -> None:
    """Narrow every face's claims to one boundary where labels, or the other side of a line, say which."""
    by_id = {one.id: one for one in waiting}
    for number, face in enumerate(faces):
        claim = {id_ for id_ in claims[number] if id_ in by_id}
        labelled = {id_ for id_ in claim if any(face.covers(point) for point in by_id[id_].labels)}
        hinted = {id_ for id_ in claim if any(face.covers(point) for point in by_id[id_].hints)}
        claims[number] = labelled if len(labelled) == 1 else hinted if len(hinted) == 1 and len(claim) > 1 else claim
    for _ in range(len(faces)):
        changed = False
        for number, lines in enumerate(around):
            if len(claims[number]) < 2:
                continue
            beside = {other for other, theirs in enumerate(around) if other != number and set(theirs) & set(lines)}
            settled = set().union(*(claims[other] for other in beside if len(claims[other]) == 1)) if beside else set()
            left = claims[number] - settled
            if left and left != claims[number]:
                claims[number], changed = left, True
        if not changed:
            break
    for one in waiting:
        mine = [number for number, claim in enumerate(claims) if claim == {one.id}]
        both = [(a, b) for a in mine for b in mine if a < b and set(around[a]) & set(around[b])]
        for a, b in both:
            known = [
                number for number in (a, b) if any(faces[number].covers(point) for point in [*one.labels, *one.hints])
            ]
            for number in (a, b):
                if len(known) == 1 and number not in known:
                    claims[number] = set()
            if len(known) != 1:
                one.reason = "cut by the extract, and nothing tells which side of its line is inside"
                claims[a] = claims[b] = set()


def _accept(
    one: Candidate,
    faces: list,
    claims: list[set[str]],
    own_lines: list[int],
    around: list[list[int]],
    edge: shapely.Geometry,
) -> None:
    """Give a boundary its faces, after the checks that make the shape plausible."""
    if one.reason:
        return
    mine = [number for number, claim in enumerate(claims) if claim == {one.id}]
    if not mine:
        one.reason = "cut by the extract: its lines and the extract's edge enclose nothing that is its alone"
        return
    rim = {line for number in mine for line in around[number]}
    if any(line not in rim for line in own_lines):
        one.reason = (
            "cut by the extract: one of its lines stops inside or borders land that cannot be told to be its own"
        )
        return
    shape = polygonal(shapely.union_all([faces[number] for number in mine]))
    outside = [point for point in one.labels if edge.covers(point) and not shape.covers(point)]
    if shape is None or outside:
        one.reason = "closed with the extract's edge it would not hold its own label"
        return
    one.shape, one.closed = shape, "edge"
