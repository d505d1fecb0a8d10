"""一数一源: disagreements are found, decided by rule or person, stay decided, and come back when a source says something else."""

from datetime import UTC, datetime, timedelta

import pytest

from data import conflicts, conservation
from data.demo.numbers import credit_code
from data.errors import BadInput, Busy, NotFound
from data.intake import take_in
from tests import homes, tiny

NOW = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
FIRM = {"credit_code": credit_code("91", "990101", "MA000001"), "name": "试企业", "status": "open", "unit_code": "990101001001001",
        "employees": "100", "industry": "C"}


@pytest.fixture
def db(tmp_path):
    """A database of its own with the tiny city."""
    database = homes.library(homes.tiny_library, tmp_path / "library")
    yield database
    database.close()


@pytest.fixture
def give(db, tmp_path):
    counter = iter(range(100))

    def given(source, day=0, **change):
        return take_in(db, tiny.hand_in(tmp_path, "enterprise", [{**FIRM, **change}], f"f{next(counter)}", source=source,
                                        as_of=tiny.AS_OF + timedelta(days=day)))

    return given


def standing(db, *fields):
    return db.run(f"select {', '.join(fields)} from theme.enterprise").fetchone()


def listed(db):
    return [(row["field"], row["state"], row["chosen"], row["settled_at"] is None)
            for row in db.rows("select * from mgmt.conflict order by conflict")]


def test_a_rule_decides_by_priority_whoever_speaks_last(db, give):
    give("market")
    give("tax", 1, status="revoked")
    assert standing(db, "status") == ("open",)
    assert listed(db) == [("status", "rule", "market", True)]
    give("market", 2, status="revoked")
    assert standing(db, "status") == ("revoked",) and listed(db) == [("status", "rule", "market", False)]


def test_numbers_within_the_tolerance_are_no_conflict(db, give):
    give("market")
    give("tax", 1, employees="104")
    assert listed(db) == []
    give("tax", 2, employees="106")
    assert listed(db) == [("employees", "open", None, True)]


def test_a_person_decides_and_it_stays_decided_until_a_value_changes(db, give):
    give("market")
    give("tax", 1, industry="F")
    assert standing(db, "industry") == ("F",) and listed(db) == [("industry", "open", None, True)]
    number = db.run("select conflict from mgmt.conflict").fetchone()[0]
    row, told = conflicts.said(db, number)
    assert row["sources"] == ["market", "tax"] and [(one["source"], one["value"]) for one in told] == [("tax", "F"), ("market", "C")]
    with pytest.raises(BadInput, match="no party"):
        conflicts.decide(db, number, "police", "steward", "", NOW)
    conflicts.decide(db, number, "market", "steward", "营业执照", NOW)
    assert standing(db, "industry") == ("C",) and listed(db) == [("industry", "decided", "market", True)]
    assert db.rows("select who, reason, chosen from mgmt.decision") == [{"who": "steward", "reason": "营业执照", "chosen": "market"}]
    give("tax", 30, industry="F", name="试企业二")                    # says the same about the industry
    assert standing(db, "industry") == ("C",)
    assert [one for one in listed(db) if one[0] == "industry"] == [("industry", "decided", "market", True)]
    give("tax", 31, industry="G", name="试企业二")                    # now something else
    assert standing(db, "industry") == ("G",)
    assert [one for one in listed(db) if one[0] == "industry"] == [("industry", "decided", "market", False), ("industry", "open", None, True)]
    with pytest.raises(Busy, match="settled"):
        conflicts.decide(db, number, "tax", "steward", "", NOW)
    with pytest.raises(NotFound):
        conflicts.said(db, 999)
    versions = [row["industry"] for row in db.rows("select industry from base.enterprise order by valid_from, valid_to nulls last")]
    assert versions[0] == "C" and versions[-1] == "G" and len(versions) >= 4


def test_a_source_that_no_longer_has_the_record_is_no_party(db, give, tmp_path):
    give("market")
    give("tax", 1, industry="F")
    take_in(db, tiny.hand_in(tmp_path, "enterprise", [{"credit_code": FIRM["credit_code"], "_deleted": "true"}], "gone", source="tax",
                             as_of=tiny.AS_OF + timedelta(days=2)))
    assert standing(db, "industry") == ("C",) and listed(db) == [("industry", "open", None, False)]


def test_attributes_of_units_have_sources_in_order_too(db, tmp_path):

    def tell(source, value, day, attribute="population"):
        rows = [{"unit_code": "990101001", "attribute": attribute, "value": value}, {"unit_code": "990101", "attribute": "address", "value": "一号"}]
        receipt = take_in(db, tiny.hand_in(tmp_path, "attribute", rows, f"{source}{day}", source=source, as_of=tiny.AS_OF + timedelta(days=day)))
        assert conservation.findings(db) == []
        return receipt

    def stands(attribute="population"):
        asked = "select value from base.attribute where unit_code = '990101001' and attribute = $1 and valid_to is null"
        return db.run(asked, [attribute]).fetchall()

    tell("statistics", "5000", 0)
    assert tell("police", "5003", 1).accepted == 1 and listed(db) == []                     # within the tolerance
    assert tell("civil_affairs", "6000", 2).accepted == 1
    assert listed(db) == [("population", "rule", "statistics", True)] and stands() == [("5000",)]
    tell("statistics", "6001", 3)
    assert stands() == [("6001",)]
    tell("planning", "state", 4, "ownership")
    tell("unheard_of", "private", 5, "ownership")
    assert stands("ownership") == [("state",)]
    number = db.run("select conflict from mgmt.conflict where field = 'ownership'").fetchone()[0]
    assert [(one["source"], one["value"]) for one in conflicts.said(db, number)[1]] == [("unheard_of", "private"), ("planning", "state")]
    conflicts.decide(db, number, "unheard_of", "steward", "产权证", NOW)
    assert stands("ownership") == [("private",)] and conservation.findings(db) == []
    tell("planning", "state", 40, "ownership")
    assert stands("ownership") == [("private",)]
