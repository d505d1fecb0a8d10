"""Buildings: parts into outlines, storeys into floors, each building into exactly one grid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.place.source import Source

FAR_KM = 50          # from the middle of all others: wider than a city
FLOOR_M = {
    None: 3.2, "office": 3.8, "retail": 4.0, "hospital": 3.8, "hotel": 3.3, "school": 3.6, "university": 3.6, "culture": 4.5,
    "industrial": 6.0, "warehouse": 7.0, "worship": 8.0, "sport": 8.0, "transport": 5.0,
}  # fmt: skip
"""Metres per floor by use, for floors derived from a height; every other use 3.2 m."""


def merge_parts(source: Source) -> None:
    """Refine outlines by their parts, in place: the highest part gives height and floors where the outline is silent
    or lower. A part belongs to the outline the file names, else to the one it overlaps most; with none it is rejected."""
    parts, buildings = source.parts, source.buildings
    if parts.empty:
        return
    outline = _outlines(source)
    for row in np.flatnonzero(outline < 0):
        source.reject(parts["source_id"].iloc[row], "a building part without an outline", "part")
    good = outline >= 0
    home = outline[good]
    for name in ("height_m", "floors_above", "floors_below"):
        most = pd.Series(parts[name].to_numpy(float)[good]).groupby(home).max()
        at = most.index.to_numpy()
        buildings[name] = _greater(buildings[name].to_numpy(float), at, most.to_numpy(float))
    source.parts = parts[good].reset_index(drop=True)


def _greater(values: NDArray[np.float64], at: NDArray[np.int64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    values = values.copy()
    values[at] = np.fmax(values[at], most)
    return values


def _outlines(source: Source) -> NDArray[np.int64]:
    """For each part the row of its building; −1 for none."""
    parts, buildings = source.parts, source.buildings
    row_of = {id_: row for row, id_ in enumerate(buildings["source_id"])}
    named = np.array([row_of.get(id_, -1) if id_ is not None else -1 for id_ in parts["parent_id"]])
    if buildings.empty:
        return named
    shapes, outlines = np.array(parts.geometry.array, dtype=object), np.array(buildings.geometry.array, dtype=object)
    part, building = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[part], outlines[building])) / np.maximum(
        shapely.area(shapes[part]), 1e-15
    )
    found = np.full(len(parts), -1)
    order = np.lexsort((-building, shared))
    order = order[shared[order] >= 0.3]
    found[part[order]] = building[order]
    return np.where(named >= 0, named, found)


def settle_floors(source: Source) -> pd.Series:
    """Decide floors of every building, in place; returns for each how: known | derived | unknown.

    known: the file's own number (of the outline or its parts), or whole floors drawn inside it. derived: height ÷ metres
    per floor of its use, rounded, at least 1; or the highest room drawn inside. Rooms and floors drawn inside only ever
    add floors. unknown: floors_above stays empty and the building has the ground floor alone.
    """
    table = source.buildings
    above, below = table["floors_above"].to_numpy(float).copy(), table["floors_below"].to_numpy(float).copy()
    height = table["height_m"].to_numpy(float)
    high, deep, drawn = _storeys(source)
    known = ~np.isnan(above) | drawn
    per_floor = (
        table["place_type"].map(lambda use: FLOOR_M.get(use, FLOOR_M[None])).to_numpy(float)
        if len(table)
        else np.zeros(0)
    )
    derived = ~known & ~np.isnan(height)
    above[derived] = np.maximum(1, np.round(height[derived] / per_floor[derived]))
    above = np.where(high > 0, np.fmax(above, high), above)
    below = np.where(deep > 0, np.fmax(below, deep), below)
    derived |= ~known & (high > 0)
    table["floors_above"], table["floors_below"] = above, below
    return pd.Series(np.select([known, derived], ["known", "derived"], "unknown"), index=table.index)


def _storeys(source: Source) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Highest and deepest storey seen inside each building (0 for none), and whether whole floors were drawn."""
    count = len(source.buildings)
    high, deep, drawn = np.zeros(count), np.zeros(count), np.zeros(count, dtype=bool)
    table = source.storeys
    if table.empty or not count:
        return high, deep, drawn
    row_of = {id_: row for row, id_ in enumerate(source.buildings["source_id"])}
    home = np.array([row_of.get(id_, -1) for id_ in table["building_id"]])
    outlines = np.array(source.buildings.geometry.array, dtype=object)
    lost = np.flatnonzero(home < 0)
    seen, where = shapely.STRtree(outlines).query(
        shapely.point_on_surface(np.array(table.geometry.array, dtype=object)[lost]), predicate="intersects"
    )
    home[lost[seen[::-1]]] = where[::-1]
    floor_no = table["floor_no"].to_numpy(float)
    inside = home >= 0
    up = inside & (floor_no > 0)
    np.maximum.at(high, home[up], floor_no[up])
    down = inside & (floor_no < 0)
    np.maximum.at(deep, home[down], -floor_no[down])
    drawn[home[inside & (table["kind"].to_numpy() == "floor") & (floor_no > 0)]] = True
    return high, deep, drawn


def inner_points(source: Source) -> NDArray[np.float64]:
    """(n, 2) longitude, latitude of a point inside each building."""
    shapes = np.array(source.buildings.geometry.array, dtype=object)
    return shapely.get_coordinates(shapely.point_on_surface(shapes)) if len(shapes) else np.zeros((0, 2))


def far_away(points: NDArray[np.float64], ids: NDArray[np.object_]) -> list[str]:
    """A warning where single buildings lie far from all others: swapped or missing coordinates make a continent of a city."""
    if len(points) < 10:
        return []
    lon, lat = np.median(points, axis=0)
    km = np.hypot((points[:, 0] - lon) * np.cos(np.radians(lat)), points[:, 1] - lat) * 111.2
    far = np.flatnonzero(km > max(FAR_KM, 20 * np.percentile(km, 90)))
    if not len(far):
        return []
    named = ", ".join(f"{ids[i]} at {points[i, 0]:.4f}, {points[i, 1]:.4f}" for i in far[:3])
    return [f"{len(far)} buildings lie more than {FAR_KM} km from the others ({named}): are their coordinates swapped or missing? "
            "The city reaches as far as they do; correct the file and import it again"]


def into_grids(shapes: NDArray[np.object_], grids: list[shapely.Geometry]) -> NDArray[np.int64]:
    """The grid each building overlaps most (the first of equals); −1 where none touches it. Points: the grid around."""
    home = np.full(len(shapes), -1)
    if not grids or not len(shapes):
        return home
    cells = np.array(grids, dtype=object)
    building, grid = shapely.STRtree(cells).query(shapes, predicate="intersects")
    times = np.bincount(building, minlength=len(shapes))
    single = times[building] == 1
    shared = np.ones(len(building))
    shared[~single] = shapely.area(shapely.intersection(shapes[building[~single]], cells[grid[~single]]))
    order = np.lexsort((-grid, shared))
    home[building[order]] = grid[order]
    return home
