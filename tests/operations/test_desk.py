"""The operations page: one look filters every panel, numbers agree with the rows they are counted from, nobody sees more than they may."""

from datetime import timedelta

import pytest

from app.access import Grant
from app.brief.facts import coloured
from app.operations import told
from app.operations.look import Place
from tests import tiny
from tests.signed_in import account, signed_in
from tests.wall.test_routes import LONG, running

STREETS = ("990101001", "990101002", "990102001", "990102002")

CASES = [{"case_no": f"C{i}", "channel": ("web", "hotline")[i % 2], "category": ("road", "noise", "water")[i % 3], "department": "water",
          "unit_code": STREETS[i % 4], "status": "open", "opened_at": (tiny.NOON - timedelta(hours=i)).isoformat()} for i in range(24)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    rows = tiny.readings("active_sites", "street") + tiny.readings("aqi", "street", dict(zip(STREETS, (40.0, 60.0, 260.0, 90.0), strict=True)))
    rows += tiny.readings("ponding_cm", "street", dict(zip(STREETS, (30.0, 0.0, 2.0, 1.0), strict=True)))
    system, server = running(folder, tiny.hand_in(folder, "reading", rows, "r"), tiny.hand_in(folder, "service_case", CASES, "c", as_of=tiny.NOON))
    raised = system.db.run("select code, severity from mgmt.alert order by code").fetchall()
    assert raised == [(STREETS[0], "orange"), (STREETS[2], "orange")], raised           # what the rules found in these readings
    yield system, server, signed_in(system, server)
    system.close()


def panels(client, **words):
    answer = client.get("/api/operations/tiny/panels.json", query_string={"lang": "en", **words})
    assert answer.status_code == 200, answer.data[:300]
    assert "cs-failed" not in str(answer.json["panels"]), answer.json["panels"]
    return answer.json


def test_every_panel_is_drawn_and_the_page_has_them_before_a_script_ran(served):
    found = panels(served[2])
    assert set(found["panels"]) == {*told.TOLD, "legend"} and found["map"]["values"]
    page = served[2].get("/_dash-layout", headers={"Referer": "http://localhost/?lang=en"}).data.decode()
    assert "Open alerts by severity" in page and "desk-map" in page


def test_a_unit_filters_every_panel(served):
    whole, part = panels(served[2]), panels(served[2], unit="990101")
    assert str(whole["panels"]["desk_alerts"]).count("desk-row'") == 2 and str(part["panels"]["desk_alerts"]).count("desk-row'") == 1
    assert str(part["panels"]["desk_feed"]).count("cs-feed") == 0 and str(part["panels"]["desk_feed"]).count("desk-act") == 1
    assert part["map"]["selected"] == [{"level": "district", "seq": 1, "code": "990101"}] and part["map"]["level"] == "street"
    assert "990101001" in str(part["panels"]["desk_units"]) and "990102001" not in str(part["panels"]["desk_units"])


def test_theme_severity_and_sign_filter(served):
    assert "desk-row" not in str(panels(served[2], topic="transport")["panels"]["desk_alerts"])
    blue = panels(served[2], severity="blue")["panels"]
    assert "desk-row'" not in str(blue["desk_alerts"]) and "desk-act" not in str(blue["desk_feed"])
    ecology = panels(served[2], topic="ecology")
    assert ecology["asked"]["topic"] == "ecology" and "/values/tiny/aqi/" in str(ecology["map"]["values"])
    assert "/values/tiny/ponding_cm/" in str(panels(served[2], sign="ponding_cm")["map"]["values"])


def bars(found, side):
    """{word: count} of the bars of one side of the service cases."""
    section = next(part for part in found["panels"]["desk_service"] if part.get("p", {}).get("className") == "desk-sides")
    mine = next(part for part in section["c"] if part["c"][0]["c"] == side)
    return {bar["c"][0]["c"]: int(bar["c"][2]["c"]) for bar in mine["c"][1:]}


def test_a_bar_of_the_service_cases_filters_the_other_bars_and_a_unit_filters_all_of_them(served):
    whole = panels(served[2])
    assert sum(bars(whole, "Category").values()) == 24 == sum(bars(whole, "District").values())
    road = panels(served[2], cases="category:road")
    assert road["asked"]["cases"] == "category:road" and "8 cases opened in 30 days" in str(road["panels"]["desk_service"])
    assert bars(road, "Category") == bars(whole, "Category"), "a side is not under its own filter"
    assert sum(bars(road, "Channel").values()) == 8 and "some service cases" in str(road["panels"]["desk_head"])
    left = panels(served[2], cases="category:road", unit="990101")
    assert sum(bars(left, "Street").values()) == sum(case["category"] == "road" and case["unit_code"].startswith("990101") for case in CASES)
    street = panels(served[2], unit=STREETS[0])
    assert sum(bars(street, "Channel").values()) == sum(case["unit_code"] == STREETS[0] for case in CASES)
    assert "cases=category%3Aroad" in str(left["panels"]["desk_units"]), "the filter goes along when another unit is looked at"
    odd = panels(served[2], cases="category:<b>;what:ever;hour:9;;channel:" + "x" * 60)
    assert odd["asked"]["cases"] == "hour:9"


@pytest.mark.parametrize("words", [{"unit": "x" * 60}, {"unit": "../etc"}, {"topic": "nothing"}, {"sign": "drop table"}, {"unit": "990199"}])
def test_an_address_nobody_made_looks_at_the_whole_city(served, words):
    assert set(panels(served[2], **words)["asked"].values()) == {""}


def test_counts_agree_with_the_rows(served):
    system, _, client = served
    client.get("/")
    seen = system.seen_by(_local(system), "operations.read")
    from app.operations.look import look

    here = look(seen, "tiny", {"sign": "aqi"})
    units = told.units(seen, "tiny", here)
    assert {row["code"]: row["alerts"] for row in units["rows"]} == {"990101": 1, "990102": 1}
    head = told.head(seen, "tiny", here)
    assert head["alerts"]["open"] == 2 and head["alerts"]["severities"]["orange"] == 2
    states = told.alerts(seen, "tiny", here)["states"]
    assert sum(step["alerts"] for step in states.values()) == 2


@pytest.mark.parametrize(("status", "severity", "state", "ended_at", "after"), [
    ("green", "red", "raised", None, "red"), ("green", "orange", "assigned", None, "amber"), ("red", "orange", "raised", None, "red"),
    ("green", "yellow", "raised", None, "green"), ("green", "red", "closed", None, "green"), ("green", "red", "handled", 5, "green"),
    ("grey", "red", "raised", None, "red"),
])
def test_a_grave_alert_that_stands_colours_the_city(status, severity, state, ended_at, after):
    assert coloured(status, [{"severity": severity, "state": state, "ended_at": ended_at}]) == after


def test_where_a_unit_stands(served):
    system = served[0]
    place = Place(system.seen_by(_local(system), "operations.read"), "tiny")
    assert place.above("street", 3, "district") == 2 and place.above("street", 3, "city") == 1
    assert place.above("district", 1, "street") == 0 and place.above("street", 99, "city") == 0 and place.above("nowhere", 1, "city") == 0


def test_a_part_of_the_city_is_all_there_is_for_who_sees_a_part(served):
    system, server, _ = served
    part = signed_in(system, server, account(system, "district-duty", Grant("duty_officer", "tiny", "990102", 1)))
    text = str(panels(part))
    assert STREETS[2] in text and STREETS[0] not in text and "rows of" not in text
    keeper = signed_in(system, server, account(system, "keeper", Grant("system_administrator")))
    assert keeper.get("/api/operations/tiny/panels.json").status_code == 403


def test_a_link_to_the_old_address_of_the_map_goes_there(served):
    answer = served[2].get("/?indicator=aqi&units=990101", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/map?indicator=aqi&units=990101")
    assert served[2].get("/?lang=en&unit=990101", headers={"Accept": "text/html"}).status_code == 200


def test_a_panel_that_fails_leaves_the_others(served, monkeypatch):
    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setitem(told.TOLD, "desk_feed", broken)
    found = served[2].get("/api/operations/tiny/panels.json", query_string={"lang": "en", "since": "week"}).json["panels"]
    assert "cs-failed" in str(found["desk_feed"]) and "cs-failed" not in str({**found, "desk_feed": ""})


def test_an_empty_city_and_long_names_are_shown(tmp_path):
    system, server = running(tmp_path)
    client = signed_in(system, server)
    assert "No vital sign has a value yet" in str(panels(client))
    names = [{"code": "990101001", "level": "street", "parent_code": "990101", "name_zh": LONG, "name_en": LONG}]
    system.take([tiny.hand_in(tmp_path, "unit", names, "long"), tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street"), "r")])
    assert LONG in str(panels(client, unit="990101"))
    system.close()


def _local(system):
    from app import access

    return access.viewer("local", "local", (Grant("local", "", "", 3),), system.roles, access.EVERY_DEPARTMENT)
