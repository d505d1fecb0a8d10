"""What special forecasters say on the forecast page and over the API: power, air and water of a tiny city, and who is told what."""

from __future__ import annotations

import csv
import importlib
import io
import time
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from scipy.signal import lfilter

from app.access import Grant
from app.forecast import air
from app.forecast.answers.answer import WHY, under
from app.forecast.page import WHY as PAGE_WHY
from app.forecast.power import exceedance
from app.forecast.special import SPECIAL
from layouts.components.foreseen import special_why
from layouts.reader import Reader
from tests import tiny
from tests.forecast_page.test_page import everybody
from tests.signed_in import account, signed_in
from tests.wall.test_routes import running

LEFT, RIGHT, STREET = "990101", "990102", "990101001"
STREETS = ("990101001", "990101002", "990102001", "990102002")
DAYS = 20
BEGIN = tiny.NOON - timedelta(days=DAYS) + timedelta(hours=1)
CAPACITY = np.array([100.0, 80.0, 140.0, 60.0])


def rows(indicator, values, weights=None):
    """[hour × street] as rows of dataset reading."""
    at = [(BEGIN + timedelta(hours=k)).isoformat() for k in range(len(values))]
    weight = pa.nulls(values.size, pa.float64()) if weights is None else pa.array(np.tile(weights, len(values)))
    return pa.table({"unit_code": list(STREETS) * len(at), "indicator": [indicator] * values.size, "at": [one for one in at for _ in STREETS],
                     "value": values.ravel(), "weight": weight})


def readings():
    """A load that comes near its capacity at the first street alone, air that grows worse, a river under rain."""
    rng, t = np.random.default_rng(4), np.arange(24 * DAYS)
    day = np.sin(2 * np.pi * (t[:, None] - 8) / 24)
    wander = lfilter([1], [1, -0.8], rng.normal(0, 1.2, (t.size, 4)), axis=0)
    load = CAPACITY * np.array([0.86, 0.5, 0.45, 0.4]) * (1 + 0.12 * day) + wander
    pm25 = np.maximum(70 + 14 * day + rng.normal(0, 6, (t.size, 4)), 5)
    rain = np.repeat(rng.gamma(0.5, 8, (t.size, 1)) * (rng.random((t.size, 1)) < 0.08), 4, axis=1)
    level = 5.8 + 0.2 * np.arange(4) + 0.05 * np.cumsum(rng.normal(0, 0.05, (t.size, 4)), axis=0) + 0.2 * day + rng.normal(0, 0.05, (t.size, 4))
    yield rows("power_load_mw", load)
    yield rows("load_ratio_pct", load, CAPACITY)
    yield rows("pm25", pm25)
    yield rows("aqi", pm25 * 1.3)
    yield rows("rain_mm_h", rain)
    yield rows("river_level_m", level)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("special")
    system, server = running(folder, tiny.hand_in(folder, "reading", pa.concat_tables(list(readings())), "r"))
    grants = {"analyst": Grant("analyst", "tiny", "", 1), "duty": Grant("duty_officer", "tiny", "", 1), "left": Grant("analyst", "tiny", LEFT, 1)}
    clients = {name: signed_in(system, server, account(system, name, grant)) for name, grant in grants.items()}
    yield system, {**clients, "local": signed_in(system, server)}
    system.close()


def said(client, name, status=200, **words):
    answer = client.get(f"/api/forecast/tiny/special/{name}.json", query_string=words)
    assert answer.status_code == status, answer.data[:300]
    return answer.json


def panel(client, sign, language="en", **words):
    answer = client.get("/api/forecast/tiny/panels.json", query_string={"lang": language, "sign": sign, **words}).json
    assert "cs-failed" not in str(answer["panels"]), answer["panels"]["forecast_special"]
    return str(answer["panels"]["forecast_special"])


def outlook(client, sign, code="990100"):
    return client.get(f"/api/forecast/tiny/{sign}/{code}.json").json


def test_every_special_forecaster_has_an_answer_and_a_panel():
    for one in SPECIAL:
        assert callable(one.answer) and callable(importlib.import_module(f"layouts.panels.special_{one.name}").panel), one.name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_has_words(language):
    r = Reader(language)
    general = special_why(r, "nobody made this")
    assert all(special_why(r, why)[0] and (why == "too_little" or special_why(r, why) != general) for why in (*WHY, *PAGE_WHY))


def test_a_load_is_held_against_the_capacity_that_ratios_were_divided_by(served):
    client = served[1]["local"]
    found, line = said(client, "power", unit=STREET, sign="power_load_mw"), outlook(client, "power_load_mw", STREET)
    assert found["limit"] == found["capacity_mw"] == 100 and found["capacity_at"] == line["cutoff"] == found["cutoff"]
    points = line["points"]
    lo80, hi80, lo90, hi90, y = (np.array([[point[name] for point in points]]) for name in ("lo80", "hi80", "lo90", "hi90", "expected"))
    right = exceedance(y, lo90, hi90, 100.0, lo80, hi80, found["rho"])
    assert found["any"] == pytest.approx(float(right.any[0])) and 0 < found["rho"] < 1 and found["seen_on"] >= 6 and not found["is_bound"]
    assert [row["chance"] for row in found["rows"]] == pytest.approx(right.each[0], abs=1e-4)
    assert max(right.each[0]) <= found["any"] <= 1 - np.prod(1 - right.each[0]) + 1e-9
    ratio = said(client, "power", unit=STREET, sign="load_ratio_pct")
    assert ratio["limit"] == 100 and ratio["capacity_mw"] == 100 and ratio["any"] == pytest.approx(found["any"], abs=0.05)


def test_of_a_whole_city_the_units_that_may_exceed_theirs_are_named(served):
    found = said(served[1]["local"], "power", sign="power_load_mw")
    assert found["capacity_mw"] == pytest.approx(CAPACITY.sum()) and found["any"] < 0.01
    assert [row["code"] for row in found["units"]] == [STREET] and found["units"][0]["limit"] == 100
    english, chinese = panel(served[1]["local"], "power_load_mw"), panel(served[1]["local"], "power_load_mw", "zh")
    assert "almost certainly stay below" in english and "Unit 001" in english and "capacity reported with the load ratio" in english
    assert "用电负荷超容量概率" in chinese and "Expected" not in chinese
    street = panel(served[1]["local"], "power_load_mw", unit=STREET)
    assert "passes its capacity of 100" in street and "As a table" in street


def test_a_replay_knows_no_errors_that_came_later(served):
    at = int((tiny.NOON - timedelta(days=2)).timestamp())
    found = said(served[1]["local"], "power", unit=STREET, sign="power_load_mw", at=at)
    assert found["is_replay"] and found["cutoff"] == at and found["rho"] is None and found["is_bound"]
    assert "an upper bound" in panel(served[1]["local"], "power_load_mw", unit=STREET, at=str(at))


def test_where_no_capacity_is_known_that_is_said(tmp_path):
    values = 50 + 9 * np.sin(np.arange(24 * DAYS)[:, None] / 4) + np.zeros((1, 4))
    handed = pa.concat_tables([rows("power_load_mw", values), rows("load_ratio_pct", values / 99)])
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "reading", handed, "r"))
    client = signed_in(system, server)
    assert "no_capacity" in str(said(client, "power", 404, sign="power_load_mw"))
    assert "no capacity is known here" in panel(client, "power_load_mw")
    assert "无法给出：此处容量未知" in panel(client, "power_load_mw", "zh")
    system.close()


def test_air_has_levels_that_add_up_an_edition_and_a_primary_pollutant(served):
    client = served[1]["local"]
    of_index, of_pollutant = said(client, "air", sign="aqi"), said(client, "air", sign="pm25")
    for found in (of_index, of_pollutant):
        assert found["edition"] == "HJ 633-2026" and found["pollutants"] == ["pm25"] and "o3" in found["missing"]
        for row in found["rows"]:
            assert sum(row[f"chance_{level}"] for level in range(1, 7)) == pytest.approx(1, abs=1e-3)
            assert row["lo90"] <= row["lo80"] <= row["aqi"] + 0.1 and row["aqi"] <= row["hi80"] + 0.1 and row["hi80"] <= row["hi90"]
    assert of_index["of"] == "reported" and of_pollutant["of"] == "some"
    assert [row["aqi"] for row in of_index["rows"]] == pytest.approx([point["expected"] for point in outlook(client, "aqi")["points"]], abs=0.06)
    expected = [point["expected"] for point in outlook(client, "pm25")["points"]]
    on = date(2026, 11, 18)
    assert [row["aqi"] for row in of_pollutant["rows"]] == pytest.approx(air.iaqi("pm25", 24, np.array(expected), on, is_whole=False), abs=0.06)
    assert {row["primary"] for row in of_pollutant["rows"]} == {"pm25"} and of_pollutant["worst"]["level"] == 3
    english, chinese = panel(client, "pm25"), panel(client, "pm25", "zh", k="3")
    assert "#ff7e00" in english and "Lightly polluted" in english and "are not handed in, so the index is this at least" in english
    assert "轻度污染" in chinese and "首要污染物：PM2.5" in chinese


def test_a_river_above_its_gauges_is_its_highest_gauge(served):
    client = served[1]["local"]
    city, street = said(client, "water", sign="river_level_m"), said(client, "water", unit="990102002", sign="river_level_m")
    assert city["limits"] == [6.5, 7.5] and city["is_highest"] and not street["is_highest"] and len(city["gauges"]) == 4
    assert city["gauges"][0]["code"] == "990102002" and not street["gauges"]
    for row in city["rows"]:
        assert 0 <= row["above_7.5"] <= row["above_6.5"] <= 1
    each = [said(client, "water", unit=code, sign="river_level_m")["rows"] for code in STREETS]
    for k, row in enumerate(city["rows"]):
        assert row["expected"] >= max(one[k]["expected"] for one in each) - 1e-6
        assert row["above_6.5"] >= max(one[k]["above_6.5"] for one in each) - 0.01, "a city is in danger where one of its gauges is"
    assert city["rain"]["halves_h"] == [3, 12, 48]
    assert "highest of the gauges below" in panel(client, "river_level_m") and "超警戒" in panel(client, "river_level_m", "zh")


def test_rain_is_a_factor_of_water_levels_alone(served):
    seen = served[0]
    mine = seen.outlooks.ground("tiny", "river_level_m", "street").panel
    other = seen.outlooks.ground("tiny", "power_load_mw", "street").panel
    assert {"rain_3h", "rain_12h", "rain_48h"} <= set(mine.known) and not other.known
    assert all(values.shape == mine.y.shape and np.isfinite(values).all() for values in mine.known.values())


def test_who_sees_a_part_is_told_of_that_part(served):
    left = served[1]["left"]
    found = said(left, "power", sign="power_load_mw")
    assert found["code"] == LEFT and {row["code"] for row in found["units"]} <= {STREET, "990101002"}
    assert {row["code"] for row in said(left, "water", sign="river_level_m")["gauges"]} == {STREET, "990101002"}
    assert said(left, "power", 404, unit=RIGHT, sign="power_load_mw") and said(left, "water", 404, unit="990100", sign="river_level_m")
    assert RIGHT not in panel(left, "river_level_m")


def test_files_need_their_right(served):
    assert served[1]["duty"].get("/api/forecast/tiny/special/air.csv?sign=aqi").status_code == 403
    answer = served[1]["analyst"].get(f"/api/forecast/tiny/special/air.csv?sign=aqi&unit={STREET}")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    told = said(served[1]["analyst"], "air", sign="aqi", unit=STREET)["rows"]
    assert len(found) == 48 and {row["unit_id"] for row in found} == {STREET} and found[0]["at"].endswith("Z")
    assert [float(row["aqi"]) for row in found] == [row["aqi"] for row in told]


def test_what_is_not_there_is_not_found(served):
    client = served[1]["local"]
    for name, words in (("astrology", {}), ("power", {"sign": "aqi"}), ("power", {"sign": "drop_table"}), ("power", {"unit": "nowhere"})):
        assert said(client, name, 404, **words)["fact"]
    assert client.get("/api/forecast/nowhere/special/power.json").status_code == 404
    assert client.get("/api/forecast/tiny/special/power.json?unit=" + "x" * 80).status_code == 400
    assert panel(client, "rain_mm_h") == "[]", "none serves it"


def test_units_under_a_unit(served):
    system = served[0]
    seen = system.seen_by(everybody(system), "operations.read")
    city = {"level": "city", "seq": 1}
    street, district = {"level": "street", "seq": 3}, {"level": "district", "seq": 2}
    assert under(seen, "tiny", city, "street").tolist() == [0, 1, 2, 3] and under(seen, "tiny", district, "street").tolist() == [2, 3]
    assert under(seen, "tiny", street, "street").tolist() == [2] and not under(seen, "tiny", street, "city").size


def test_the_crowd_model_is_compared_where_it_serves_and_said(tmp_path):
    t = np.arange(24 * DAYS)
    people = np.maximum(np.round(300 + 200 * np.sin(2 * np.pi * (t[:, None] - 9) / 24) + 40 * np.arange(4)), 0)
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "reading", rows("visiting_population", people), "r"))
    client = signed_in(system, server)
    found = said(client, "crowd", sign="visiting_population")
    assert not found["is_tried"] and [row["code"] for row in found["places"]] == list(reversed(STREETS))
    assert found["busiest"]["expected"] == max(row["expected"] for row in found["rows"])
    assert "a quick model stands in until then" in panel(client, "visiting_population")
    assert client.post("/api/forecast/tiny/training.json", data={"indicator": "visiting_population", "level": "street"}).json["added"] == 1
    for _ in range(600):
        state = client.get("/api/forecast/tiny/training.json").json
        if not state["is_busy"] and not state["waiting"]:
            break
        time.sleep(0.1)
    chosen = said(client, "crowd", sign="visiting_population", unit=STREET)
    assert chosen["is_chosen"] and chosen["is_tried"] and chosen["places"] is None
    assert "人群模型" in panel(client, "visiting_population", "zh", unit=STREET)
    system.close()
