"""The three rates are counted from rows, each with the rows that fail; the lists show their gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from app.catalogue import measures, rates
from app.catalogue.desk import Wish
from app.catalogue.lists import gaps
from app.errors import Refused
from data import ledger
from tests import tiny
from tests.catalogue.conftest import RESOURCES, WHOLE, person

NOON = tiny.NOON


def failing(system, rate, at=None):
    return {(row.code, row.wanted_by): row.why for row in system.catalogue.judge("tiny", at)[rate] if not row.is_met}


def test_standard_counts_entries_that_break_a_mandatory_rule(system):
    rows = system.catalogue.judge("tiny")["standard"]
    assert (rates.rate("standard", rows).met, rates.rate("standard", rows).total) == (4, 6)  # the retired one is not counted
    assert failing(system, "standard") == {("R4", ""): ("resource/cycle_said", "resource/described"), ("I2", ""): ("item/promise_kept",)}
    assert rates.by_department("standard", rows)["housing"].total == 4


BREAKS = [
    ({"name_zh": None}, "named"),
    ({"department": None}, "provided"),
    ({"department": "nobody"}, "provider_known"),
    ({"category": None}, "classified"),
    ({"theme": None}, "themed"),
    ({"format": None}, "formatted"),
    ({"information_items": None}, "itemised"),
    ({"information_items": "{}"}, "items_readable"),
    ({"information_items": "[]"}, "items_readable"),
    ({"information_items": "[1"}, "items_readable"),
    ({"sharing": None}, "sharing_said"),
    ({"sharing": "conditional", "sharing_condition": None}, "condition_said"),
    ({"sharing": "none", "sharing_basis": None}, "basis_said"),
    ({"openness": None}, "openness_said"),
    ({"cadence": None}, "cycle_said"),
    ({"published_on": None}, "published"),
    ({"abstract": None}, "described"),
]


@pytest.fixture(scope="module")
def broken(same_system, tmp_path_factory):
    """What fails the standard once an entry of each kind of hole is in."""
    entries = [{**WHOLE, "code": f"X{number}", **change} for number, (change, _) in enumerate(BREAKS)]
    same_system.take([tiny.hand_in(tmp_path_factory.mktemp("broken"), "resource", entries, "x", source="housing")])
    return failing(same_system, "standard")


@pytest.mark.parametrize("number", range(len(BREAKS)), ids=[rule for _, rule in BREAKS])
def test_each_mandatory_field_has_its_rule(broken, number):
    assert broken[f"X{number}", ""] == (f"resource/{BREAKS[number][1]}",)


def test_a_mended_entry_passes_and_the_past_stays_as_it_was(system, tmp_path):
    before = datetime(2026, 11, 5, tzinfo=UTC)
    mended = {**next(row for row in RESOURCES if row["code"] == "R4"), "abstract": "Now", "cadence": "P1Y"}
    system.take([tiny.hand_in(tmp_path, "resource", [mended], "m", source="data_bureau", as_of=datetime(2026, 11, 10, tzinfo=UTC))])
    assert ("R4", "") not in failing(system, "standard")
    assert ("R4", "") in failing(system, "standard", before)


def test_fresh_follows_the_data_and_the_owners_word(system, shelf):
    soon = NOON + timedelta(hours=20)
    assert failing(system, "fresh", soon) == {("R3", ""): ("never",), ("R4", ""): ("no_cycle",)}
    late = failing(system, "fresh", NOON + timedelta(days=4))
    assert late["R1", ""] == late["R2", ""] == ("old",)
    system.catalogue.confirm(person(system, "olga", "data_steward"), "tiny", shelf.resource("R3"), NOON)
    assert ("R3", "") not in failing(system, "fresh", soon)
    with pytest.raises(Refused):
        system.catalogue.confirm(person(system, "ann"), "tiny", shelf.resource("R1"))


def test_shared_counts_demands_that_stand_granted(system, shelf):
    assert failing(system, "shared") == {("R1", "finance"): ("not_asked",)}  # retired and unknown ones are not shareable
    ann = person(system, "ann", department="finance")
    one = system.desk.ask(ann, "tiny", shelf.resource("R1"), Wish("For work"), NOON)
    system.desk.ask(person(system, "tim", department="tax"), "tiny", shelf.resource("R2"), Wish("For work"), NOON)
    assert failing(system, "shared", NOON + timedelta(days=1)) == {("R2", "tax"): ("asked",)}
    assert failing(system, "shared", NOON - timedelta(days=1)) == {("R1", "finance"): ("not_asked",)}
    system.desk.act(person(system, "olga", "data_steward"), one["request"], "revoke", "Done", NOON + timedelta(days=2))
    assert failing(system, "shared", NOON + timedelta(days=3))["R1", "finance"] == ("revoked",)
    assert ("R1", "finance") not in failing(system, "shared", NOON + timedelta(days=1))


def test_unmatched_demands_and_other_holes_are_gaps(shelf):
    found = {(gap.kind, gap.code, gap.missing) for gap in gaps(shelf)}
    assert {("demand", "Q2", ""), ("retired", "Q3", "R5"), ("item", "I1", "R9")} <= found
    assert {code for kind, code, _ in found if kind == "responsibility"} == {"R2", "R3", "R4"}
    assert {code for kind, code, _ in found if kind == "system"} == {"R2", "R3"}
    assert not {code for _, code, _ in found} & {"Q1", "Q4"}


def test_rates_become_readings_of_the_city_through_the_front_library(system, shelf):
    system.desk.ask(person(system, "ann", department="finance"), "tiny", shelf.resource("R1"), Wish("For work"), NOON)
    wrote = measures.measure(system, "tiny", NOON + timedelta(hours=6))
    assert wrote == 5
    cube = system.values("tiny").cube("catalogue_standard_pct")
    assert round(float(cube.series("city", 1)[1][-1]), 3) == round(100 * 4 / 6, 3)
    assert float(system.values("tiny").cube("data_request_closures").series("city", 1)[1][-1]) == 1
    assert float(system.values("tiny").cube("data_request_days").series("city", 1)[1][-1]) == 0
    batch = system.db.rows("select source, dataset, row_count from front.batch order by batch desc limit 1")[0]
    assert batch == {"source": "data_bureau", "dataset": "reading", "row_count": 5}
    assert {row["rate"]: (row["met"], row["total"]) for row in ledger.rates(system.db, "tiny")} == {
        "standard": (4, 6),
        "fresh": (2, 4),
        "shared": (1, 1),
    }
    assert measures.measure(system, "tiny", NOON + timedelta(hours=6)) <= 2, "what did not move is not handed in again"
    assert system.unbalanced() == []


def test_a_city_without_a_catalogue_is_left_alone(system, tmp_path):
    system.take(tiny.whole(tmp_path / "o", "other"))
    assert measures.measure(system, "other") == 0
    assert all(rates.rate(name, rows).value is None for name, rows in system.catalogue.judge("other").items())
