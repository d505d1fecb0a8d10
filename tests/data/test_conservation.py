"""`run.py check`: nothing is found in a sound database, and every way of losing or doubling a row is."""

import pytest

from data import conservation
from data.intake import take_in
from tests import homes, tiny

CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01", "status": "open"}


def used(folder):
    """A library of the tiny city that took in some of everything, with rows that repeat and rows that are wrong."""
    db = homes.library(homes.tiny_library, folder)
    rows = tiny.readings("water_use_m3", "building")
    take_in(db, tiny.hand_in(folder, "reading", [*rows, rows[0], {**rows[0], "unit_code": "nobody"}], "r"))
    take_in(db, tiny.hand_in(folder, "attribute", [{"unit_code": "990101", "attribute": "address", "value": "一号"}]))
    streets = [row["code"] for row in tiny.units() if row["level"] == "street"]
    flow = {"origin_code": streets[0], "destination_code": streets[1], "at": tiny.NOON.isoformat(), "count": 3}
    take_in(db, tiny.hand_in(folder, "flow", [flow]))
    take_in(db, tiny.hand_in(folder, "service_case", [CASE, {**CASE, "case_no": "C-2"}, {**CASE, "case_no": "wrong one"}]))
    db.close()


@pytest.fixture
def city(tmp_path):
    db = homes.library(used, tmp_path / "library")
    yield db
    db.close()


def test_a_sound_database_has_no_finding_and_its_totals_add_up(city):
    assert conservation.findings(city) == []
    total, = conservation.totals(city)
    assert total.row_in == total.accepted + total.rejected + total.duplicate and total.batches == 6 and total.rejected == 2


@pytest.mark.parametrize(("harm", "says"), [
    ("delete from hub.reading where _row = 1", "rows of hub.reading"),
    ("insert into hub.reading select * from hub.reading limit 1", "rows of hub.reading"),
    ("insert into hub.unit (code, _batch, _row) values ('x', 999, 1)", "batch 999"),
    ("delete from dept.service_case where _row = 2", "rows of dept.service_case"),
    ("insert into dept.flow select * from dept.flow", "rows of dept.flow"),
    ("delete from mgmt.reject where dataset = 'reading'", "rejects"),
    ("update mgmt.outcome set duplicate = duplicate + 1 where batch = 3", "accepted + rejected + duplicate"),
    ("delete from mgmt.outcome where batch = 3", "no outcome"),
    ("update front.batch set row_count = row_count + 1 where batch = 1", "batch 1"),
    ("update base.reading set _row = 9999 where seq = 3", "base.reading"),
    ("update base.unit set _batch = 77 where seq = 1", "base.unit"),
    ("update base.attribute set _row = 9", "base.attribute"), ("update base.flow set _row = 9", "base.flow"),
    ("update base.city set _batch = 99", "base.city"),
    ("insert into base.service_case select * from base.service_case", "stand twice"),
    ("update mgmt.claim set _row = 99", "claims point to no row"),
])
def test_what_is_lost_or_doubled_is_told(city, harm, says):
    city.run(harm)
    found = [str(finding) for finding in conservation.findings(city)]
    assert found and any(says in one for one in found), found
