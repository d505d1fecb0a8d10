"""Who may do what on the pages and routes of the catalogue: roles, departments, cities, forged inputs; files and their formulas."""

import io
import json

import pytest

from app.access import Grant
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import tiny
from tests.catalogue.conftest import WHOLE
from tests.signed_in import account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}
ASK = {"act": "ask", "purpose": "For a test", "fields": "value,unit_code", "units": "", "since": "", "until": "", "days": "30", "t": "1"}


class Served:
    """The program over the small catalogue, and people of departments."""

    def __init__(self, system):
        self.system = system
        self.server, self.gateway, results = create_server(system)
        self.app = create_dash(system, self.server, self.gateway, results)
        self.people = {}

    def who(self, name, role, department="", city="tiny"):
        if name not in self.people:
            self.people[name] = signed_in(self.system, self.server, account(self.system, name, Grant(role, city, privacy=3), department=department))
        return self.people[name]

    def act(self, client, store, data, entry="R2", city="tiny"):
        """What the page sends when something is done; the text of the answer."""
        row = next(one for one in self.app._callback_list if any(part["id"] == store for part in one["inputs"]) and "desk" in one["output"])
        values = {store: data, "catalogue-city": city, "catalogue-entry": entry, "reader": READER}
        name, prop = row["output"].rsplit(".", 1)
        body = {
            "output": row["output"],
            "outputs": {"id": name, "property": prop.split("@")[0]},
            "changedPropIds": [f"{store}.data"],
            "inputs": [{**part, "value": values[part["id"]]} for part in row["inputs"]],
            "state": [{**part, "value": values[part["id"]]} for part in row["state"]],
        }
        return client.post("/_dash-update-component", json=body).data.decode()


@pytest.fixture
def served(system):
    return Served(system)


@pytest.fixture(scope="module")
def shared(same_system):
    """One program for the tests that change nothing, with a request of ann's that waits for its owner."""
    made = Served(same_system)
    made.act(made.who("ann", "department_user", "finance"), "catalogue-act", ASK)
    return made


def test_the_page_asks_and_the_owner_decides(served):
    ann, owner = served.who("ann", "department_user", "finance"), served.who("olga", "data_steward", "power_grid")
    assert "its owner department decides" in served.act(ann, "catalogue-act", ASK)
    asked = served.system.desk.requests("tiny")[0]
    assert (asked["state"], asked["department"], asked["fields"]) == ("asked", "finance", ["unit_code", "value"])
    number = str(asked["request"])
    assert "the endpoint answers from now on" in served.act(owner, "catalogue-decide", {"act": "grant", "request": number, "why": ""})
    assert served.system.desk.request(int(number))["decided_by"] == "olga"


@pytest.mark.parametrize("role", ["analyst", "department_user", "leader", "auditor", "security_administrator"])
def test_who_holds_no_right_to_decide_changes_nothing(shared, role):
    before = shared.system.desk.requests("tiny")[0]
    for act in ("grant", "refuse", "revoke", "confirm"):
        told = shared.act(
            shared.who(f"mallory-{role}", role, "power_grid"), "catalogue-decide", {"act": act, "request": str(before["request"]), "why": "Because"}
        )
        assert "You may not do this" in told
    assert shared.system.desk.requests("tiny")[0] == before


@pytest.mark.parametrize("role", ["leader", "auditor", "duty_officer"])
def test_who_may_not_ask_cannot(shared, role):
    before = shared.system.desk.requests("tiny")
    assert "You may not do this" in shared.act(shared.who(f"mallory-{role}", role), "catalogue-act", ASK, "R1")
    assert shared.system.desk.requests("tiny") == before
    assert shared.who(f"mallory-{role}", role).get("/api/resource/R1").status_code == 403


def test_a_steward_of_another_city_reaches_nothing_here(served, tmp_path):
    served.system.take(tiny.whole(tmp_path / "o", "other"))
    served.act(served.who("ann", "department_user", "finance"), "catalogue-act", ASK)
    number = str(served.system.desk.requests("tiny")[0]["request"])
    far = served.who("far", "data_steward", "power_grid", "other")
    assert "No such city" in served.act(far, "catalogue-decide", {"act": "grant", "request": number, "why": ""})
    assert "There is no such request" in served.act(far, "catalogue-decide", {"act": "grant", "request": number, "why": ""}, "", "other")
    for address in ("/catalogue/tiny.csv", "/lists/tiny/gaps.csv", "/requests/tiny.csv", "/api/catalogue/tiny", "/api/resource/R1?city=tiny"):
        assert far.get(address).status_code == 404, address
    assert served.system.desk.request(int(number))["state"] == "asked"


def test_requests_of_others_are_not_listed(shared):
    sheets = {
        name: shared.who(name, role, department).get("/requests/tiny.csv").data.decode("utf-8-sig").splitlines()
        for name, role, department in (("ann", "department_user", "finance"), ("kim", "analyst", "tax"), ("olga", "data_steward", "tax"))
    }
    assert [len(lines) for lines in sheets.values()] == [2, 1, 2]
    page = shared.who("kim", "analyst", "tax").get("/_dash-layout", headers={"Referer": "http://localhost/requests?city=tiny&request=1&lang=en"})
    assert "For a test" not in page.data.decode() and "finance" not in page.data.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"act": "grant"},
        {"act": "expire", "request": "1"},
        {"act": "grant", "request": "1; drop table ledger.request"},
        {"act": "grant", "request": "٣"},
        {"act": "grant", "request": "999999999"},
        {"act": ["grant"], "request": "1"},
        {"act": "confirm", "why": None},
        [],
        "grant",
        7,
        {"act": "revoke", "request": True},
    ],
)
def test_forged_acts_are_told_and_change_nothing(shared, data):
    before = shared.system.desk.requests("tiny")
    told = shared.act(shared.who("oscar", "data_steward"), "catalogue-decide", data)
    assert "sendNotifications" in told or '"fact"' in told, told[:200]
    assert shared.system.desk.requests("tiny") == before


@pytest.mark.parametrize(
    "change", [{"days": "ten"}, {"since": "30 February"}, {"fields": "id_number"}, {"units": "990102"}, {"purpose": ""}, {"purpose": 4}]
)
def test_forged_wishes_are_told(shared, change):
    before = shared.system.desk.requests("tiny")
    assert "sendNotifications" in shared.act(shared.who("bea", "department_user", "tax"), "catalogue-act", {**ASK, **change})
    assert shared.system.desk.requests("tiny") == before


def test_a_catalogue_comes_in_by_the_route_for_stewards_only(served):
    package = json.dumps({"name": "trees", "title": "Trees", "notes": "Every tree", "x_unknown": {"a": 1}}).encode()
    for name, role, status in (("ann", "department_user", 403), ("kim", "analyst", 403), ("olga", "data_steward", 200)):
        client = served.who(name, role, "planning")
        answer = client.post("/api/catalogue/tiny/import", data={"file": (io.BytesIO(package), "trees.json")})
        assert answer.status_code == status, answer.data
    assert (answer.json["read"], answer.json["accepted"]) == (1, 1)
    batch = served.system.db.rows("select source, dataset from front.batch where batch = ?", [answer.json["batch"]])
    assert batch == [{"source": "planning", "dataset": "resource"}]
    found = served.system.catalogue.shelf("tiny").resource("trees")
    assert (found.name_en, found.department) == ("Trees", "planning")
    left = served.who("olga", "data_steward", "planning").get("/catalogue/tiny.json?word=trees").json
    assert left["x_unknown"] == {"a": 1} and left["notes"] == "Every tree"
    again = served.who("olga", "data_steward", "planning").post("/api/catalogue/tiny/import", data={"file": (io.BytesIO(package), "trees.json")})
    assert (again.json["accepted"], again.json["same"]) in ((0, 1), (0, 0)), "the same file changes nothing"


def test_a_wrong_file_is_told_with_fact_remedy_and_place(shared):
    client = shared.who("olga", "data_steward")
    for body in (b"", b"\0", b"[" * 50_000, b'{"@context": "http://127.0.0.1/x", "@id": "y"}', b"not a catalogue"):
        answer = client.post("/api/catalogue/tiny/import", data={"file": (io.BytesIO(body), "bad.json")})
        assert answer.status_code == 400 and answer.json["fact"] and answer.json["remedy"] and answer.json["where"]["file"] == "bad.json", body[:20]


def test_no_sheet_of_these_pages_holds_a_formula(served, tmp_path):
    evil = {**WHOLE, "code": "=1+1", "name_zh": "=cmd|' /C calc'!A0", "name_en": "@x", "abstract": "+1", "keywords": "-1", "cadence": None}
    served.system.take([tiny.hand_in(tmp_path, "resource", [evil], "evil", source="housing")])
    client = served.who("olga", "data_steward")
    for address in ("/catalogue/tiny.csv", "/lists/tiny/standard.csv", "/lists/tiny/gaps.csv", "/lists/tiny/fresh.csv"):
        body = client.get(address).data.decode("utf-8-sig")
        assert "=cmd" in body, address
        assert not any(cell.startswith(("=", "@", "+", "-")) for line in body.splitlines() for cell in line.split(",")), address


def test_pages_say_what_is_missing_instead_of_breaking(served, tmp_path):
    served.system.take(tiny.whole(tmp_path / "o", "other"))
    client = served.who("everywhere", "data_steward", "", "")
    for path, word in (
        ("/catalogue", "Nothing in the catalogue yet"),
        ("/catalogue?entry=none", "There is no such entry"),
        ("/lists", "Nothing in the catalogue yet"),
        ("/requests", "No request was closed yet"),
    ):
        sign = "&" if "?" in path else "?"
        text = client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}{sign}city=other&lang=en"}).data.decode()
        assert word in text, path
