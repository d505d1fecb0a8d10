"""Multipolygons out of relations: outer rings, holes, what stays open."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from data.readers.osm.elements import Elements, Relation

OUTER, INNER = ("outer", "outline", "", "exclave"), ("inner", "enclave")


@dataclass(frozen=True, slots=True)
class Area:
    """A relation's shape (None when no ring closes), its open outer lines, and how many members are absent."""

    shape: shapely.Geometry | None
    open_lines: tuple[shapely.Geometry, ...]
    absent_ways: int
    absent_nodes: int

    @property
    def is_whole(self) -> bool:
        """True when every line closed and nothing was absent."""
        return self.shape is not None and not self.open_lines and not self.absent_ways and not self.absent_nodes


def area(relation: Relation, elements: Elements) -> Area:
    """Assemble a relation. Rings are joined where ways meet; overlapping outers are united; holes are cut."""
    outer, inner, absent, cut = [], [], 0, 0
    for kind, id_, role in relation.members:
        if kind != "way" or role not in OUTER + INNER:
            continue
        way = elements.way(id_)
        if way is None:
            absent += role in OUTER
            continue
        cut += elements.missing(way) if role in OUTER else 0
        (outer if role in OUTER else inner).extend(elements.segments(way))
    faces, open_lines = _close(outer)
    if not faces:
        return Area(None, tuple(open_lines), absent, cut)
    shape = (
        faces[0]
        if len(faces) == 1
        else _unite(faces, len(inner) == 0 and all(role == "" for kind, _, role in relation.members if kind == "way"))
    )
    holes, _ = _close(inner)
    if holes:
        shape = shapely.difference(_sound(shape), shapely.union_all([_sound(hole) for hole in holes]))
    return Area(polygonal(shape), tuple(open_lines), absent, cut)


def polygonal(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The polygons of a shape (lines and points dropped); None when nothing with an area is left."""
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape if shape.area > 0 else None
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon" and part.area > 0
    ]
    return None if not parts else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _close(lines: list[shapely.Geometry]) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """Faces that the lines close, and the lines left open."""
    if not lines:
        return [], []
    rings = [line for line in lines if line.is_closed]
    rest = [line for line in lines if not line.is_closed]
    faces = [shapely.polygons(shapely.get_coordinates(ring)) for ring in rings if shapely.get_num_points(ring) >= 4]
    if not rest:
        return faces, []
    found, cuts, dangles, invalid = shapely.polygonize_full(rest)
    faces += list(shapely.get_parts(found))
    return faces, [line for group in (cuts, dangles, invalid) for line in shapely.get_parts(group)]


def _unite(faces: list[shapely.Geometry], even_odd: bool) -> shapely.Geometry:
    faces = sorted((_sound(face) for face in faces), key=lambda face: -face.area)
    if not even_odd:
        return shapely.union_all(faces)
    shape = faces[0]
    for face in faces[1:]:
        shape = shapely.symmetric_difference(shape, face)
    return shape


def _sound(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
