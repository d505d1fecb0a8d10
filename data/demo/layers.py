"""The basemap hand-in: water, green, land use, roads, rails and place names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from data.demo import names
from data.demo.city import City
from data.demo.noise import generator
from data.demo.parquet import wkb, write
from data.demo.roads import METRO, MIN_ZOOM, draw_canals, draw_metro, draw_roads
from data.demo.zones import CODE

_LAND = {"centre": "commercial", "old_town": "old_town", "mixed": "mixed", "suburb": "residential",
         "industry": "industrial", "harbour": "harbour", "campus": "campus", "village": "village"}
_FIELDS = ("farmland", "farmland", "farmland", "meadow", "orchard", "farmland")


def hand_in_layers(folder: Path, city: City) -> Path:
    """Write the base map in one file."""
    rows: list[tuple[str, list[str], list[str | None], list[str | None], list[int], np.ndarray]] = []

    def add(layer: str, kind: str | list[str], shape: np.ndarray, zoom: int | list[int],
            zh: list[str | None] | None = None, en: list[str | None] | None = None) -> None:
        n = len(shape)
        rows.append((layer, [kind] * n if isinstance(kind, str) else kind, zh or [None] * n, en or [None] * n,
                     [zoom] * n if isinstance(zoom, int) else zoom, np.asarray(shape, object)))

    t, parcels = city.terrain, city.parcels
    add("water", "river", np.array([t.river]), 5, [names.RIVER[0]], [names.RIVER[1]])
    add("water", "lake", np.array([t.lake]), 8, [names.LAKE[0]], [names.LAKE[1]])
    canals = draw_canals(city.lines, city.node)
    if len(canals):
        add("water", "canal", canals, 9, [names.CANAL[0]] * len(canals), [names.CANAL[1]] * len(canals))
    add("green", "park", np.array([t.island]), 9, [names.ISLAND[0]], [names.ISLAND[1]])
    _green(city, add)
    plots = shapely.polygons(parcels.corner)
    for zone, kind in _LAND.items():
        mine = plots[parcels.zone == CODE[zone]]
        if zone == "village":
            add("land", "farmland", mine, 11)
            core = shapely.intersection(mine, shapely.buffer(shapely.centroid(mine), 95.0))
            mine = core[~shapely.is_empty(core)]
        if len(mine):
            add("land", kind, mine, 11)
    if city.size.name != "mega":
        add("land", "meadow", plots[parcels.zone == CODE["hill"]], 11)
    fields = np.flatnonzero(parcels.zone == CODE["farmland"])
    kind = generator(city.seed, "fields").integers(0, len(_FIELDS), len(fields))
    if city.size.name != "mega":
        add("land", [_FIELDS[k] for k in kind], plots[fields], 11)
    roads = draw_roads(t, city.lines, city.node, parcels)
    add("road", ["residential" if k == "lane" else k for k in roads.kind], roads.shape,
        [MIN_ZOOM[k] for k in roads.kind], roads.zh, roads.en)
    add("rail", "rail", np.array([city.rail]), 7, ["澜江铁路"], ["Lanjiang Railway"])
    metro, stations = draw_metro(t)
    add("rail", "metro", np.array(metro), 9, [m[0] for m in METRO], [m[1] for m in METRO])
    points = np.concatenate(stations)
    stems = names.stems(city.seed, "station", len(points))
    add("place", "station", shapely.points(points), 12, [s[0] + "站" for s in stems],
        [s[1] + " Station" for s in stems])
    layer = [r[0] for r in rows for _ in range(len(r[5]))]
    flat = {name: [x for r in rows for x in r[k]] for k, name in ((1, "class"), (2, "name_zh"), (3, "name_en"))}
    zoom = [x for r in rows for x in r[4]]
    return write(folder / "layer.parquet", {
        "layer": pa.array(layer).dictionary_encode(), "class": pa.array(flat["class"]).dictionary_encode(),
        "source_id": pa.array([f"{name}-{k}" for k, name in enumerate(layer, 1)]),
        "name_zh": pa.array(flat["name_zh"], pa.string()), "name_en": pa.array(flat["name_en"], pa.string()),
        "min_zoom": pa.array(zoom, pa.int32()), "geom": wkb(np.concatenate([r[5] for r in rows])),
    })


def _green(city: City, add: object) -> None:
    """Parks block by block; hills as rounded woods with a higher heart."""
    shape, zone = city.blocks.grid_shape, city.blocks.grid_zone
    wet = city.terrain.water
    parks = shapely.difference(shapely.polygons(city.parcels.corner[city.parcels.zone == CODE["park"]]), wet)
    parks = parks[~shapely.is_empty(parks)]
    stems = names.stems(city.seed, "park", len(parks))
    add("green", "park", parks, 10, [s[0] + "公园" for s in stems], [s[1] + " Park" for s in stems])
    row = shape[zone == CODE["water"]]
    bank = shapely.difference(shapely.buffer(row, -14.0), shapely.buffer(city.terrain.river, 7.0))
    bank = shapely.difference(bank, city.terrain.island)
    add("green", "park", bank[~shapely.is_empty(bank)], 12)
    hills = shape[zone == CODE["hill"]]
    if not len(hills):
        return
    whole = shapely.coverage_union_all(hills)
    soft = shapely.get_parts(shapely.difference(_softened(whole, -40.0), wet))
    soft = soft[shapely.area(soft) > 40_000.0]
    stems = names.stems(city.seed, "hill", len(soft))
    add("green", "wood", soft, 6, [s[0] + "山" for s in stems], [s[1] + " Hill" for s in stems])
    for depth, kind in ((420.0, "forest"), (760.0, "ridge")):
        heart = shapely.get_parts(_softened(whole, -depth))
        heart = heart[shapely.area(heart) > 60_000.0]
        if len(heart):
            add("green", kind, heart, 9)


def _softened(whole: shapely.Geometry, grow: float) -> shapely.Geometry:
    """The outline without block corners: closed, opened, and grown (or shrunk) by some metres."""
    rounded = shapely.buffer(shapely.buffer(shapely.buffer(whole, 260.0), -620.0), 360.0 + grow)
    return shapely.simplify(rounded, 6.0)
