"""Bad input: a clear message naming the place and the remedy, or a counted reject; never a traceback, nothing lost."""

import json
import zipfile

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.exchange.place import Options, plan
from data.errors import BadInput, ChengshuError, NotFound, Unreadable
from tests.app.exchange.towers import imported
from tests.data.place.samples import geojson, osm_xml, square


def refuse(path, match, error=BadInput, **options):
    with pytest.raises(error, match=match) as caught:
        plan(path, Options(city="test", **options))
    assert caught.value.remedy
    return caught.value


def csv(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "content",
    [b"\x00\x01\x02" * 100, b"\x89PNG\r\n\x1a\n" + b"x" * 99, b"just words\nand more words\n", b"{}", b'{"a": 1}'],
)
def test_a_file_of_no_format_is_named(tmp_path, content):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(content)
    refuse(path, "no format known", Unreadable)


def test_a_list_of_sources_named_shp_in_a_zip_reads_no_other_file(tmp_path):
    """GDAL goes by content: a VRT would open any path or address this machine reaches."""
    secret = geojson(tmp_path / "secret.geojson", [(square(8, 47), {"building": "yes"})])
    inside = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.shp", inside)
    refuse(tmp_path / "x.zip", "no shapefile", Unreadable)


@pytest.mark.parametrize("name", ["x.shp", "xl/workbook.xml"])
@pytest.mark.parametrize("size", [300 * 2**20, 5 * 2**30])
def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch, size, name):
    """Its directory says how much it holds: that is believed before anything is unpacked."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\x00\x00\x27\x0a" + bytes(96))
    listed = zipfile.ZipFile.infolist

    def inflated(self):
        found = listed(self)
        found[0].file_size = size
        return found

    monkeypatch.setattr(zipfile.ZipFile, "infolist", inflated)
    refuse(tmp_path / "x.zip", "would unpack to more than", Unreadable)


@pytest.mark.parametrize("inside", [
    '<!ENTITY e SYSTEM "file://{folder}/secret.txt">',
    '<!ENTITY a "xxxxxxxxxx">' + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdfghij", "bcdfghije", strict=True)),
])  # fmt: skip
def test_an_entity_reads_no_other_file_and_does_not_grow(tmp_path, inside):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    text = f'<!DOCTYPE osm [{inside.replace("{folder}", str(tmp_path))}]><osm version="0.6"><node id="1" lat="1" lon="1">&e;</node></osm>'
    (tmp_path / "x.osm").write_text(text, encoding="utf-8")
    refuse(tmp_path / "x.osm", "damaged", Unreadable)


def test_a_path_out_of_the_zip_leads_nowhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../../outside.shp", b"\x00\x00\x27\x0a" + bytes(96))
    refuse(tmp_path / "x.zip", "damaged|no layer", Unreadable)
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_empty_missing_and_folder(tmp_path):
    (tmp_path / "e.osm.pbf").touch()
    refuse(tmp_path / "e.osm.pbf", "empty", Unreadable)
    refuse(tmp_path / "none.geojson", "no such file", NotFound)
    refuse(tmp_path, "folder", Unreadable)


@pytest.mark.parametrize(
    "name, head",
    [
        ("x.gpkg", b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 500),
        ("x.parquet", b"PAR1" + b"\0" * 90),
        ("x.fgb", b"fgb\x03fgb\x01" + b"\0" * 40),
        ("x.xlsx", b"PK\x03\x04" + b"\0" * 90),
        ("x.shp", b"\x00\x00\x27\x0a" + b"\0" * 96),
        ("x.osm", b"<osm><node id='1'"),
        ("x.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Fea'),
        ("x.json", b'{"type":"CityJSON","CityObjects":{'),
    ],
)
def test_a_file_cut_short_is_named_in_every_format(tmp_path, name, head):
    path = tmp_path / name
    path.write_bytes(head)
    refuse(path, "damaged|cut short|several files|incomplete", Unreadable)


def test_an_empty_city_is_imported_with_a_warning(tmp_path):
    big = geojson(
        tmp_path / "b.geojson",
        [
            (square(9, 47, 0.1), {"admin_level": 8, "name": "A"}),
            (square(9.1, 47, 0.1), {"admin_level": 8, "name": "B"}),
        ],
    )
    units, report = imported(big)
    assert (units["level"] == "district").sum() == 2
    assert any("no buildings" in warning for warning in report.warnings)
    empty = osm_xml(tmp_path / "e.osm", {1: (9.5, 47.1)}, {})
    units, report = imported(empty)
    assert units["level"].tolist() == ["city"]
    assert any("no buildings" in warning for warning in report.warnings)
    units, report = imported(geojson(tmp_path / "n.geojson", []))
    assert units["level"].tolist() == ["city"]


def test_a_city_of_one_building(tmp_path):
    units, report = imported(geojson(tmp_path / "b.geojson", [(square(9.5, 47.1), {"levels": 3})]))
    assert report.units == {"city": 1, "district": 1, "street": 1, "community": 1, "grid": 1, "building": 1, "floor": 3}
    assert units["code"].iloc[-1] == "000101001001001B00001F003"


def test_shapes_are_repaired_or_rejected(tmp_path):
    bow = [[9.5, 47.1], [9.501, 47.101], [9.501, 47.1], [9.5, 47.101], [9.5, 47.1]]
    flat = [[9.5, 47.1], [9.501, 47.1], [9.5, 47.1], [9.5, 47.1]]
    rows = [
        (square(9.5, 47.1), {"levels": 1}),
        (bow, {"id": "bow"}),
        (flat, {"id": "flat"}),
        ({"type": "Polygon", "coordinates": [[[9.5, 47.1], [9.6, 47.2]]]}, {"id": "two"}),
        ({"type": "LineString", "coordinates": [[9.5, 47.1], [9.6, 47.2]]}, {"id": "line"}),
        ({"type": "Spline"}, {"id": "odd"}),
        ({"type": "Polygon", "coordinates": []}, {"id": "none"}),
    ]
    _, report = imported(geojson(tmp_path / "b.geojson", rows))
    assert report.buildings["total"] == 2
    assert report.rejected == 5
    assert [note.id for note in report.repairs] == ["bow"]


def test_numbers_that_are_none(tmp_path):
    ring = square(9.5, 47.1)
    rows = [(square(9.5, 47.1), {"levels": 1, "id": "good"})]
    for number, bad in enumerate((float("nan"), float("inf"), 1e308), start=1):
        rows.append(([[bad, 47.1], *ring[1:4], [bad, 47.1]], {"id": f"bad{number}"}))
    _, report = imported(geojson(tmp_path / "b.geojson", rows))
    assert report.buildings["total"] == 1
    assert report.rejected == 3


def test_swapped_coordinates_and_unknown_systems(tmp_path):
    swapped = geojson(tmp_path / "s.geojson", [([[lat, lon] for lon, lat in square(113.3, 23.1)], {"levels": 2})])
    refuse(swapped, "swapped")
    refuse(swapped, "swapped", crs="gcj02")
    metres = geojson(
        tmp_path / "m.geojson",
        [([[683_000 + x, 247_000 + y] for x, y in ((0, 0), (20, 0), (20, 20), (0, 20), (0, 0))], {"levels": 2})],
    )
    assert "--crs" in refuse(metres, "no longitudes and latitudes").remedy
    units, _ = imported(metres, crs="EPSG:21781")
    assert units["lon"].between(8.4, 8.6).all()
    for name in ("EPSG:999999", "EPSG:0", "gcj03", ""):
        if name:
            refuse(metres, "no coordinate system", crs=name)
    refuse(swapped, "no such level", level="planet")
    refuse(swapped, "no field", name_field="nom")


def test_csv_of_buildings_rejects_rows_by_row_and_column(tmp_path):
    text = "id,lon,lat,floors\na,113.3,23.1,5\nb,nan,23.1,2\nc,113.3,inf,2\nd,1e308,23,1\ne,113.301,23.1,-3\n"
    text += "f,113.302,23.1,0\ng,113.303,23.1,999\nh,113.3\ni,113.3,23.1,2,extra\nj,east,23,1\n\n"
    units, report = imported(csv(tmp_path, text))
    assert report.buildings == {"total": 4, "floors_known": 1, "floors_derived": 0, "floors_unknown": 3}
    assert {(note.row, note.column) for note in report.rejects} == {
        (3, "lon"),
        (4, "lat"),
        (5, "lon"),
        (9, "lat"),
        (10, None),
        (11, "lon"),
    }
    assert sorted(note.row for note in report.repairs) == [6, 7, 8]
    assert units.loc[units["level"] == "floor"].groupby("parent_code").size().tolist() == [5, 1, 1, 1]


def test_a_cell_of_ten_megabytes_rejects_its_row_alone(tmp_path):
    text = 'id,lon,lat,floors,name\na,113.3,23.1,5,x\nb,113.3,23.1,5,"' + "y" * 10_000_000 + '"\nc,113.301,23.1,5,z\n'
    _, report = imported(csv(tmp_path, text))
    assert report.buildings["total"] == 2
    assert [(note.row, note.column) for note in report.rejects] == [(3, "name")]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig", "utf-16", "utf-8"])
def test_encodings_of_chinese_tables(tmp_path, encoding):
    units, _ = imported(csv(tmp_path, "名称,经度,纬度,层数\n越秀楼,113.3,23.1,5\n", encoding))
    assert units.loc[units["level"] == "building", "name_zh"].tolist() == ["越秀楼"]


def test_nul_bytes_and_unknown_bytes_are_named(tmp_path):
    assert "line 2" in str(refuse(csv(tmp_path, "lon,lat,floors\n1,2\0,3\n"), "NUL", Unreadable))
    path = tmp_path / "t.csv"
    path.write_bytes(b"lon,lat,floors\n\xff\xff\xff,2,3\n")
    refuse(path, "neither UTF-8", Unreadable)


def test_headers_that_say_nothing(tmp_path):
    refuse(csv(tmp_path, "a,b\n1,2\n"), "No column holds")
    refuse(csv(tmp_path, "lon,lon,lat\n1,2,3\n"), "twice")
    refuse(csv(tmp_path, "lon,lat\n1,2\n"), "nothing says what they are")
    _, report = imported(csv(tmp_path, "lon,lat\n1,2\n"), level="building")
    assert report.buildings["total"] == 1


def test_tables_of_units_reject_what_has_no_place_in_the_tree(tmp_path):
    text = "id,name,parent,level\nA,a,,district\nB,b,A,street\nC,c,D,street\nD,d,C,community\nE,e,Z,street\nH,h,E,community\n"
    text += "F,f,B,community\nF,g,B,community\nF,f,B,community\nS,s,S,street\n"
    units, report = imported(csv(tmp_path, text), code_field="id")
    assert units["source_id"].tolist() == ["city", "A", "B", "F"]
    reasons = {note.id: note.reason for note in report.rejects}
    assert "cycle" in reasons["C"]
    assert "cycle" in reasons["D"]
    assert "cycle" in reasons["S"]
    assert "Z is missing" in reasons["E"]
    assert "E was rejected" in reasons["H"]
    assert "already has" in reasons["F"]
    assert report.duplicate == 1


def test_code_lists_keep_their_codes(tmp_path):
    text = "代码,名称\n440100,广州市\n440103,荔湾区\n440103001000,沙面街道\n440103001,沙面街道二\n"
    text += "440104,越秀区\n440999001,外\n44010X,坏\n440105002,无父\n"
    units, report = imported(csv(tmp_path, text, "gbk"))
    assert units["code"].tolist() == ["440100", "440103", "440104", "440103001"]
    assert {note.id: note.reason for note in report.rejects if note.value}.keys() >= {
        "440999001",
        "44010X",
        "440105002",
    }
    refuse_text = csv(tmp_path, "code,name\n440103,a\n110101,b\n310101,c\n")
    with pytest.raises(BadInput, match="3 cities"):
        imported(refuse_text)


def test_a_city_key_is_a_slug(tmp_path):
    path = geojson(tmp_path / "b.geojson", [(square(9.5, 47.1), {"levels": 3})])
    for key in ("", "A", "a b", "x" * 41, "../x"):
        with pytest.raises(BadInput, match="city key"):
            plan(path, Options(city=key))


cells = (
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    | st.floats().map(str)
    | st.integers().map(str)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(cells, max_size=6), max_size=8),
    header=st.lists(
        st.sampled_from(["lon", "lat", "floors", "height", "code", "parent", "wkt", "名称"]), min_size=1, max_size=6
    ),
)
def test_any_table_is_imported_or_refused_with_words(tmp_path, rows, header):
    quoted = [",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in [header, *rows]]
    path = csv(tmp_path, "\n".join(quoted) + "\n")
    try:
        imported(path)
    except ChengshuError:
        return


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(8, 10), st.floats(46, 48), st.floats(1e-7, 0.01), st.integers(-5, 1000)), max_size=30)
)
def test_any_boxes_tile_and_balance(tmp_path, boxes):
    path = geojson(
        tmp_path / "b.geojson",
        [(square(lon, lat, side), {"levels": levels, "id": n}) for n, (lon, lat, side, levels) in enumerate(boxes)],
    )
    imported(path)


def test_dense_places_split_into_balanced_grids(tmp_path):
    random = np.random.default_rng(3)
    boxes = [(float(x), float(y)) for x, y in random.normal([9.5, 47.1], 0.02, (1500, 2))]
    units, _ = imported(
        geojson(tmp_path / "b.geojson", [(square(lon, lat, 0.0001), {"levels": 1}) for lon, lat in boxes])
    )
    sizes = units[units["level"] == "building"].groupby("parent_code").size()
    assert sizes.between(30, 90).all()
    shapes = shapely.from_wkb(units.loc[units["level"] == "grid", "geom"].to_list())
    assert shapely.is_valid(shapes).all()


def test_json_reports_hold_every_reject(tmp_path):
    _, report = imported(csv(tmp_path, "id,lon,lat,floors\na,113.3,23.1,5\nb,x,23.1,2\n"))
    text = json.loads(json.dumps(report.to_json()))
    assert text["in"] == text["accepted"] + text["rejected"] + text["duplicate"] == 2
    assert text["rejects"] == [
        {"id": "row 3", "reason": "not a coordinate", "kind": "row", "row": 3, "column": "lon", "value": "x"}
    ]
