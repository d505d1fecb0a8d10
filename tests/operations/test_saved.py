"""Saved views: kept for a person, changed by them alone, offered to who may see all of them, opened by `/`, written into the trail."""

import pytest

from app.access import Grant
from app.saved import KINDS, MOST
from callbacks.map_view import read_view
from data.people import VERSIONS, People
from data.trail import Question
from layouts.components.looked import WORDS
from tests import tiny
from tests.signed_in import account, signed_in
from tests.wall.test_routes import running

LEFT, RIGHT = "990101", "990102"
HTML = {"headers": {"Accept": "text/html"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    system, server = running(folder, tiny.hand_in(folder, "reading", tiny.readings("aqi", "street"), "r"))
    people = {"lin": Grant("analyst", "tiny", "", 1), "right": Grant("analyst", "tiny", RIGHT, 1), "boss": Grant("leader", "tiny", "", 1),
              "keeper": Grant("system_administrator")}
    clients = {name: signed_in(system, server, account(system, name, grant)) for name, grant in people.items()}
    yield system, {**clients, "local": signed_in(system, server)}
    system.close()


def keep(client, name, words="city=tiny", page="operations", shared="false"):
    return client.post("/api/views", data={"page": page, "words": words, "name": name, "shared": shared})


def mine(client):
    return {one["name"]: one for one in client.get("/api/views").json["mine"]}


def offered(client):
    return {one["name"] for one in client.get("/api/views").json["shared"]}


def act(client, view, do, **more):
    return client.post(f"/api/view/{mine(client)[view]['id']}", data={"do": do, **more})


def test_a_view_is_the_words_that_make_the_page_and_no_others(served):
    _, clients = served
    assert keep(clients["lin"], "  left   aqi ", f"?lang=en&theme=dark&city=tiny&unit={LEFT}&sign=aqi&x=<b>").status_code == 200
    assert mine(clients["lin"])["left aqi"]["address"] == f"/?city=tiny&unit={LEFT}&sign=aqi"
    assert keep(clients["lin"], "map", f"city=tiny&indicator=aqi&units={LEFT},{RIGHT}&camera=1,2,3,0,0", "map").status_code == 200
    assert mine(clients["lin"])["map"]["address"] == f"/map?city=tiny&indicator=aqi&units={LEFT},{RIGHT}&camera=1,2,3,0,0"
    assert set(mine(clients["local"])) == set()


def test_every_word_of_a_page_is_kept(served):
    system = served[0]
    assert KINDS["operations"].words == WORDS
    view = read_view(system, system.city("tiny"), {})
    assert {*KINDS["map"].words} == {*view.keys() - {"home", "mode3d"}, "dims"}


@pytest.mark.parametrize(("words", "fact"), [
    ({"name": ""}, "1 to 60"), ({"name": "x" * 61}, "1 to 60"), ({"name": "a\u202eb"}, "1 to 60"), ({"page": "alerts"}, "cannot be kept"),
    ({"words": "unit=1"}, "no city"), ({"words": "city=tiny&q=" + "x" * 8000}, "too long"), ({"shared": "maybe"}, "shared or not")])
def test_what_cannot_be_kept_says_why(served, words, fact):
    answer = served[1]["lin"].post("/api/views", data={"page": "operations", "words": "city=tiny", "name": "wrong", "shared": "false", **words})
    assert answer.status_code == 400 and fact in answer.json["fact"] and answer.json["remedy"] and "wrong" not in mine(served[1]["lin"])


def test_a_name_is_had_once_and_a_person_has_so_many(served, monkeypatch):
    client = served[1]["boss"]
    assert keep(client, "one").status_code == 200 and keep(client, "two").status_code == 200
    assert keep(client, "one").status_code == 409 and act(client, "two", "rename", name="one").status_code == 409
    assert act(client, "two", "rename", name="three").status_code == 200 and act(client, "three", "rename", name="three").status_code == 200
    monkeypatch.setattr("app.saved.MOST", 2)
    assert MOST == 100 and "as many views" in keep(client, "four").json["fact"]
    assert act(client, "three", "delete").status_code == 200 and set(mine(client)) == {"one"}
    assert client.post("/api/view/999999", data={"do": "delete"}).status_code == 404 and act(client, "one", "burn").status_code == 400


def test_nobody_changes_what_is_anothers(served):
    clients = served[1]
    keep(clients["lin"], "hers", shared="true")
    number = mine(clients["lin"])["hers"]["id"]
    for do in ("rename", "withdraw", "start", "delete"):
        assert clients["boss"].post(f"/api/view/{number}", data={"do": do, "name": "stolen"}).status_code == 404
    assert mine(clients["lin"])["hers"]["shared"]
    assert clients["keeper"].get("/api/views").status_code == 403 and keep(clients["keeper"], "no").status_code == 403
    assert clients["lin"].post("/api/views", data={"name": "forged"}, headers={"X-CSRFToken": "no"}).status_code == 403


def test_a_shared_view_is_offered_to_who_may_see_all_of_it(served):
    clients = served[1]
    question = '{"subject":"latest","where":[{"column":"unit","op":"within","values":["%s"]}]}'
    for name, page, words in (("to the left", "operations", f"unit={LEFT}"), ("to the right", "operations", f"unit={RIGHT}&sign=aqi"),
                              ("both on the map", "map", f"units={LEFT},{RIGHT}"), ("asked left", "query", f"q={question % LEFT}"),
                              ("asked right", "query", f"q={question % RIGHT}"), ("personal", "operations", "sign=minimum_living_households")):
        assert keep(clients["local"], name, f"city=tiny&{words}", page, "true").status_code == 200, name
    assert offered(clients["right"]) - {"hers"} == {"to the right", "asked right"}
    assert offered(clients["lin"]) == {"to the left", "to the right", "both on the map", "asked left", "asked right"}
    assert offered(clients["boss"]) - {"hers"} == {"to the left", "to the right", "both on the map"}, "a leader asks no questions"
    act(clients["local"], "to the right", "withdraw")
    assert "to the right" not in offered(clients["right"])
    opened = clients["right"].get("/_dash-layout", headers={"Referer": f"http://localhost/?lang=en&city=tiny&unit={LEFT}"}).get_data(as_text=True)
    assert RIGHT in opened and LEFT not in opened, "another's address shows what the opener may see"


def test_the_root_opens_the_view_one_begins_with(served):
    system, clients = served
    client = clients["lin"]
    assert client.get("/", **HTML).status_code == 200
    keep(client, "first", f"city=tiny&unit={LEFT}")
    keep(client, "second", "city=tiny&indicator=aqi", "map")
    act(client, "first", "start")
    assert client.get("/", **HTML).headers["Location"] == f"/?city=tiny&unit={LEFT}"
    act(client, "second", "start")
    assert client.get("/", **HTML).headers["Location"] == "/map?city=tiny&indicator=aqi" and not mine(client)["first"]["start"]
    assert client.get("/?city=tiny", **HTML).status_code == 200, "the whole city stays within reach"
    page = client.get("/_dash-layout", headers={"Referer": "http://localhost/map?lang=en&city=tiny"}).get_data(as_text=True)
    assert '"href":"/?city=tiny"' in page and "views-button" in page
    act(client, "second", "no_start")
    assert client.get("/", **HTML).status_code == 200
    acts = {row["action"] for row in system.audit.search(Question(who="lin", action="view."))[0]}
    assert acts == {"view.keep", "view.start", "view.no_start"}


def test_a_file_of_accounts_from_before_gets_its_table(tmp_path, monkeypatch):
    monkeypatch.setattr("data.people.VERSIONS", VERSIONS[:2])
    old = People(tmp_path / "access.sqlite")
    with pytest.raises(KeyError):
        old.find("saved_view")
    old.close()
    monkeypatch.undo()
    new = People(tmp_path / "access.sqlite")
    assert new.find("saved_view") == []
    new.close()
