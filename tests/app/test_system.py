"""The running system: batches climb to the city, late ones touch only their path, units that move take history along."""

import gzip
from datetime import timedelta
from functools import partial

import numpy as np
import pytest

from app.settings import load
from app.system import System
from app.units import cards
from app.units.floors import slabs
from app.units.search import search
from benchmarks._mvt import decode
from data import store, tiles
from data.tile_features import layer_number
from tests import homes, tiny


@pytest.fixture
def system(tmp_path):
    running = homes.city(tmp_path / "home")
    yield running
    running.close()


def value(system, indicator, level, seq=1, at=None):
    rows = system.db.rows("select value from theme.value where indicator = $1 and level = $2 and seq = $3 order by observed_at",
                          [indicator, level, seq])
    return [row["value"] for row in rows]


def parents_equal_children(system, indicator, level, above):
    rows = system.db.rows(
        "select p.value, sum(c.value) as children from theme.value p "
        "join theme.unit u on u.level = $2 and u.parent_seq = p.seq "
        "join theme.value c on c.indicator = p.indicator and c.level = $2 and c.seq = u.seq and c.observed_at = p.observed_at "
        "where p.indicator = $1 and p.level = $3 group by p.seq, p.observed_at, p.value", [indicator, level, above])
    assert rows and all(row["value"] == row["children"] for row in rows)


def test_a_batch_reaches_every_level_and_parents_equal_children(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("energy_use_kwh", "floor"), "e")])
    assert value(system, "energy_use_kwh", "city") == [sum(range(1, 97))]
    for level, above in (("building", "grid"), ("grid", "community"), ("community", "street"), ("street", "district"), ("district", "city")):
        parents_equal_children(system, "energy_use_kwh", level, above)
    assert system.cities["tiny"].value_version == 2


def test_a_late_and_a_corrected_reading_update_only_their_path(system, tmp_path):
    rows = tiny.readings("active_sites", "street", at=tiny.NOON) + tiny.readings("active_sites", "street", at=tiny.NOON - timedelta(days=1))
    late = rows.pop()                                            # the last street of the day before reports late
    system.take([tiny.hand_in(tmp_path, "reading", rows, "a")])
    assert value(system, "active_sites", "city") == [6.0, 10.0]
    before = system.db.rows("select rowid as id, * from theme.rolled order by rowid")
    late["value"] = 40.0
    system.take([tiny.hand_in(tmp_path, "reading", [late], "late")])
    assert value(system, "active_sites", "city") == [46.0, 10.0]
    assert value(system, "active_sites", "district", 1) == [3.0, 3.0]
    after = {row["id"] for row in system.db.rows("select rowid as id from theme.rolled")}
    assert sum(row["id"] not in after for row in before) == 2     # the district and the city of that day, nothing else
    coverage = system.db.rows("select n, expected from theme.value where indicator = 'active_sites' and level = 'city' order by observed_at")
    assert coverage == [{"n": 4, "expected": 4}, {"n": 4, "expected": 4}]
    system.take([tiny.hand_in(tmp_path, "reading", [late], "late again")])
    assert value(system, "active_sites", "city") == [46.0, 10.0]


def test_coverage_stands_beside_a_value_with_holes(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("active_sites", "street")[:1], "one")])
    city = cards.unit(system, "tiny", "990100")
    sign = cards.sign(system, "tiny", city, "active_sites")
    assert (sign["value"], sign["n"], sign["expected"]) == (1.0, 1, 4)


def test_a_ratio_is_the_ratio_of_sums(system, tmp_path):
    nine = dict.fromkeys([row["code"] for row in tiny.units() if row["level"] == "street"], 9.0)
    rows = [dict(row, weight=weight) for row, weight in zip(tiny.readings("closed_on_time_pct", "street", nine), [10, 10, 20, 60], strict=True)]
    system.take([tiny.hand_in(tmp_path, "reading", rows, "ratio")])
    assert value(system, "closed_on_time_pct", "city") == [36.0]
    assert value(system, "closed_on_time_pct", "district", 1) == [90.0]
    assert value(system, "closed_on_time_pct", "street", 4) == [15.0]


def test_a_unit_that_moves_takes_its_history_from_its_valid_from(system, tmp_path):
    days = [tiny.NOON - timedelta(days=2), tiny.NOON]
    for number, day in enumerate(days):
        system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("active_sites", "street", at=day), f"d{number}")])
    street = next(row for row in tiny.units() if row["code"] == "990101002")
    moved = {**street, "parent_code": "990102", "valid_from": (tiny.NOON - timedelta(days=1)).replace(tzinfo=None).isoformat()}
    system.take([tiny.hand_in(tmp_path, "unit", [moved], "move")])
    assert value(system, "active_sites", "district", 1) == [3.0, 1.0]
    assert value(system, "active_sites", "district", 2) == [7.0, 9.0]
    assert value(system, "active_sites", "city") == [10.0, 10.0]
    codes = [row["code"] for row in cards.ancestors(system, "tiny", cards.unit(system, "tiny", "990101002"))]
    assert codes == ["990100", "990102"]


def test_memory_and_libraries_say_the_same(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("energy_use_kwh", "floor", at=tiny.NOON - timedelta(days=d)), f"m{d}")
                 for d in range(3)])
    cube = system.values("tiny").cube("energy_use_kwh")
    for level in cube.levels:
        rows = system.db.run("select seq, epoch(observed_at)::bigint, value from theme.value "
                             "where indicator = 'energy_use_kwh' and level = $1", [level]).fetchall()
        for seq, at, shown in rows:
            row = cube.at(level, at)
            assert cube.values(level, row)[seq - 1] == shown
    again = System.values(system, "tiny")
    again.forget_units()
    np.testing.assert_array_equal(again.cube("energy_use_kwh").values("city", 0), cube.values("city", 0))


def test_an_interrupted_take_up_is_finished_at_the_next_start(system, tmp_path):
    from data.intake import take_in

    take_in(system.db, tiny.hand_in(tmp_path, "reading", tiny.readings("active_sites", "street"), "left"))
    assert value(system, "active_sites", "city") == []
    system.close()
    again = System(system.settings)
    try:
        assert value(again, "active_sites", "city") == [10.0]
    finally:
        again.close()


def test_a_floor_has_its_buildings_owner_unless_another_is_registered(system, tmp_path):
    building = "990101001001001B00001"
    rows = [{"unit_code": building, "attribute": "ownership", "value": "private"},
            {"unit_code": building, "attribute": "use", "value": "office"},
            {"unit_code": f"{building}F002", "attribute": "ownership", "value": "state"}]
    system.take([tiny.hand_in(tmp_path, "attribute", rows, "own")])

    def owner(code):
        found = {one["attribute"]: one for one in cards.attributes(system, "tiny", cards.unit(system, "tiny", code))}
        return found["ownership"]["value_en"], found["ownership"]["is_inherited"], "use" in found

    assert owner(f"{building}F001") == ("Private", True, False)
    assert owner(f"{building}F002") == ("State-owned", False, False)
    assert owner(building) == ("Private", False, True)


def test_a_city_of_districts_only_is_a_city(tmp_path):
    running = System(load(home=tmp_path / "home", demo="off"))
    try:
        city, _ = tiny.whole(tmp_path / "in")
        running.take([city, tiny.hand_in(tmp_path, "unit", [row for row in tiny.units() if len(row["code"]) == 6], "few", snapshot=True)])
        assert running.latest("tiny", "city").indicators == ()
        assert running.values("tiny").cube("aqi").levels["street"].value.shape == (0, 0)
        assert running.values("tiny").cube("energy_use_kwh").at("city") is None
        running.take([tiny.hand_in(tmp_path, "reading", tiny.readings("gdp_growth_pct", "district", weight=100), "gdp")])
        assert len(value(running, "gdp_growth_pct", "city")) == 1
        assert running.unit_counts("tiny")
    finally:
        running.close()


def test_an_empty_city_opens(tmp_path):
    running = System(load(home=tmp_path / "home", demo="off"))
    try:
        running.take(tiny.whole(tmp_path / "in")[:1])
        assert running.latest("tiny", "city").value.size == 0
        assert search(running, "tiny", "x") == []
    finally:
        running.close()


def changed_building():
    return {**next(row for row in tiny.units() if row["level"] == "building"), "height_m": 33.0}


def test_one_changed_building_draws_only_its_own_tiles(system, tmp_path, monkeypatch):
    def whole(*_):
        raise AssertionError("the whole city was drawn again")

    monkeypatch.setattr(system, "draw", whole)
    before = dict(system.db.run("select id, body from tiles.blob").fetchall())
    version = system.cities["tiny"].geometry_version
    system.take([tiny.hand_in(tmp_path, "unit", [changed_building()], "taller")])
    after = dict(system.db.run("select id, body from tiles.blob").fetchall())
    different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    drawn = {row[0] for row in system.db.run("select tile from tiles.feature where tile >> 33 & 1 = 1 and layer = $1 and seq = 1",
                                             [layer_number("building")]).fetchall()}
    assert different and different <= drawn
    assert system.cities["tiny"].geometry_version == version + 1


def heights(system, seq=1):
    """What the city's tiles say of a building."""
    bodies = system.db.run("select body from tiles.blob where id >> 33 & 1 = 1").fetchall()
    layers = [decode(gzip.decompress(body)).get("building") for (body,) in bodies]
    return {layer.tags[layer.ids.tolist().index(seq)]["height"] for layer in layers if layer is not None and seq in layer.ids}


def test_an_interrupted_change_of_units_is_drawn_at_the_next_start(system, tmp_path):
    from data.intake import take_in

    take_in(system.db, tiny.hand_in(tmp_path, "unit", [changed_building()], "taller"))
    system.close()
    again = System(system.settings)
    try:
        assert heights(again) == {33.0}
        assert again.cities["tiny"].geometry_version == 2
    finally:
        again.close()


def test_tiles_that_an_earlier_version_kept_in_another_way_are_drawn_anew(system):
    with system.db.write() as cursor:
        cursor.execute("drop table tiles.feature")
        cursor.execute("create table tiles.feature (city varchar, layer varchar, tile bigint, seq integer, class varchar, name_zh varchar, "
                       "name_en varchar, height float, min_height float, floors integer, geom geometry)")
        cursor.execute("insert into tiles.feature (city, layer, tile, seq) values ('tiny', 'building', 1, 1)")
        cursor.execute("update mgmt.build_state set hash = 'an earlier one' where name = 'tiles.feature'")
    before, version = dict(system.db.run("select id, body from tiles.blob").fetchall()), system.cities["tiny"].geometry_version
    system.close()
    again = System(system.settings)
    try:
        assert ("tiles.feature", "made again") in {(piece.name, piece.action) for piece in again.built}
        assert tiles.is_cut(again.db, again.city("tiny").number) and again.cities["tiny"].geometry_version == version + 1
        assert dict(again.db.run("select id, body from tiles.blob").fetchall()) == before
        for key, body in before.items():
            group, where = "unit" if key >> 33 & 1 else "base", (key >> 28 & 31, key >> 14 & 16383, key & 16383)
            assert again.live("tiny", group, *where) == gzip.decompress(body)
    finally:
        again.close()
    third = System(system.settings)
    assert third.cities["tiny"].geometry_version == version + 1        # once
    third.close()


def test_search_by_name_code_and_pinyin(system, tmp_path):
    named = {**next(row for row in tiny.units() if row["level"] == "district"), "name_zh": "江海区", "name_en": "Jianghai", "address": "人民路8号"}
    system.take([tiny.hand_in(tmp_path, "unit", [named], "named")])
    for word in ("江海", "jianghai", "JHQ", "990101", "人民路"):
        assert search(system, "tiny", word)[0]["code"] == "990101", word
    assert search(system, "tiny", "  ") == []
    assert search(system, "tiny", "%'; drop table") == []


def test_a_building_opens_into_slabs(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("energy_use_kwh", "floor"), "e")])
    code = "990101001001001B00001"
    opened = slabs(system, "tiny", code, "energy_use_kwh")
    assert [floor["floor_no"] for floor in opened["floors"]] == [1, 2]
    assert [(floor["base"], floor["top"]) for floor in opened["floors"]] == [(0.0, 3.5), (3.5, 7.0)]
    assert [floor["value"] for floor in opened["floors"]] == [1.0, 2.0]
    assert opened["geometry"]["type"] == "Polygon"


def test_values_loaded_a_stretch_after_the_other_are_those_loaded_at_once(system, tmp_path, monkeypatch):
    hours = [row for hour in range(0, 80, 5) for row in tiny.readings("aqi", "street", at=tiny.NOON - timedelta(hours=hour))]
    days = [row for day in range(4) for row in tiny.readings("active_sites", "street", at=tiny.NOON - timedelta(days=day))]
    system.take([tiny.hand_in(tmp_path, "reading", hours, "hours"), tiny.hand_in(tmp_path, "reading", days, "days")])
    values = system.values("tiny")
    stretches = list(store.readings_of_all(system.db, "tiny", "floor", 20))
    assert len(stretches) >= 4 and sum(arrays["i"].size for _, _, found in stretches for arrays in found.values()) == len(hours) + len(days)
    monkeypatch.setattr(store, "readings_of_all", partial(store.readings_of_all, at_once=20))
    kept = {}
    for read in (lambda: [values.cube(name) for name in ("aqi", "active_sites")], values.preload):
        values.forget_units()
        read()
        for name in ("aqi", "active_sites"):
            cube = values.cube(name)
            for level in cube.levels:
                here = (cube.times.tolist(), np.nan_to_num(cube.history(level)).tolist(), cube.coverage(level, 0)[0].tolist())
                assert kept.setdefault((name, level), here) == here


def test_who_asks_while_a_batch_is_rolled_up_keeps_nothing_old(system, tmp_path, monkeypatch):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street"), "before")])
    between, asked = store.readings_between, []

    def ask_first(*given):
        if not asked:
            asked.append(system._gather("tiny", "street", 0))       # somebody opens a page in the middle of it
        return between(*given)

    monkeypatch.setattr(store, "readings_between", ask_first)
    later = tiny.NOON + timedelta(hours=1)
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street", at=later), "after")])
    kept = system.latest("tiny", "street")
    assert asked and asked[0][1].at[kept.indicators.index("aqi")].max() < later.timestamp()
    assert set(kept.at[kept.indicators.index("aqi")].tolist()) == {int(later.timestamp())}
