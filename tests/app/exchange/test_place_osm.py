"""Every real extract: counts against plain queries, tiling, one parent each, identity at re-import."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely

from app.exchange.place import Options, build, plan
from data.connection import Database
from data.errors import Unreadable
from tests.app.exchange.towers import as_known, check, imported
from tests.data.place.samples import OSM, shared


@cache
def tower(name):
    return imported(shared(OSM[name]))


@pytest.mark.parametrize("name", OSM)
def test_every_building_of_the_extract_is_accepted_or_named(name):
    units, report = tower(name)
    rows = Database(":memory:").cursor().execute(
        "select kind::varchar, id from ST_ReadOSM(?) where coalesce(tags['building'], 'no') <> 'no'", [str(shared(OSM[name]))]
    ).fetchall()  # fmt: skip
    there = {f"{kind[0]}{id_}" for kind, id_ in rows}
    taken = set(units.loc[units["level"] == "building", "source_id"])
    rejected = {note.id for note in report.rejects if note.kind == "building"}
    assert taken <= there
    assert not taken & rejected
    assert len(there - taken - rejected) <= report.duplicate
    assert len(taken) > 0.95 * sum(kind != "node" for kind, _ in rows)


@pytest.mark.parametrize("name", OSM)
def test_grids_hold_the_buildings_they_overlap_most(name):
    units, _ = tower(name)
    buildings, grids = units[units["level"] == "building"], units[units["level"] == "grid"]
    cells = shapely.from_wkb(grids["geom"].to_list())
    code = grids["code"].to_numpy()
    some = buildings.sample(min(300, len(buildings)), random_state=1)
    for shape, parent in zip(shapely.from_wkb(some["geom"].to_list()), some["parent_code"], strict=True):
        shared_area = shapely.area(shapely.intersection(cells, shape))
        assert shared_area[code == parent][0] >= shared_area.max() - 1e-15
    assert buildings.groupby("parent_code").size().max() <= 120


def test_a_whole_country_has_its_own_levels():
    units, report = tower("liechtenstein")
    assert report.units["district"] == 2
    assert report.units["street"] == 11
    assert report.buildings["floors_known"] >= 572
    names = set(units.loc[units["level"] == "street", "name_en"])
    assert {"Vaduz", "Schaan", "Balzers", "Triesenberg"} <= names
    assert units.loc[units["level"] == "city", "code"].item() == "000100"


def test_open_wards_are_rejected_and_closed_ones_kept():
    units, report = tower("monaco")
    districts = units[units["level"] == "district"]
    assert {"Fontvieille", "Monaco-Ville", "La Condamine", "La Rousse", "Larvotto", "Monte-Carlo"} <= set(
        districts["name_en"]
    )
    rejected = {note.value for note in report.rejects if note.kind == "boundary"}
    assert {"Jardin Exotique", "Les Monegetti", "Sainte-Dévote"} <= rejected
    assert districts["source_id"].str.endswith("rest-district").sum() == 1


def test_clipped_parishes_are_closed_with_the_edge_and_hold_their_place():
    units, report = tower("porto")
    assert set(units.loc[units["level"] == "district", "name_en"]) == {"Porto", "Vila Nova de Gaia"}
    closed = {note.value for note in report.repairs if "extract's edge" in note.reason}
    assert {"Porto", "Vila Nova de Gaia", "Bonfim"} <= closed
    assert report.buildings["total"] >= 11_390


def test_parts_and_storeys_belong_to_buildings():
    units, _ = tower("munchen")
    floors = units[units["level"] == "floor"]
    assert (floors["floor_no"] < 0).sum() > 30
    assert (floors["floor_no"] != 0).all()
    assert not set(units["source_id"]) & {"w259225393"}  # an underground part, not a building


def test_missing_nodes_are_counted():
    _, report = tower("helsinki")
    assert sum("nodes are not in the file" in note.reason for note in (*report.rejects, *report.repairs)) > 100


def test_heights_without_levels_derive_floors():
    units, report = tower("nyc")
    assert report.buildings["floors_derived"] > 1400
    tall = units[(units["level"] == "building") & (units["height_m"] > 100)]
    assert (tall["floors_above"] > 20).all()


@pytest.mark.parametrize("name", ["liechtenstein", "monaco", "munchen"])
def test_a_newer_extract_keeps_codes_and_numbers_new_units_on(name):
    units, _ = tower(name)
    what = plan(shared(OSM[name]), Options(city="test", city_name="Test"))
    source = what.source
    keep = np.random.default_rng(1).random(len(source.buildings)) > 0.1
    gone = set(source.buildings.loc[~keep, "source_id"])
    new = source.buildings[keep].iloc[:40].copy()
    new["source_id"] = [f"w99{n:09d}" for n in range(40)]
    source.buildings = pd.concat([source.buildings[keep], new], ignore_index=True)
    source.count_in += 40 - len(gone)
    again, report = build(what, as_known(units))
    check(again, report)
    areas = ["city", "district", "street", "community", "grid"]
    for level in areas:
        assert dict(units.loc[units["level"] == level, ["source_id", "code"]].to_numpy()) == dict(
            again.loc[again["level"] == level, ["source_id", "code"]].to_numpy()
        )
    before = dict(units.loc[units["level"] == "building", ["source_id", "code"]].to_numpy())
    after = dict(again.loc[again["level"] == "building", ["source_id", "code"]].to_numpy())
    assert all(before[id_] == code for id_, code in after.items() if id_ in before)
    fresh = {code for id_, code in after.items() if id_ not in before}
    assert len(fresh) == 40
    assert not fresh & set(before.values())
    assert not gone & set(after)


def test_two_imports_of_one_file_are_equal():
    once, _ = tower("monaco")
    twice, _ = imported(shared(OSM["monaco"]))
    pd.testing.assert_frame_equal(once, twice)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_extract_is_named(tmp_path, share):
    data = shared(OSM["monaco"]).read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Unreadable, match="cut short"):
        plan(path, Options(city="test"))


def test_a_damaged_extract_is_named(tmp_path):
    data = bytearray(shared(OSM["monaco"]).read_bytes())
    data[60_000:60_400] = b"\xff" * 400
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(bytes(data))
    with pytest.raises(Unreadable):
        plan(path, Options(city="test"))
