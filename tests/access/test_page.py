"""The page of accounts and rights: what it shows to whom, what it changes, and that nobody else changes anything."""

import pytest

from app.access import Grant
from app.audit import between
from callbacks.page_access import ACTS
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes
from tests.signed_in import PASSWORD, account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    system = homes.city(folder / "home", second_factor=False)
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    keeper = account(system, "keeper", Grant("security_administrator"))
    clients = {"keeper": signed_in(system, server, keeper), "auditor": signed_in(system, server, account(system, "watcher", Grant("auditor"))),
               "leader": signed_in(system, server, account(system, "leader", Grant("leader")))}
    yield system, clients
    system.close()


def act(client, _what, **fields):
    return client.post("/_dash-update-component", json={
        "output": "access-body.children", "outputs": {"id": "access-body", "property": "children"}, "changedPropIds": ["access-act.data"],
        "inputs": [{"id": "access-act", "property": "data", "value": {"act": _what, "t": "1", **fields}}],
        "state": [{"id": "reader", "property": "data", "value": READER}]})


def shown(client):
    output = next(row["output"] for row in client.get("/_dash-dependencies").json if "access-body.id" in str(row["inputs"]) or
                  any(part["id"] == "access-body" for part in row["inputs"]))
    return client.post("/_dash-update-component", json={
        "output": output, "outputs": {"id": "access-body", "property": output.rsplit(".", 1)[1]}, "changedPropIds": [],
        "inputs": [{"id": "access-body", "property": "id", "value": "access-body"}],
        "state": [{"id": "reader", "property": "data", "value": READER}]}).data.decode()


def secret_of(answer):
    """What the page shows once."""
    def parts(node):
        if isinstance(node, list):
            yield from (found for one in node for found in parts(one))
        elif isinstance(node, dict):
            if node.get("className") == "cs-secret":
                yield node["children"]
            yield from (found for one in node.values() for found in parts(one))

    return next(parts(answer.json))


def test_an_account_is_made_given_a_role_and_its_right_holds_at_once(served):
    system, clients = served
    keeper = clients["keeper"]
    made = act(keeper, "account.create", name="wang.fang", department="")
    assert "wang.fang" in made.data.decode() and "cs-secret" in made.data.decode()
    session = system.identity.sign_in("wang.fang", secret_of(made), "127.0.9.1").session
    first = signed_in(system, client_server(clients), session)
    own = {"csrf": system.identity.csrf_of(session), "old": secret_of(made), "new": PASSWORD, "again": PASSWORD}
    changed = first.post("/account/password", data=own)
    assert changed.status_code in (200, 302, 303)
    client = signed_in(system, client_server(clients), system.identity.sign_in("wang.fang", PASSWORD, "127.0.9.2").session)
    assert client.get("/version").status_code == 403
    assert act(keeper, "grant.add", name="wang.fang", role="leader", city="tiny", unit="990101", privacy="1").status_code == 200
    assert client.get("/version").status_code == 200
    assert client.get("/unit/tiny/district/1.json").status_code == 200 and client.get("/unit/tiny/district/2.json").status_code == 404
    grant = system.identity.grants.listing("wang.fang")[0]
    assert (grant.made_by, grant.grant) == ("keeper", Grant("leader", "tiny", "990101", 1))
    act(keeper, "grant.revoke", id=str(grant.id), name="wang.fang")
    assert client.get("/version").status_code == 403
    act(keeper, "account.disable", name="wang.fang")
    assert client.get("/version").status_code == 401
    act(keeper, "account.enable", name="wang.fang")
    assert system.identity.accounts.named("wang.fang").is_active


def client_server(clients):
    return clients["keeper"].application


def test_a_kiosk_link_opens_its_part_of_the_city_and_no_more(served):
    system, clients = served
    link = secret_of(act(clients["keeper"], "kiosk.make", name="lobby", city="tiny", unit="990102", days="30"))
    assert link.startswith("/kiosk/kiosk_")
    screen = client_server(clients).test_client()
    assert screen.get(link).status_code in (302, 303)
    assert screen.get("/unit/tiny/district/2.json").status_code == 200 and screen.get("/unit/tiny/district/1.json").status_code == 404
    assert screen.get("/export/tiny.csv?indicator=aqi").status_code == 403
    kiosk = next(one for one in system.identity.kiosks.listing() if one.name == "lobby")
    act(clients["keeper"], "kiosk.revoke", id=str(kiosk.id), name="lobby")
    assert screen.get("/unit/tiny/district/2.json").status_code == 401


@pytest.mark.parametrize(("name", "fields", "fact"), [
    ("grant.add", {"name": "leader", "role": "auditor", "city": "nowhere"}, "No such city"),
    ("grant.add", {"name": "leader", "role": "leader", "city": "tiny", "unit": "990199"}, "No such unit"),
    ("grant.add", {"name": "leader", "role": "leader", "city": "tiny", "unit": "990101001001001B00001F001"}, "No such unit"),
    ("grant.add", {"name": "leader", "role": "leader", "unit": "990101"}, "No such unit"),
    ("grant.add", {"name": "leader", "role": "local"}, "No account can have this role"),
    ("grant.add", {"name": "watcher", "role": "system_administrator"}, "kept apart"),
    ("grant.add", {"name": "keeper", "role": "leader"}, "Nobody gives rights to themselves"),
    ("grant.add", {"name": "nobody-here", "role": "leader"}, "account"),
    ("grant.revoke", {"id": "x"}, "whole number"), ("grant.revoke", {"id": "99999"}, "No such grant"),
    ("account.disable", {"name": "keeper"}, "last active security administrator"),
    ("account.create", {"name": "<script>"}, "name"), ("account.create", {"name": "a.b", "department": "moon"}, "No such department"),
    ("fly", {}, "No such act"), ("account.create", {"name": "x" * 500}, "name"),
    ("kiosk.make", {"name": "a", "city": "tiny", "days": "-1"}, "whole number"),
])
def test_what_cannot_be_is_said_and_nothing_changes(served, name, fields, fact):
    system, clients = served
    before = (system.identity.accounts.listing(), system.identity.grants.listing(), system.identity.kiosks.listing())
    text = act(clients["keeper"], name, **fields).data.decode()
    assert fact.lower() in text.lower(), text[:400]
    assert before == (system.identity.accounts.listing(), system.identity.grants.listing(), system.identity.kiosks.listing())


@pytest.mark.parametrize("who", ["auditor", "leader"])
@pytest.mark.parametrize("name", sorted(ACTS))
def test_nobody_else_changes_anything(served, who, name):
    system, clients = served
    before = (system.identity.accounts.listing(), system.identity.grants.listing(), system.identity.kiosks.listing())
    text = act(clients[who], name, name="keeper", id="1", role="leader", city="tiny").data.decode()
    assert "You may not" in text
    assert before == (system.identity.accounts.listing(), system.identity.grants.listing(), system.identity.kiosks.listing())


def test_the_auditor_reads_without_a_button_and_the_leader_not_at_all(served):
    _, clients = served
    assert "data-access" in shown(clients["keeper"])
    read = shown(clients["auditor"])
    assert "keeper" in read and "data-access" not in read
    assert "keeper" not in shown(clients["leader"]) and "You may not" in shown(clients["leader"])


def test_a_change_without_the_token_of_the_session_is_refused(served):
    _, clients = served
    forged = client_server(clients).test_client()
    forged.set_cookie("chengshu-session", clients["keeper"].get_cookie("chengshu-session").value)
    for headers in ({}, {"X-CSRFToken": "0" * 64}, {"X-CSRFToken": clients["leader"].environ_base["HTTP_X_CSRFTOKEN"]}):
        answer = forged.post("/_dash-update-component", json={"output": "access-body.children"}, headers=headers)
        assert (answer.status_code, answer.json["error"]) == (403, "Refused")
    foreign = clients["keeper"].post("/_dash-update-component", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_every_act_and_every_refusal_is_in_the_trail(served):
    system, clients = served
    act(clients["keeper"], "account.create", name="traced")
    act(clients["leader"], "account.create", name="untraced")
    clients["leader"].get("/export/tiny.csv?indicator=active_sites&level=street")
    clients["auditor"].get("/export/tiny.csv?indicator=active_sites")
    system.audit.flush()
    rows = [(row["who"], row["action"], row["decision"]) for row in system.audit.search(between("", ""), 0, 200)[0]]
    assert ("keeper", "account.create", "allowed") in rows
    assert ("leader", "page_access.change", "refused") in rows
    assert ("watcher", "export.take_out", "refused") in rows
    assert system.audit.verify().is_intact


def test_what_was_taken_is_in_the_trail_with_its_rows_units_and_fields(served):
    system, clients = served
    clients["leader"].get("/export/tiny.csv?indicator=active_sites&level=street&units=990101001,990101002")
    system.audit.flush()
    row = next(row for row in system.audit.search(between("", ""), 0, 200)[0] if row["action"] == "export.take_out" and row["who"] == "leader"
               and row["rows"] == 2)
    assert row["units"].split() == ["990101001", "990101002"] and row["fields"].split() == ["active_sites", "street"]
    assert (row["city"], row["kind"], row["address"], row["decision"]) == ("tiny", "account", "127.0.0.1", "allowed")


def test_a_page_left_open_does_not_keep_its_session_alive(tmp_path):
    now = [1_800_000_000]
    system = homes.city(tmp_path / "home", session_idle_minutes=30)
    system.identity.office.clock = lambda: now[0]
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    client = signed_in(system, server)
    for _ in range(29):
        now[0] += 60
        assert client.get("/version").status_code == 200
    now[0] += 120
    assert client.get("/version").status_code == 401
    system.close()


def test_opening_a_page_is_in_the_trail_allowed_or_not(served):
    system, clients = served
    for path in ("/settings", "/access"):
        clients["keeper"].get("/_dash-layout", headers={"Referer": f"http://localhost{path}?city=tiny"})
    system.audit.flush()
    rows = {(row["action"], row["decision"], row["city"]) for row in system.audit.search(between("", ""), 0, 50)[0] if row["who"] == "keeper"}
    assert {("page.settings", "refused", "tiny"), ("page.access", "allowed", "tiny")} <= rows
