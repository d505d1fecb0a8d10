"""The forecast page over the wire: one look, every panel, the map, what a replay may know, who sees what, and the choice of models."""

import csv
import gzip
import io
import json
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.forecast.page import look, why_not
from app.forecast.page_told import TOLD
from app.saved import KINDS
from layouts.components.foreseen import WORDS
from layouts.pages.forecast import PANELS
from layouts.panels.forecast_chart import clock
from tests import homes, tiny
from tests.signed_in import account, signed_in
from tests.wall.test_routes import running

LEFT, RIGHT, STREET = "990101", "990102", "990101001"
STREETS = ("990101001", "990101002", "990102001", "990102002")
DAYS = 12
BEGIN = tiny.NOON - timedelta(days=DAYS) + timedelta(hours=1)
SIGN = "congestion_index"


def courses():
    """{street: congestion by the hour}: a day's course of its own height, a little noise, and a jump in the last hours of one street."""
    rng, hours = np.random.default_rng(5), np.arange(24 * DAYS)
    shape = 3 + 2 * np.sin(2 * np.pi * (hours % 24) / 24)
    return {code: shape * (1 + 0.1 * k) + rng.normal(0, 0.15, hours.size) for k, code in enumerate(STREETS)}


def readings():
    found = [{"unit_code": code, "indicator": SIGN, "at": (BEGIN + timedelta(hours=hour)).isoformat(), "value": float(value), "weight": None}
             for code, course in courses().items() for hour, value in enumerate(course)]
    found += [row for hour in range(3) for row in tiny.readings("aqi", "street", at=tiny.NOON - timedelta(hours=hour))]
    found += [row for day in range(12) for row in tiny.readings("active_sites", "street", at=tiny.NOON - timedelta(days=day))]
    return found + tiny.readings("green_cover_pct", "community")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    system, server = running(folder, tiny.hand_in(folder, "reading", readings(), "r"))
    roles = {"analyst": Grant("analyst", "tiny", "", 1), "leader": Grant("leader", "tiny", "", 1), "duty": Grant("duty_officer", "tiny", "", 1),
             "left": Grant("analyst", "tiny", LEFT, 1)}
    clients = {name: signed_in(system, server, account(system, name, grant)) for name, grant in roles.items()}
    yield system, {**clients, "local": signed_in(system, server)}
    system.close()


def panels(client, **words):
    answer = client.get("/api/forecast/tiny/panels.json", query_string={"lang": "en", "sign": SIGN, **words})
    assert answer.status_code == 200, answer.data[:300]
    assert "cs-failed" not in str(answer.json["panels"]), answer.json["panels"]
    return answer.json


def outlook(client, code="990100", **words):
    return client.get(f"/api/forecast/tiny/{SIGN}/{code}.json", query_string=words)


def test_every_panel_is_drawn_and_the_page_has_them_before_a_script_ran(served):
    found = panels(served[1]["local"])
    assert set(found["panels"]) == {*PANELS, "caption", "legend"} and set(TOLD) == set(PANELS)
    page = served[1]["local"].get("/_dash-layout", headers={"Referer": f"http://localhost/forecast?lang=en&sign={SIGN}"}).data.decode()
    assert "How well it would have done" in page and "forecast-map" in page and "forecast-graph" in page
    chinese = str(panels(served[1]["local"], lang="zh")["panels"])
    assert "回测" in chinese and "Forecast by" not in chinese


def test_the_sentence_says_what_the_outlook_says(served):
    told, found = outlook(served[1]["local"]).json, panels(served[1]["local"])
    values = [point["expected"] for point in told["points"]]
    assert told["is_forecast"] and len(values) == 48 and told["points"][0]["at"] == told["cutoff"] + 3600 == int(tiny.NOON.timestamp()) + 3600
    head = str(found["panels"]["forecast_head"])
    assert f"{max(values):.1f}" in head and f"{min(values):.1f}" in head and "as known at" in head
    assert all(point[f"lo{share}"] <= point["expected"] <= point[f"hi{share}"] for point in told["points"] for share in (80, 90))
    shape = 3 + 2 * np.sin(2 * np.pi * ((24 * DAYS + np.arange(48)) % 24) / 24)
    assert np.abs(np.array(values) - 1.15 * shape).mean() < 0.6, "the day's course goes on"
    assert told["breach"]["is_upwards"] and all(0 <= point["chance"] <= 1 for point in told["points"])


def test_numbers_agree_in_chart_table_map_and_file(served):
    client = served[1]["local"]
    told, found = outlook(client, LEFT).json, panels(client, unit=LEFT, k="3")
    line = next(trace for trace in found["figure"]["data"] if trace.get("name", "").endswith("expected"))
    assert line["y"] == pytest.approx([point["expected"] for point in told["points"]], abs=0.01)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/forecast/tiny/{SIGN}/{LEFT}.csv").data.decode("utf-8-sig"))))
    assert [float(row["y_hat"]) for row in rows] == pytest.approx([point["expected"] for point in told["points"]])
    assert {row["kind"] for row in rows} == {"forecast"} and {row["cutoff"] for row in rows} == {tiny.NOON.strftime("%Y-%m-%dT%H:%M:%SZ")}
    history = next(trace for trace in found["figure"]["data"] if trace.get("name", "").endswith("reported"))
    assert history["meta"]["trace"] == f"value/{SIGN}/{LEFT}" and history["meta"]["times"][-1] == told["cutoff"]
    assert found["map"]["level"] == "street" and "/street/3.bin" in found["map"]["values"]["street"]["url"]
    limits = (2, 4, 6, 8)
    body = gzip.decompress(client.get(f"/forecast-values/tiny/{SIGN}/street/3.bin", headers={"Accept-Encoding": "identity"}).data)
    expected = [outlook(client, code).json["points"][3]["expected"] for code in STREETS]
    assert list(body) == [sum(value >= limit for limit in limits) for value in expected]
    legend = client.get(f"/forecast-values/tiny/{SIGN}/street/3.json").json
    assert sum(legend["counts"]) == 4 and legend["at"] == told["points"][3]["at"] and legend["cutoff"] == told["cutoff"]
    card = client.get(f"/forecast-values/tiny/{SIGN}/street/3/1.json").json
    assert card["code"] == STREET and card["sign"]["value"] == pytest.approx(expected[0])


def test_the_map_of_breaches_has_the_chances_of_the_units(served):
    client = served[1]["local"]
    chances = [outlook(client, code).json["points"][5]["chance"] for code in STREETS]
    body = gzip.decompress(client.get(f"/forecast-values/tiny/{SIGN}/street/5.bin?show=breach", headers={"Accept-Encoding": "identity"}).data)
    assert list(body) == [sum(chance >= limit for limit in (0.05, 0.2, 0.5, 0.8)) for chance in chances]
    assert client.get(f"/forecast-values/tiny/{SIGN}/street/5/1.json?show=breach").json["sign"]["value"] == pytest.approx(100 * chances[0], abs=0.01)
    assert client.get(f"/forecast-values/tiny/{SIGN}/street/900.bin").status_code == 404
    assert client.get("/forecast-values/tiny/active_sites/street/0.bin?show=breach").status_code == 404
    assert panels(client, show="breach")["play"]["show"] == "breach"
    assert panels(client, sign="active_sites", show="breach")["play"]["shows"] == ["expected"]


def test_a_replay_says_what_came_and_how_far_off_it_was(served):
    client, at = served[1]["local"], int((tiny.NOON - timedelta(days=2)).timestamp())
    found, told = panels(client, at=str(at + 900), unit=STREET), outlook(client, STREET, at=at).json
    assert found["asked"]["at"] == str(at) and told["cutoff"] == at and told["is_replay"]
    truth = next(trace for trace in found["figure"]["data"] if trace.get("name") == "what came")
    apart = np.abs(courses()[STREET][-48:] - [point["expected"] for point in told["points"]])
    assert len(truth["y"]) == 48 and f"{apart.mean():.2f}" in str(found["panels"]["caption"])
    assert found["form"] is None and "Replay" in str(found["panels"]["forecast_head"])
    assert panels(client, at=str(int(tiny.NOON.timestamp()) + 10**6))["asked"]["at"] == "", "the future is no replay"
    assert all(a < b for a, b in zip(found["cutoffs"]["times"], found["cutoffs"]["times"][1:], strict=False))


def test_units_beside_and_scenarios_stand_in_the_chart(served):
    client = served[1]["local"]
    found = panels(client, unit=STREET, **{"with": f"{STREETS[1]},{STREETS[2]},nowhere"}, s="holiday;rain_mm_h:20;rain_mm_h:x")
    names = [trace.get("name", "") for trace in found["figure"]["data"]]
    assert sum(name.endswith("expected") for name in names) == 3 and "days ahead are free" in names and any("20" in name for name in names)
    assert found["asked"]["with"] == f"{STREETS[1]},{STREETS[2]}" and found["asked"]["s"] == "holiday;rain_mm_h:20"
    head, what = str(found["panels"]["forecast_head"]), str(found["panels"]["forecast_scenarios"])
    assert "is no number" in head and "No such unit" in head
    assert "the past does not show" in what, "there is no rain in this city to learn from"
    told = outlook(client, STREET, s="holiday;rain_mm_h:20").json
    assert [one["scenario"] for one in told["scenarios"]] == ["holiday", "rain_mm_h:20"]
    rain = told["scenarios"][1]
    assert rain["effects"][0]["is_known"] is False and rain["points"] == told["points"]
    assert outlook(client, STREET, s=";".join(["holiday"] * 5)).status_code == 400 and outlook(client, STREET, s="fog:1").status_code == 400


@pytest.mark.parametrize("words", [{"unit": "x" * 60}, {"unit": "../etc"}, {"steps": "-4"}, {"at": "soon"}, {"k": "9999999999999"}, {"show": "drop"}])
def test_words_nobody_made_become_the_default(served, words):
    asked = panels(served[1]["local"], **words)["asked"]
    assert {name: text for name, text in asked.items() if text and name not in ("sign", "k")} == {}


def test_looks_of_other_lengths(served):
    client = served[1]["local"]
    day, usual, week = (outlook(client, steps=n).json["points"] for n in (24, 48, 168))
    assert (len(day), len(usual), len(week)) == (24, 48, 168) and day == usual[:24]
    assert panels(client, steps="24")["asked"]["steps"] == "24" and panels(client, steps="48")["asked"]["steps"] == ""
    assert len(outlook(client, steps=999).json["points"]) == 168
    assert client.get("/api/forecast/tiny/panels.json", query_string={"s": "x" * 700}).status_code == 400


def test_where_there_is_no_forecast_the_page_says_why(served):
    client = served[1]["local"]
    assert "too little history" in str(panels(client, sign="aqi")["panels"]["forecast_head"])
    short = panels(client, sign="green_cover_pct")
    assert short["play"] is None and short["figure"]["data"] == [] and short["form"] is None
    assert "not there, or not for you" in str(panels(client, sign="drop_table")["panels"]["forecast_head"])
    assert client.get("/api/forecast/tiny/aqi/990100.json").status_code == 404
    assert client.get("/api/forecast/tiny/green_cover_pct/990100.json").status_code == 404
    assert client.get("/api/forecast/nowhere/panels.json").status_code == 404


def test_a_cadence_without_a_forecast_is_said(served, monkeypatch):
    system = served[0]
    monkeypatch.setattr("app.forecast.page.horizon", lambda _: 0)
    seen = system.seen_by(everybody(system), "operations.read")
    here = look(seen, "tiny", {"sign": SIGN})
    assert here.steps == 0 and why_not(seen, "tiny", here) == "no_cadence"


def test_who_sees_a_part_is_told_of_that_part(served):
    client = served[1]["left"]
    found = panels(client, **{"with": RIGHT}, unit=RIGHT)
    assert found["asked"]["unit"] == "" and found["asked"]["with"] == "" and "990102" not in json.dumps(found["panels"])
    body = gzip.decompress(client.get(f"/forecast-values/tiny/{SIGN}/street/3.bin", headers={"Accept-Encoding": "identity"}).data)
    assert list(body)[2:] == [255, 255] and 255 not in list(body)[:2]
    assert sum(client.get(f"/forecast-values/tiny/{SIGN}/street/3.json").json["counts"]) == 2
    assert outlook(client, RIGHT).status_code == 404 and outlook(client, "990100").status_code == 404 and outlook(client, LEFT).status_code == 200
    assert client.get(f"/forecast-values/tiny/{SIGN}/street/3/3.json").status_code == 404
    assert client.post("/api/forecast/tiny/training.json", data={"indicator": SIGN}).status_code == 403, "a model is of the whole city"


def test_files_need_their_right_and_hold_no_formula(served):
    assert served[1]["duty"].get(f"/api/forecast/tiny/{SIGN}/{LEFT}.csv").status_code == 403
    answer = served[1]["leader"].get(f"/api/forecast/tiny/{SIGN}/{LEFT}.csv?s=holiday")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["scenario"] for row in rows} == {"", "holiday"} and len(rows) == 96
    assert not any(cell[:1] in "=+@" for row in rows for cell in row.values() if cell)


def test_models_are_chosen_anew_by_who_may(served):
    system, clients = served
    assert clients["leader"].post("/api/forecast/tiny/training.json", data={"indicator": SIGN}).status_code == 403
    assert clients["analyst"].post("/api/forecast/tiny/training.json", data={"indicator": SIGN, "level": "floor"}).status_code == 400
    assert clients["analyst"].post("/api/forecast/tiny/training.json", data={"indicator": "nothing"}).status_code == 404
    offered = {name: "Choose anew" in str(panels(clients[name])["panels"]["forecast_model"]) for name in ("analyst", "leader")}
    assert offered == {"analyst": True, "leader": False}
    assert clients["analyst"].post("/api/forecast/tiny/training.json", data={"indicator": SIGN, "level": "district"}).json["added"] == 1
    for _ in range(300):
        state = clients["leader"].get("/api/forecast/tiny/training.json").json
        if not state["is_busy"] and not state["waiting"]:
            break
        time.sleep(0.1)
    assert state["done"][0]["indicator"] == SIGN and state["done"][0]["error"] == "" and state["done"][0]["model"]
    chosen = system.outlooks.champions.row("tiny", SIGN, "district")
    assert chosen["who"] == "analyst" and chosen["model"] == state["done"][0]["model"]
    after = panels(clients["analyst"], unit=LEFT)
    assert "by analyst" in str(after["panels"]["forecast_model"]) and "Earlier choices (1)" in str(after["panels"]["forecast_model"])
    assert outlook(clients["analyst"], LEFT).json["is_chosen"]
    assert clients["analyst"].post("/api/forecast/tiny/training/cancel").json["cancelled"] == 0
    assert clients["leader"].post("/api/forecast/tiny/training/cancel").status_code == 403


def test_a_look_can_be_saved(served):
    clients = served[1]
    assert KINDS["forecast"].words == WORDS
    words = f"city=tiny&sign={SIGN}&unit={STREET}&with={STREETS[2]}&s=rain_mm_h:20,road:{STREETS[3]}&k=3"
    kept = clients["analyst"].post("/api/views", data={"page": "forecast", "words": words, "name": "look", "shared": "true"})
    assert kept.status_code == 200 and kept.json["mine"][0]["address"].startswith("/forecast?city=tiny&unit=")
    offered = {name: [one["name"] for one in clients[name].get("/api/views").json["shared"]] for name in ("leader", "left")}
    assert offered == {"leader": ["look"], "left": []}, "who sees the left alone is not told of a road on the right"


def test_an_empty_city_has_a_page(tmp_path):
    system = homes.city(tmp_path / "home", second_factor=False)
    seen = system.seen_by(everybody(system), "operations.read")
    here = look(seen, "tiny", {})
    assert here.indicator == "" and here.unit is not None and here.choice == ()
    system.close()


def everybody(system):
    return viewer("local", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT)


def test_the_choice_of_times_is_the_citys_own():
    at = int(datetime(2026, 3, 29, 0, 30, tzinfo=UTC).timestamp())
    times = np.array([at, at + 3600, at + 7200])
    assert clock(times, "Europe/Berlin") == ["2026-03-29T01:30", "2026-03-29T03:30", "2026-03-29T04:30"], "the clock is put forward"
    assert clock(times, "Asia/Shanghai")[0] == "2026-03-29T08:30"
