"""Column names people use, in English and Chinese, → what they mean here."""

from __future__ import annotations

import re
from collections.abc import Iterable

MEANINGS: dict[str, tuple[str, ...]] = {
    "source_id": (
        "id", "osm_id", "@id", "full_id", "gml_id", "fid", "objectid", "uuid", "globalid", "gid", "ogc_fid",
        "identifier", "编号", "标识", "建筑编号", "楼栋编号",
    ),
    "name": (
        "name", "label", "title", "nome", "nom", "namn", "bezeichnung", "名称", "名字", "楼名", "楼宇名称",
        "建筑名称", "地名",
    ),
    "name_zh": ("name_zh", "name:zh", "name_cn", "中文名", "中文名称"),
    "name_en": ("name_en", "name:en", "ename", "英文名", "英文名称"),
    "code": (
        "adcode", "code", "gb", "gbcode", "gb_code", "adm_code", "unit_code", "pac", "ref:gb", "xzqdm", "bm",
        "代码", "行政区划代码", "区划代码", "编码", "统计用区划代码", "单元编码",
    ),
    "parent_code": (
        "parent_code", "parent", "parentcode", "parent_id", "parentid", "pcode", "areacode", "上级代码",
        "父级代码", "所属代码", "上级",
    ),
    "level": ("level", "unit_level", "lvl", "层级", "级别"),
    "admin_level": ("admin_level", "adminlevel", "adm_level", "admlevel"),
    "floors_above": (
        "building:levels", "building_levels", "building_l", "levels", "floors", "floors_above", "storeys",
        "stories", "num_floors", "numfloors", "storeysaboveground", "floor_count", "地上层数", "层数", "楼层数",
        "总层数",
    ),
    "floors_below": (
        "building:levels:underground", "levels_underground", "floors_below", "basements", "basement_levels",
        "storeysbelowground", "num_floors_underground", "地下层数",
    ),
    "height_m": (
        "height", "height_m", "building:height", "measuredheight", "measured_height", "hoehe", "hauteur",
        "heightroof", "roof_height_m", "relh2", "bldg_height", "elevation_height", "高度", "楼高", "建筑高度",
    ),
    "min_height_m": ("min_height", "minheight", "min_height_m", "底高"),
    "min_level": ("building:min_level", "min_level", "minlevel"),
    "place_type": (
        "place_type", "building", "type", "building_type", "usage", "use", "function", "class", "fclass",
        "landuse", "用途", "类型", "建筑用途", "使用性质",
    ),
    "address": ("address", "addr:full", "addr", "full_address", "adresse", "地址", "详细地址"),
    "part": ("buildingpart", "building:part", "building_part", "is_part"),
    "floor_no": ("floor_no", "floor", "floor_number", "storey", "楼层", "层号"),
    "lon": (
        "lon", "longitude", "lng", "long", "x", "经度", "lon_wgs84", "lng_wgs84", "longitud", "lon_x",
        "point_x",
    ),
    "lat": ("lat", "latitude", "y", "纬度", "lat_wgs84", "latitud", "lat_y", "point_y"),
    "wkt": ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape", "空间"),
}  # fmt: skip

BUILDING_SIGNS = ("floors_above", "floors_below", "height_m", "min_height_m", "min_level", "part")
"""Columns that only buildings have."""


def mapping(columns: Iterable[str], name_field: str | None = None, code_field: str | None = None) -> dict[str, str]:
    """Meaning → the file's column, the first alias that fits winning; declared fields go before all aliases."""
    names = [str(column) for column in columns]
    by_key: dict[str, str] = {}
    for column in names:
        by_key.setdefault(_key(column), column)
    found: dict[str, str] = {}
    for meaning, aliases in MEANINGS.items():
        declared = {"name": name_field, "code": code_field}.get(meaning)
        if declared:
            found[meaning] = declared
            continue
        column = next((by_key[_key(alias)] for alias in aliases if _key(alias) in by_key), None)
        if column is not None and column not in (name_field, code_field):
            found[meaning] = column
    return found


def _key(text: str) -> str:
    return re.sub(r"[\s_\-.]+", "", text.strip().lower())
