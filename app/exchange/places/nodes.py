"""A unit on its way to a code: one node of the tower being built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

GROUND = 6933
"""Areas are measured in EPSG:6933, cylindrical and equal-area: cuts along meridians and parallels stay straight in
it, so children add up to their parent exactly."""

_TO_GROUND = Transformer.from_crs(4326, GROUND, always_xy=True)


@dataclass(slots=True, eq=False)
class Node:
    """A unit from city to grid. `holds` are the rows of the buildings whose inner point lies in it; `given` is the
    code the file itself gives; `made` says where the shape comes from: boundary, edge, hull, rest, part, same, row."""

    level: str
    source_id: str
    name_zh: str | None
    name_en: str | None
    shape: shapely.Geometry | None
    holds: NDArray[np.int64]
    made: str
    parent: Node | None = None
    given: str | None = None
    code: str | None = None
    address: str | None = None
    children: list[Node] = field(default_factory=list)

    def add(self, child: Node) -> Node:
        """Put a child below this node."""
        child.parent = self
        self.children.append(child)
        return child

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def area_m2(shapes: NDArray[np.object_] | list[shapely.Geometry]) -> NDArray[np.float64]:
    """Areas in m² of EPSG:4326 shapes (0 for points and None)."""
    array = shapely.segmentize(np.asarray(shapes, dtype=object), 0.002)
    return np.nan_to_num(shapely.area(shapely.transform(array, _to_ground)))


def _to_ground(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(_TO_GROUND.transform(lonlat[:, 0], np.clip(lonlat[:, 1], -89.9, 89.9)))


def natural(text: str) -> tuple[str, int, str]:
    """Sort key that puts w9 before w10."""
    head = text.rstrip("0123456789")
    digits = text[len(head) :]
    return head, int(digits) if digits else -1, text
