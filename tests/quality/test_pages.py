"""The pages of quality, of rows that came back and of conflicts: what they show to whom, what they do, and for nobody else."""

import base64
import csv
import io
import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.access import Grant
from app.settings import load
from app.system import System
from callbacks.pages import create_dash
from callbacks.server import create_server
from data.demo.numbers import credit_code
from tests import homes, tiny
from tests.signed_in import account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}
CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01T08:00:00+08:00",
        "status": "open", "reporter_mobile": "13800001111", "rating": None, "title": None}
FIRM = {"credit_code": credit_code("91", "990101", "MA000001"), "name": "=HYPERLINK(1)", "status": "open", "unit_code": "990101001001001",
        "industry": "C", "legal_person": "示例居民一"}


def damaged(home):
    """The home of the tiny city with a wrong row and two sources that differ."""
    system, folder = homes.city(home, second_factor=False), home.parent / "damaged-in"
    bad = [{**CASE, "case_no": f"C-{i}", "reporter_mobile": "13800009999" if i else "138000"} for i in range(5)]
    system.take([tiny.hand_in(folder, "service_case", bad, "c", source="urban_management"),
                 tiny.hand_in(folder, "enterprise", [FIRM], "m", source="market"),
                 tiny.hand_in(folder, "enterprise", [{**FIRM, "industry": "F", "legal_person": "示例居民二"}], "t", source="tax",
                              as_of=tiny.AS_OF + timedelta(days=1))])
    system.close()


@contextmanager
def serving(home):
    system = System(load(home=homes.copy(damaged, home), demo="off", second_factor=False))
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    who = {"officer": ("department_user", "urban_management"), "stranger": ("department_user", "police"), "steward": ("data_steward", ""),
           "analyst": ("analyst", ""), "leader": ("leader", "")}
    clients = {name: signed_in(system, server, account(system, name, Grant(role, "tiny", "", 3), department=department))
               for name, (role, department) in who.items()}
    yield system, clients
    system.close()


@pytest.fixture
def served(tmp_path):
    with serving(tmp_path / "home") as found:
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """For the tests that change nothing."""
    with serving(tmp_path_factory.mktemp("quality") / "home") as found:
        yield found


def page(client, path):
    return json.dumps(client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}).json, ensure_ascii=False)


def post(client, output, inputs, state):
    name, prop = output.rsplit(".", 1)
    client.get("/")
    return client.post("/_dash-update-component", json={
        "output": output, "outputs": {"id": name, "property": prop}, "changedPropIds": [], "inputs": inputs,
        "state": [*state, {"id": "reader", "property": "data", "value": READER}]})


def act(client, what, item, **fields):
    return post(client, "returned-body.children", [
        {"id": "returned-act", "property": "data", "value": {"act": what, "item": str(item), "t": "1", **fields}}],
                [{"id": "returned-place", "property": "data", "value": {"city": "tiny", "item": item, "state": ""}}])


def upload(client, item, text):
    output = next(row["output"] for row in client.get("/_dash-dependencies").json if any(part["id"] == "returned-upload" for part in row["inputs"]))
    contents = "data:text/csv;base64," + base64.b64encode(text.encode()).decode()
    return post(client, output, [{"id": "returned-upload", "property": "contents", "value": contents}],
                [{"id": "returned-upload", "property": "filename", "value": "mended.csv"},
                 {"id": "returned-place", "property": "data", "value": {"city": "tiny", "item": item, "state": ""}}])


def decide(client, conflict, source):
    return post(client, "conflicts-body.children", [{"id": "conflicts-act", "property": "data", "value": {
        "act": "decide", "conflict": str(conflict), "source": source, "reason": "营业执照", "t": "1"}}],
        [{"id": "conflicts-place", "property": "data", "value": {"city": "tiny", "conflict": conflict, "state": ""}}])


def test_rejected_rows_go_home_through_the_page(served):
    system, clients = served
    assert "Item 1" in page(clients["officer"], "/returned?city=tiny&lang=en&item=1")
    assert "1380**" in page(clients["officer"], "/returned?city=tiny&lang=en&item=1")
    for name in ("stranger", "analyst", "leader"):
        text = page(clients[name], "/returned?city=tiny&lang=en&item=1")
        assert "1380" not in text and "Item 1" not in text, name
        assert clients[name].get("/returned/tiny/1.csv").status_code in (403, 404)
        act(clients[name], "sign", 1)
    assert system.db.run("select state from mgmt.work_item").fetchall() == [("pushed",)]
    assert "Signed for" in act(clients["officer"], "sign", 1).data.decode()
    file = clients["officer"].get("/returned/tiny/1.csv")
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert file.status_code == 200 and rows[0]["reporter_mobile"] == "138000" and rows[0]["_rule"] == "mobile"
    mended = io.StringIO()
    writer = csv.DictWriter(mended, rows[0])
    writer.writeheader()
    writer.writerow({**rows[0], "reporter_mobile": "13800001234"})
    answer = upload(clients["officer"], 1, mended.getvalue()).data.decode()
    assert "1 rows accepted" in answer, answer[:400]
    assert system.db.run("select count(*) from theme.service_case").fetchone() == (5,)
    act(clients["officer"], "review", 1)
    assert system.db.run("select state from mgmt.work_item where item = 1").fetchone() == ("corrected",)
    act(clients["steward"], "review", 1)
    act(clients["steward"], "close", 1)
    assert system.db.run("select state from mgmt.work_item where item = 1").fetchone() == ("closed",)


def test_quality_shows_rules_with_their_rates_and_gives_them_out(shared):
    _, clients = shared
    text = page(clients["analyst"], "/quality?city=tiny&lang=en")
    assert "The mobile number is not one" in text and "80.00 %" in text and "/returned" not in text
    assert "/returned?city=tiny" in page(clients["steward"], "/quality?city=tiny&lang=en")
    rows = list(csv.DictReader(io.StringIO(clients["analyst"].get("/quality/tiny.csv").data.decode("utf-8-sig"))))
    worst = next(row for row in rows if (row["dataset"], row["rule"]) == ("service_case", "mobile"))
    assert (worst["asked"], worst["broken"], float(worst["rate"])) == ("5", "1", 80.0)
    assert clients["leader"].get("/quality/tiny.csv").status_code == 403
    assert clients["analyst"].get("/quality/elsewhere.csv").status_code == 404


def test_a_conflict_is_shown_side_by_side_and_decided_by_a_steward(served):
    system, clients = served
    number = system.db.run("select conflict from mgmt.conflict where field = 'industry'").fetchone()[0]
    text = page(clients["analyst"], f"/conflicts?city=tiny&lang=en&conflict={number}")
    assert "Industry of 91990101" in text and "This one is right" not in text
    assert "This one is right" in page(clients["steward"], f"/conflicts?city=tiny&lang=en&conflict={number}")
    decide(clients["analyst"], number, "market")
    assert system.db.run("select count(*) from mgmt.decision").fetchone() == (0,)
    assert "Decided by a person" in decide(clients["steward"], number, "market").data.decode()
    assert system.db.rows("select industry from theme.enterprise") == [{"industry": "C"}]
    assert system.db.rows("select who, reason from mgmt.decision") == [{"who": "steward", "reason": "营业执照"}]
    assert "no party" in json.dumps(decide(clients["steward"], number, "nobody").json)
    sheet = clients["analyst"].get("/conflicts/tiny.csv").data.decode("utf-8-sig")
    assert "market|tax" in sheet and "示例居民" not in sheet


def test_sensitive_values_of_a_conflict_are_masked_below_their_level(shared):
    system, clients = shared
    number = system.db.run("select conflict from mgmt.conflict where field = 'legal_person'").fetchone()[0]
    low = signed_in(system, clients["analyst"].application, account(system, "low", Grant("analyst", "tiny", "", 1)))
    assert "示例居民一" not in page(low, f"/conflicts?city=tiny&lang=en&conflict={number}")
    assert "示例居民一" in page(clients["steward"], f"/conflicts?city=tiny&lang=en&conflict={number}")


@pytest.mark.parametrize("value", [
    None, 7, "x", {"act": "sign"}, {"act": "burn", "item": "1"}, {"act": "sign", "item": "one"}, {"act": "sign", "item": "9"}])
def test_what_no_page_of_ours_sends_changes_nothing(shared, value):
    system, clients = shared
    answer = post(clients["officer"], "returned-body.children", [{"id": "returned-act", "property": "data", "value": value}],
                  [{"id": "returned-place", "property": "data", "value": {"city": "tiny", "item": 1, "state": ""}}])
    assert answer.status_code in (200, 204)
    assert system.db.run("select state, count(*) from mgmt.work_event group by 1").fetchall() == [("pushed", 1)]
