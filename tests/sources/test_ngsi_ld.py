"""NGSI-LD entities: the answers of the specification, an error per entity, the real payloads of the smart data models."""

import json

import pytest

from app.access import Grant
from callbacks.server import create_server
from data.mapping_rows import Mapping, accept
from tests.signed_in import account, signed_in
from tests.sources.conftest import STREETS

PATH = "/ngsi-ld/v1/entityOperations/upsert"
POINT = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [118.01, 30.01]}}


def entity(n=1, **more):
    return {"id": f"urn:ngsi-ld:AirQualityObserved:{n}", "type": "AirQualityObserved", "location": POINT,
            "pm25": {"type": "Property", "value": 35.5, "observedAt": f"2026-11-18T0{n}:00:00Z", "unitCode": "GQ"}, **more}


def mapped(place, *pairs, dataset="reading", source="broker"):
    with place.system.db.write() as cursor:
        for source_field, field, *more in pairs:
            accept(cursor, Mapping(source, dataset, source_field, field, "close", *more), "keeper")


@pytest.fixture
def served(place):
    place.source("broker", "ngsi_ld")
    mapped(place, ("pm25", "indicator:pm25"), ("temperature", "indicator:temperature_c", "°F"))
    server, gateway, _ = create_server(place.system)
    gateway.adopt("signed.in")
    clients = {name: signed_in(place.system, server, account(place.system, name, Grant("department_user", "tiny"), department=department))
               for name, department in (("officer", "ecology_env"), ("other", "water"))}
    return place, clients


def post(clients, body, who="officer", **headers):
    return clients[who].post(PATH, data=body if isinstance(body, bytes) else json.dumps(body), content_type="application/ld+json", headers=headers)


def test_created_then_updated(served):
    place, clients = served
    answer = post(clients, [entity(1), entity(2)])
    assert (answer.status_code, answer.json) == (201, [entity(1)["id"], entity(2)["id"]])
    changed = entity(1)
    changed["pm25"]["value"] = 36
    answer = post(clients, [changed])
    assert (answer.status_code, answer.data) == (204, b"")
    assert post(clients, [changed, entity(3)]).json == [entity(3)["id"]]
    assert place.all("select value, seq from base.reading where indicator = 'pm25' order by observed_at") == [(36.0, 1), (35.5, 1), (35.5, 1)]
    assert place.one("select indicator, value from hub.reading h join front.batch b on b.batch = h._batch where b.channel = 'broker' limit 1") == (
        "pm25", "35.5")


def test_units_are_turned_and_contradictions_told(served):
    place, clients = served
    warm = entity(4, temperature={"type": "Property", "value": 68, "observedAt": "2026-11-18T04:00:00Z", "unitCode": "FAH"})
    assert post(clients, [warm]).status_code == 201
    assert place.one("select value from base.reading where indicator = 'temperature_c'") == (20.0,)
    warm["temperature"]["unitCode"] = "CEL"
    answer = post(clients, [warm])
    assert answer.status_code == 207 and "its mapping reads °F" in answer.json["errors"][0]["error"]["detail"]


def test_every_bad_entity_has_its_error_and_the_others_are_taken(served):
    place, clients = served
    nowhere = entity(5, location={"type": "GeoProperty", "value": {"type": "Point", "coordinates": [10, 50]}})
    timeless = {"id": "urn:x:1", "type": "T", "location": POINT, "pm25": 4}
    nothing = {"id": "urn:x:2", "type": "T", "location": POINT, "other": 4}
    text = entity(6, pm25={"type": "Property", "value": "much", "observedAt": "2026-11-18T06:00:00Z"})
    swapped = entity(7, location={"type": "Point", "coordinates": [30, 118]})
    answer = post(clients, [entity(1), nowhere, timeless, nothing, text, swapped, 7, {"id": "", "type": "T"}, {"type": "T"}, {"id": "urn:x:3"}])
    assert answer.status_code == 207 and answer.json["success"] == [entity(1)["id"]]
    told = {one["entityId"]: one["error"] for one in answer.json["errors"]}
    assert len(told) == 9 and all(one["type"].endswith("/BadRequestData") and one["status"] == 400 and one["detail"] for one in told.values())
    assert "finite_number" in told[entity(6)["id"]]["detail"] and "observedAt" in told["urn:x:1"]["detail"]
    assert place.one("select count(*) from base.reading where indicator = 'pm25'") == (1,)


def test_what_is_no_request_is_told(served):
    _, clients = served
    for body in (b"", b"{", b"[]", b"{}", b"7", b"[" * 1000, json.dumps([entity()] * 5001).encode()):
        assert post(clients, body).status_code == 400, body[:20]
    assert clients["officer"].post(PATH, data="[]", content_type="text/plain").status_code == 400
    assert post(clients, [entity()], "other").status_code == 400                                   # none of their own
    assert post(clients, [entity()], "other", **{"NGSILD-Tenant": "broker"}).status_code == 404
    assert post(clients, [entity()], **{"NGSILD-Tenant": "broker"}).status_code == 201


def test_records_take_attributes_as_columns(served):
    from data.fields import fields_of

    place, clients = served
    place.source("desk", "ngsi_ld", "service_case")
    mapped(place, ("number", "case_no"), ("name", "title"), ("dateOpened", "opened_at"), ("area", "unit_code"), dataset="service_case", source="desk")
    codes = {one.name: {"type": "Property", "value": one.codes[0]} for one in fields_of("service_case") if one.codes}
    case = {"id": "urn:ngsi-ld:Case:1", "type": "Case", "number": "GD-1", "name": "路灯不亮", "area": STREETS[0],
            "dateOpened": {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-11-01T08:00:00Z"}}, **codes}
    answer = post(clients, [case], **{"NGSILD-Tenant": "desk"})
    assert answer.status_code == 201, answer.json
    assert place.one("select case_no, title, unit_code from base.service_case") == ("GD-1", "路灯不亮", STREETS[0])


def test_the_real_payloads(served, shared_data):
    folder = shared_data / "ngsi-ld-transportation"
    if not folder.is_dir():
        pytest.skip(f"no payloads at {folder}")
    place, clients = served
    place.source("desk", "ngsi_ld", "service_case")
    mapped(place, ("id", "case_no"), ("type", "title"), dataset="service_case", source="desk")
    entities = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*/examples/*.json*"))]
    assert len(entities) == 112
    for n, one in enumerate(entities):
        one["id"] = f"{one['id']}#{n}"
    answer = post(clients, entities, **{"NGSILD-Tenant": "desk"})
    assert answer.status_code == 207                      # records need a unit and times, which most of them lack: each says so
    assert {one["entityId"] for one in answer.json["errors"]} | set(answer.json["success"]) == {one["id"] for one in entities}
    swapped = [one["entityId"] for one in answer.json["errors"] if "nowhere on Earth" in one["error"]["detail"]]
    assert len(swapped) == 7                              # seven of them say latitude first, beyond 90
    assert place.one("select count(*) from hub.service_case") == (105,)          # every other payload was understood: its row is kept
    flows = [one for one in entities if one["type"] == "TrafficFlowObserved"]
    mapped(place, ("intensity", "indicator:metro_trips"), ("area", "unit_code"))
    answer = post(clients, [{**one, "area": STREETS[0]} for one in flows], **{"NGSILD-Tenant": "broker"})
    assert answer.status_code == 201, answer.json
    assert {row[0] for row in place.all("select value from base.reading where indicator = 'metro_trips'")} == {197.0}
