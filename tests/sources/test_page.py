"""The page of the sources: what it shows to whom, what a steward decides there, and that nobody else does."""

import pytest

from app.access import Grant
from app.exchange import sources
from app.exchange.channels import collect, folder
from app.exchange.desk import ACTS, status
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests.signed_in import account, signed_in
from tests.sources.conftest import readings

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}
WIDE = "单元编码,at,temp_F,备注\n990101001,2026-11-18T04:00:00Z,68,x\n"


@pytest.fixture
def served(place):
    place.source("drop", "folder", drift="hold", cadence="PT1H", schedule="PT1M")
    place.source("wide", "upload", cadence="PT1H", drift="accept")
    place.source("theirs", "upload", source="water", owner="water")
    server, gateway, results = create_server(place.system)
    create_dash(place.system, server, gateway, results)
    people = {"steward": (Grant("data_steward", "tiny"), ""), "analyst": (Grant("analyst", "tiny"), ""),
              "part": (Grant("data_steward", "tiny", "990101"), ""),
              "officer": (Grant("department_user", "tiny"), "ecology_env")}
    return place, {name: signed_in(place.system, server, account(place.system, name, grant, department=department))
                  for name, (grant, department) in people.items()}


def state(city="tiny"):
    return [{"id": "reader", "property": "data", "value": READER}, {"id": "sources-city", "property": "data", "value": city}]


def act(client, _what, **fields):
    return client.post("/_dash-update-component", json={
        "output": "sources-body.children", "outputs": {"id": "sources-body", "property": "children"}, "changedPropIds": ["sources-act.data"],
        "inputs": [{"id": "sources-act", "property": "data", "value": {"act": _what, "t": "1", **fields}}], "state": state()}).data.decode()


def shown(client, city="tiny"):
    output = next(row["output"] for row in client.get("/_dash-dependencies").json if any(part["id"] == "sources-look" for part in row["inputs"]))
    return client.post("/_dash-update-component", json={
        "output": output, "outputs": {"id": "sources-body", "property": output.rsplit(".", 1)[1]}, "changedPropIds": [],
        "inputs": [{"id": "sources-look", "property": "data", "value": None}], "state": state(city)}).data.decode()


def hold(place):
    source = sources.read(place.system.settings.home).one("drop")
    inbox = folder.inbox(place.system, source)
    place.drop(inbox, "1.csv", readings([1, 2], 4))
    collect(place.system, source)
    place.drop(inbox, "2.csv", readings([3, 4], 5).replace("value", "val"))
    return collect(place.system, source)[0].held


def test_it_shows_every_source_and_what_waits(served):
    place, clients = served
    hold(place)
    text = shown(clients["analyst"])
    for word in ("drop", "wide", "theirs", "2.csv", "on time", "Column value is called val", "Every fact of this city comes by one channel"):
        assert word in text, word
    assert "held.enter" not in text and "held.enter" in shown(clients["steward"])


def test_who_may_see_it(served):
    _, clients = served
    assert "outside your right" in shown(clients["part"]) and "You may not" in shown(clients["officer"])
    assert "No such city" in shown(clients["analyst"], "nowhere")


def test_a_steward_lets_a_held_file_in_with_its_renamed_column(served):
    place, clients = served
    number = hold(place)
    for who in ("analyst", "officer", "part"):
        act(clients[who], "held.map", source="drop", id=str(number))
    assert place.one("select state from mgmt.held") == ("waiting",)
    assert "2 rows accepted" in act(clients["steward"], "held.map", source="drop", id=str(number))
    assert place.one("select state, decided_by from mgmt.held") == ("entered", "steward")
    assert place.one("select count(*) from base.reading where indicator = 'aqi'") == (4,)
    assert "does not wait" in act(clients["steward"], "held.map", source="drop", id=str(number))


def test_a_steward_refuses(served):
    place, clients = served
    number = hold(place)
    assert "is refused" in act(clients["steward"], "held.refuse", source="drop", id=str(number))
    assert place.one("select state from mgmt.held") == ("refused",)


def test_suggestions_are_accepted_and_the_file_that_waits_is_understood(served):
    place, clients = served
    source, steward = sources.read(place.system.settings.home).one("drop"), clients["steward"]
    place.drop(folder.inbox(place.system, source), "w.csv", WIDE)
    held = collect(place.system, source)[0].held
    text = shown(steward)
    assert "needs a column" in text and "mapping.accept" in text and "held.enter" in text
    for source_field, field, unit in (("temp_F", "temperature_c", "°F"), ("单元编码", "unit_code", "")):
        told = act(steward, "mapping.accept", source="drop", source_field=source_field, field=field, relation="close", unit_from=unit,
                   confidence="0.8")
        assert "from now on" in told
    assert "1 rows accepted" in act(steward, "held.enter", source="drop", id=str(held))
    assert place.one("select value from base.reading where indicator = 'temperature_c'") == (20.0,)
    kept = place.all("select source_field, author, confidence from mgmt.mapping order by 1")
    assert kept == [("temp_F", "steward", 0.8), ("单元编码", "steward", 0.8)]
    assert "is not mapped any more" in act(steward, "mapping.end", source="drop", of="drop", source_field="temp_F")


def test_what_cannot_be_is_told_in_words(served):
    place, clients = served
    steward = clients["steward"]
    for fields in ({"source_field": "a", "field": "nothing"}, {"source_field": "", "field": "value"}, 
                   {"source_field": "a", "field": "value", "unit_from": "furlong"},
                   {"source_field": "a", "field": "value", "confidence": "much"}):
        assert "sendNotifications" in act(steward, "mapping.accept", source="wide", **fields)
    for what in ("nothing", "held.enter", "held.refuse"):
        assert "sendNotifications" in act(steward, what, source="drop", id="99")
    assert "sendNotifications" in act(steward, "source.collect", source="wide")
    assert "sendNotifications" in act(steward, "source.collect", source="none")
    assert place.one("select count(*) from mgmt.mapping") == (0,)


def test_asking_now_and_beginning_anew(served):
    place, clients = served
    place.drop(folder.inbox(place.system, sources.read(place.system.settings.home).one("drop")), "n.csv", readings([1, 2, 3]))
    assert "3 rows accepted" in act(clients["steward"], "source.collect", source="drop")
    assert "begins anew" in act(clients["steward"], "source.again", source="drop")


def test_every_act_is_in_the_trail(served):
    from app.audit import between

    place, clients = served
    act(clients["steward"], "source.again", source="drop")
    place.system.audit.flush()
    rows, _ = place.system.audit.search(between("", ""))
    assert any(row["who"] == "steward" and row["action"] == "page_sources.change" for row in rows)
    assert len(ACTS) == 7


@pytest.mark.parametrize(("lag", "tried", "expected"), [
    (None, None, "grey"), (3600, None, "green"), (4000, None, "green"), (5000, None, "amber"), (7300, None, "red"),
    (10, {"outcome": "failed"}, "red"),
])  # fmt: skip
def test_the_state_of_a_source(place, lag, tried, expected):
    assert status(place.source("x", "folder", cadence="PT1H"), lag, tried) == expected
    assert status(place.source("x", "folder", cadence="PT1H", is_active="false"), lag, tried) == "grey"
