"""The generated endpoint: exactly the grant's fields, units, area and period, through the viewer's own rights, by session or key, counted."""

from datetime import timedelta

import pytest

from app.access import Grant
from app.catalogue.desk import Wish
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import tiny
from tests.catalogue.conftest import person
from tests.signed_in import account, signed_in

FIELDS = ["unit_code", "unit_name", "at", "value", "coverage_pct"]


@pytest.fixture
def served(system):
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    return server


def client_of(system, server, name, department="finance", unit="", role="analyst", privacy=3):
    return signed_in(system, server, account(system, name, Grant(role, "tiny", unit, privacy), department=department))


class Bearer:
    """A program with an API key."""

    def __init__(self, server, key):
        self.client, self.headers = server.test_client(), {"Authorization": f"Bearer {key}"}

    def get(self, address):
        return self.client.get(address, headers=self.headers)


def grant(system, name="ann", code="R1", department="finance", **wish):
    asked = system.desk.ask(
        person(system, name, department=department), "tiny", system.catalogue.shelf("tiny").resource(code), Wish("For work", **wish)
    )
    if asked["state"] == "asked":
        system.desk.act(person(system, "olga", "data_steward"), asked["request"], "grant")
    return asked["request"]


def test_a_grant_opens_exactly_its_rows(system, served):
    client = client_of(system, served, "ann")
    assert client.get("/api/resource/R1").status_code == 403
    number = grant(system)
    body = client.get("/api/resource/R1").json
    assert (body["fields"], body["grant"], body["after"]) == (FIELDS, number, "")
    assert [(row["unit_code"], row["value"], row["coverage_pct"]) for row in body["rows"]] == [
        (f"99010{i}00{j}", value, 100.0) for i, j, value in ((1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 4))
    ]
    assert body["rows"][0]["at"].endswith("Z") and body["rows"][0]["unit_name"] == "单元001"


def test_fields_units_and_period_outside_the_grant_never_leave(system, served):
    client = client_of(system, served, "ann")
    grant(system, fields=("unit_code", "value"), units=("990101",), since=tiny.NOON - timedelta(days=1), until=tiny.NOON + timedelta(days=1))
    rows = client.get("/api/resource/R1?fields=value").json["rows"]
    assert rows == [{"value": 1.0}, {"value": 2.0}]
    refused = client.get("/api/resource/R1?fields=value,at")
    assert refused.status_code == 400 and refused.json["fact"] == "This field is not in your grant"
    assert client.get("/api/resource/R1?unit=990102").json["rows"] == []
    assert client.get("/api/resource/R1?unit=990100").json["rows"] == client.get("/api/resource/R1").json["rows"]
    assert len(client.get("/api/resource/R1?unit=990101002").json["rows"]) == 1
    late = int((tiny.NOON + timedelta(days=3)).timestamp())
    assert client.get(f"/api/resource/R1?since={late}").json["rows"] == []


def test_a_period_before_the_data_is_empty(system, served):
    client = client_of(system, served, "ann")
    grant(system, until=tiny.NOON - timedelta(days=30))
    assert client.get("/api/resource/R1").json["rows"] == []


def test_a_grant_never_shows_more_than_the_own_rights(system, served):
    grant(system)
    inside = client_of(system, served, "bob", unit="990101002")
    assert [row["unit_code"] for row in inside.get("/api/resource/R1").json["rows"]] == ["990101002"]
    assert inside.get("/api/resource/R1?unit=990102").json["rows"] == []
    elsewhere = signed_in(system, served, account(system, "carl", Grant("analyst", "other", ""), department="finance"))
    assert elsewhere.get("/api/resource/R1?city=tiny").status_code == 404
    number = grant(system, code="R2", department="tax", name="tim")
    low = client_of(system, served, "tim", "tax", privacy=0)
    assert low.get("/api/resource/R2").status_code == 404, "the indicator is above their privacy level"
    high = client_of(system, served, "tia", "tax", privacy=3)
    assert len(high.get("/api/resource/R2?most=5000").json["rows"]) == 48 and number
    assert {row["unit_code"][:6] for row in high.get("/api/resource/R2").json["rows"]} == {"990101"}, "what it covers, nothing else"


def test_pages_join_to_the_whole_and_end(system, served):
    client = client_of(system, served, "ann")
    system.take([tiny.hand_in(system.settings.home, "reading", tiny.readings("active_sites", "street", at=tiny.NOON - timedelta(days=1)), "r2")])
    grant(system)
    whole = client.get("/api/resource/R1").json["rows"]
    joined, after = [], ""
    for _ in range(20):
        page = client.get(f"/api/resource/R1?most=3&after={after}").json
        joined, after = joined + page["rows"], page["after"]
        if not after:
            break
    assert joined == whole and len(whole) == 8
    assert client.get("/api/resource/R1?after=here").status_code == 400


def test_a_key_opens_it_and_every_call_is_counted(system, served):
    account(system, "prog", Grant("analyst", "tiny", ""), department="finance")
    number = grant(system, name="prog")
    raw = system.identity.keys.make(system.identity.accounts.named("prog"), "program", "prog")
    client = Bearer(served, raw)
    for address in ("/api/resource/R1", "/api/resource/R1?form=csv", "/api/resource/R1?fields=nothing"):
        client.get(address)
    system.uses.flush()
    found = system.desk.requests("tiny")[0]
    assert (found["request"], found["calls"], found["failed"], found["rows"]) == (number, 3, 1, 8)
    assert found["used_at"] is not None
    sheet = client.get("/api/resource/R1?form=csv")
    assert sheet.mimetype == "text/csv" and sheet.data.decode("utf-8-sig").splitlines()[0] == ",".join(FIELDS)


def test_revoked_and_expired_grants_answer_no_more(system, served):
    client = client_of(system, served, "ann")
    number = grant(system)
    assert client.get("/api/resource/R1").status_code == 200
    system.desk.act(person(system, "olga", "data_steward"), number, "revoke", "Done")
    answer = client.get("/api/resource/R1")
    assert answer.status_code == 403 and "revoked" in answer.json["fact"] and "rows" not in answer.json
    again = grant(system)
    assert client.get("/api/resource/R1").status_code == 200
    system.db.run("update ledger.request set expires_at = now()::timestamp - interval 1 minute where request = ?", [again])
    assert "expired" in client.get("/api/resource/R1").json["fact"]


def test_the_description_says_parameters_fields_and_units(system, served):
    client = client_of(system, served, "ann")
    found = client.get("/api/resource/R1/openapi.json").json
    operation = found["paths"]["/api/resource/R1"]["get"]
    assert {one["name"] for one in operation["parameters"]} == {"city", "unit", "since", "until", "fields", "most", "after", "form"}
    row = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["rows"]["items"]["properties"]
    assert list(row) == FIELDS and row["coverage_pct"]["x-unit"] == "%" and found["info"]["x-sharing"] == "unconditional"
    grant(system)
    for asked in operation["parameters"]:
        if "example" in asked:
            assert client.get(f"/api/resource/R1?{asked['name']}={asked['example']}").status_code == 200


def test_records_leave_with_the_fields_of_the_privacy_level(system, served):
    from data.fields import fields_of

    items = [{"name": one.name, "type": one.type, "privacy": one.privacy} for one in fields_of("enterprise")]
    assert {one["name"] for one in items} >= {"credit_code", "legal_person"}
    system.db.run(
        "insert into base.enterprise (city, credit_code, name, legal_person, status, unit_code, valid_from, _source, _batch, _row) values "
        "('tiny', 'A', '甲', '张三', 'open', '990101001', timestamp '2026-11-01', 'market', 1, 1), "
        "('tiny', 'B', '乙', '李四', 'open', '990102001', timestamp '2026-11-02', 'market', 1, 2)"
    )
    import json

    from tests.catalogue.conftest import WHOLE

    row = {**WHOLE, "code": "E1", "stands_for": "record/enterprise", "information_items": json.dumps(items)}
    system.take([tiny.hand_in(system.settings.home, "resource", [row], "e", source="market")])
    grant(system, code="E1")
    low = client_of(system, served, "low", privacy=0).get("/api/resource/E1").json["rows"]
    assert [one["name"] for one in low] == ["甲", "乙"] and {one["legal_person"] for one in low} == {None}
    high = client_of(system, served, "high", privacy=3).get("/api/resource/E1?most=1").json
    assert high["rows"][0]["legal_person"] == "张三" and high["after"] == "1:1"
    part = client_of(system, served, "part", unit="990102").get("/api/resource/E1").json["rows"]
    assert [one["credit_code"] for one in part] == ["B"]
