"""The two pages with nothing, with one indicator, with old numbers only, for who sees a part, and for what no page of ours sends."""

import json
from datetime import timedelta

import pytest

from app.access import Grant
from app.alerts import rules
from callbacks.pages import create_dash
from callbacks.server import create_server
from data import registers
from tests import homes, tiny
from tests.signed_in import account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}


def served(tmp_path, *hand_ins):
    system = homes.city(tmp_path / "home", second_factor=False)
    if hand_ins:
        system.take(list(hand_ins))
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    return system, server


def page(client, path):
    return json.dumps(client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}).json, ensure_ascii=False)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_city_of_nothing_and_of_old_numbers_only(tmp_path, language):
    system, server = served(tmp_path)
    client = signed_in(system, server)
    empty = page(client, f"/signs?city=tiny&lang={language}")
    assert "cs-empty" in empty and "cs-failed" not in empty + page(client, f"/alerts?city=tiny&lang={language}&alert=77&severity=green")
    # two months of one indicator with a month without data between, another that ended long ago
    rows = [row for day in (0, 1, 40, 41, 42) for row in tiny.readings("cases_filed", "grid", at=tiny.NOON - timedelta(days=day))]
    rows += tiny.readings("aqi", "street", at=tiny.NOON - timedelta(days=9))
    system.take([tiny.hand_in(tmp_path, "reading", rows)])
    text = page(client, f"/signs?city=tiny&lang={language}&indicator=aqi&since=week")
    assert "cs-failed" not in text and "vs-sign vs-none" in text and "vs-movers" in text
    system.close()


def test_who_sees_a_part_sees_its_alerts_and_who_may_not_sees_none(tmp_path):
    values = {"990101001": 50.0, "990102001": 30.0}
    system, server = served(tmp_path, tiny.hand_in(tmp_path, "reading", tiny.readings("ponding_cm", "street", values)))
    left = signed_in(system, server, account(system, "left", Grant("duty_officer", "tiny", "990101", 1)))
    assert left.get("/api/alerts/tiny.json").json["counts"]["open"] == 1
    assert "30.0" not in page(left, "/alerts?city=tiny&lang=en") and "alert=1" in page(left, "/alerts?city=tiny&lang=en")
    other = next(row["number"] for row in signed_in(system, server).get("/api/alerts/tiny.json").json["alerts"] if row["unit_code"] == "990102001")
    assert left.get(f"/api/alert/tiny/{other}.json").status_code == 404
    assert left.post(f"/api/alert/tiny/{other}/act", data={"act": "acknowledge"}).status_code == 404
    auditor = signed_in(system, server, account(system, "auditor", Grant("auditor", "tiny")))
    assert auditor.get("/api/alerts/tiny.json").status_code == 403 and "al-card" not in page(auditor, "/alerts?city=tiny")
    output = next(row["output"] for row in left.get("/_dash-dependencies").json if any(part["id"] == "alerts-act" for part in row["inputs"]))
    place = {"city": "tiny", "alert": 1, "severity": "", "owner": ""}
    for value in (None, 7, {"act": "burn", "number": "1"}, {"act": "close", "number": "x"}, {"act": "note", "number": "1", "note": ["x"]}):
        answer = left.post("/_dash-update-component", json={
            "output": output, "outputs": {"id": "alerts-body", "property": output.rsplit(".", 1)[1]}, "changedPropIds": ["alerts-act.data"],
            "inputs": [{"id": "alerts-act", "property": "data", "value": value}],
            "state": [{"id": "alerts-place", "property": "data", "value": place}, {"id": "reader", "property": "data", "value": READER}]})
        assert answer.status_code in (200, 204), value
    assert system.db.run("select count(*) from mgmt.alert where state <> 'raised'").fetchone() == (0,)
    system.close()


def test_every_rule_of_the_registry_is_sound(tmp_path):
    system, _ = served(tmp_path)
    found = rules.read(tmp_path, system.indicators)
    departments = {row["id"] for row in registers.rows("departments")}
    assert found.wrong == () and len(found.rules) >= 25
    for rule in found.rules.values():
        assert rule.department in departments and rule.procedure in rules.procedures(), rule.id
        assert any("\u4e00" <= sign <= "\u9fff" for sign in rule.name_zh) and rule.name_en.isascii(), rule.id
    system.close()
