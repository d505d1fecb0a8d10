"""`run.py import` over a city that is in: by name, newer, older, of another place, in another format, and what the rules say."""

import json
import os
import zipfile
from argparse import Namespace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import pytest
import shapely

from app.errors import BadInput
from app.exchange.importing import city_key, import_place, summary, take_place
from app.exchange.place import Options, build, plan
from app.exchange.places.timezone import timezone
from app.indicators.registry import read
from app.settings import load
from app.system import System

USUAL = {"city": "place", "city_name": "", "crs": None, "name_field": None, "code_field": None, "level": None, "dry_run": False, "report": None,
         "force": False}


@pytest.fixture
def system(tmp_path):
    running = System(load(home=tmp_path / "home", demo="off"))
    yield running
    running.close()


def squares(folder, name, ids, day=1, west=8.0, kind="geojson"):
    """Buildings 20 m wide in a row, as of a day of June 2026."""
    shapes = [shapely.box(west + 0.0004 * n, 47.0, west + 0.0004 * n + 0.00025, 47.0002) for n in ids]
    frame = gpd.GeoDataFrame({"id": [f"w{n}" for n in ids], "building": ["yes"] * len(ids), "building:levels": [2] * len(ids)},
                             geometry=shapes, crs=4326)
    file = folder / f"{name}.{kind}"
    frame.to_file(file, driver="GeoJSON" if kind == "geojson" else "GPKG")
    at = datetime(2026, 6, day, tzinfo=UTC).timestamp()
    os.utime(file, (at, at))
    return file


def take(system, file, **more):
    return take_place(system, Namespace(**{**USUAL, "file": str(file), **more}))


def standing(system, level="building"):
    return sorted(row["source_id"] for row in system.db.rows("select source_id from theme.unit where city = 'place' and level = $1", [level]))


def test_a_city_may_be_named(tmp_path, monkeypatch, capsys):
    names = {"munchen": "munchen", "Monaco": "monaco", "广州": "guangzhou", "São Paulo": "sao-paulo", "a_b-c": "a_b-c", "../etc": "../etc"}
    assert {name: city_key(name) for name in names} == names
    squares(tmp_path, "a", range(4))
    assert import_place(load(home=tmp_path / "home", demo="off"), Namespace(**{**USUAL, "city": "广州", "file": str(tmp_path / "a.geojson")})) == 0
    assert "guangzhou is in" in capsys.readouterr().out
    running = System(load(home=tmp_path / "home", demo="off"))
    assert running.cities["guangzhou"].name_zh == "广州"
    running.close()


def test_a_newer_file_says_what_it_changes_and_an_earlier_state_may_come_again(system, tmp_path):
    take(system, squares(tmp_path, "a", range(16), 1))
    _, report, _ = take(system, squares(tmp_path, "b", [n for n in range(17) if n != 5], 2))
    assert (report.change.kept["building"], report.change.new["building"], report.change.ended["building"]) == (15, 1, 1)
    assert "against what is in:" in " ".join(report.lines())
    take(system, squares(tmp_path, "c", range(16), 3))
    assert standing(system) == sorted(f"w{n}" for n in range(16)), "the first state again is no replay: w5 is back, w16 gone"
    receipts = take(system, squares(tmp_path, "c", range(16), 3))[2]
    assert all(one.is_replay for one in receipts if one.hand_in.dataset == "unit"), "the same once more is one"


def test_another_places_file_and_an_older_one_are_refused_unless_meant(system, tmp_path):
    take(system, squares(tmp_path, "a", range(16), 10))
    with pytest.raises(BadInput, match="0 of the 16 buildings"):
        take(system, squares(tmp_path, "far", range(100, 120), 11, west=9.0))
    with pytest.raises(BadInput, match="is newer"):
        take(system, squares(tmp_path, "old", range(10), 5))
    empty = tmp_path / "empty.geojson"
    empty.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    with pytest.raises(BadInput, match="0 of the 16 buildings"):
        take(system, empty)
    assert len(standing(system)) == 16, "nothing was touched"
    take(system, squares(tmp_path, "old", range(10), 5), force=True)
    assert len(standing(system)) == 10


def test_a_newer_file_in_another_format_ends_what_it_leaves_out(system, tmp_path):
    take(system, squares(tmp_path, "a", range(16), 1))
    take(system, squares(tmp_path, "b", range(12), 2, kind="gpkg"))
    assert standing(system) == sorted(f"w{n}" for n in range(12))


def test_the_report_says_what_is_in_and_not_what_was_meant(system, tmp_path):
    table = tmp_path / "units.csv"
    codes = ("440105", "440105001", "440105001001", "440105001001001", "440105001001001B00001")
    table.write_text("code,name\n" + "".join(f"{code},名{code[-2:]}\n" for code in codes), encoding="utf-8")
    _, report, receipts = take(system, table)
    body = summary(report, receipts)
    units = {row["level"]: row["n"] for row in system.db.rows("select level, count(*) as n from theme.unit where city = 'place' group by level")}
    assert {level: n for level, n in body["units"].items() if n} == units
    assert body["in"] == body["accepted"] + body["rejected"] + body["duplicate"] == 5 and len(body["rejects"]) == body["rejected"] > 0
    assert any(one["id"].endswith("B00001") for one in body["rejects"])


def test_a_row_without_its_parent_names_the_row_and_the_parent(system, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text("code,parent_code,name,level\nS1,,One,district\nS2,NOPE,Two,district\n", encoding="utf-8")
    body = summary(*take(system, table)[1:])
    assert [(one["id"], one["row"], one["column"], one["value"]) for one in body["rejects"]] == [("S2", 2, "parent_code", "NOPE")]


def test_a_building_without_an_id_keeps_its_code_when_a_row_above_it_goes(system, tmp_path):
    def without_ids(name, numbers, day):
        frame = gpd.GeoDataFrame({"building": ["yes"] * len(numbers)},
                                 geometry=[shapely.box(8.0 + 0.0004 * n, 47.0, 8.00025 + 0.0004 * n, 47.0002) for n in numbers], crs=4326)
        file = tmp_path / f"{name}.geojson"
        frame.to_file(file, driver="GeoJSON")
        at = datetime(2026, 6, day, tzinfo=UTC).timestamp()
        os.utime(file, (at, at))
        return file

    def codes():
        rows = system.db.rows("select code, lon from theme.unit where city = 'place' and level = 'building'")
        return {round(row["lon"], 4): row["code"] for row in rows}

    take(system, without_ids("a", range(6), 1))
    before = codes()
    take(system, without_ids("b", range(1, 6), 2))
    assert codes() == {lon: code for lon, code in before.items() if lon != min(before)} and len(before) == 6


def test_ids_among_the_properties_and_beside_them_are_both_taken(tmp_path):
    square = shapely.geometry.mapping(shapely.box(8, 47, 8.0002, 47.0002))
    features = [{"type": "Feature", "id": "w1", "geometry": square, "properties": {"building": "yes"}},
                {"type": "Feature", "geometry": square, "properties": {"building": "yes", "id": "w2"}}]
    file = tmp_path / "mixed.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert sorted(plan(file, Options(city="x")).source.buildings["source_id"]) == ["w1", "w2"]


def test_words_that_are_taken_in_changed_are_named(tmp_path):
    square = shapely.geometry.mapping(shapely.box(8, 47, 8.0002, 47.0002))
    names = {"w1": "A" * 10_000_000, "w2": "a\x00b", "w3": "一行\n两行"}
    features = [{"type": "Feature", "geometry": square, "properties": {"building": "yes", "id": id_, "name": name}} for id_, name in names.items()]
    file = tmp_path / "long.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    source = plan(file, Options(city="x")).source
    assert [(one.id, one.row, one.column) for one in source.repairs] == [("w1", 1, "name"), ("w2", 2, "name")]
    assert "longer than 200 letters" in source.repairs[0].reason and len(source.buildings["name_zh"].iloc[0]) == 200


@pytest.mark.parametrize(("encoding", "is_zip"), [("GB18030", False), ("GB18030", True), ("UTF-8", False), ("ISO-8859-1", False)])
def test_a_shapefile_that_does_not_say_its_encoding_is_read_right(tmp_path, encoding, is_zip):
    name = "Straße Zürich" if encoding == "ISO-8859-1" else "天河大厦"
    folder = tmp_path / "shp"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"名称" if encoding != "ISO-8859-1" else "name": [name] * 3, "building": ["yes"] * 3},
                             geometry=[shapely.box(8 + n / 1000, 47, 8.0005 + n / 1000, 47.0005) for n in range(3)], crs=4326)
    frame.to_file(folder / "b.shp", encoding=encoding)
    (folder / "b.cpg").unlink()
    file = folder / "b.shp"
    if is_zip:
        file = tmp_path / "b.zip"
        with zipfile.ZipFile(file, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
    source = plan(file, Options(city="x", level="building")).source
    assert set(source.buildings["name_zh"]) == {name}
    assert any("no .cpg" in text for text in source.warnings) == (encoding != "ISO-8859-1")


def test_a_word_that_the_registry_does_not_know_is_named(system):
    system.db.run("update catalogue.indicator set rollup = 'summ' where id = 'aqi'")
    with pytest.raises(BadInput, match="rollup 'summ'") as refused:
        read(system.db)
    assert refused.value.where["row"] == "aqi" and refused.value.where["column"] == "rollup"


@pytest.mark.parametrize(("place", "west", "south", "is_moved"), [
    ("Seoul", 126.98, 37.56, False), ("Hanoi", 105.85, 21.03, False), ("Kathmandu", 85.32, 27.71, False), ("Almaty", 76.92, 43.25, False),
    ("Guangzhou", 113.3, 23.1, True), ("Urumqi", 87.6, 43.8, True), ("Dandong, on the border", 124.36, 40.14, True)])
def test_offset_coordinates_move_in_china_alone(tmp_path, place, west, south, is_moved):
    frame = gpd.GeoDataFrame({"id": ["w1"], "building": ["yes"]}, geometry=[shapely.box(west, south, west + 0.0004, south + 0.0004)], crs=4326)
    frame.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    source = plan(tmp_path / "a.geojson", Options(city="x", crs="gcj02")).source
    metres = abs(source.buildings.geometry.iloc[0].bounds[0] - west) * 111_000
    assert (metres > 50) == is_moved and (metres < 1e-6) == (not is_moved), place
    assert any("outside China" in text for text in source.warnings) == (not is_moved)


@pytest.mark.parametrize(("lon", "lat", "zone"), [
    (-8.72, 42.24, "Europe/Madrid"), (72.88, 19.07, "Asia/Kolkata"), (77.2, 28.6, "Asia/Kolkata"), (11.57, 48.14, "Europe/Berlin"),
    (7.42, 43.73, "Europe/Monaco"), (-4.48, 48.39, "Europe/Paris"), (9.52, 47.14, "Europe/Vaduz"), (-30.0, 40.0, "Etc/GMT+2")])
def test_a_place_keeps_the_time_of_the_zone_it_lies_in(lon, lat, zone):
    assert timezone(lon, lat) == zone and ZoneInfo(zone)


def test_a_building_far_from_all_others_is_named(tmp_path):
    file = squares(tmp_path, "a", range(40))
    frame = gpd.read_file(file)
    frame.loc[7, "geometry"] = shapely.box(0, 0, 0.0002, 0.0002)
    frame.to_file(file, driver="GeoJSON")
    report = build(plan(file, Options(city="x")))[1]
    assert [text for text in report.warnings if "1 buildings lie more than" in text and "w7 at 0.0001, 0.0001" in text]


def test_a_file_whose_rows_are_all_rejected_is_not_in(tmp_path, capsys):
    table = tmp_path / "units.csv"
    table.write_text("code,parent_code,name,level\nS2,NOPE,Two,district\n", encoding="utf-8")
    assert import_place(load(home=tmp_path / "home", demo="off"), Namespace(**{**USUAL, "file": str(table)})) == 1
    assert "no row was taken in" in capsys.readouterr().out
