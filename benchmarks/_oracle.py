"""Every tile of the two finest zooms taken apart and compared with the table, by other code than what made it."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator

import numpy as np
import shapely

from benchmarks import Row
from benchmarks._mvt import Layer, decode
from data.connection import Database

_HALF, _BUFFER, _LEVELS = 20037508.342789244, 64, ("city", "district", "street", "community", "grid", "building")


def differences(db: Database, data: str, city: str = "demo") -> list[Row]:
    """Rows: tiles and features compared, and what differs (limit 0)."""
    wrong, seen = Counter(), Counter()
    table = {level: _units(db, city, level) for level in _LEVELS}
    for z in (13, 14):
        wanted = {level: _wanted(units, z) for level, units in table.items()}
        met: dict[str, list[np.ndarray]] = {level: [] for level in _LEVELS}
        for x, y, group, body in _blobs(db, z):
            layers = decode(body)
            seen["tiles"] += 1
            for layer in layers.values():
                seen["features"] += layer.ids.size
                wrong["winding"] += layer.wrong_winding + (not layer.is_closed) + (layer.version != 2) + (layer.extent != 4096)
            if group == "unit":
                for level in _LEVELS:
                    if level in layers:
                        _compare(layers[level], table[level], level, (z, x, y), wrong)
                        met[level].append(layers[level].ids + ((x << 14 | y) << 32))
        for level in _LEVELS:
            there = np.concatenate(met[level]) if met[level] else np.empty(0, np.int64)
            wrong["ids"] += np.setdiff1d(wanted[level][0], there).size + np.setdiff1d(there, wanted[level][1]).size
            wrong["twice"] += there.size - np.unique(there).size
    what = f"{data}: {seen['tiles']:,} tiles, {seen['features']:,} features"
    return [Row(f"z13 and z14 against the table: {name}", what, wrong[name], "differ", limit=0)
            for name in ("ids", "twice", "winding", "attributes", "shapes")]


class _Units:
    """Units of a level by seq − 1: shapes in web mercator, names, heights."""

    def __init__(self, rows: dict[str, np.ndarray], size: int) -> None:
        import pyproj

        self.size, i = size, rows["seq"].astype(np.int64) - 1
        to = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
        shape = shapely.transform(shapely.from_wkb(rows["geom"]), lambda at: np.column_stack(to.transform(at[:, 0], at[:, 1])))
        self.shape, self.bounds, self.area = np.full(size, None, object), np.full((size, 4), np.nan), np.full(size, np.nan)
        self.shape[i], self.bounds[i], self.area[i] = shape, shapely.bounds(shape), shapely.area(shape)
        self.seq = i + 1
        self.plain = {}
        for name in ("name_zh", "name_en", "height", "min_height", "floors"):
            self.plain[name] = np.full(size, None, object)
            self.plain[name][i] = rows[name]


def _units(db: Database, city: str, level: str) -> _Units:
    rows = db.run("select u.seq, u.name_zh, u.name_en, coalesce(u.height_m, 3.2 * greatest(u.floors_above, 1), 3.2)::float as height, "
                  "coalesce(u.min_height_m, 0)::float as min_height, coalesce(u.floors_above, 0)::integer as floors, ST_AsWKB(s.geom)::blob as geom "
                  "from base.unit u join base.shape s using (city, level, seq) "
                  "where u.city = $1 and u.level = $2 and u.valid_to is null and s.valid_to is null", [city, level])
    table = rows.to_arrow_table()
    arrays = {name: table.column(name).combine_chunks().to_numpy(zero_copy_only=False) for name in table.column_names}
    return _Units(arrays, int(arrays["seq"].max()) if len(arrays["seq"]) else 0)


def _wanted(units: _Units, z: int) -> tuple[np.ndarray, np.ndarray]:
    """(those that must be in a tile, those that may be): their shape meets the tile; their box meets it and its margin."""
    side = 2 * _HALF / 2**z
    unit = side / 4096
    must = []
    i = units.seq - 1
    west, south, east, north = (units.bounds[i, k] for k in range(4))
    x0, x1, y0, y1 = (np.floor(v).astype(np.int64) for v in ((west + _HALF - _BUFFER * unit) / side, (east + _HALF + _BUFFER * unit) / side,
                                                             (_HALF - north - _BUFFER * unit) / side, (_HALF - south + _BUFFER * unit) / side))
    wide, high = x1 - x0 + 1, y1 - y0 + 1
    many = wide * high
    who = np.repeat(i, many)
    k = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    x, y = np.repeat(x0, many) + k // np.repeat(high, many), np.repeat(y0, many) + k % np.repeat(high, many)
    may = who + 1 + ((x << 14 | y) << 32)
    inner = shapely.box(x * side - _HALF, _HALF - (y + 1) * side, (x + 1) * side - _HALF, _HALF - y * side)
    simple = np.repeat(many == 1, many)                   # in one tile only: no question
    meets = simple.copy()
    meets[~simple] = shapely.intersects(units.shape[who[~simple]], inner[~simple])
    must = may[meets]
    return must, may


def _compare(layer: Layer, units: _Units, level: str, tile: tuple[int, int, int], wrong: Counter[str]) -> None:
    """Attributes of every feature; for those that lie whole in the tile also their box and area."""
    z, x, y = tile
    side = 2 * _HALF / 2**z
    unit, i = side / 4096, layer.ids - 1
    if i.size and (i.min() < 0 or i.max() >= units.size):
        wrong["ids"] += 1
        return
    names = ("height", "min_height", "floors") if level == "building" else ("name_zh", "name_en")
    for name in names:
        told = [tags.get(name) for tags in layer.tags]
        wrong["attributes"] += sum(a != b for a, b in zip(told, units.plain[name][i].tolist(), strict=True))
    bounds = units.bounds[i]
    box = np.column_stack([(bounds[:, 0] + _HALF - x * side), (_HALF - y * side - bounds[:, 3]),
                           (bounds[:, 2] + _HALF - x * side), (_HALF - y * side - bounds[:, 1])]) / unit
    whole = np.ones(i.size, bool) if level == "building" else ((box[:, :2] >= 0) & (box[:, 2:] <= 4096)).all(axis=1)
    low, high = np.floor(box + 0.5 - 1e-4), np.floor(box + 0.5 + 1e-4)
    high += box < 0                                       # ST_AsMVT truncates: beyond the upper and left edge that is up
    if z < 14 and level != "building":                    # finer points were left out: within 2 units
        low, high = low - 2, high + 2
    wrong["shapes"] += int((whole & ~((layer.bounds >= low) & (layer.bounds <= high)).all(axis=1)).sum())
    area, girth = units.area[i] / unit**2, 2 * (box[:, 2] - box[:, 0] + box[:, 3] - box[:, 1])
    wrong["shapes"] += int((whole & (np.abs(layer.area - area) > girth * (1.5 if level == "building" else 3) + 2)).sum())


def _blobs(db: Database, z: int) -> Iterator[tuple[int, int, str, bytes]]:
    asked = db.cursor().cursor()
    asked.execute("select id, body from tiles.blob where (id >> 28) & 31 = $1 order by id", [z])
    while rows := asked.fetchmany(64):
        for key, body in rows:
            yield key >> 14 & 16383, key & 16383, ("base", "unit")[key >> 33 & 1], gzip.decompress(body)
