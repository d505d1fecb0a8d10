"""The demo city stands: codes, tiling, buildings where buildings can be."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from app.units.codes import parse
from data.demo import SIZES, write
from data.demo.city import found
from data.levels import LEVELS
from tests.data.demo.conftest import UNTIL, Written

CHILD = list(pairwise(LEVELS))


def test_the_same_seed_writes_the_same_city(small: Written, tmp_path: Path) -> None:
    found.cache_clear()
    again = list(write(tmp_path, "small", 7, UNTIL))
    assert [h.file.name for h in again] == [h.file.name for h in small.hand_ins]
    for a, b in zip(again, small.hand_ins, strict=True):
        assert pq.read_table(a.file).equals(pq.read_table(b.file)), a.file.name


def test_another_seed_writes_another_city(small: Written, tmp_path: Path) -> None:
    first = next(h for h in write(tmp_path, "small", 8, UNTIL) if h.file.name == "unit_5_grid.parquet")
    assert not pq.read_table(first.file).equals(pq.read_table(small.folder / "unit_5_grid.parquet"))


def test_every_file_is_handed_in_once_and_in_order(small: Written) -> None:
    names = [h.file.name for h in small.hand_ins]
    assert len(set(names)) == len(names)
    assert {p.name for p in small.folder.iterdir()} == {*names, "incidents.json"}
    order = ["city", "unit", "layer", "attribute", "reading", "flow", "resource", "item", "responsibility", "system", "demand"]
    assert list(dict.fromkeys(h.dataset for h in small.hand_ins)) == order


def test_small_has_the_units_it_promises(small: Written) -> None:
    units, size = small.frame("unit"), SIZES["small"]
    count = units.groupby("level", observed=True).size()
    assert (count["district"], count["street"], count["community"]) == (size.districts, size.streets, size.communities)
    assert 50 <= count["grid"] <= 90
    assert 200 <= count["building"] <= 450
    assert 1000 <= count["floor"] <= 2500


def test_city_has_the_units_the_issue_asks_for() -> None:
    city = found("city", 7)
    b = city.blocks
    assert (len(b.district_code), len(b.street_code), len(b.community_code)) == (11, 170, 2700)
    assert len(b.grid_code) >= 12_000
    assert len(city.buildings) >= 60_000
    assert len(city.floor_code) >= 500_000
    assert (shapely.get_type_id(b.community_shape) == 3).all(), "every community is one piece"
    assert shapely.coverage_is_valid(b.grid_shape)
    assert city.buildings.floors.max() >= 60


def test_codes_follow_the_grammar_and_name_their_parent(small: Written) -> None:
    units = small.frame("unit", ["code", "level", "parent_code"])
    assert units["code"].is_unique
    for row in units.itertuples():
        code = parse(row.code)
        assert code.level == row.level
        assert (code.founded_in.text if code.founded_in else None) == (row.parent_code if isinstance(row.parent_code, str) else None)


@pytest.mark.parametrize("parent,child", CHILD[:4])
def test_children_tile_their_parent(small: Written, parent: str, child: str) -> None:
    units = small.frame("unit", ["code", "level", "parent_code", "geom"])
    units = units[units["geom"].notna()]
    units["shape"] = shapely.from_wkb(units["geom"].to_numpy())
    children = units[units["level"] == child]
    for row in units[units["level"] == parent].itertuples():
        mine = children[children["parent_code"] == row.code]["shape"].to_numpy()
        assert shapely.area(mine).sum() == pytest.approx(row.shape.area, rel=1e-6)
        assert shapely.union_all(mine).symmetric_difference(row.shape).area < row.shape.area * 1e-6


def test_buildings_stand_on_dry_land_inside_their_grid_and_apart() -> None:
    city = found("small", 7)
    s = city.buildings
    assert shapely.is_valid(s.shape).all()
    assert not shapely.intersects(city.terrain.water, s.shape).any()
    assert shapely.within(s.shape, shapely.buffer(city.blocks.grid_shape[s.grid], 0.01)).all()
    a, b = shapely.STRtree(s.shape).query(s.shape, predicate="intersects")
    overlap = shapely.area(shapely.intersection(s.shape[a[a < b]], s.shape[b[a < b]]))
    assert overlap.max(initial=0.0) <= 0.5


def test_floors_count_up_and_down_without_a_zero(small: Written) -> None:
    floors = small.frame("unit", ["code", "level", "parent_code", "floor_no"])
    buildings = small.frame("unit", ["code", "level", "floors_above", "floors_below"])
    floors, buildings = floors[floors["level"] == "floor"], buildings[buildings["level"] == "building"]
    assert not (floors["floor_no"] == 0).any()
    span = floors.groupby("parent_code", observed=True)["floor_no"].agg(["min", "max", "size"])
    span = span.join(buildings.set_index("code"))
    assert (span["max"] == span["floors_above"]).all()
    assert (span["size"] == span["floors_above"] + span["floors_below"]).all()
    assert [parse(c).floor_no for c in floors["code"][:200]] == floors["floor_no"][:200].astype(int).tolist()


def test_names_come_in_both_languages(small: Written) -> None:
    units = small.frame("unit", ["level", "name_zh", "name_en"])
    ground = units[units["level"].isin(LEVELS[:5])]
    assert ground["name_zh"].notna().all()
    assert ground["name_en"].astype(str).str.match(r"[A-Z]").all()


def test_layers_lie_in_the_city(small: Written) -> None:
    layers = small.frame("layer")
    assert set(layers["layer"]) == {"water", "green", "land", "road", "rail", "place"}
    shapes = shapely.from_wkb(layers["geom"].to_numpy())
    assert shapely.is_valid(shapes).all()
    assert np.abs(shapely.bounds(shapes) - [118.2, 30.6, 118.2, 30.6]).max() < 0.1
    assert layers["source_id"].is_unique


def test_attributes_are_registered(small: Written) -> None:
    import csv

    with (Path(__file__).parents[3] / "data/registry/attributes.csv").open(encoding="utf-8") as file:
        rows = {r["id"]: r for r in csv.DictReader(file)}
    facts = small.frame("attribute", ["unit_code", "attribute", "value"])
    known = set(small.frame("unit", ["code"])["code"])
    assert set(facts["unit_code"]) <= known
    for name, mine in facts.groupby("attribute", observed=True):
        levels = {parse(c).level for c in mine["unit_code"].unique()[:50]}
        assert levels <= set(rows[name]["levels"].split("|")), name
        if rows[name]["type"] == "code":
            assert set(mine["value"]) <= {c.split(":")[0] for c in rows[name]["codes"].split("|")}, name


def test_incidents_are_listed_with_their_units(small: Written) -> None:
    truth = json.loads((small.folder / "incidents.json").read_text(encoding="utf-8"))
    known = set(small.frame("unit", ["code"])["code"])
    assert len(truth["incidents"]) >= 8
    for incident in truth["incidents"]:
        assert incident["unit_code"] in known
        assert incident["from"] < incident["to"]
        assert incident["description_zh"]
        assert incident["description_en"]
