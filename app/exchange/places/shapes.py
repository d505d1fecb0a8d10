"""Make shapes sound before anything is built on them: repair what can be, reject the rest, count both."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from app.exchange.places.nodes import area_m2
from data.place.source import Source

LEAST_M2 = 0.01
"""A building or boundary smaller than this has no area."""


def make_sound(source: Source) -> None:
    """Repair or reject every shape of a source (EPSG:4326), and count repeated ids as duplicates, in place."""
    source.buildings = _sound(source.buildings, source, "building", points=True)
    source.parts = _sound(source.parts, source, "part", points=False)
    source.boundaries = _sound(source.boundaries, source, "boundary", points=True, bare=True)
    source.layers = _sound_layers(source.layers, source)


def _sound(table: gpd.GeoDataFrame, source: Source, kind: str, points: bool, bare: bool = False) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    ids = table["source_id"].astype(str).to_numpy()
    shapes = np.array(table.geometry.array, dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1) | empty
    bad = ~finite | (empty & (not bare))
    for row in np.flatnonzero(bad):
        source.reject(ids[row], "coordinates are not finite numbers" if not finite[row] else "no shape", kind)
    dimension = shapely.get_dimensions(shapes)
    is_area = (dimension == 2) & ~bad
    invalid = is_area & ~shapely.is_valid(shapes)
    if invalid.any():
        before = area_m2(shapes[invalid])
        shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
        for row, was in zip(np.flatnonzero(invalid), before, strict=True):
            shapes[row] = _areas_only(shapes[row])
            if shapes[row] is None:
                bad[row] = True
                source.reject(ids[row], f"the outline has no area ({was:.2f} m²)", kind)
            else:
                source.repair(ids[row], "the outline crossed or touched itself: repaired", kind)
    small = is_area & ~bad & (area_m2(shapes) < LEAST_M2)
    wrong = ~bad & ~empty & (dimension != 2) & ~((dimension == 0) & points)
    for row in np.flatnonzero(small):
        source.reject(ids[row], "the outline has no area", kind)
    for row in np.flatnonzero(wrong):
        source.reject(ids[row], "a line, not an outline" if dimension[row] == 1 else "a point, not an outline", kind)
    bad |= small | wrong
    table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index))[~bad]
    return _once(table, source, kind)


def _once(table: gpd.GeoDataFrame, source: Source, kind: str) -> gpd.GeoDataFrame:
    """Drop rows that repeat an id: the same shape is a duplicate, another shape gets an id of its own."""
    repeated = table["source_id"].duplicated(keep="first").to_numpy()
    if not repeated.any():
        return table.reset_index(drop=True)
    ids, drop, seen = table["source_id"].astype(str).to_list(), [], {}
    rest = [
        str(row) for row in table.drop(columns=[table.geometry.name, "source_id"]).itertuples(index=False, name=None)
    ]
    for row, (id_, shape) in enumerate(zip(ids, table.geometry.array, strict=True)):
        twins = seen.setdefault(id_, [])
        same = rest[row] if shape is None else None
        if any(
            words == same and (twin is shape or (twin is not None and shape is not None and twin.equals(shape)))
            for twin, words in twins
        ):
            source.duplicates += 1
            drop.append(row)
        elif twins:
            if kind == "boundary" and source.boundaries["code"].notna().any():
                source.reject(id_, "a code that another row already has", kind)
                drop.append(row)
            else:
                ids[row] = f"{id_}#{len(twins) + 1}"
                source.repair(ids[row], f"id {id_} stands for several shapes: told apart", kind)
        twins.append((shape, same))
    table = table.assign(source_id=ids)
    return table.drop(table.index[drop]).reset_index(drop=True)


def _sound_layers(table: gpd.GeoDataFrame, source: Source) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    shapes = np.array(table.geometry.array, dtype=object)
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    invalid = finite & (shapely.get_dimensions(shapes) == 2) & ~shapely.is_valid(shapes)
    if invalid.any():
        fixed = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
        shapes[invalid] = [_areas_only(shape) for shape in fixed]
    gone = shapely.is_missing(shapes) | shapely.is_empty(shapes) | ~finite
    for row in np.flatnonzero(gone):
        source.reject(table["source_id"].iloc[row], "the outline has no area", str(table["layer"].iloc[row]))
    for row in np.flatnonzero(invalid & ~gone):
        source.repair(
            table["source_id"].iloc[row],
            "the outline crossed or touched itself: repaired",
            str(table["layer"].iloc[row]),
        )
    return table.set_geometry(gpd.GeoSeries(shapes, index=table.index))[~gone].reset_index(drop=True)


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry | None:
    parts = [
        part for part in shapely.get_parts(shapely.get_parts([shape])) if part.geom_type == "Polygon" and part.area > 0
    ]
    return None if not parts else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
