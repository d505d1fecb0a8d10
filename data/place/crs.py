"""Everything a source holds, from its own coordinates to EPSG:4326."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from data.errors import BadInput
from data.place import datum
from data.place.source import Options, Source

DATUMS = {"gcj02": datum.gcj02_to_wgs84, "bd09": datum.bd09_to_wgs84}
SAME = ("EPSG:4326", "EPSG:4490", "OGC:CRS84", "EPSG:4979")
"""CGCS2000 (4490) and WGS 84 agree within centimetres: exchanged as one."""
FARTHEST = 1e9
"""Metres or degrees; no coordinate system has numbers as great."""


def resolve(text: str) -> str:
    """A declared coordinate system as "gcj02", "bd09" or an authority name pyproj knows. Raises BadInput."""
    name = text.strip()
    key = name.lower().replace("-", "").replace("_", "")
    if key in DATUMS:
        return key
    if name.isdigit():
        name = f"EPSG:{name}"
    try:
        found = CRS.from_user_input(name)
    except CRSError as error:
        raise BadInput(
            f"There is no coordinate system {text!r}",
            "Use gcj02, bd09 or EPSG:n, e.g. EPSG:4326 or EPSG:4547",
            crs=text,
        ) from error
    authority = found.to_authority(min_confidence=70)
    return ":".join(authority) if authority else name


def to_wgs84(source: Source, options: Options) -> None:
    """Convert every frame and the extent in place; options.crs overrides what the file says.

    Raises BadInput for an unknown system, and for coordinates that are no longitudes and latitudes, with the remedy.
    """
    declared = resolve(options.crs or source.crs or "EPSG:4326")
    _on_earth(source)
    if (
        options.crs
        and source.crs not in ("", "EPSG:4326", "OGC:CRS84")
        and resolve(source.crs) != declared
        and declared not in DATUMS
    ):
        source.warnings.append(f"the file says {source.crs}, --crs says {options.crs}: --crs is used")
    if declared not in SAME:
        move = _move(source, declared)
        for name in ("buildings", "parts", "boundaries", "layers", "storeys"):
            table = getattr(source, name)
            if len(table):
                shapes = shapely.transform(np.array(table.geometry.array, dtype=object), move)
                setattr(source, name, table.set_geometry(list(shapes)))
        if source.extent is not None:
            west, south, east, north = source.extent
            corners = move(np.array([[west, south], [west, north], [east, south], [east, north]], dtype=float))
            source.extent = (*corners.min(axis=0), *corners.max(axis=0))
    _check_area(source, declared)
    source.crs = declared
    _check(source, bool(options.crs))


def points_to_wgs84(points: np.ndarray, declared: str) -> np.ndarray:
    """An (n, 2) array of coordinates of a declared system in WGS 84; NaN stays NaN. Raises BadInput for an unknown one."""
    name = resolve(declared)
    if name in SAME or (name in DATUMS and not datum.is_chinese(points)):
        return points
    return (DATUMS.get(name) or _projected(name))(points)


def _move(source: Source, declared: str) -> Callable[[np.ndarray], np.ndarray]:
    """What brings points to WGS 84; outside China the offset datums are WGS 84, and a note says so."""
    if declared not in DATUMS:
        return _projected(declared)
    tables = (getattr(source, name) for name in ("buildings", "boundaries", "layers"))
    middles = [shapely.get_coordinates(shapely.centroid(np.array(table.geometry.array, dtype=object))) for table in tables if len(table)]
    if not middles or datum.is_chinese(np.concatenate(middles)):
        return DATUMS[declared]
    source.warnings.append(f"the place lies outside China, where {declared} does not move anything: coordinates are left as they are")
    return lambda points: points


def _on_earth(source: Source) -> None:
    """Reject shapes with coordinates that no system has, before anything computes with them."""
    for name, kind in (("buildings", "building"), ("parts", "part"), ("boundaries", "boundary"), ("layers", "layer")):
        table = getattr(source, name)
        if table.empty:
            continue
        bounds = shapely.bounds(np.array(table.geometry.array, dtype=object))
        wild = (np.abs(bounds) > FARTHEST).any(axis=1)
        for row in np.flatnonzero(wild):
            source.reject(table["source_id"].iloc[row], "coordinates that are nowhere on Earth", kind)
        if wild.any():
            setattr(source, name, table[~wild].reset_index(drop=True))


def _check_area(source: Source, declared: str) -> None:
    """Refuse swapped axes of an offset datum; say so when coordinates lie outside where their system is defined."""
    table = source.buildings if len(source.buildings) else source.boundaries
    if table.empty:
        return
    bounds = shapely.bounds(np.array(table.geometry.array, dtype=object))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    if not len(middle):
        return
    if declared in DATUMS:
        west, south, east, north = datum.WEST, datum.SOUTH, datum.EAST, datum.NORTH
    elif (area := CRS.from_user_input(declared).area_of_use) is not None and area.west < area.east:
        west, south, east, north = area.west - 3, area.south - 3, area.east + 3, area.north + 3
    else:
        return

    def share(lon: np.ndarray, lat: np.ndarray) -> float:
        return float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())

    if share(middle[:, 0], middle[:, 1]) < 0.5:
        if share(middle[:, 1], middle[:, 0]) > 0.5:
            raise BadInput(
                f"Coordinates are swapped: read the other way round they lie where {declared} is used",
                "Write longitude (easting) first",
                file=source.file,
            )
        if declared in DATUMS:
            source.warnings.append(f"most coordinates lie outside China, where {declared} moves nothing")
        else:
            source.warnings.append(f"most coordinates lie outside the area where {declared} is used: check --crs")


def _projected(name: str):
    try:
        transformer = Transformer.from_crs(name, 4326, always_xy=True)
    except (CRSError, ProjError) as error:
        raise BadInput(
            f"Coordinates cannot be converted from {name}", "Declare another system with --crs", crs=name
        ) from error

    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return move


def _check(source: Source, declared: bool) -> None:
    """Refuse coordinates that cannot be longitudes and latitudes, unless only a few features are wrong."""
    for name in ("buildings", "boundaries"):
        table = getattr(source, name)
        shapes = np.array(table.geometry.array, dtype=object) if len(table) else np.array([], dtype=object)
        bounds = shapely.bounds(shapes)
        finite = np.isfinite(bounds).all(axis=1)
        if not finite.any():
            continue
        west, south, east, north = bounds[finite].T
        off = (west < -180) | (east > 180) | (south < -90) | (north > 90)
        if off.mean() > 0.2:
            first = table["source_id"].to_numpy()[finite][off][0]
            swapped = (np.abs(bounds[finite][off][:, [0, 2]]) <= 90).all() and (
                np.abs(bounds[finite][off][:, [1, 3]]) <= 180
            ).all()
            if swapped:
                raise BadInput(
                    "Coordinates are swapped: latitudes stand where longitudes belong",
                    "Write longitude first",
                    file=source.file,
                    id=first,
                )
            x, y = bounds[finite][off][0][:2]
            remedy = "Check --crs" if declared else "Name the file's coordinate system with --crs EPSG:n"
            raise BadInput(
                f"Coordinates are no longitudes and latitudes (first {x:.6g}, {y:.6g})",
                remedy,
                file=source.file,
                id=first,
            )
        rows = np.flatnonzero(finite)[off]
        for row in rows:
            source.reject(
                table["source_id"].iloc[row],
                "coordinates outside ±180, ±90",
                name.rstrip("s") if name == "buildings" else "boundary",
            )
        if len(rows):
            setattr(source, name, table.drop(table.index[rows]).reset_index(drop=True))
