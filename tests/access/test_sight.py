"""What a viewer may see: units, values, tiles and small counts, each against the plain truth."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import access
from app.access import NOBODY, Grant, Viewer
from app.errors import NotFound, Refused
from app.indicators import few
from app.map.overlays import overlay
from app.map.tiles import tile
from app.map.values import class_bytes, legend
from app.units import cards, search
from app.units.export import table as export_table
from app.units.flows import flows
from app.units.table import rows as table_rows
from benchmarks._mvt import _fields, decode
from data import mvt
from data.levels import LEVELS
from tests import homes, tiny

LEFT, RIGHT = "990101", "990102"
STREET = "990101001"


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sight")
    running = homes.city(folder / "home")
    readings = (tiny.readings("energy_use_kwh", "floor") + tiny.readings("active_sites", "street") + tiny.readings("aqi", "street")
                + tiny.readings("people_flow", "floor", {row["code"]: 40.0 for row in tiny.units() if row["level"] == "floor"}))
    flow = [{"origin_code": a, "destination_code": b, "at": tiny.NOON.isoformat(), "count": n}
            for a, b, n in [("990101001", "990102001", 12), ("990101001", "990101002", 7), ("990101002", "990101001", 3)]]
    running.take([tiny.hand_in(folder, "reading", readings, "r"), tiny.hand_in(folder, "flow", flow, "f")])
    yield running
    running.close()


def viewer(*grants, department=""):
    kind = "local" if department == access.EVERY_DEPARTMENT else "account"
    return access.viewer("somebody", kind, grants, access.read_roles(), department)


def seen(system, *grants, right="map.read", department=""):
    return system.seen_by(viewer(*grants, department=department), right)


def all_units():
    return {row["code"]: row for row in tiny.units()}


def test_roles_of_administrators_see_no_city_and_never_overlap():
    roles = access.read_roles()
    a, b, c = (roles[name].capabilities - {"account.own", "evidence.read", "access.read"} for name in access.SEPARATED)
    assert not (a & b) and not (b & c) and not (a & c)
    for name in access.SEPARATED:
        assert not roles[name].capabilities & {"map.read", "export.rows", "data.read", "sql.ask"}
    assert "audit.read" not in roles["system_administrator"].capabilities | roles["security_administrator"].capabilities
    assert all("audit" not in held or name == "auditor" for name, role in roles.items() for held in role.capabilities)
    assert not any(held.endswith(".change") for held in roles["auditor"].capabilities)


@pytest.mark.parametrize("unit", [LEFT, STREET, "990102002001", "990101001001001", "990102001001002B00002"])
def test_a_subtree_is_the_unit_and_everything_below_it(system, unit):
    mine = seen(system, Grant("leader", "tiny", unit))
    inside = {code for code in all_units() if code.startswith(unit)}
    found = {row["code"] for level in LEVELS for row in mine.rows("export_rows", city="tiny", level=level, codes=[], most=10_000)}
    assert found == inside
    sight = mine.sight("tiny")
    assert {(level, i + 1) for level, mask in sight.masks.items() for i in np.flatnonzero(mask)} == {
        (row["level"], system.rows("unit_by_code", city="tiny", code=row["code"])[0]["seq"]) for code, row in all_units().items() if code in inside}


def test_two_grants_add_up_and_a_grant_of_nothing_gives_nothing(system):
    both = seen(system, Grant("leader", "tiny", STREET), Grant("analyst", "tiny", RIGHT))
    assert both.roots("tiny") == [("district", 2), ("street", 1)]
    assert seen(system, Grant("leader", "tiny", "nobody")).mask("tiny", "street").sum() == 0
    assert seen(system, Grant("leader", "elsewhere")).cities == {}
    assert system.seen_by(NOBODY, "map.read").cities == {}
    nested = seen(system, Grant("leader", "tiny", LEFT), Grant("leader", "tiny", STREET))
    assert nested.roots("tiny") == [("district", 1)]


def test_a_right_reaches_only_as_far_as_its_own_grants(system):
    grants = (Grant("duty_officer", "tiny"), Grant("leader", "tiny", LEFT))
    assert seen(system, *grants).sight("tiny") is None
    assert seen(system, *grants, right="export.rows").mask("tiny", "district").tolist() == [True, False]


@pytest.mark.parametrize("call", [
    lambda s: cards.unit(s, "tiny", RIGHT), lambda s: cards.unit(s, "tiny", "990100"), lambda s: cards.unit_at(s, "tiny", "district", 2),
    lambda s: cards.unit_at(s, "tiny", "city", 1), lambda s: cards.unit_at(s, "tiny", "floor", 200), lambda s: s.city("demo"),
    lambda s: cards.hover(s, "tiny", "street", 4, "active_sites", None), lambda s: cards.shapes(s, "tiny", "street", RIGHT),
    lambda s: s.values("demo"), lambda s: s.newest("demo"),
])
def test_what_is_outside_does_not_exist(system, call):
    with pytest.raises(NotFound):
        call(seen(system, Grant("leader", "tiny", LEFT)))


def test_lists_hold_only_what_is_inside(system):
    mine = seen(system, Grant("leader", "tiny", LEFT, 1))
    assert {row["code"][:6] for row in search.search(mine, "tiny", "unit", 100)} == {LEFT}
    listed, count = table_rows(mine, "tiny", "street", "active_sites")
    assert count == 2 and {row["value"] for row in listed} == {1.0, 2.0} and {row["parent_en"] for row in listed} == {"Unit 101"}
    assert table_rows(mine, "tiny", "district", "active_sites")[0][0]["parent_en"] == ""
    frame, _ = export_table(mine, "tiny", "active_sites", "street", [], None)
    assert frame["code"].tolist() == ["990101001", "990101002"]
    assert {row["value"] for row in overlay(mine, "tiny", "points", "active_sites", "street")} == {1.0, 2.0}
    assert sum(row["count"] for row in overlay(mine, "tiny", "hex", "active_sites", "street")) == 2
    assert [feature["properties"]["code"] for feature in cards.shapes(mine, "tiny", "district", None)["features"]] == [LEFT]
    assert cards.ancestors(mine, "tiny", cards.unit(mine, "tiny", STREET))[0]["code"] == LEFT


def test_values_and_legend_tell_nothing_of_the_rest(system):
    mine = seen(system, Grant("leader", "tiny", LEFT, 1))
    shown = np.frombuffer(gzip.decompress(class_bytes(mine, "tiny", "active_sites", "street", None, "quantile")), np.uint8)
    assert shown[2:].tolist() == [255, 255] and (shown[:2] != 255).all()
    told = legend(mine, "tiny", "active_sites", "street", None, "quantile")
    assert (told["minimum"], told["maximum"], told["n"], told["expected"], told["no_data"]) == (1.0, 2.0, 2, 2, 0)
    assert np.isnan(mine.values("tiny").cube("active_sites").newest("city")[1]).all()
    for kept in (mine.latest("tiny", "street"), mine.latest("tiny", "city")):
        assert np.isnan(kept.value[:, 2:]).all()
    assert np.isnan(mine.latest("tiny", "city").value).all()


def test_an_indicator_reported_only_above_the_right_has_no_value(system):
    house = seen(system, Grant("leader", "tiny", "990101001001001B00001", 1))
    found = cards.sign(house, "tiny", cards.unit(house, "tiny", "990101001001001B00001"), "aqi")
    assert found["value"] is None and found["status"] == "grey" and found["code"] == "990101001001001B00001"


@pytest.mark.parametrize("unit", [LEFT, STREET])
def test_tiles_hold_only_units_in_sight(system, unit):
    mine = seen(system, Grant("leader", "tiny", unit))
    sight, known = mine.sight("tiny"), 0
    for key, in system.db.run("select distinct tile from tiles.feature where seq > 0").fetchall():
        z, x, y = key >> 28 & 31, key >> 14 & 16383, key & 16383
        body, whole = tile(mine, "tiny", "unit", z, x, y), tile(system, "tiny", "unit", z, x, y)
        layers = decode(gzip.decompress(body)) if body else {}
        for name, layer in decode(gzip.decompress(whole)).items():
            mask = sight.masks[name.removesuffix("_point")]
            expected = {int(seq) for seq in layer.ids if mask[int(seq) - 1]}
            assert {int(seq) for seq in (layers[name].ids if name in layers else [])} == expected
            assert [tags for seq, tags in zip(layer.ids.tolist(), layer.tags, strict=True) if seq in expected] == (
                layers[name].tags if name in layers else [])
            known += len(expected)
        for _, layer in _fields(gzip.decompress(body) if body else b""):            # nothing is told but what is told of a unit
            told = decode(b"\x1a" + mvt._varint(len(layer)) + layer)
            assert len([1 for number, _ in _fields(layer) if number == 4]) == len({
                (type(value), value) for one in told.values() for tags in one.tags for value in tags.values()})
    assert known > 10
    assert mine.city("tiny").address != system.city("tiny").address


def test_flows_have_both_ends_in_sight_and_few_people_are_no_flow(system):
    mine = seen(system, Grant("leader", "tiny", LEFT, 1))
    found = flows(mine, "tiny", "street")
    assert list(zip(found.origin.tolist(), found.destination.tolist(), found.count.tolist(), strict=True)) == [(1, 2, 7)]
    assert flows(mine, "tiny", "district").count.size == 0
    cleared = seen(system, Grant("leader", "tiny", LEFT, 3))
    assert sorted(flows(cleared, "tiny", "street").count.tolist()) == [3, 7]


def test_indicators_and_fields_above_the_privacy_level_are_not_there(system):
    low, high = seen(system, Grant("leader", "tiny", "", 0)), seen(system, Grant("leader", "tiny", "", 2))
    assert "energy_use_kwh" not in low.indicators and "energy_use_kwh" in high.indicators
    with pytest.raises(NotFound):
        low.values("tiny").cube("energy_use_kwh")
    mixed = seen(system, Grant("leader", "tiny", "", 0), Grant("leader", "tiny", LEFT, 1))
    value = mixed.values("tiny").cube("energy_use_kwh").newest("district")[1]
    assert np.isfinite(value[0]) and np.isnan(value[1])
    assert (mixed.privacy("tiny"), mixed.privacy("tiny", "street", 1), mixed.privacy("tiny", "street", 3)) == (0, 1, 0)


def test_a_view_changes_nothing_and_has_no_database(system):
    mine = seen(system, Grant("local", privacy=3))
    for act in (lambda: mine.take([]), lambda: mine.draw("tiny"), lambda: mine.close(), lambda: mine.db):
        with pytest.raises(Refused):
            act()


def test_scopes_are_equal_exactly_when_the_same_is_seen(system):
    a, b = seen(system, Grant("leader", "tiny", LEFT, 1)), seen(system, Grant("analyst", "tiny", LEFT, 1))
    assert a.scope == b.scope and a == b and hash(a) == hash(b)
    others = [seen(system, Grant("leader", "tiny", LEFT, 2)), seen(system, Grant("leader", "tiny", RIGHT, 1)), seen(system, Grant("leader", "tiny")),
              seen(system, Grant("leader", "tiny", LEFT, 1), department="police"), seen(system, Grant("local", privacy=3)), seen(system)]
    assert len({one.scope for one in [a, *others]}) == 7


def test_small_counts_are_hidden_from_all_but_the_owner(tmp_path):
    running = homes.city(tmp_path / "home")
    floors = sorted(row["code"] for row in tiny.units() if row["level"] == "floor")
    values = dict.fromkeys(floors, 30.0) | {floors[0]: 3.0}
    running.take([tiny.hand_in(tmp_path, "reading", tiny.readings("people_flow", "floor", values), "p")])
    owner = running.indicators["people_flow"].owner
    building = floors[0][:-4]
    row = cards.unit(running, "tiny", floors[0])
    for grants, department, is_open in [((Grant("leader", "tiny", "", 1),), "", False), ((Grant("leader", "tiny", "", 2),), "planning", False),
                                        ((Grant("leader", "tiny", "", 1),), owner, True), ((Grant("leader", "tiny", "", 3),), "", False),
                                        ((Grant("local", "", "", 3),), access.EVERY_DEPARTMENT, True)]:
        mine = seen(running, *grants, department=department)
        cube = mine.values("tiny").cube("people_flow")
        sign = cards.sign(mine, "tiny", row, "people_flow")
        assert (sign["value"] == 3.0, sign["is_hidden"]) == (is_open, not is_open)
        shown = cube.newest("floor")[1]
        siblings = [cards.unit(running, "tiny", code)["seq"] - 1 for code in floors if code.startswith(building)]
        assert np.isfinite(shown[siblings]).all() if is_open else np.isnan(shown[siblings]).all(), "the sibling would give it away"
        assert cards.sign(mine, "tiny", cards.unit(running, "tiny", building), "people_flow")["value"] == 33.0
        assert np.array_equal(cube.history("floor")[-1], shown, equal_nan=True)
        for seq in (1, 2, 3):
            course = cube.series("floor", seq)[1]
            assert np.array_equal(course[-1:], shown[seq - 1 : seq], equal_nan=True)
    running.close()


def test_a_share_of_few_people_is_hidden_too(tmp_path):
    running = homes.city(tmp_path / "home")
    streets = {"990101001": 2.0, "990101002": 40.0, "990102001": 50.0, "990102002": 60.0}
    running.take([tiny.hand_in(tmp_path, "reading", tiny.readings("notifiable_per_100k", "street", streets, weight=10_000.0), "n")])
    shown = seen(running, Grant("leader", "tiny", "", 1)).values("tiny").cube("notifiable_per_100k").newest("street")[1]
    assert np.isnan(shown[:2]).all() and shown[2:].tolist() == [500.0, 600.0]
    running.close()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.integers(0, 12), st.none()), st.integers(-1, 4)), min_size=1, max_size=30))
def test_hiding_one_step_and_hiding_a_group_agree_and_no_child_can_be_told_from_its_parent(children):
    value = np.array([np.nan if number is None else number for number, _ in children], float)
    parent = np.array([above for _, above in children])
    small = few.is_few(value)
    hidden = few.with_siblings(value, small, parent)
    assert (hidden >= small).all()
    for above in range(5):
        group = np.flatnonzero(parent == above)
        if group.size:
            assert few.of_group(value[None, group], small[None, group])[0].tolist() == hidden[group].tolist()
            known = np.isfinite(value[group])
            if small[group].any() and known.sum() > 1:
                assert hidden[group].sum() != 1, "parent minus siblings would give the hidden one back"


def test_viewers_hold_what_their_roles_say():
    who = viewer(Grant("leader", "tiny", LEFT), Grant("nonsense", "tiny"))
    assert who.may("map.read") and not who.may("audit.read") and who.may("open") and who.may("signed.in") and not NOBODY.may("signed.in")
    assert who.reach("map.read") == (Grant("leader", "tiny", LEFT),)
    with pytest.raises(Refused):
        access.require(who, "audit.read")
    with pytest.raises(KeyError):
        access.require(who, "fly")
    assert access.viewer("sly", "account", (), access.read_roles(), access.EVERY_DEPARTMENT).department == ""
    assert isinstance(who, Viewer)
