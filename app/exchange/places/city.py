"""Which shape is the city, and which boundary levels become its districts, streets and communities."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from app.exchange.places.known import Known
from app.exchange.places.nodes import Node
from app.exchange.places.split import areas
from app.units.codes import is_valid, parse
from data.place.source import Source

LEVELS = ("district", "street", "community")
SAME_SHARE = 0.95
"""A boundary covering this share of the city is the city again, under another admin level."""
LEAST_COVER = 0.02
"""An admin level whose boundaries hold less than this share of the buildings is not a level of this place."""
ALL_SHARE = 0.98
"""Boundaries of one level that hold this share of the buildings are, together, the city."""
CITY_ID = "city"


@dataclass(frozen=True, slots=True)
class Chain:
    """The city and, per level of ours, the rows of Source.boundaries that make it."""

    city: Node
    rows: dict[str, list[int]]
    made: str


def choose(source: Source, points: NDArray[np.float64], known: Known, names: tuple[str | None, str | None]) -> Chain:
    """Pick the city and its chain; every boundary left out is rejected with the reason (source.rejects grows).

    City: the boundary of the coarsest admin level that closes by itself and holds at least half of the buildings (of
    the boundaries' area where there are no buildings); else the union of one level's boundaries where they hold
    98 % of the buildings; else the extract's edge where boundaries were closed with it;
    else the convex hull of everything. Levels: of the finer admin levels the three that hold most buildings.
    """
    table = source.boundaries
    shaped = table[~table.geometry.isna()]
    coded = _coded(source, table)
    if coded:
        return _with_codes(source, table, coded, points, names)
    everything = np.arange(len(points))
    if shaped["level"].notna().any():
        return _with_levels(source, shaped, points, known, names)
    city_row = _city_row(shaped, points)
    if city_row is not None:
        row = table.loc[city_row]
        city = Node(
            "city",
            str(row["source_id"]),
            names[0] or row["name_zh"],
            names[1] or row["name_en"],
            row.geometry,
            everything,
            "boundary",
        )
        floor = row["admin_level"]
    else:
        shape, made = _outline(source, shaped, points, known)
        city = Node("city", CITY_ID, *names, shape, everything, made)
        floor = -1.0
    rows = _levels(source, shaped, city, city_row, floor, points)
    return Chain(city, rows, city.made)


def _city_row(shaped: gpd.GeoDataFrame, points: NDArray[np.float64]) -> int | None:
    own = shaped[(shaped["closed"] == "own") & shaped["admin_level"].notna()]
    if own.empty or (shaped["admin_level"].nunique() < 2 and len(own) > 1):
        return None
    shapes = np.array(own.geometry.array, dtype=object)
    if len(points):
        here = shapely.points(points)
        tree = shapely.STRtree(here)
        share = np.array([len(tree.query(shape, predicate="contains")) for shape in shapes]) / len(points)
    else:
        whole = shapely.union_all(np.array(shaped.geometry.array, dtype=object)).area
        share = shapely.area(shapes) / whole
    fit = own.index[share >= 0.5]
    return None if not len(fit) else int(own.loc[fit].sort_values(["admin_level", "source_id"]).index[0])


def _outline(
    source: Source, shaped: gpd.GeoDataFrame, points: NDArray[np.float64], known: Known
) -> tuple[shapely.Geometry, str]:
    """The extract's edge, or the hull of buildings and boundaries (about 20 m wider); an earlier city shape while it fits."""
    if not len(points) and len(shaped) and not (shaped["closed"] == "edge").any():
        return areas(shapely.union_all(np.array(shaped.geometry.array, dtype=object))), "union"
    for _, group in shaped[shaped["closed"] == "own"].groupby("admin_level", dropna=False):
        union = areas(shapely.union_all(np.array(group.geometry.array, dtype=object)))
        shapely.prepare(union)
        if len(points) and shapely.intersects_xy(union, points).mean() >= ALL_SHARE:
            return union, "union"
    shapes = [*source.buildings.geometry.array, *shaped.loc[shaped["closed"] == "own"].geometry.array]
    shapes = shapes or [*shaped.geometry.array] or [*source.layers.geometry.array] or [shapely.points(0, 0)]
    hull = (
        shapely.box(*shapely.total_bounds(shapes))
        if len(shapes) == 1
        else shapely.convex_hull(shapely.geometrycollections(shapes))
    )
    hull = shapely.buffer(hull, 0.0002, quad_segs=2)
    hull = shapely.segmentize(
        hull, max(hull.length / 400, 1e-5)
    )  # so that cuts across slanted edges keep areas in any projection
    if source.extent is not None and (shaped["closed"] == "edge").any():
        made, shape = "edge", shapely.box(*source.extent)
    elif (
        source.extent is not None
        and len(points)
        and shapely.intersection(hull, edge := shapely.box(*source.extent)).area > 0.8 * edge.area
    ):
        made, shape = "edge", edge
    else:
        made, shape = "hull", hull
    earlier = known.city_shape if ("city", CITY_ID) in known.codes else None
    if earlier is not None and shapely.area(shapely.symmetric_difference(earlier, shape)) < 0.05 * shape.area:
        shapely.prepare(earlier)
        lost = int((~shapely.intersects_xy(earlier, points)).sum())
        if lost <= 0.001 * len(points):
            return earlier, made
    return shape, made


def _levels(
    source: Source,
    shaped: gpd.GeoDataFrame,
    city: Node,
    city_row: int | None,
    floor: float,
    points: NDArray[np.float64],
) -> dict[str, list[int]]:
    inside: dict[float, list[int]] = {}
    for row in shaped.index:
        if row == city_row:
            continue
        shape, level, id_ = shaped.geometry[row], shaped.at[row, "admin_level"], shaped.at[row, "source_id"]
        shared = shapely.intersection(shape, city.shape).area
        reason = None
        if shared < 0.5 * shape.area:
            reason = (
                "outside the place" if shared <= 0.02 * min(shape.area, city.shape.area) else "mostly outside the place"
            )
            reason = "holds the whole place" if shared > SAME_SHARE * city.shape.area else reason
        elif shared > SAME_SHARE * city.shape.area and city_row is not None:
            reason = "the place itself again, under another admin level"
        elif level <= floor:
            reason = "as coarse as the place itself"
        if reason:
            source.reject(id_, f"not used: {reason}", "boundary", value=shaped.at[row, "name_zh"])
        else:
            inside.setdefault(-1.0 if np.isnan(level) else float(level), []).append(int(row))
    cover = {level: _cover([shaped.geometry[row] for row in rows], city, points) for level, rows in inside.items()}
    kept = sorted(cover, key=lambda level: (-round(cover[level], 2), level))
    kept = sorted(level for level in kept[:3] if cover[level] >= LEAST_COVER)
    for level, rows in sorted(inside.items()):
        if level not in kept:
            why = (
                "hold too few buildings to be a level"
                if cover[level] < LEAST_COVER
                else "are not among the three levels that hold most buildings"
            )
            for row in rows:
                source.reject(
                    shaped.at[row, "source_id"], f"not used: boundaries of admin level {level:g} {why}", "boundary"
                )
    return dict(
        zip(
            LEVELS,
            (sorted(inside[level], key=lambda row: str(shaped.at[row, "source_id"])) for level in kept),
            strict=False,
        )
    )


def _cover(shapes: list[shapely.Geometry], city: Node, points: NDArray[np.float64]) -> float:
    if len(points):
        found = shapely.STRtree(shapely.points(points)).query(shapes, predicate="contains")
        return len(np.unique(found[1])) / len(points)
    return float(shapely.intersection(shapely.union_all(shapes), city.shape).area / city.shape.area)


def _with_levels(
    source: Source,
    shaped: gpd.GeoDataFrame,
    points: NDArray[np.float64],
    known: Known,
    names: tuple[str | None, str | None],
) -> Chain:
    """The chain of boundaries that name their level in our words (a level column, or --level)."""
    rows: dict[str, list[int]] = {}
    for row in shaped.index:
        level = shaped.at[row, "level"]
        if level in (*LEVELS, "grid", "city"):
            rows.setdefault(level, []).append(int(row))
        else:
            source.reject(
                shaped.at[row, "source_id"], f"not used: a boundary of level {level or 'unknown'}", "boundary"
            )
    tops = rows.pop("city", [])
    if len(tops) > 1:
        source.warnings.append(f"{len(tops)} boundaries call themselves a city: taken as districts of one place")
        rows["district"] = [*tops, *rows.get("district", [])]
    if len(tops) == 1:
        row = shaped.loc[tops[0]]
        city = Node(
            "city",
            str(row["source_id"]),
            names[0] or row["name_zh"],
            names[1] or row["name_en"],
            row.geometry,
            np.arange(len(points)),
            "boundary",
        )
    else:
        shape, made = _outline(source, shaped, points, known)
        city = Node("city", CITY_ID, *names, shape, np.arange(len(points)), made)
    return Chain(city, rows, city.made)


def _coded(source: Source, table: gpd.GeoDataFrame) -> dict[int, str]:
    """Rows with a GB/T code of the one city most of them lie in; {} when they do not lie in one city."""
    codes = {
        row: text
        for row, value in table["code"].items()
        if value is not None and is_valid(text := str(value).strip()) and text[0] != "0"
    }
    cities = [parse(text).city for text in codes.values()]
    if not cities or len({text for text in codes.values() if text.endswith("00") and len(text) == 6}) > 1:
        if cities:
            source.warnings.append(
                "the codes are those of several cities: kept as source ids, units numbered under the reserved prefix"
            )
        return {}
    home = max(sorted(set(cities)), key=cities.count)
    if cities.count(home) * 2 <= len(cities):
        source.warnings.append(
            "the codes are those of several cities: kept as source ids, units numbered under the reserved prefix"
        )
        return {}
    return {row: text for row, text in codes.items() if parse(text).city == home}


def _with_codes(
    source: Source,
    table: gpd.GeoDataFrame,
    coded: dict[int, str],
    points: NDArray[np.float64],
    names: tuple[str | None, str | None],
) -> Chain:
    """The chain of boundaries that bring their own GB/T codes."""
    rows: dict[str, list[int]] = {}
    city_row = None
    for row, text in sorted(coded.items(), key=lambda item: item[1]):
        level = parse(text).level
        if level == "city":
            city_row = row
        elif level in LEVELS and table.geometry[row] is not None:
            rows.setdefault(level, []).append(row)
        else:
            source.reject(table.at[row, "source_id"], f"not used: a boundary with a {level} code", "boundary")
    for row in table.index:
        if row not in coded:
            reason = "no code" if table.at[row, "code"] is None else "a code of another city, or not a code"
            source.reject(table.at[row, "source_id"], reason, "boundary", value=table.at[row, "code"])
    code = parse(next(iter(coded.values()))).city
    everything = np.arange(len(points))
    if city_row is not None and table.geometry[city_row] is not None:
        shape, made = table.geometry[city_row], "boundary"
    else:
        top = min(rows, key=LEVELS.index)
        shape, made = areas(shapely.union_all([table.geometry[row] for row in rows[top]])), "union"
    name = (table.at[city_row, "name_zh"], table.at[city_row, "name_en"]) if city_row is not None else (None, None)
    city = Node("city", code, names[0] or name[0], names[1] or name[1], shape, everything, made, given=code)
    return Chain(city, rows, made)
