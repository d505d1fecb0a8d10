"""The finished tower as rows of the hand-ins: units (city to floor), attributes, layers, the city itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from app.exchange.places.codes import counters, following
from app.exchange.places.known import Known
from app.exchange.places.members import into_grids
from app.exchange.places.nodes import Node, area_m2, natural
from app.units.codes import parse
from data.place.source import Source

UNIT = (
    "code", "level", "parent_code", "source_id", "name_zh", "name_en", "lon", "lat", "area_m2", "floors_above", "floors_below",
    "height_m", "min_height_m", "floor_no", "place_type", "address", "geom",
)  # fmt: skip
_TYPES = {name: pa.float64() for name in ("lon", "lat", "area_m2", "height_m", "min_height_m")} | {
    name: pa.int32() for name in ("floors_above", "floors_below", "floor_no", "min_zoom")
} | {"geom": pa.binary()}  # fmt: skip

USE = {
    "office": "office", "retail": "retail", "hotel": "hotel", "residential": "residential", "industrial": "industrial",
    "warehouse": "warehouse", "school": "school", "university": "school", "hospital": "hospital", "transport": "transport",
    "worship": "civic", "culture": "civic", "sport": "civic",
}  # fmt: skip
"""Place types of buildings that are also a value of attribute `use`."""


def area_units(city: Node) -> pd.DataFrame:
    """City to grid, parents first, one row per node."""
    nodes = list(city.walk())
    inner = shapely.get_coordinates(shapely.point_on_surface([node.shape for node in nodes]))
    return pd.DataFrame(
        {
            "code": [node.code for node in nodes],
            "level": [node.level for node in nodes],
            "parent_code": [node.parent.code if node.parent else None for node in nodes],
            "source_id": [node.source_id for node in nodes],
            "name_zh": [node.name_zh for node in nodes],
            "name_en": [node.name_en for node in nodes],
            "lon": inner[:, 0],
            "lat": inner[:, 1],
            "area_m2": area_m2([node.shape for node in nodes]),
            "address": [node.address for node in nodes],
            "geom": list(shapely.to_wkb([node.shape for node in nodes])),
        }
    )


def building_units(source: Source, city: Node, known: Known) -> tuple[pd.DataFrame, np.ndarray]:
    """One row per building that touches a grid, and the rows of source.buildings they are. Others are rejected."""
    grids = [node for node in city.walk() if node.level == "grid"]
    table = source.buildings
    shapes = np.array(table.geometry.array, dtype=object)
    home = into_grids(shapes, [grid.shape for grid in grids])
    for row in np.flatnonzero(home < 0):
        source.reject(table["source_id"].iloc[row], "outside the city's boundary", "building")
    ids = table["source_id"].to_list()
    order = sorted(np.flatnonzero(home >= 0), key=lambda row: (grids[home[row]].code, natural(ids[row])))
    taken = counters(known.used)
    codes = []
    for row in order:
        code = known.codes.get(("building", ids[row]))
        codes.append(code or following(parse(grids[home[row]].code), taken).text)
    kept = table.iloc[order]
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes[order])) if order else np.zeros((0, 2))
    rows = pd.DataFrame({name: kept[name].to_numpy() for name in kept.columns if name in UNIT and name != "code"})
    area = area_m2(shapes[order])
    rows = rows.assign(
        code=codes, level="building", parent_code=[grids[home[row]].code for row in order], lon=inner[:, 0], lat=inner[:, 1],
        area_m2=np.where(area > 0, area, np.nan),
        geom=[shapely.to_wkb(shape) if shapely.get_dimensions(shape) == 2 else None for shape in shapes[order]],
    )  # fmt: skip
    return rows, np.asarray(order, dtype=np.int64)


def floor_units(buildings: pd.DataFrame, shapes: dict[tuple[str, int], shapely.Geometry] | None = None) -> pd.DataFrame:
    """One row per floor: −below … −1, 1 … above; a building with unknown floors has floor 1 alone. Floors have their
    building's area unless the source drew them (`shapes` by source_id and floor number)."""
    above = np.nan_to_num(buildings["floors_above"].to_numpy(float), nan=-1).astype(int)
    below = np.nan_to_num(buildings["floors_below"].to_numpy(float)).astype(int)
    above = np.where(above < 0, 1, above)
    count = above + below
    at = np.repeat(np.arange(len(buildings)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    number = step - below[at]
    number = np.where(number >= 0, number + 1, number)
    stem, id_ = buildings["code"].to_numpy(object)[at], buildings["source_id"].to_numpy(object)[at]
    floors = pd.DataFrame(
        {
            "code": [f"{code}{'F' if no > 0 else 'U'}{abs(no):03d}" for code, no in zip(stem, number, strict=True)],
            "level": "floor",
            "parent_code": stem,
            "source_id": [f"{text}/{no}" for text, no in zip(id_, number, strict=True)],
            "name_zh": [f"{no}层" if no > 0 else f"地下{-no}层" for no in number],
            "name_en": [f"Floor {no}" if no > 0 else f"Basement {-no}" for no in number],
            "lon": buildings["lon"].to_numpy(float)[at],
            "lat": buildings["lat"].to_numpy(float)[at],
            "area_m2": buildings["area_m2"].to_numpy(float)[at],
            "floor_no": number,
        }
    )
    if shapes:
        drawn = [shapes.get((text, int(no))) for text, no in zip(id_, number, strict=True)]
        floors["geom"] = [None if shape is None else shapely.to_wkb(shape) for shape in drawn]
        measured = area_m2([shape or shapely.Point() for shape in drawn])
        floors["area_m2"] = np.where(measured > 0, measured, floors["area_m2"])
    return floors


def attributes(units: pd.DataFrame) -> pd.DataFrame:
    """Attribute rows: address of every unit that has one, use of buildings (registry/attributes.csv)."""
    here = units[units["level"] != "floor"]
    addresses = here[here["address"].notna()]
    uses = (
        here[(here["level"] == "building") & here["place_type"].isin(list(USE))]
        if "place_type" in here
        else here.iloc[:0]
    )
    rows = [
        pd.DataFrame({"unit_code": addresses["code"], "attribute": "address", "value": addresses["address"]}),
        pd.DataFrame(
            {
                "unit_code": uses["code"],
                "attribute": "use",
                "value": uses.get("place_type", pd.Series(dtype=object)).map(USE),
            }
        ),
    ]
    return pd.concat(rows, ignore_index=True)


def layer_rows(layers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Basemap features as rows."""
    table = pd.DataFrame(layers.drop(columns="geometry"))
    return table.assign(geom=list(shapely.to_wkb(np.array(layers.geometry.array, dtype=object))) if len(layers) else [])


def room_rows(storeys: gpd.GeoDataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Rooms that the source drew on a known building's floors, as features of layer "room" whose class is the floor's
    code; rooms on floors that are no unit are left out."""
    drawn = storeys[(storeys["kind"] == "room") & storeys["building_id"].notna()]
    floors = units[units["level"] == "floor"] if len(drawn) else units.iloc[:0]
    code = dict(zip(floors["source_id"], floors["code"], strict=True))
    classes = [code.get(f"{id_}/{no}") for id_, no in zip(drawn["building_id"], drawn["floor_no"], strict=True)]
    shapes = np.array(drawn.geometry.array, dtype=object)
    table = pd.DataFrame(
        {
            "layer": "room",
            "class": classes,
            "source_id": drawn["source_id"].to_numpy(),
            "name_zh": drawn["name"].to_numpy(),
            "min_zoom": 17,
        }
    )
    table["name_en"] = table["name_zh"]
    table["geom"] = list(shapely.to_wkb(shapes)) if len(table) else []
    return table[table["class"].notna()]


def arrow(rows: pd.DataFrame, columns: tuple[str, ...]) -> pa.Table:
    """Rows as an Arrow table with exactly these columns; NaN becomes null."""
    data = {}
    for name in columns:
        kind = _TYPES.get(name, pa.string())
        values = rows[name] if name in rows else pd.Series([None] * len(rows), dtype=object)
        if kind == pa.int32():
            values = pd.to_numeric(values, errors="coerce").round().astype("Int32")
        elif kind == pa.string():
            values = (
                values.astype(object)
                .where(values.notna(), None)
                .map(lambda value: None if value is None else str(value))
            )
        data[name] = pa.array(values, type=kind, from_pandas=True)
    return pa.table(data)
