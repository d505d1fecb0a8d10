"""The edge of an extract: the declared box, and how far beyond it the extract holds whole buildings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from data.readers.osm.areas import polygonal

Box = tuple[float, float, float, float]
MARGIN_SHARE = 0.3
"""Buildings up to this share of the box's side beyond it still belong to the extract; farther ones are strays."""


def reach(box: Box, buildings: gpd.GeoDataFrame) -> Box:
    """The box grown to hold the buildings just outside it: extracts keep whole what they touch."""
    if buildings.empty:
        return box
    west, south, east, north = box
    width, height = east - west, north - south
    bounds = buildings.bounds.to_numpy()
    beyond = np.column_stack(
        [
            (west - bounds[:, 0]) / width,
            (south - bounds[:, 1]) / height,
            (bounds[:, 2] - east) / width,
            (bounds[:, 3] - north) / height,
        ]
    )
    near = bounds[beyond.max(axis=1) <= MARGIN_SHARE]
    if not len(near):
        return box
    low, high = near.min(axis=0), near.max(axis=0)
    return min(west, low[0]), min(south, low[1]), max(east, high[2]), max(north, high[3])


def grow(shape: shapely.Geometry, box: Box, to: Box) -> shapely.Geometry:
    """Push what of a shape lies along the box's sides straight out to the greater box; corners go to who holds them."""
    west, south, east, north = box
    far_west, far_south, far_east, far_north = to
    added = []
    for axis, at, far, low, high, far_low, far_high in (
        (0, west, far_west, south, north, far_south, far_north), (0, east, far_east, south, north, far_south, far_north),
        (1, south, far_south, west, east, far_west, far_east), (1, north, far_north, west, east, far_west, far_east),
    ):  # fmt: skip
        side = shapely.linestrings([(at, low), (at, high)] if axis == 0 else [(low, at), (high, at)])
        for piece in shapely.get_parts(shapely.intersection(shape, side)):
            if piece.length <= 0:
                continue
            along = shapely.get_coordinates(piece)[:, 1 - axis]
            first, last = along.min(), along.max()
            first, last = far_low if first <= low else first, far_high if last >= high else last
            added.append(
                shapely.box(min(at, far), first, max(at, far), last)
                if axis == 0
                else shapely.box(first, min(at, far), last, max(at, far))
            )
    return polygonal(shapely.union_all([shape, *[one for one in added if one.area > 0]])) or shape
