"""Cities at the edge: empty, one indicator only, all grey, a month without data, the night the clocks change, names of 400 characters.

Every page of the operations centre answers for each of them, in both languages, and says the right thing.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes, tiny
from tests.signed_in import signed_in

STREETS = ("990101001", "990101002", "990102001", "990102002")
LONG = "很长的名字" * 80
CHANGE = datetime(2026, 10, 25, 1, tzinfo=UTC)          # in Berlin 3:00 becomes 2:00
CITIES = ("empty", "single", "grey", "gap", "dst", "long")
PAGES = ("/", "/signs", "/alerts", "/service", "/brief", "/screen")


def row(city, timezone="Asia/Shanghai", name=""):
    return {"city": city, "name_zh": name or f"城{city}", "name_en": name or f"City {city}", "synthetic": True, "timezone": timezone,
            "code": "990100", "licence": None}


def aqi(values, at):
    return tiny.readings("aqi", "street", dict(zip(STREETS, values, strict=True)), at)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One program over all of them; a city has the streets of the tiny one, without buildings, which nothing here is about."""
    folder = tmp_path_factory.mktemp("edges")
    system = homes.city(folder / "home", second_factor=False)
    units = [unit for unit in tiny.units() if unit["level"] in ("city", "district", "street")]
    long = [{**unit, "name_zh": LONG, "name_en": LONG} for unit in units]
    steps = [CHANGE + timedelta(hours=hour) for hour in range(-27, 4)]
    readings = {
        "empty": [], "single": aqi((40.0, 60.0, 260.0, 90.0), tiny.NOON),
        "grey": [*aqi((40.0, 60.0, 80.0, 90.0), tiny.NOON - timedelta(days=9)), *tiny.readings("active_sites", "street", at=tiny.NOON)],
        "gap": [*aqi((40.0,) * 4, tiny.NOON - timedelta(days=40)), *aqi((50.0, 60.0, 70.0, 80.0), tiny.NOON)],
        "dst": [one for step in steps for one in aqi((float(step.hour),) * 4, step)], "long": aqi((40.0, 60.0, 260.0, 90.0), tiny.NOON)}
    cases = [{"case_no": f"D{i}", "channel": "web", "category": "road", "department": "water", "unit_code": STREETS[i % 4], "status": "open",
              "opened_at": (CHANGE + timedelta(hours=i - 26)).isoformat()} for i in range(29)]
    for city in CITIES:
        its = tiny.hand_in(folder / city, "city", [row(city, "Europe/Berlin" if city == "dst" else "Asia/Shanghai", LONG if city == "long" else "")],
                           city=city)
        system.take([its, *([tiny.hand_in(folder / city, "unit", long if city == "long" else units, city=city, snapshot=True)]
                            if city != "empty" else [])])
        if readings[city]:
            system.take([tiny.hand_in(folder / city, "reading", readings[city], "r", city=city)])
    system.take([tiny.hand_in(folder / "dst", "service_case", cases, "c", city="dst", as_of=CHANGE + timedelta(hours=3))])
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    yield system, signed_in(system, server)
    system.close()


def page(served, path, city, language="en"):
    """The text of a page as it is first sent."""
    answer = served[1].get("/_dash-layout", headers={"Referer": f"http://localhost{path}?city={city}&lang={language}"})
    assert answer.status_code == 200
    return json.dumps(answer.json, ensure_ascii=False)


def panels(served, city, **words):
    answer = served[1].get(f"/api/operations/{city}/panels.json", query_string={"lang": "en", **words})
    assert answer.status_code == 200, answer.data[:300]
    return answer.json


@pytest.mark.parametrize(("city", "language"), [("empty", "en"), *zip(CITIES, ("zh", "en") * 3, strict=True)])
def test_every_page_answers_and_no_panel_fails(served, city, language):
    for path in PAGES:
        text = page(served, path, city, language)
        assert "cs-failed" not in text and "This page is not open" not in text, path
    assert "cs-failed" not in str(panels(served, city)["panels"])
    now = served[1].get(f"/api/wall/{city}/now.json").json
    for scene in now["scenes"]:
        shown = served[1].get(f"/api/wall/{city}/scene/{scene['name']}.json?lang={language}")
        assert shown.status_code == 200 and "cs-failed" not in str(shown.json), scene["name"]
    assert served[1].get(f"/api/brief/{city}/now.json?lang={language}").status_code in (200, 404)


def test_an_empty_city_says_so(served):
    text = page(served, "/", "empty")
    assert "No vital sign has a value yet" in text and "no case has been handed in" in text
    assert "is-grey" in text and panels(served, "empty")["map"] is None


def test_one_indicator_only_is_judged_by_itself(served):
    found = panels(served, "single")
    assert str(found["panels"]["desk_signs"]).count("'desk-theme ") == 1
    assert "Air quality index" in str(found["panels"]["desk_signs"]) and "/values/single/aqi/" in str(found["map"]["values"])
    assert "Abnormal" in str(found["panels"]["desk_units"]) and "990102" in str(found["panels"]["desk_units"])


def test_values_that_are_too_old_are_grey_and_not_a_colour(served):
    signs = str(panels(served, "grey")["panels"]["desk_signs"])
    assert "is-grey" in signs
    from app.indicators.health import health

    seen = _seen(served)
    tree = health(seen, "grey")
    assert tree.find("aqi").status == "grey" and tree.find("aqi").change is None
    assert tree.status == "grey" and "green" not in {node.status for theme in tree.children for node in theme.children}


def test_a_month_without_data_is_a_gap_and_no_change(served):
    from app.indicators.health import health
    from app.operations import told
    from app.operations.look import look

    seen = _seen(served)
    sign = health(seen, "gap").find("aqi")
    assert sign.value == pytest.approx(65.0, abs=0.1) and sign.change is None, "yesterday is not known, and 40 days ago says nothing of it"
    course = told.series(seen, "gap", look(seen, "gap", {"sign": "aqi"}))
    now, before = course["periods"]
    assert now["last"] == pytest.approx(65.0, abs=0.1) and before["last"] is None and before["mean"] is None


def test_the_hour_that_comes_twice_is_two_hours(served):
    from app.operations import told
    from app.operations.look import look
    from app.service import state

    seen = _seen(served)
    course = told.series(seen, "dst", look(seen, "dst", {"sign": "aqi"}))
    now = course["periods"][0]
    assert len(now["times"]) == 24 == len([value for value in now["values"] if value is not None]), "a period is 24 hours, whatever the clock says"
    at = state.clock(seen, "dst")
    hours = seen.cases.crossed(seen, "dst", at.batch).linked(at.now - 86_400 * 2, at.now + 1, {}).sides["hour"]
    assert hours["2"] == 3, "2:00 of Saturday, and 2:00 of Sunday twice"
    days = {day["day"]: day["opened"] for day in state.now(seen, "dst", state.Choice(period="week"))["days"]}
    # Sunday has 25 hours; from its midnight (22:00 UTC) to the last case four hours later and the hour that came again
    assert sum(days.values()) == 29 and days["2026-10-24"] == 23 and days["2026-10-25"] == 6


def test_names_of_400_characters_are_whole_and_cut_by_the_page_alone(served):
    assert LONG in str(panels(served, "long", unit="990101")["panels"]["desk_units"])
    assert LONG in page(served, "/signs", "long") and LONG in page(served, "/brief", "long")


def _seen(served):
    from app import access
    from app.access import Grant

    system = served[0]
    return system.seen_by(access.viewer("local", "local", (Grant("local", "", "", 3),), system.roles, access.EVERY_DEPARTMENT), "operations.read")
