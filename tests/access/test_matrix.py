"""Role × subtree × every route, callback and page: who may not gets nothing, and who may gets nothing from outside."""

import gzip
import json
import re
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from app import access
from app.access import Grant
from app.settings import load
from app.system import System
from benchmarks._mvt import decode
from callbacks.pages import PAGES, create_dash
from callbacks.server import create_server
from data.tile_features import layer_number
from tests import tiny
from tests.signed_in import account, signed_in

LEFT, RIGHT, STREET = "990101", "990102", "990101001"
REACHES = {"city": ("tiny", ""), "district": ("tiny", LEFT), "street": ("tiny", STREET), "other": ("other", "")}
ROLES = [role for role in access.read_roles() if role not in ("local", "kiosk")]
NUMBER = re.compile(r"\b[0-9]{5,7}\b")
AT = int(tiny.NOON.timestamp())
SUBJECTS = [(role, reach) for role in ROLES for reach in REACHES]


def name_of(city, code):
    return f"{city}-name-{code}-end"


def named(city):
    return [{**row, "name_zh": name_of(city, row["code"]), "name_en": name_of(city, row["code"])} for row in tiny.units()]


def value_of(code):
    """A number that no other unit has."""
    return 100_000.0 + sum(ord(letter) * 31**i for i, letter in enumerate(code)) % 99_991


def case_in(city, code):
    """An open case whose number names its unit, so that telling it shows."""
    return {"case_no": name_of(city, code), "channel": "web", "category": "road", "unit_code": code, "department": "water",
            "opened_at": tiny.AS_OF.isoformat(), "promised_at": tiny.AS_OF.isoformat(), "status": "open"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix")
    system = System(load(home=folder / "home", demo="off", second_factor=False))
    for city in ("tiny", "other"):
        row, _ = tiny.whole(folder / city, city)
        system.take([row, tiny.hand_in(folder / city, "unit", named(city), city=city, snapshot=True)])
        streets = [unit["code"] for unit in tiny.units() if unit["level"] == "street"]
        floors = [unit["code"] for unit in tiny.units() if unit["level"] == "floor"]
        readings = [row for day in range(9) for row in tiny.readings(       # long enough for a forecast, which then says the same number
            "active_sites", "street", {code: value_of(code) for code in streets}, at=tiny.NOON - timedelta(days=day))]
        readings += tiny.readings("energy_use_kwh", "floor", {code: value_of(code) for code in floors})
        flow = [{"origin_code": "990101001", "destination_code": "990102001", "at": tiny.NOON.isoformat(), "count": 77_777}]
        system.take([tiny.hand_in(folder / city, "reading", readings, "r", city=city), tiny.hand_in(folder / city, "flow", flow, "f", city=city),
                     tiny.hand_in(folder / city, "service_case", [case_in(city, code) for code in streets], "c", city=city)])
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    clients = {subject: signed_in(system, server, account(system, "-".join(subject), Grant(subject[0], *REACHES[subject[1]], privacy=3)))
               for subject in SUBJECTS}
    yield system, app, gateway, clients
    system.close()


def is_inside(reach, city, code):
    its_city, unit = REACHES[reach]
    return city == its_city and code.startswith(unit)


@cache
def values_outside(reach):
    """(code, its value as text) of every unit whose value must not be told to a reach."""
    units = [row["code"] for row in tiny.units() if row["level"] in ("street", "floor")]
    return [(code, f"{value_of(code):.0f}") for code in units if not any(is_inside(reach, city, code) for city in ("tiny", "other"))]


def leaks(reach, text):
    """What a text tells of units outside a reach: their names, and their values."""
    found = {f"{city}-{code}" for city, code in re.findall(r"(tiny|other)-name-([0-9BF]+)-end", text) if not is_inside(reach, city, code)}
    numbers = set(NUMBER.findall(text))
    found |= {f"value of {code}" for code, value in values_outside(reach) if value in numbers}
    if reach in ("district", "street") and "77777" in numbers:
        found.add("flow")
    return found


def addresses(system, city):
    """Every data address with arguments that reach for the whole city, the inside and the outside."""
    units = {level: [row["code"] for row in tiny.units() if row["level"] == level] for level in ("district", "street", "building", "floor")}
    some = f"/values/{city}/active_sites"
    yield from (f"{some}/{level}/{when}.{kind}?by={by}" for level in ("city", "district", "street") for when in ("latest", AT)
                for kind in ("bin", "json") for by in ("quantile", "threshold"))
    yield from (f"/values/{city}/energy_use_kwh/{level}/latest.{kind}" for level in ("building", "floor") for kind in ("bin", "json"))
    sizes = {"city": 1, "district": 2, "street": 4, "building": 48, "floor": 96}
    yield from (f"/unit/{city}/{level}/{seq}.json?indicator={indicator}" for level, seqs in sizes.items()
                for seq in range(1, seqs + 1, 1 if seqs < 10 else 9)
                for indicator in ("active_sites", "energy_use_kwh"))
    yield from (f"/floors/{city}/{code}.json?indicator=energy_use_kwh" for code in units["building"][::3])
    yield from (f"/shapes/{city}/{level}.json{parent}" for level in ("city", "district", "street", "building")
                for parent in ("", f"?parent={LEFT}", f"?parent={RIGHT}", "?parent=990100"))
    yield from (f"/overlay/{city}/{kind}.json?indicator=active_sites&level={level}" for kind in ("points", "heat", "hex", "flow")
                for level in ("district", "street"))
    yield from (f"/export/{city}.{kind}?indicator=energy_use_kwh&level={level}{some}" for kind in ("csv", "geojson") for level in ("street", "floor")
                for some in ("", f"&units={','.join(units[level][:4] + units[level][-4:])}"))
    yield from (f"/api/forecast/{city}/active_sites/{code}" for code in ("990100.json", f"{RIGHT}.json", f"{STREET}.json", f"{RIGHT}.csv"))
    yield f"/api/forecast/{city}/panels.json?sign=active_sites&unit={RIGHT}&with={LEFT}&lang=en"
    yield from (f"/forecast-values/{city}/active_sites/street/3{rest}" for rest in (".bin", ".json", "/4.json"))
    yield "/version"
    yield f"/api/wall/{city}/now.json"
    yield from (f"/api/wall/{city}/scene/{scene}.json?wide={wide}" for scene in ("overview", "map", "courses", "data", "service") for wide in (0, 1))
    yield from (f"/service/{city}.csv?show={show}&period=year" for show in ("open", "opened", "closed"))
    yield "/metrics"


def plain(answer):
    body = answer.data
    return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" and body else body


@pytest.mark.parametrize("subject", SUBJECTS, ids="-".join)
def test_no_address_tells_anything_from_outside(served, subject):
    system, _, _, clients = served
    role, reach = subject
    held, client, answered = access.read_roles()[role].capabilities, clients[subject], 0
    for city in ("tiny", "other"):
        for address in addresses(system, city):
            answer = client.get(address)
            rights = {("/export", "/service"): "export.rows", ("/api/wall", "/metrics", "/api/forecast", "/forecast-values"): "operations.read"}
            right = next((right for starts, right in rights.items() if address.startswith(starts)), "map.read")
            right = "export.rows" if address.endswith(".csv") else right
            if right not in held:
                assert (answer.status_code, answer.json["error"]) == (403, "Refused"), address
                continue
            assert answer.status_code in (200, 404), (address, answer.data[:200])
            if city != REACHES[reach][0] and address not in ("/version", "/metrics"):
                assert answer.status_code == 404, address
            body = plain(answer)
            if address.split("?")[0].endswith(".bin") and answer.status_code == 200:
                level = address.split("/")[4]
                who = system.identity.recognise(client.get_cookie("chengshu-session").value, None, "")
                mask = system.seen_by(who, "map.read").mask(city, level)
                assert mask is None or (np.frombuffer(body, np.uint8)[~mask] == 255).all(), address
            else:
                assert leaks(reach, body.decode()) == set(), address
            answered += answer.status_code == 200
    assert answered > 30 or "map.read" not in held


@pytest.mark.parametrize("subject", [(role, reach) for role, reach in SUBJECTS if "map.read" in access.read_roles()[role].capabilities], ids="-".join)
def test_no_tile_holds_anything_from_outside(served, subject):
    system, _, _, clients = served
    known = {row["seq"]: row["code"] for row in system.rows("export_rows", city="tiny", level="building", codes=[], most=999)}
    shown = set()
    for key, in system.db.run("select distinct tile from tiles.feature where tile >> 33 = $1 and layer = $2",
                              [system.city("tiny").number * 2 + 1, layer_number("building")]).fetchall():
        for version in ("0", "1", "1-all"):
            answer = clients[subject].get(f"/tiles/tiny/{version}/unit/{key >> 28 & 31}/{key >> 14 & 16383}/{key & 16383}.mvt")
            if REACHES[subject[1]][0] == "other":
                assert answer.status_code == 404
                continue
            layers = decode(plain(answer)) if answer.data else {}
            shown |= {known[int(seq)] for seq in (layers["building"].ids if "building" in layers else [])}
            assert leaks(subject[1], plain(answer).decode("latin-1")) == set()
    assert shown == ({code for code in known.values() if is_inside(subject[1], "tiny", code)} if REACHES[subject[1]][0] == "tiny" else set())


def usual(city, units):
    """What the pages' callbacks are sent, with a selection that reaches outside."""
    items = [{"code": code, "level": "street"} for code in units]
    return {
        "facts.data": {"city": city, "defaults": {"home": {"lon": 118, "lat": 30, "zoom": 9}}},
        "reader.data": {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}, "indicator.data": "active_sites", "versions.data": {},
        "scope.data": {"level": "street", "finer": False}, "selection.data": {"items": items}, "time-bar.settled": None, "time-bar.value": None,
        "by-control.value": "threshold", "view.data": {"compare": "off"}, "time-bar.axis": None, "compare-control.value": "off",
        "intent.data": {"codes": units, "fly": True}, "search-word.value": "name", "drawn.data": {"tool": "polygon", "t": 1, "geometry": {
            "type": "Polygon", "coordinates": [[[117, 29], [119, 29], [119, 31], [117, 31], [117, 29]]]}},
        "table.getRowsRequest": {"startRow": 0, "endRow": 100},
        "catalogue-city.data": city, "catalogue-entry.data": "R1", "catalogue-word.value": "name",
        "catalogue-act.data": {"act": "ask", "purpose": "For the matrix", "t": "1"},
        "catalogue-decide.data": {"act": "revoke", "request": "1", "why": "Matrix", "t": "1"},
        "access-act.data": {"act": "account.disable", "name": "leader-city", "t": "1"},
    }


@pytest.mark.parametrize("subject", SUBJECTS, ids="-".join)
def test_no_callback_tells_anything_from_outside(served, subject):
    _, app, gateway, clients = served
    role, reach = subject
    held, client, answered = access.read_roles()[role].capabilities, clients[subject], 0
    client.get("/")
    for row in app._callback_list:
        right = gateway.callback_rights.get(row["output"])
        if row.get("clientside_function") or right is None or right == "access.change":
            continue
        tabs = ("chart", "table") if any(part["id"] == "tab-control" for part in (*row["inputs"], *row["state"])) else ("chart",)
        for city, units in (("tiny", []), ("tiny", ["990102001", "990101001"]), ("tiny", [LEFT, RIGHT, "990100"]), ("other", [])):
            for tab in tabs:
                values = {**usual(city, units), "tab-control.data": tab}

                def fill(part, values=values):
                    return {**part, "value": values.get(f"{part['id']}.{part['property']}")}

                outs = [part.rsplit(".", 1) for part in row["output"].strip(".").split("...")]
                outputs = [{"id": name, "property": prop.split("@")[0]} for name, prop in outs]
                answer = client.post("/_dash-update-component", json={
                    "output": row["output"], "outputs": outputs if len(outs) > 1 else outputs[0], "inputs": [fill(part) for part in row["inputs"]],
                    "state": [fill(part) for part in row["state"]], "changedPropIds": []})
                assert answer.status_code in (200, 204), (row["output"], answer.data[:300])
                text = answer.data.decode()
                if right not in held:
                    assert "You may not" in text or not text.strip() or '"response":{}' in text or right == "signed.in", (row["output"], text[:200])
                if right in ("map.read", "data.read", "export.rows"):
                    asked = {f"{city}-{code}" for code in units}
                    assert leaks(reach, text) - (asked & set()) == set(), (row["output"], city, units, tab)
                answered += answer.status_code == 200
    assert answered > 20


@pytest.mark.parametrize("subject", SUBJECTS, ids="-".join)
def test_no_page_tells_anything_from_outside(served, subject):
    _, _, _, clients = served
    role, reach = subject
    held = access.read_roles()[role].capabilities
    for path, page in PAGES.items():
        for city in ("tiny", "other"):
            text = clients[subject].get("/_dash-layout", headers={"Referer": f"http://localhost{path}?city={city}&lang=en"}).data.decode()
            assert leaks(reach, text) == set(), path
            if page.right not in held:
                assert "not open to you" in text, path
            else:
                assert "not open to you" not in text, path
            if page.right == "data.read" and page.right in held:
                assert ("outside your right" in text) is (reach in ("district", "street"))


def test_what_one_was_shown_is_never_served_to_another(served):
    _, _, _, clients = served
    for address in (f"/values/tiny/active_sites/street/{AT}.json?by=quantile", "/overlay/tiny/points.json?indicator=active_sites&level=street",
                    "/shapes/tiny/street.json"):
        bodies = {reach: clients["leader", reach].get(address).data for reach in ("city", "district", "street")}
        assert len(set(bodies.values())) == 3
        for reach, body in bodies.items():
            assert clients["leader", reach].get(address).data == body
    tiles = {clients["leader", reach].get("/version").json.get("tiny", {}).get("geometry") for reach in REACHES}
    assert len(tiles) == 4


def test_every_route_and_callback_declares_its_right(served):
    _, app, gateway, clients = served
    clients["leader", "city"].get("/")
    server_side = {key for key, row in app.callback_map.items() if "callback" in row}
    assert server_side <= set(gateway.callback_rights), server_side - set(gateway.callback_rights)
    for rule in app.server.url_map.iter_rules():
        assert gateway.rights.get(rule.endpoint) in access.CAPABILITIES, rule


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_exactly_the_routes_of_its_capabilities(served, role):
    _, app, gateway, clients = served
    held, adapter = access.read_roles()[role].capabilities, app.server.url_map.bind("localhost")
    known = {"city": "tiny", "version": "1", "group": "unit", "z": "0", "x": "0", "y": "0", "indicator": "active_sites", "level": "street",
             "when": "latest", "seq": 1, "step": 0, "code": LEFT, "kind": "csv", "resource": "x", "sheet": "gaps", "name": "overview",
             "path": "data", "token": "x", "number": 1, "key": "unit/990101"}
    counted = 0
    for rule in app.server.url_map.iter_rules():
        right = gateway.rights[rule.endpoint]
        if "GET" not in rule.methods or rule.rule.startswith(("/sign-out", "/kiosk", "/sign-in")):
            continue
        path = adapter.build(rule.endpoint, {name: known.get(name, "x") for name in rule.arguments})
        status = clients[role, "city"].get(path).status_code
        assert (status == 403) is (right not in held and right not in ("open", "signed.in")), (path, right, status)
        counted += 1
    assert counted > 10
    assert json.dumps(sorted(held))


def test_without_a_session_only_what_is_open_answers(served):
    _, app, gateway, _ = served
    adapter, client = app.server.url_map.bind("localhost"), app.server.test_client()
    for rule in app.server.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: 1 if name in ("seq", "number", "step") else "x" for name in rule.arguments})
        for method in rule.methods & {"GET", "POST"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 401 or gateway.rights[rule.endpoint] == "open", (method, path, answer.status_code)
            assert leaks("other", answer.data.decode("latin-1")) == leaks("city", answer.data.decode("latin-1")) == set(), path
