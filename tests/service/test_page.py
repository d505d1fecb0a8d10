"""The page, its file, its panel on the wall: for whom they answer, what they show, and that every figure opens its source."""

import csv
import io
import json
import re

import pytest

from app.service.state import SHOWS
from tests.service.conftest import NOW


def page(client, words):
    return json.dumps(client.get("/_dash-layout", headers={"Referer": f"http://localhost/service?city=tiny&{words}"}).json, ensure_ascii=False)


@pytest.mark.parametrize("words, said", [
    ("lang=zh", "服务成效"), ("lang=en", "Service effectiveness"), ("lang=en&period=year&department=water&channel=app", "Last 365 days"),
    ("lang=en&show=late&district=990102", "Cases closed after their promise"), ("lang=en&period=never&show=nothing&department=%22%3E", "all"),
])
def test_the_page_answers_what_its_address_asks(served, words, said):
    text = page(served.local, words)
    assert (said in text and "cs-failed" not in text and "service-days" in text) or "No case in this period" in text


def test_every_number_on_the_page_opens_its_source(served):
    keys = set(re.findall(r'"data-trace": "([^"]+)"', page(served.local, "lang=en&show=overdue")))
    assert len([key for key in keys if key.startswith("figure/service_")]) == 28
    assert any(key.startswith("record/service_case/C-") for key in keys)
    for key in keys:
        told = served.local.get(f"/api/trace/tiny/{key}").json
        assert told["path"], key


def test_a_district_sees_its_own_and_traces_its_own(served):
    district, text = served.clients["district"], page(served.clients["district"], "lang=en&show=opened&period=quarter")
    outside = [row["case_no"] for row in served.rows if row["unit_code"].startswith("990101")]
    inside = [row["case_no"] for row in served.rows if row["unit_code"].startswith("990102")]
    assert not set(re.findall(r"service_case/(C-\d+)", text)) & set(outside) and inside[0]
    assert "Sources are shown to who may see the whole city" in text
    assert district.get(f"/api/trace/tiny/record/service_case/{inside[0]}").status_code == 200
    assert district.get(f"/api/trace/tiny/record/service_case/{outside[0]}").status_code == 404
    assert "This page is not open to you" in page(served.clients["auditor"], "lang=en")


def test_the_file_holds_the_cases_behind_a_number(served):
    for show in SHOWS:
        answer = served.local.get(f"/service/tiny.csv?show={show}&period=quarter&channel=hotline")
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert answer.status_code == 200 and all(row["channel"] == "hotline" for row in rows), show
    mine = list(csv.DictReader(io.StringIO(served.local.get("/service/tiny.csv?show=opened&period=quarter").data.decode("utf-8-sig"))))
    assert {row["case_no"] for row in mine} == {row["case_no"] for row in served.rows} and "reporter_mobile" not in mine[0]
    assert all(int(row["opened_at"]) <= NOW.timestamp() for row in mine)
    assert served.clients["district"].get("/service/tiny.csv").status_code == 403, "a duty officer takes nothing out"
    assert served.local.get("/service/tiny.csv?show=x").status_code == 400 and served.local.get("/service/none.csv").status_code == 404


def test_an_empty_city_says_so(empty):
    _, client = empty
    for lang, said in (("zh", "尚未报送工单"), ("en", "No case has been handed in yet")):
        text = page(client, f"lang={lang}")
        assert said in text and "cs-failed" not in text
    wall = client.get("/api/wall/tiny/scene/service.json?lang=en")
    assert "no case has been handed in" in str(wall.json) and "cs-failed" not in str(wall.json)


def test_the_wall_says_the_same_as_the_page(served):
    for wide in (0, 1):
        text = str(served.local.get(f"/api/wall/tiny/scene/service.json?lang=en&wide={wide}").json)
        assert "cs-failed" not in text
        assert re.search(r"Service (needs attention|is mostly all right)[^'\"]+", text)[0] in page(served.local, "lang=en")
