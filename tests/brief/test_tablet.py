"""The tablet's brief: the same facts for everybody, as far as they may see; right with nothing, one indicator, long names, old numbers."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.access import Grant
from app.brief import facts
from callbacks.pages import create_dash
from callbacks.server import create_server
from layouts.drawing import course_drawing, map_drawing
from tests import homes, tiny
from tests.alerts.raised import put
from tests.signed_in import account, signed_in

LONG = "很长的名字" * 80
LEFT, RIGHT = "990101", "990102"


def weeks(indicator, level, usual, now, days=20):
    """A usual value every hour of some days at every unit of a level, and another one at the newest hour."""
    rows = []
    for day in range(days, -1, -1):
        for hour in range(24 if day else 1):
            at = tiny.NOON - timedelta(days=day) + timedelta(hours=hour)
            value = now if at == tiny.NOON else usual + (day % 3) * 0.1
            rows += [{**row, "value": value} for row in tiny.readings(indicator, level, at=at)]
    return rows


def running(folder, *hand_ins):
    system = homes.city(folder / "home", second_factor=False)
    if hand_ins:
        system.take(hand_ins)
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    return system, server


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tablet")
    rows = weeks("aqi", "street", 40.0, 140.0) + tiny.readings("energy_use_kwh", "floor")
    system, server = running(folder, tiny.hand_in(folder, "reading", rows, "r"))
    put(system, "tiny", {})
    yield system, server, signed_in(system, server)
    system.close()


def text_of(client, lang="zh", have=""):
    answer = client.get(f"/api/brief/tiny/now.json?lang={lang}&have={have}")
    assert answer.status_code == 200, answer.data[:300]
    return json.dumps(answer.json.get("tree"), ensure_ascii=False), answer.json["key"]


def test_a_number_beyond_its_band_says_where_and_why_and_who(served):
    _, _, client = served
    text, key = text_of(client)
    assert "空气质量指数" in text and "▲ " in text and "占变化的" in text and "value/aqi/990100/" in text
    assert '"Picture"' in text, "a small map"
    assert "道路积水" in text and "封闭积水路段并引导绕行" in text and "水务" in text, "alert, procedure, who is in charge"
    assert text_of(client, have=key)[0] == "null", "nothing new: the key alone"
    english = text_of(client, "en")[0]
    assert "Air quality index" in english and "Usual: the band of the same hour" in english


def test_the_hours_to_come_are_what_is_usual_until_a_forecast_is_there(served):
    system, _, client = served
    seen = system.seen_by(system.identity.recognise(client.get_cookie("chengshu-session").value, None, ""), "operations.read")
    system.outlooks.forget("tiny")
    usual, forecast = (next(row for row in facts.expected(seen, "tiny", waits=waits) if row["indicator"]["id"] == "aqi") for waits in (False, True))
    for row in (usual, forecast):
        assert len(row["hours"]) == 6 and row["hours"][0]["at"] == int(tiny.NOON.timestamp()) + 3600
    assert all(36 < step["low"] <= step["usual"] <= step["high"] < 44 and step["learnt_from"] >= 4 for step in usual["hours"])
    assert usual["kind"] == "usual" and forecast["kind"] == "forecast" and forecast["model"] and forecast["cutoff"] == forecast["at"]
    assert all(step["low"] < step["usual"] < step["high"] for step in forecast["hours"]), "never a band without a width"


def test_a_part_of_the_city_is_told_of_itself_alone(served):
    system, server, _ = served
    right = signed_in(system, server, account(system, "right", Grant("leader", "tiny", RIGHT)))
    text, _ = text_of(right)
    assert LEFT not in text and "道路积水" not in text and f"value/aqi/{RIGHT}/" in text
    assert right.get("/brief?city=tiny", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("case", ["empty", "one", "long", "old"])
def test_a_city_of_nothing_of_one_indicator_of_long_names_of_old_numbers(tmp_path, case):
    hand_ins = []
    if case == "old":
        city = {"city": "tiny", "name_zh": "小城", "name_en": "Tiny", "synthetic": False, "timezone": "Asia/Shanghai", "code": "990100"}
        hand_ins.append(tiny.hand_in(tmp_path, "city", [city], "real"))
    if case == "long":
        rows = [{**row, "name_zh": LONG, "name_en": LONG} for row in tiny.units()]
        hand_ins.append(tiny.hand_in(tmp_path, "unit", rows, snapshot=True))
    if case != "empty":
        at = datetime(2020, 1, 1, tzinfo=UTC) if case == "old" else tiny.NOON
        hand_ins.append(tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street", at=at), "r"))
    system, server = running(tmp_path, *hand_ins)
    client = signed_in(system, server)
    layout = client.get("/_dash-layout", headers={"Referer": "http://localhost/brief?city=tiny&lang=en"})
    text, _ = text_of(client, "en")
    assert layout.status_code == 200 and "brief-facts" in layout.data.decode()
    assert ("Nothing can be said of the city" in text) == (case in ("empty", "old"))
    assert "NaN" not in text and "None" not in text and "常态：" not in text and "Usual:" not in text
    system.close()


def test_drawings_of_nothing_are_nothing():
    assert map_drawing([], "x") is None and course_drawing([], [], "x") is None and course_drawing([1, 2], [None, None], "x") is None
    drawn = course_drawing([0, 3600, 7200], [1.0, None, 3.0], "x", days=[(3600, "Tue")], ends=("1", "3"), limits=[2.0])
    assert [shape.text for shape in drawn.shapes if shape.kind == "text"] == ["Tue", "1", "3"]
    square = ((118.0, 30.0), (118.1, 30.0), (118.1, 30.1), (118.0, 30.0))
    areas = map_drawing([{"rings": [square], "status": "red"}], "x").shapes
    assert [(shape.kind, shape.role) for shape in areas] == [("area", "bad")]
    assert all(0 <= x <= 260 and 0 <= y <= 200 for shape in areas for x, y in shape.points)
