"""Fill a level that no boundary gives: cut a shape into parts with about equally many buildings.

Rule (a k-d tree over the buildings). A parent with n buildings gets ceil(n / target) parts: it is cut across its
longer side (measured on the ground) between two buildings, so that both sides hold buildings in proportion to the
parts they will become, and each side again. Cuts run along meridians and parallels, so parts tile their parent. With
one part or no buildings the child is the parent itself, under its name. Without any building in the place the levels
below the last given one stay empty.

A later import keeps earlier parts while their parent's shape is the same within 1 %.
"""

from __future__ import annotations

import math
import re

import numpy as np
import shapely
from numpy.typing import NDArray

from app.exchange.places.known import Known
from app.exchange.places.nodes import Node

TARGET = {"district": 5000, "street": 1500, "community": 400, "grid": 60}
"""Buildings per generated unit, about."""

SAME_SHARE = 0.01


def fill(parent: Node, level: str, points: NDArray[np.float64], known: Known) -> None:
    """Give a parent its generated children of one level. `points` are all buildings' inner points (lon, lat)."""
    earlier = known.generated(level, parent.source_id)
    if earlier and _reuse(parent, level, earlier, points):
        return
    wanted = max(1, math.ceil(len(parent.holds) / TARGET[level]))
    parts = cut(parent.shape, parent.holds, points, wanted)
    revision = known.revision(level, parent.source_id) if len(parts) > 1 else 0
    if len(parts) == 1:
        parent.add(
            Node(
                level, f"{parent.source_id}/{level}", parent.name_zh, parent.name_en, parent.shape, parent.holds, "same"
            )
        )
        return
    width = len(str(len(parts)))
    for number, (shape, holds) in enumerate(parts, start=1):
        id_ = f"{parent.source_id}/{level}-{f'{revision}.' if revision else ''}{number}"
        parent.add(
            Node(
                level,
                id_,
                _numbered(parent.name_zh, number, width),
                _numbered(parent.name_en, number, width),
                shape,
                holds,
                "part",
            )
        )


def cut(
    shape: shapely.Geometry, holds: NDArray[np.int64], points: NDArray[np.float64], parts: int
) -> list[tuple[shapely.Geometry, NDArray[np.int64]]]:
    """Cut a shape into at most `parts` parts balanced by the buildings in it; fewer where buildings coincide."""
    if parts <= 1 or len(holds) < 2:
        return [(shape, holds)]
    west, south, east, north = shape.bounds
    wide = (east - west) * math.cos(math.radians((south + north) / 2))
    axis = 0 if wide >= north - south else 1
    left_parts = parts // 2
    for along in (axis, 1 - axis):
        order = holds[np.argsort(points[holds, along], kind="stable")]
        values = points[order, along]
        at = round(len(order) * left_parts / parts)
        steps = np.flatnonzero(np.diff(values) > 1e-9) + 1
        if not len(steps):
            continue
        at = int(steps[np.argmin(np.abs(steps - at))])
        line = float((values[at - 1] + values[at]) / 2)
        low = shapely.box(west - 1, south - 1, line if along == 0 else east + 1, line if along == 1 else north + 1)
        high = shapely.box(line if along == 0 else west - 1, line if along == 1 else south - 1, east + 1, north + 1)
        sides = [areas(shapely.intersection(shape, box)) for box in (low, high)]
        if sides[0] is None or sides[1] is None:
            continue
        return cut(sides[0], order[:at], points, left_parts) + cut(sides[1], order[at:], points, parts - left_parts)
    return [(shape, holds)]


def areas(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Only the polygons of a shape; None when there are none."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return None if shape.is_empty else shape
    parts = [
        part for part in shapely.get_parts(shapely.get_parts([shape])) if part.geom_type == "Polygon" and part.area > 0
    ]
    return None if not parts else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def within(
    shapes: list[shapely.Geometry], holds: NDArray[np.int64], points: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Share buildings out among shapes by where their inner point lies; one on a seam goes to the nearest shape."""
    if not len(holds) or not shapes:
        return [holds[:0] for _ in shapes]
    here = shapely.points(points[holds])
    found, which = shapely.STRtree(shapes).query(here, predicate="intersects")
    owner = np.full(len(holds), -1)
    owner[found[::-1]] = which[::-1]
    lost = np.flatnonzero(owner < 0)
    if len(lost):
        owner[lost] = shapely.STRtree(shapes).nearest(here[lost])
    return [holds[owner == number] for number in range(len(shapes))]


def _reuse(
    parent: Node, level: str, earlier: list[tuple[str, str, str, shapely.Geometry]], points: NDArray[np.float64]
) -> bool:
    """Take over earlier parts when together they are the parent's shape within 1 %; patch the rest of the seam."""
    whole = shapely.union_all([shape for *_, shape in earlier])
    if shapely.symmetric_difference(whole, parent.shape).area > SAME_SHARE * parent.shape.area:
        return False
    exact = shapely.symmetric_difference(whole, parent.shape).area <= 1e-12 * parent.shape.area
    shapes = [shape if exact else areas(shapely.intersection(shape, parent.shape)) for *_, shape in earlier]
    if any(shape is None for shape in shapes):
        return False
    if not exact:
        left = areas(shapely.difference(parent.shape, shapely.union_all(shapes)))
        for piece in shapely.get_parts(left) if left is not None else ():
            nearest = int(np.argmin(shapely.distance(np.array(shapes, dtype=object), piece)))
            shapes[nearest] = areas(shapely.union(shapes[nearest], piece))
    for (id_, zh, en, _), shape, holds in zip(earlier, shapes, within(shapes, parent.holds, points), strict=True):
        parent.add(Node(level, id_, zh, en, shape, holds, "same" if re.search(r"/[a-z]+$", id_) else "part"))
    return True


def _numbered(name: str | None, number: int, width: int) -> str | None:
    return f"{name} {number:0{width}d}" if name else None
