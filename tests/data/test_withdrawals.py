"""What a source takes back gets a valid-to, leaves the tower, and stays known; units and attributes as they were known before."""

import csv
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.indicators.cube import step_of
from data import conservation, queries
from data.handin import HandIn
from tests import tiny

AT = "2026-11-01T00:00:00Z"
STREETS = ("990101001", "990101002", "990102001", "990102002")
FIELDS = ("unit_code", "indicator", "at", "value", "weight", "_deleted")


@pytest.fixture
def hand(city, tmp_path):
    """Hand rows in: dicts of one dataset; `day` is when they were received and what they speak of."""
    numbers = iter(range(1000))

    def take(dataset, rows, fields=FIELDS, source="ecology_env", channel="", day=2):
        file = tmp_path / f"{dataset}_{next(numbers)}.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fields)
            writer.writeheader()
            writer.writerows(rows)
        return city.take([HandIn("tiny", source, dataset, file, datetime(2026, 11, day, tzinfo=UTC), False, channel)])[0]

    return take


@pytest.fixture
def city(tmp_path):
    """The tiny city without readings of `mentions_per_h`."""
    from app.settings import load
    from app.system import System

    system = System(load(home=tmp_path / "home", demo="off"))
    system.take(tiny.whole(tmp_path / "in"))
    yield system
    assert conservation.findings(system.db) == []
    system.close()


def said(value, street=STREETS[0], at=AT):
    return {"unit_code": street, "indicator": "active_sites", "at": at, "value": value}


def gone(street=STREETS[0], at=AT):
    return {"unit_code": street, "indicator": "active_sites", "at": at, "_deleted": "true"}


def total(system, at=AT):
    """The city's value, as the cube and as SQL have it."""
    cube = system.values("tiny").cube("active_sites")
    moment = step_of(np.array([int(datetime.fromisoformat(at).timestamp())]), cube.indicator.cadence, cube.timezone)[0]
    row = int((cube.times == moment).argmax()) if (cube.times == moment).any() else None
    found = system.db.run("select value from theme.value where city = 'tiny' and indicator = 'active_sites' and level = 'city' "
                          "and observed_at = $1", [datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)]).fetchone()
    mine = None if row is None else float(cube.values("city", row)[0])
    assert mine == (found[0] if found else None)
    return mine


def test_a_reading_taken_back_leaves_the_tower_and_stays_known(city, hand):
    hand("reading", [said(3), said(4, STREETS[2])])
    assert total(city) == 7
    receipt = hand("reading", [gone()], day=3)
    assert (receipt.accepted, receipt.rejected, receipt.duplicate) == (1, 0, 0)
    assert total(city) == 4
    ended = city.db.run("select value, valid_to, _ended_by from base.reading_ended where city = 'tiny'").fetchall()
    assert ended == [(3.0, datetime(2026, 11, 3), receipt.batch)]


def test_a_step_whose_every_reading_is_taken_back_is_no_step_any_more(city, hand):
    hand("reading", [said(3)])
    before = city.values("tiny").cube("active_sites").times.copy()
    hand("reading", [gone()])
    assert total(city) is None
    assert city.values("tiny").cube("active_sites").times.size == before.size - 1
    city.values("tiny").forget_units()
    assert total(city) is None                       # and read afresh from the libraries it is the same
    hand("reading", [said(5)])
    assert total(city) == 5


def test_taking_back_what_does_not_stand_repeats_what_is_known(city, hand):
    hand("reading", [said(3)])
    receipt = hand("reading", [gone(STREETS[1]), gone(), gone()])
    assert (receipt.accepted, receipt.duplicate) == (1, 2)
    assert hand("reading", [gone(), gone(at="2026-10-01T00:00:00Z")]).duplicate == 2


def test_a_batch_that_gives_and_takes_back_gives(city, hand):
    hand("reading", [said(3)])
    assert hand("reading", [gone(), said(3)]).accepted == 0
    assert total(city) == 3


def test_nobody_takes_back_what_another_said(city, hand):
    hand("reading", [said(3)])
    assert hand("reading", [gone()], source="construction").duplicate == 1
    assert hand("reading", [gone()], channel="a-feed").duplicate == 1
    assert total(city) == 3


def test_a_flow_taken_back_ends(city, hand):
    fields = ("origin_code", "destination_code", "at", "count", "_deleted")
    row = {"origin_code": "990101", "destination_code": "990102", "at": AT}
    hand("flow", [{**row, "count": 8}], fields)
    assert hand("flow", [{**row, "_deleted": "yes"}], fields, day=3).accepted == 1
    assert city.db.run("select count(*) from base.flow where city = 'tiny' and count = 8").fetchone() == (0,)
    assert city.db.run("select count, valid_to from base.flow_ended").fetchall() == [(8, datetime(2026, 11, 3))]


def known(city, name, known_at, at=None, **more):
    ask = {"city": "tiny", "bits": None, "offsets": None, "privacy": 3, "known": known_at.timestamp(), "at": (at or known_at).timestamp(), **more}
    return queries.rows(city.db, name, **ask)


def test_a_reading_is_answered_as_it_was_known(city, hand):
    level, seq = city.rows("unit_by_code", city="tiny", code=STREETS[0])[0]["level"], 1
    moments = [datetime.now(UTC)]
    for rows in ([said(3)], [said(5)], [gone()], [said(6)]):
        hand("reading", rows)
        moments.append(datetime.now(UTC))
    ask = {"level": level, "seq": seq, "indicators": ["active_sites"]}
    before = known(city, "readings_known", moments[0], moments[-1], **ask)
    values = [[row["value"] for row in known(city, "readings_known", moment, moments[-1], **ask)] for moment in moments[1:]]
    earlier = [row["value"] for row in before]
    assert values == [[3.0], [5.0], earlier, [6.0]]


def test_a_unit_and_its_attributes_are_answered_as_they_were_known(city, hand):
    start = datetime.now(UTC)
    fields = ("code", "level", "parent_code", "name_zh", "name_en", "valid_from")
    unit = {"code": STREETS[0], "level": "street", "parent_code": "990101"}
    hand("unit", [{**unit, "name_zh": "新名街道", "name_en": "New name", "valid_from": "2026-06-01T00:00:00Z"}], fields)
    hand("attribute", [{"unit_code": STREETS[0], "attribute": "population", "value": "1234", "valid_from": "2026-06-01T00:00:00Z"}],
         ("unit_code", "attribute", "value", "valid_from"))
    end, july = datetime.now(UTC), datetime(2026, 7, 1, tzinfo=UTC)
    was = known(city, "unit_known", start, july, code=STREETS[0])[0]
    now = known(city, "unit_known", end, july, code=STREETS[0])[0]
    assert (was["name_en"] != "New name", now["name_en"]) == (True, "New name")
    assert known(city, "unit_known", end, july - timedelta(days=60), code=STREETS[0])[0]["name_en"] == was["name_en"]
    ask = {"level": "street", "seq": now["seq"]}
    assert "1234" not in [row["value"] for row in known(city, "attributes_known", start, july, **ask)]
    assert "1234" in [row["value"] for row in known(city, "attributes_known", end, july, **ask)]
