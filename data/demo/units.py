"""Unit hand-ins, level by level from the city to the floors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from data.demo import codes, names
from data.demo.buildings import USE, Buildings
from data.demo.city import City, building_codes, floors_of, main_zone
from data.demo.noise import generator
from data.demo.parquet import same, wkb, word, write
from data.demo.terrain import lonlat
from data.demo.zones import CODE, ZONES

FOUNDED = "2024-01-01T00:00:00+08:00"
CHUNK_GRIDS = 15_000


def hand_in_units(folder: Path, city: City) -> Iterator[tuple[str, Path]]:
    """(source, file) of each unit hand-in, coarse to fine."""
    b, size = city.blocks, city.size
    root = np.frombuffer(codes.CITY.encode(), np.uint8)[None]
    ground = [
        _level("city", root, None, np.array([b.city_shape]), [names.CITY[0]], [names.CITY[1]]),
        _level("district", b.district_code, np.repeat(root, len(b.district_code), 0), b.district_shape,
               *city.district_names),
        _level("street", b.street_code, b.district_code[b.district_of_street], b.street_shape, *city.street_names,
               zone=main_zone(b.street_of_grid, b.grid_zone)),
        _level("community", b.community_code, b.street_code[b.street_of_community], b.community_shape,
               *city.community_names, zone=main_zone(b.community_of_grid, b.grid_zone)),
    ]
    yield "civil_affairs", write(folder / "unit_1_4.parquet", _stacked(ground))
    number = codes.number_within(b.community_of_grid)
    zh, en = city.community_names
    grid_zh = [f"{zh[c]}第{k}网格" for c, k in zip(b.community_of_grid, number, strict=True)]
    grid_en = [f"{en[c]} Grid {k}" for c, k in zip(b.community_of_grid, number, strict=True)]
    yield "urban_management", write(folder / "unit_5_grid.parquet", _level(
        "grid", b.grid_code, b.community_code[b.community_of_grid], b.grid_shape, grid_zh, grid_en, zone=b.grid_zone))
    whole = size.name != "mega"
    last = len(b.grid_code)
    for part, first in enumerate(range(0, last, CHUNK_GRIDS)):
        stop = min(first + CHUNK_GRIDS, last)
        stand = city.buildings if whole else city.buildings_of(first, stop)
        code = city.building_code if whole else building_codes(city, stand)
        yield "housing", write(folder / f"unit_6_building_{part:02d}.parquet", _buildings(city, stand, code))
        building, number = city.floor_of if whole else floors_of(stand)
        floor = city.floor_code if whole else codes.floors(code[building], number)
        yield "housing", write(folder / f"unit_7_floor_{part:02d}.parquet", {
            "code": codes.text(floor), "level": same("floor", len(floor)),
            "parent_code": word(codes.text(code), building), "floor_no": pa.array(number, pa.int32()),
            "area_m2": pa.array(np.round(stand.area_m2[building], 1)),
        })


def _level(level: str, code: np.ndarray, parent: np.ndarray | None, shape: np.ndarray, zh: list[str],
           en: list[str], zone: np.ndarray | None = None) -> dict[str, object]:
    inside = shapely.point_on_surface(shape)
    middle = shapely.centroid(shape)
    good = shapely.contains(shape, middle)
    point = lonlat(shapely.get_coordinates(np.where(good, middle, inside)))
    n = len(code)
    return {
        "code": codes.text(code), "level": same(level, n),
        "parent_code": pa.nulls(n, pa.string()) if parent is None else codes.text(parent),
        "name_zh": pa.array(zh, pa.string()), "name_en": pa.array(en, pa.string()),
        "lon": pa.array(np.round(point[:, 0], 7)), "lat": pa.array(np.round(point[:, 1], 7)),
        "area_m2": pa.array(np.round(shapely.area(shape), 1)),
        "place_type": word(list(ZONES), np.full(n, -1) if zone is None else zone),
        "valid_from": same(FOUNDED, n), "geom": wkb(shape),
    }


def _stacked(parts: list[dict[str, object]]) -> dict[str, object]:
    out = {}
    for key in parts[0]:
        arrays = [p[key] for p in parts]
        out[key] = pa.concat_arrays([a.cast(pa.string()) if pa.types.is_dictionary(a.type) else a for a in arrays])
    return out


def _buildings(city: City, stand: Buildings, code: np.ndarray) -> dict[str, object]:
    b, n = city.blocks, len(stand)
    point = lonlat(stand.point)
    zh, en, address = _labels(city, stand)
    return {
        "code": codes.text(code), "level": same("building", n),
        "parent_code": word(codes.text(b.grid_code), stand.grid),
        "name_zh": pa.array(zh, pa.string()), "name_en": pa.array(en, pa.string()),
        "lon": pa.array(np.round(point[:, 0], 7)), "lat": pa.array(np.round(point[:, 1], 7)),
        "area_m2": pa.array(np.round(stand.area_m2, 1)),
        "floors_above": pa.array(stand.floors, pa.int32()), "floors_below": pa.array(stand.basement, pa.int32()),
        "height_m": pa.array(stand.height_m), "place_type": word(list(ZONES), stand.zone),
        "address": address, "valid_from": same(FOUNDED, n), "geom": wkb(stand.shape),
    }


def _labels(city: City, stand: Buildings) -> tuple[list[str | None], list[str | None], pa.Array]:
    """Names of buildings that have one, and every building's address."""
    n, seed = len(stand), city.seed
    street = city.blocks.street_of_grid[stand.grid]
    district = city.blocks.district_of_street[street]
    road_zh, _ = names.roads(seed, 2 * (city.size.lattice + 1))
    cell = city.blocks.grid_cell[stand.grid]
    door = codes.number_within(street) * 2 + cell[:, 1] % 2
    d_zh, s_zh = city.district_names[0], city.street_names[0]
    address = pa.array([f"{d_zh[d]}{s_zh[s]}{road_zh[r]}路{k}号" for d, s, r, k in zip(
        district.tolist(), street.tolist(), cell[:, 0].tolist(), door.tolist(), strict=True)], pa.string())
    zh: list[str | None] = [None] * n
    en: list[str | None] = [None] * n
    plots, at = np.unique(stand.parcel, return_inverse=True)
    estate_zh, estate_en = names.estates(seed, len(plots))
    block = codes.number_within(at)
    homes = (stand.use == USE["residential"]) & np.isin(stand.zone, [CODE["suburb"], CODE["mixed"]])
    for i in np.flatnonzero(homes).tolist():
        zh[i] = f"{estate_zh[at[i]]}{block[i]}号楼"
        en[i] = f"{estate_en[at[i]]} No. {block[i]}"
    tall = np.flatnonzero((stand.floors >= 18) & np.isin(stand.use, [USE["office"], USE["hotel"]]))
    kind = generator(seed, "tower kind").integers(0, 6, len(tall))
    for i, stem, k in zip(tall.tolist(), names.stems(seed, "tower", len(tall)), kind, strict=True):
        zh[i], en[i] = names.tower(stem, int(k)) if stand.use[i] == USE["office"] else (stem[0] + "酒店", f"{stem[1]} Hotel")
    for use, suffix_zh, suffix_en in (("hospital", "医院", "Hospital"), ("school", "学校", "School"),
                                      ("civic", "文化中心", "Cultural Center"), ("industrial", "工厂", "Works"),
                                      ("warehouse", "仓库", "Warehouse")):
        some = np.flatnonzero(stand.use == USE[use])
        for i, stem in zip(some.tolist(), names.stems(seed, use, len(some)), strict=True):
            zh[i], en[i] = stem[0] + suffix_zh, f"{stem[1]} {suffix_en}"
    return zh, en, address
