"""One small city in every format gives the same buildings; real GeoJSON and floor plans; each format by content."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from app.exchange.place import Options, plan, write
from data import readers
from tests.app.exchange.towers import as_known, imported
from tests.data.place.samples import geojson, osm_xml, shared, square, xlsx

SQUARES = [(9.50 + 0.002 * n, 47.10 + 0.001 * (n % 5)) for n in range(25)]


def city() -> gpd.GeoDataFrame:
    """25 buildings; floors on ten, a height on five more."""
    return gpd.GeoDataFrame(
        {
            "id": [f"b{n}" for n in range(25)],
            "name": [f"Haus {n}" for n in range(25)],
            "levels": [n % 7 + 1 if n < 10 else None for n in range(25)],
            "height": [12.5 if 10 <= n < 15 else None for n in range(25)],
        },
        geometry=[shapely.Polygon(square(*corner)) for corner in SQUARES],
        crs=4326,
    )


def in_format(kind, folder):
    table = city()
    if kind == "gpkg":
        table.to_file(folder / "c.dat", driver="GPKG", layer="houses")
        return folder / "c.dat"
    if kind == "flatgeobuf":
        table.to_file(folder / "c.fgb", driver="FlatGeobuf")
        return folder / "c.fgb"
    if kind == "shapefile":
        table.to_crs(2056).to_file(folder / "c.shp")
        return folder / "c.shp"
    if kind == "zip":
        table.to_crs(32632).to_file(folder / "c.shp")
        with zipfile.ZipFile(folder / "c.bin", "w") as archive:
            for part in folder.glob("c.*"):
                if part.suffix != ".bin":
                    archive.write(part, f"inner/{part.name}")
        return folder / "c.bin"
    if kind == "geoparquet":
        table.to_crs(3857).to_parquet(folder / "c.x")
        return folder / "c.x"
    if kind == "geojson":
        return geojson(
            folder / "c.txt",
            [
                (ring, row)
                for ring, row in zip(
                    [square(*c) for c in SQUARES],
                    table.drop(columns="geometry")
                    .astype(object)
                    .where(table.drop(columns="geometry").notna(), None)
                    .to_dict("records"),
                    strict=True,
                )
            ],
        )
    if kind == "geojsonseq":
        path = folder / "c.seq"
        path.write_text("\n".join(json.dumps(f) for f in json.loads(table.to_json())["features"]), encoding="utf-8")
        return path
    rows = [["id", "name", "levels", "height", "wkt"]]
    rows += [
        [
            r.id,
            r.name_,
            "" if np.isnan(r.levels) else int(r.levels),
            "" if np.isnan(r.height) else r.height,
            r.geometry.wkt,
        ]
        for r in table.rename(columns={"name": "name_"}).itertuples()
    ]
    if kind == "excel":
        return xlsx(folder / "c.xls", rows)
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    (folder / "c.csv").write_bytes(text.encode({"csv": "utf-8-sig", "gbk": "gbk", "utf16": "utf-16"}[kind]))
    return folder / "c.csv"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "kind",
    ["gpkg", "flatgeobuf", "shapefile", "zip", "geoparquet", "geojson", "geojsonseq", "csv", "gbk", "utf16", "excel"],
)
def test_every_format_gives_the_same_buildings(tmp_path, kind):
    units, report = imported(in_format(kind, tmp_path))
    buildings = units[units["level"] == "building"].set_index("source_id")
    assert report.buildings == {"total": 25, "floors_known": 10, "floors_derived": 5, "floors_unknown": 10}
    assert set(buildings.index) == {f"b{n}" for n in range(25)}
    assert buildings.loc["b3", "name_en"] == "Haus 3"
    for n, (lon, lat) in enumerate(SQUARES):
        shape = shapely.from_wkb(buildings.loc[f"b{n}", "geom"])
        assert shape.symmetric_difference(shapely.Polygon(square(lon, lat))).area < 1e-9  # of 1e-6: centimetres
    assert report.units["floor"] == sum(n % 7 + 1 for n in range(10)) + 5 * 4 + 10


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_geopackage_with_buildings_and_boundaries_gives_both(tmp_path):
    path = tmp_path / "c.gpkg"
    city().to_file(path, driver="GPKG", layer="buildings")
    areas = [shapely.box(9.49, 47.09, 9.53, 47.12), shapely.box(9.53, 47.09, 9.56, 47.12)]
    towns = gpd.GeoDataFrame({"admin_level": [8, 8], "name": ["West", "East"]}, geometry=areas, crs=4326)
    towns.to_crs(3857).to_file(path, driver="GPKG", layer="admin")
    units, report = imported(path)
    assert report.buildings["total"] == 25
    assert {"West", "East"} <= set(units.loc[units["level"] == "district", "name_en"])


def test_readers_are_independent_and_documented():
    for reader in readers.readers():
        assert reader.NAME
        assert reader.can_read.__doc__
        assert reader.read.__doc__
    assert len({reader.NAME for reader in readers.readers()}) == len(readers.readers()) >= 10


def test_real_geojson_repairs_its_invalid_rings():
    units, report = imported(shared("berlin-buildings-osm/berlin_buildings.geojson"))
    assert sum("repaired" in note.reason for note in report.repairs) == 2
    assert report.duplicate == 171
    assert report.buildings["total"] + report.duplicate + report.rejected + 23 == 2105  # 23 parts inside their outlines
    assert report.buildings["floors_known"] > 600
    assert (units["level"] == "grid").sum() >= 20


def test_districts_keep_their_national_codes_and_move_out_of_gcj02():
    path = shared("cn-datav-boundaries/440100_full.json")
    units, report = imported(path, crs="gcj02")
    districts = units[units["level"] == "district"]
    assert len(districts) == 11
    assert set(districts["code"]) == {
        "440103",
        "440104",
        "440105",
        "440106",
        "440111",
        "440112",
        "440113",
        "440114",
        "440115",
        "440117",
        "440118",
    }
    assert units.loc[units["level"] == "city", "code"].item() == "440100"
    assert report.crs == "gcj02"
    raw, _ = imported(path)
    shift = districts.set_index("code")["lon"] - raw[raw["level"] == "district"].set_index("code")["lon"]
    assert shift.between(-0.008, -0.003).all()


def test_other_prefectures_and_provinces_are_taken_too():
    for name, count in (("440000_full.json", 21), ("100000_full.json", 35)):
        _, report = imported(shared(f"cn-datav-boundaries/{name}"), crs="gcj02")
        assert report.units["district"] + report.rejected == count


def test_a_floor_plan_is_a_building_with_floors_and_rooms(tmp_path):
    path = shared("airport-floors/airport_floor.json")
    units, report = imported(path)
    assert report.units["building"] == 1
    floors = units[units["level"] == "floor"].sort_values("floor_no")
    assert floors["floor_no"].tolist() == [1, 2, 3]
    assert floors["geom"].notna().all()
    hand_ins, _ = write(plan(path, Options(city="airport")), tmp_path)
    layer = gpd.pd.read_parquet(next(one.file for one in hand_ins if one.dataset == "layer"))
    assert layer["class"].value_counts().to_dict() == dict(zip(floors["code"], (550, 902, 622), strict=True))


def cube(lod: str = "1", top: int = 9000, base: int = 0) -> dict:
    ring = [[0, 1, 2, 3]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]
    return {"type": "Solid", "lod": lod, "boundaries": [[[[corner + base for corner in face[0]]] for face in ring]]}


def vertices(x: int, y: int, top: int) -> list:
    return [[x + dx, y + dy, z] for z in (0, top) for dx, dy in ((0, 0), (20_000, 0), (20_000, 10_000), (0, 10_000))]


def test_cityjson_gives_footprint_height_and_floors(tmp_path):
    objects = {
        "A": {
            "type": "Building",
            "attributes": {"storeysAboveGround": 4, "storeysBelowGround": 1, "function": "office"},
            "geometry": [cube()],
        },
        "B": {"type": "Building", "children": ["B1"], "attributes": {"measuredHeight": 7.5}},
        "B1": {"type": "BuildingPart", "parents": ["B"], "geometry": [cube(base=8)]},
        "C": {"type": "Building", "attributes": {}},
        "T": {"type": "SolitaryVegetationObject", "geometry": []},
    }
    root = {
        "type": "CityJSON", "version": "2.0", "transform": {"scale": [0.001] * 3, "translate": [84_000.0, 447_000.0, 0.0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"}, "CityObjects": objects,
        "vertices": vertices(0, 0, 12_000) + vertices(50_000, 0, 7_500),
    }  # fmt: skip
    path = tmp_path / "c.bin"
    path.write_text(json.dumps(root), encoding="utf-8")
    units, report = imported(path)
    rows = units[units["level"] == "building"].set_index("source_id")
    assert set(rows.index) == {"A", "B"}
    assert rows.loc["A", ["floors_above", "floors_below", "height_m"]].tolist() == [4, 1, 12.0]
    assert rows["area_m2"].between(198, 202).all()
    assert rows.loc["B", "floors_above"] == 2
    assert [note.id for note in report.rejects] == ["C"]
    head = {key: value for key, value in root.items() if key not in ("CityObjects", "vertices")} | {
        "CityObjects": {},
        "vertices": [],
    }
    lines = [head] + [
        {
            "type": "CityJSONFeature",
            "id": id_,
            "CityObjects": {key: objects[key] for key in keys},
            "vertices": root["vertices"],
        }
        for id_, keys in (("A", ["A"]), ("B", ["B", "B1"]))
    ]
    seq = tmp_path / "c.jsonl"
    seq.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    again, _ = imported(seq)
    assert set(again.loc[again["level"] == "building", "source_id"]) == {"A", "B"}


def test_hand_made_osm_holes_parts_storeys_and_edges(tmp_path):
    corners = [(0, 0), (10, 0), (10, 10), (0, 10), (3, 3), (7, 3), (7, 7), (3, 7), (1, 1), (2, 1), (2, 2), (1, 2)]
    nodes = {n: (9.5 + x / 1e4, 47.1 + y / 1e4) for n, (x, y) in enumerate(corners, start=1)}
    nodes[20] = (9.50015, 47.10015, {"indoor": "room", "level": "-1;2"})
    ways = {
        1: ([1, 2, 3, 4, 1], {}),
        2: ([5, 6, 7, 8, 5], {"building": "yes"}),
        3: ([9, 10, 11, 12, 9], {"building:part": "yes", "height": "30", "building:levels": "9"}),
        4: ([1, 2, 999, 1000, 1001], {"building": "yes"}),
    }
    relations = {
        5: (
            (("way", 1, "outer"), ("way", 2, "inner")),
            {
                "type": "multipolygon",
                "building": "office",
                "building:levels": "4",
                "addr:street": "Gasse",
                "addr:housenumber": "3",
            },
        )
    }
    units, report = imported(osm_xml(tmp_path / "x.osm", nodes, ways, relations))
    rows = units[units["level"] == "building"].set_index("source_id")
    assert set(rows.index) == {"r5", "w2"}
    assert shapely.from_wkb(rows.loc["r5", "geom"]).area == pytest.approx(84e-8)
    assert rows.loc["r5", ["floors_above", "floors_below", "height_m", "place_type", "address"]].tolist() == [
        9,
        1,
        30,
        "office",
        "Gasse 3",
    ]
    assert [(note.id, "nodes" in note.reason) for note in report.rejects] == [("w4", True)]


def test_the_sea_lies_right_of_the_coastline(tmp_path):
    nodes = {1: (9.55, 46.9), 2: (9.55, 47.3)} | {
        10 + n: tuple(corner) for n, corner in enumerate(square(9.51, 47.1)[:4])
    }
    ways = {1: ([1, 2], {"natural": "coastline"}), 2: ([10, 11, 12, 13, 10], {"building": "yes"})}
    what = plan(osm_xml(tmp_path / "x.osm", nodes, ways, bounds=(9.5, 47.0, 9.6, 47.2)), Options(city="test"))
    seas = what.source.layers[what.source.layers["class"] == "sea"]
    assert [tuple(round(v, 6) for v in shape.bounds) for shape in seas.geometry] == [(9.55, 47.0, 9.6, 47.2)]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_parts_of_a_parent_that_changed_get_codes_of_their_own(tmp_path):
    random = np.random.default_rng(5)
    houses = [
        (square(x, y, 0.0001), {"id": f"h{n}", "levels": 1})
        for n, (x, y) in enumerate(random.uniform((9.51, 47.11), (9.58, 47.18), (900, 2)))
    ]

    def at(east):
        areas = [(box(9.5, 47.1, east), "W"), (box(east, 47.1, 9.6), "E")]
        rows = [{"admin_level": 8, "name": name, "id": name, "geometry": shape} for shape, name in areas]
        path = tmp_path / f"{east}.gpkg"
        homes = gpd.GeoDataFrame([row | {"geometry": shapely.Polygon(ring)} for ring, row in houses], crs=4326)
        homes.to_file(path, layer="buildings", driver="GPKG")
        gpd.GeoDataFrame(rows, crs=4326).to_file(path, layer="admin", driver="GPKG")
        return path

    def box(west, south, east):
        return shapely.box(west, south, east, 47.2)

    first, _ = imported(at(9.55))
    moved, _ = imported(at(9.555), as_known(first))
    same, _ = imported(at(9.55), as_known(first))
    codes = {
        level: dict(first.loc[first["level"] == level, ["source_id", "code"]].to_numpy())
        for level in ("district", "grid", "building")
    }
    for level in ("district", "building"):
        assert dict(moved.loc[moved["level"] == level, ["source_id", "code"]].to_numpy()) == codes[level]
    assert dict(same.loc[same["level"] == "grid", ["source_id", "code"]].to_numpy()) == codes["grid"]
    grids = dict(moved.loc[moved["level"] == "grid", ["source_id", "code"]].to_numpy())
    assert not set(grids) & set(codes["grid"])
    assert not set(grids.values()) & set(codes["grid"].values())
    home = moved[moved["level"] == "building"].set_index("code")["parent_code"]
    assert set(home) <= set(grids.values())


def test_a_boundary_nothing_decides_is_rejected_not_guessed(tmp_path):
    """One line across the extract, two places of the same level that both could own either side."""
    nodes = {1: (9.55, 46.9), 2: (9.55, 47.3)} | {
        10 + n: corner for n, corner in enumerate(map(tuple, square(9.51, 47.1)[:4]))
    }
    ways = {1: ([1, 2], {}), 2: ([10, 11, 12, 13, 10], {"building": "yes"})}
    tags = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}
    member = (("way", 1, "outer"), ("way", 77, "outer"))
    both = {1: (member, tags | {"name": "East"}), 2: (member, tags | {"name": "West"})}
    _, report = imported(osm_xml(tmp_path / "x.osm", nodes, ways, both, (9.5, 47.0, 9.6, 47.2)))
    assert sorted(note.value for note in report.rejects if note.kind == "boundary") == ["East", "West"]
    nodes[30] = (9.58, 47.1, {"place": "town", "name": "East"})
    nodes[31] = (9.52, 47.1, {"place": "town", "name": "West"})
    units, _ = imported(osm_xml(tmp_path / "y.osm", nodes, ways, both, (9.5, 47.0, 9.6, 47.2)))
    districts = units[units["level"] == "district"].set_index("name_en")
    assert districts.loc["East", "lon"] > 9.55 > districts.loc["West", "lon"]
