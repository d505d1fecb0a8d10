"""The sea, from coastlines: OSM draws them with the land on the left and the water on the right."""

from __future__ import annotations

import numpy as np
import shapely

from data.readers.osm.elements import Elements

ASIDE_DEG = 2e-6
NEAR_SHARE = 0.05


def sea(elements: Elements, box: tuple[float, float, float, float]) -> list[shapely.Geometry]:
    """Faces of the box that have coastline on their landward side only; [] where a coastline ends inside the box, so
    that land and water cannot be told apart."""
    coast = [way for way, tags in enumerate(elements.tags) if tags.get("natural") == "coastline"]
    lines = [segment for way in coast for segment in elements.segments(way)]
    if not lines:
        return []
    frame = shapely.box(*box)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines), directed=True))
    near = NEAR_SHARE * np.hypot(box[2] - box[0], box[3] - box[1])
    stretched = [_stretch(shapely.get_coordinates(line), frame, near) for line in merged]
    pieces = [
        p
        for p in shapely.get_parts(shapely.intersection(stretched, frame))
        if p.geom_type in ("LineString", "MultiLineString")
    ]
    pieces = [part for piece in pieces for part in shapely.get_parts(piece) if part.length > 0]
    if not pieces:
        return []
    faces = list(
        shapely.get_parts(shapely.polygonize([*shapely.get_parts(shapely.union_all([*pieces, frame.boundary]))]))
    )
    land, water = _sides(pieces)
    tree = shapely.STRtree(faces)
    dry, wet = set(tree.query(land, predicate="within")[1]), set(tree.query(water, predicate="within")[1])
    return [faces[number] for number in sorted(wet - dry)]


def _stretch(coords: np.ndarray, frame: shapely.Geometry, near: float) -> shapely.Geometry:
    """A coastline that stops just inside the frame, drawn on to it."""
    rows = [coords]
    for at in (0, -1):
        end = shapely.points(coords[at])
        if (
            not (coords[0] == coords[-1]).all()
            and frame.contains(end)
            and 0 < (gap := frame.boundary.distance(end)) <= near
        ):
            touch = shapely.get_coordinates(shapely.shortest_line(end, frame.boundary))[1]
            touch = touch + (touch - coords[at]) / gap * 1e-8
            rows = [touch[None], *rows] if at == 0 else [*rows, touch[None]]
    return shapely.linestrings(np.vstack(rows))


def _sides(pieces: list[shapely.Geometry]) -> tuple[np.ndarray, np.ndarray]:
    """Points just left (land) and just right (water) of every segment's middle."""
    left, right = [], []
    for piece in pieces:
        coords = shapely.get_coordinates(piece)
        step = np.diff(coords, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        good = length > 10 * ASIDE_DEG
        middle, step = (coords[:-1] + coords[1:])[good] / 2, step[good] / length[good, None]
        aside = np.column_stack([-step[:, 1], step[:, 0]]) * ASIDE_DEG
        left.append(middle + aside)
        right.append(middle - aside)
    return shapely.points(np.vstack(left)), shapely.points(np.vstack(right))
