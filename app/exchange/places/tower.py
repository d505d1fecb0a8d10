"""Nest boundaries into districts, streets and communities that tile their parents, and fill what is missing.

At every level the children of a parent are: the boundaries that lie mostly in it, cut to it and to what earlier
siblings left; then, where they leave land over, one "rest" unit. Slivers of land without buildings, up to 0.5 % of
the parent each, go to the neighbour they touch. A parent without boundaries at a level is filled (split.py).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from app.exchange.places.city import LEVELS, Chain
from app.exchange.places.known import Known
from app.exchange.places.nodes import Node, natural
from app.exchange.places.split import areas, fill, within
from data.place.source import Source

SLIVER_SHARE = 0.005


def nest(chain: Chain, source: Source, points: NDArray[np.float64], known: Known) -> Node:
    """Build the tree below the city down to grids (down to the last given level where there are no buildings)."""
    table = source.boundaries
    above = [chain.city]
    deepest = max(((*LEVELS, "grid").index(level) for level in chain.rows), default=-1)
    for depth, level in enumerate((*LEVELS, "grid")):
        if not len(points) and depth > deepest:
            source.warnings.append(f"there are no buildings: units end at level {above[0].level}")
            break
        rows = chain.rows.get(level, [])
        homes = _homes(rows, table, above, source)
        below: list[Node] = []
        for parent in above:
            mine = homes.get(id(parent), [])
            if mine:
                _tile(parent, level, mine, table, points, source)
            if not parent.children:
                fill(parent, level, points, known)
            below += parent.children
        above = below
    return chain.city


def _homes(rows: list[int], table: gpd.GeoDataFrame, parents: list[Node], source: Source) -> dict[int, list[int]]:
    """Each boundary's parent: by code where both have one, else by largest overlap."""
    homes: dict[int, list[int]] = {}
    if not rows:
        return homes
    tree = shapely.STRtree([parent.shape for parent in parents])
    by_code = {parent.given: parent for parent in parents if parent.given}
    for row in rows:
        shape, code = table.geometry[row], table.at[row, "code"]
        if code is not None and by_code:
            stem = str(code)[: len(next(iter(by_code)))]
            stem = stem[:4] + "00" if parents[0].level == "city" else stem
            if stem in by_code:
                homes.setdefault(id(by_code[stem]), []).append(row)
            else:
                source.reject(table.at[row, "source_id"], f"its parent {stem} is missing", "boundary", value=code)
            continue
        near = tree.query(shape, predicate="intersects")
        shared = [shapely.intersection(shape, parents[n].shape).area for n in near]
        if not shared or max(shared) <= 0:
            source.reject(table.at[row, "source_id"], "not used: no parent at the level above", "boundary")
            continue
        homes.setdefault(id(parents[int(near[int(np.argmax(shared))])]), []).append(row)
    return homes


def _tile(
    parent: Node, level: str, rows: list[int], table: gpd.GeoDataFrame, points: NDArray[np.float64], source: Source
) -> None:
    """Give a parent its boundary children and the rest; together they are exactly the parent."""
    rows = sorted(rows, key=lambda row: natural(str(table.at[row, "source_id"])))
    shapes: list[shapely.Geometry] = []
    kept: list[int] = []
    for row in rows:
        shape = areas(shapely.intersection(table.geometry[row], parent.shape))
        earlier = (
            [shapes[n] for n in shapely.STRtree(shapes).query(shape, predicate="intersects")]
            if shape is not None and shapes
            else []
        )
        if earlier:
            shape = areas(shapely.difference(shape, shapely.union_all(earlier)))
        if shape is None or shape.area < 1e-9 * parent.shape.area:
            source.reject(table.at[row, "source_id"], "not used: covered by its neighbours", "boundary")
            continue
        lost = 1 - shape.area / table.geometry[row].area
        if lost > 0.01:
            source.repair(
                table.at[row, "source_id"],
                f"cut to its parent and neighbours: {lost:.0%} of its area lies outside",
                "boundary",
            )
        shapes.append(shape)
        kept.append(row)
    if not kept:
        return
    rest = areas(shapely.difference(parent.shape, shapely.union_all(shapes)))
    left: list[shapely.Geometry] = []
    if rest is not None:
        here = shapely.STRtree(shapely.points(points[parent.holds]))
        for piece in shapely.get_parts(rest):
            if piece.area <= SLIVER_SHARE * parent.shape.area and not len(here.query(piece, predicate="contains")):
                near = np.argsort(shapely.distance(np.array(shapes, dtype=object), piece), kind="stable")[:3]
                best = max(near, key=lambda n: shapely.intersection(shapes[n], piece).length)
                shapes[best] = areas(shapely.union(shapes[best], piece))
            else:
                left.append(piece)
    whole = [*shapes, left[0] if len(left) == 1 else shapely.multipolygons(left)] if left else shapes
    shares = within(whole, parent.holds, points)
    for row, shape, holds in zip(kept, shapes, shares, strict=False):
        code = table.at[row, "code"] if parent.given else None
        parent.add(
            Node(level, str(table.at[row, "source_id"]), table.at[row, "name_zh"], table.at[row, "name_en"], shape, holds,
                 "edge" if table.at[row, "closed"] == "edge" else "boundary", given=None if code is None else str(code))
        )  # fmt: skip
    if left:
        again = parent.made == "rest"
        zh = parent.name_zh if again or not parent.name_zh else f"{parent.name_zh}其余"
        en = parent.name_en if again or not parent.name_en else f"Rest of {parent.name_en}"
        parent.add(Node(level, f"{parent.source_id}/rest-{level}", zh, en, whole[-1], shares[-1], "rest"))
