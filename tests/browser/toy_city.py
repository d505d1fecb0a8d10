"""A toy city for the map's browser tests: nested cells, streets, a river and buildings, in tiles made by DuckDB."""

from __future__ import annotations

import gzip
import math
import threading
from functools import lru_cache

import duckdb
import numpy as np
import shapely
from duckdb_extensions import import_extension
from shapely.geometry import LineString, MultiPoint, box

LON, LAT, HALF = 113.3, 23.1, 0.16  # centre and half width in degrees
LEVELS = ("district", "street", "community", "grid")
LOWEST = {"district": 0, "street": 9, "community": 11, "grid": 12, "building": 13}
NAMES = "东西南北中新华江海湖山云龙凤安宁和平兴盛福禄长春"


class ToyCity:
    """Tables of one toy city in memory and the tiles, values and cards that a server would answer."""

    def __init__(self, per_cell: int = 12, seed: int = 7):
        import_extension("spatial")
        self.con = duckdb.connect(config={"threads": 1})
        self.con.load_extension("spatial")
        self.local = threading.local()
        self.rng = np.random.default_rng(seed)
        self.shapes: dict[str, list] = {}
        self._units()
        self._base()
        self._buildings(per_cell)
        self._tables()
        self.tile = lru_cache(4000)(self._tile)

    def _units(self):
        r = self.rng
        edge = box(LON - HALF, LAT - HALF * 0.8, LON + HALF, LAT + HALF * 0.8)
        angle = np.linspace(0, 2 * math.pi, 60, endpoint=False)
        wobble = 0.86 + 0.09 * np.sin(3 * angle + 1) + 0.05 * np.sin(7 * angle)
        self.city = shapely.Polygon(np.c_[LON + HALF * wobble * np.cos(angle), LAT + 0.8 * HALF * wobble * np.sin(angle)])
        seeds = np.c_[r.uniform(LON - HALF, LON + HALF, 900), r.uniform(LAT - 0.8 * HALF, LAT + 0.8 * HALF, 900)]
        cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), extend_to=edge))
        cells = [c for c in shapely.intersection(cells, self.city) if c.geom_type == "Polygon" and c.area > 1e-6]
        self.shapes["grid"] = cells
        centre = np.array([[c.centroid.x, c.centroid.y] for c in cells])
        group, parents = np.arange(len(cells)), {}
        for level, count in (("community", 190), ("street", 36), ("district", 7)):
            heads = centre[r.choice(len(centre), count, replace=False)]
            for _ in range(6):
                near = np.argmin(((centre[:, None] - heads[None]) ** 2).sum(2), axis=1)
                heads = np.array([centre[near == i].mean(0) if (near == i).any() else heads[i] for i in range(count)])
            used = np.unique(near)
            parents[level] = np.searchsorted(used, near)
            below = self.shapes[{"community": "grid", "street": "community", "district": "street"}[level]]
            self.shapes[level] = [shapely.union_all([below[j] for j in np.flatnonzero(parents[level] == i)]) for i in range(len(used))]
            centre = np.array([[g.centroid.x, g.centroid.y] for g in self.shapes[level]])
        del group

    def _base(self):
        x = np.linspace(LON - HALF, LON + HALF, 80)
        y = LAT + 0.03 * np.sin((x - LON) * 26) - 0.01
        self.river = LineString(np.c_[x, y]).buffer(0.0034).intersection(self.city)
        cells = self.shapes["grid"]
        self.parks = [c.buffer(-0.0004) for c in self.rng.choice(np.array(cells, dtype=object), 60, replace=False)]
        rows = [("water", "river", "珠水", "Pearl Water", self.river)]
        rows += [("green", "park", f"{self._name()}公园", "Park", p) for p in self.parks if not p.is_empty]
        for level, kind in (
            ("grid", "residential"),
            ("community", "secondary"),
            ("street", "primary"),
            ("district", "motorway"),
        ):
            lines = shapely.line_merge(shapely.union_all([s.boundary for s in self.shapes[level]]))
            for line in shapely.get_parts(lines):
                rows.append(("road", kind, f"{self._name()}路", f"{kind.title()} Road", line))
        rows.append(("rail", "rail", "", "", LineString([(LON - 0.12, LAT - 0.09), (LON, LAT + 0.02), (LON + 0.13, LAT + 0.08)])))
        self.base = rows

    def _buildings(self, per_cell):
        out, r = [], self.rng
        for c in self.shapes["grid"]:
            x0, y0, x1, y1 = c.bounds
            near = math.hypot(c.centroid.x - LON, c.centroid.y - LAT) / HALF
            turn = r.uniform(0, math.pi / 2)
            inner = c.buffer(-0.0005)
            side = max(2, round(math.sqrt(per_cell) * 1.25))
            for gx in np.linspace(x0, x1, side):
                for gy in np.linspace(y0, y1, side):
                    w, h = r.uniform(0.00012, 0.00032, 2)
                    b = box(gx - w, gy - h, gx + w, gy + h)
                    b = shapely.affinity.rotate(b, turn, use_radians=True)
                    if inner.contains(b) and not b.intersects(self.river):
                        floors = int(np.clip(r.lognormal(1.9 - 1.1 * near, 0.6) + 2, 1, 60))
                        out.append((b, floors))
        self.shapes["building"] = [b for b, _ in out]
        self.floors = [f for _, f in out]

    def _name(self):
        return "".join(self.rng.choice(list(NAMES), 2))

    def _tables(self):
        import pandas as pd

        rows = []
        for level, end in (("district", "区"), ("street", "街道"), ("community", "社区"), ("grid", "网格"), ("building", "")):
            for i, g in enumerate(self.shapes[level]):
                named = level != "building" or self.floors[i] > 20
                zh, en = (f"{self._name()}{end or '大厦'}", f"{level.title()} {i + 1}") if named else ("", "")
                height = self.floors[i] * 3.1 if level == "building" else 0
                rows.append((level, i + 1, zh, en, float(height), g.wkb))
        rows.append(("city", 1, "玩具城", "Toy City", 0.0, self.city.wkb))
        self.units = pd.DataFrame(rows, columns=["level", "seq", "name_zh", "name_en", "height", "wkb"])
        base = pd.DataFrame(self.base, columns=["layer", "class", "name_zh", "name_en", "wkb"])
        base["wkb"] = [g.wkb for g in base["wkb"]]
        units = self.units
        to = "ST_Transform(ST_GeomFromWKB(wkb), 'EPSG:4326', 'EPSG:3857', always_xy := true)"
        self.con.register("u", units)
        self.con.register("b", base)
        box_ = "ST_XMin(g) x0, ST_XMax(g) x1, ST_YMin(g) y0, ST_YMax(g) y1"
        self.con.execute(f"create table unit as select *, {box_} from (select * exclude wkb, {to} g from u) order by level, ST_Hilbert(g)")
        self.con.execute(f"create table base as select *, {box_} from (select * exclude wkb, {to} g from b)")

    def count(self, level):
        return len(self.shapes[level])

    def classes(self, level, salt=0, k=5):
        """One byte a unit: a smooth field over the city, so that pictures look like data."""
        out = bytearray()
        for i, g in enumerate(self.shapes[level]):
            x, y = (g.centroid.x - LON) / HALF, (g.centroid.y - LAT) / HALF
            v = 0.5 + 0.3 * math.sin(3 * x + salt) + 0.3 * math.cos(4 * y - salt) - 0.1 * (x * x + y * y)
            out.append(255 if i % 41 == 40 else int(np.clip(v * k, 0, k - 1)))
        return bytes(out)

    def slabs(self, seq, k=5):
        floors, ring = self.floors[seq - 1], [list(p) for p in self.shapes["building"][seq - 1].exterior.coords]
        rows = [
            {"code": f"990100B{seq}{'F' if n > 0 else 'U'}{abs(n):03d}", "floor_no": n, "base": (n - 1 if n > 0 else n) * 3.1,
             "top": (n if n > 0 else n + 1) * 3.1, "value": n * 1.5, "class": abs(n) % k}
            for n in [-2, -1, *range(1, floors + 1)]
        ]  # fmt: skip
        return {"seq": seq, "slabs": rows, "ring": ring}

    def shapes_json(self, level):
        rows = self.units[self.units.level == level].reset_index(drop=True)
        named = [{"seq": i + 1, "code": f"{level}{i + 1}", "name_zh": rows.name_zh[i], "name_en": rows.name_en[i]} for i in rows.index]
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": named[i],
                 "geometry": shapely.geometry.mapping(shapely.simplify(g, 0.0002))}
                for i, g in enumerate(self.shapes[level])
            ],
        }  # fmt: skip

    def _cursor(self):
        if not hasattr(self.local, "cursor"):
            self.local.cursor = self.con.cursor()
        return self.local.cursor

    def _tile(self, group, z, x, y):
        world = 20037508.342789244
        size = 2 * world / 2**z
        x0, y0 = -world + x * size, world - (y + 1) * size
        env = f"ST_Extent(ST_MakeEnvelope({x0}, {y0}, {x0 + size}, {y0 + size}))"
        m = size / 32
        hit = f"x1 >= {x0 - m} and x0 <= {x0 + size + m} and y1 >= {y0 - m} and y0 <= {y0 + size + m}"
        cut = f"ST_AsMVTGeom(g, {env}, 4096, 128, true)"
        dot = f"ST_AsMVTGeom(ST_Centroid(g), {env}, 4096, 0, true)"
        out = b""
        if group == "base":
            for layer in ("water", "green", "road", "rail"):
                some = "and class in ('motorway','primary','secondary')" if layer == "road" and z < 12 else ""
                out += self._mvt(
                    f"select class, name_zh, name_en, {cut} g from base where layer = '{layer}' and {hit} {some}",
                    layer,
                    None,
                )
        else:
            for level, low in {"city": 0, **LOWEST}.items():
                if z < low:
                    continue
                more = ", height, 0::double min_height" if level == "building" else ""
                out += self._mvt(
                    f"select seq::bigint seq, name_zh, name_en{more}, {cut} g from unit where level = '{level}' and {hit}",
                    level,
                    "seq",
                )
                if level not in ("city", "building"):
                    out += self._mvt(
                        f"select seq::bigint seq, name_zh, name_en, {dot} g from unit where level = '{level}' and {hit}",
                        f"{level}_point",
                        "seq",
                    )
        return gzip.compress(out, 1)

    def _mvt(self, sql, layer, key):
        cur = self._cursor()
        tail = f", '{key}'" if key else ""
        sql = f"with t as (select * from ({sql}) where g is not null) select ST_AsMVT(t, '{layer}', 4096, 'g'{tail}) from t"
        return bytes(cur.execute(sql).fetchone()[0] or b"")
