"""The wall over the wire: every scene in every state of a city, what fails alone, who may steer, what a part of a city sees."""

from datetime import UTC, datetime

import pytest

from app.access import Grant
from app.wall import told
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes, tiny
from tests.signed_in import account, signed_in

LONG = "很长的名字" * 80


def running(folder, *hand_ins):
    system = homes.city(folder / "home", second_factor=False)
    if hand_ins:
        system.take(hand_ins)
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    return system, server


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wall")
    rows = tiny.readings("active_sites", "street") + tiny.readings("energy_use_kwh", "floor") + tiny.readings("aqi", "street")
    system, server = running(folder, tiny.hand_in(folder, "reading", rows, "r"))
    yield system, server, signed_in(system, server)
    system.close()


def scenes(client, lang="zh", wide=0):
    names = [row["name"] for row in client.get("/api/wall/tiny/now.json").json["scenes"]]
    answers = {name: client.get(f"/api/wall/tiny/scene/{name}.json?lang={lang}&wide={wide}") for name in names}
    assert all(answer.status_code == 200 for answer in answers.values()), {name: answer.data[:200] for name, answer in answers.items()}
    return {name: answer.json for name, answer in answers.items()}


def no_panel_failed(found):
    return all("cs-failed" not in str(place["tree"]) for scene in found.values() for place in scene["places"])


@pytest.mark.parametrize("lang, wide", [("zh", 0), ("en", 1)])
def test_every_scene_answers(served, lang, wide):
    found = scenes(served[2], lang, wide)
    assert no_panel_failed(found) and found["map"]["map"]["stops"][0]["values"]
    assert ("空气质量指数" if lang == "zh" else "Air quality index") in str(found["overview"])
    now = served[2].get("/api/wall/tiny/now.json").json
    assert now["scene"] in found and now["newest"] == int(tiny.NOON.timestamp()) == now["city_now"]


def test_a_panel_that_fails_is_a_card_and_the_rest_lives(served, monkeypatch):
    system, _, client = served
    monkeypatch.setitem(told.TOLD, "unusual", lambda *_: 1 / 0)
    system.steering.hold("tiny", system.scenes, "test")        # another state: nothing kept answers
    monkeypatch.setattr("callbacks.wall.FRESH_S", 7)
    trees = {place["show"]: str(place["tree"]) for place in scenes(client)["watch"]["places"]}
    assert "cs-failed" in trees["unusual"] and "cs-failed" not in trees["alerts"] and "ZeroDivision" not in trees["unusual"]
    system.steering.release("tiny", system.scenes, "test")


def test_a_tablet_steers_and_a_kiosk_only_reads(served):
    system, server, client = served
    steer = "/api/wall/tiny/steer"
    first = client.get("/api/wall/tiny/now.json").json
    moved = client.post(steer, data={"do": "show", "scene": "courses"}).json
    assert moved["scene"] == "courses" and moved["steered"] > first["steered"]
    assert client.post(steer, data={"do": "hold"}).json["held"]
    flown = client.post(steer, data={"do": "fly", "unit": "990101001", "indicator": "aqi"}).json
    assert flown["flight"] == "990101001"
    stops = client.get(f"/api/wall/tiny/scene/{flown['scene']}.json").json["map"]["stops"]
    assert [stop["selected"][0]["code"] for stop in stops] == ["990101001"]
    for wrong, status in (({"do": "dance"}, 400), ({"do": "fly", "unit": "nowhere"}, 404), ({"do": "show", "scene": "x"}, 400),
                          ({"do": "fly", "unit": "990101001", "indicator": "x"}, 404)):
        assert client.post(steer, data=wrong).status_code == status, wrong
    district = signed_in(system, server, account(system, "district", Grant("leader", "tiny", "990102")))
    assert "990101001" not in str(scenes(district)), "a wall of one district does not fly to another"
    assert scenes(district)["data"]["places"][0]["tree"] and no_panel_failed(scenes(district))
    screen = server.test_client()
    token = system.identity.kiosks.make("wall", "tiny", "test")
    opened = screen.get(f"/kiosk/{token}")
    assert opened.status_code == 303 and opened.headers["Location"] == "/screen?city=tiny"
    assert scenes(screen) and screen.get("/screen?city=tiny", headers={"Accept": "text/html"}).status_code == 200
    csrf = system.identity.csrf_of(screen.get_cookie("chengshu-session").value)
    assert screen.post(steer, data={"do": "next"}, headers={"X-CSRFToken": csrf}).status_code == 403
    client.post(steer, data={"do": "release"})


def test_units_are_found_for_the_map(served):
    found = served[2].get("/api/wall/tiny/units.json?word=单元&lang=zh").json
    assert found and {"code", "name", "level"} == set(found[0])
    assert served[2].get("/api/wall/tiny/units.json?word=").json == []


def test_old_numbers_are_never_shown_as_fresh(tmp_path):
    """A real city's clock goes on though nothing comes: all is grey then, and says since when."""
    city = {"city": "tiny", "name_zh": "小城", "name_en": "Tiny", "synthetic": False, "timezone": "Asia/Shanghai", "code": "990100"}
    rows = tiny.readings("aqi", "street", at=datetime(2020, 1, 1, tzinfo=UTC))
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "city", [city], "real"), tiny.hand_in(tmp_path, "reading", rows, "r"))
    found = scenes(signed_in(system, server), "en")
    panels = {place["show"]: str(place["tree"]) for place in found["overview"]["places"]}
    assert "wall-old" in panels["signs"] and not any(f"is-{color}" in panels["signs"] for color in ("green", "amber", "red"))
    assert "Nothing can be said of the city" in panels["city"] and "is-grey" in panels["city"]
    assert no_panel_failed(found)
    system.close()


@pytest.mark.parametrize("case", ["empty", "one", "long"])
def test_a_city_of_nothing_of_one_indicator_of_long_names(tmp_path, case):
    hand_ins = []
    if case != "empty":
        hand_ins.append(tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street"), "r"))
    if case == "long":
        rows = [{**row, "name_zh": LONG, "name_en": LONG} for row in tiny.units()]
        hand_ins.insert(0, tiny.hand_in(tmp_path, "unit", rows, snapshot=True))
    system, server = running(tmp_path, *hand_ins)
    client = signed_in(system, server)
    for wide in (0, 1):
        found = scenes(client, "en", wide)
        assert no_panel_failed(found)
        assert (found["map"]["map"] is None) == (case == "empty")
        assert (LONG in str(found["map"])) == (case == "long")
    system.close()


def test_a_red_alert_takes_the_wall_over_until_it_is_acknowledged(tmp_path):
    deep = {unit["code"]: 55.0 if unit["code"] == "990102001" else 1.0 for unit in tiny.units() if unit["level"] == "street"}
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "reading", tiny.readings("ponding_cm", "street", deep), "r"))
    client = signed_in(system, server)
    system.steering.hold("tiny", system.scenes, "test")
    now = client.get("/api/wall/tiny/now.json").json
    assert now["scene"] == "takeover" and now["takeover"] and "takeover" not in {row["name"] for row in now["scenes"]}
    told_ = client.get("/api/wall/tiny/scene/takeover.json?lang=zh").json
    text = str(told_["places"])
    assert "道路积水" in text and "55" in text and "封闭积水路段并引导绕行" in text
    assert [stop["selected"][0]["code"] for stop in told_["map"]["stops"]] == ["990102001"]
    left = signed_in(system, server, account(system, "left", Grant("leader", "tiny", "990101")))
    assert left.get("/api/wall/tiny/now.json").json["takeover"] == 0, "what is outside a right does not exist"
    assert client.post(f"/api/alert/tiny/{now['takeover']}/act", data={"act": "acknowledge"}).status_code == 200
    after = client.get("/api/wall/tiny/now.json").json
    assert after["scene"] == now["turn"] and after["takeover"] == 0 and after["alerts"] > now["alerts"]
    system.close()
