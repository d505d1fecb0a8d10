"""Every HTTP route: its right, its answers, and what forged requests get."""

import gzip
import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import access
from callbacks.server import create_server
from tests import homes, tiny
from tests.signed_in import signed_in


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    system = homes.city(folder / "home")
    readings = tiny.readings("energy_use_kwh", "floor") + tiny.readings("active_sites", "street") + tiny.readings("net_flow_persons_h", "street")
    earlier = {row["unit_code"]: row["value"] / 10 for row in tiny.readings("net_flow_persons_h", "street")}
    readings += tiny.readings("net_flow_persons_h", "street", earlier, tiny.NOON - timedelta(days=1))
    flows = [{"origin_code": "990101001", "destination_code": "990102001", "at": tiny.NOON.isoformat(), "count": 12}]
    system.take([tiny.hand_in(folder, "reading", readings, "r"), tiny.hand_in(folder, "flow", flows, "f")])
    server, gateway, _ = create_server(system)
    yield system, server, gateway
    system.close()


@pytest.fixture
def ask(served):
    return signed_in(served[0], served[1]).get


def test_every_route_declares_its_right(served):
    _, server, gateway = served
    for rule in server.url_map.iter_rules():
        assert gateway.rights.get(rule.endpoint) in access.CAPABILITIES, rule


def test_without_the_right_nothing_is_told(served):
    _, server, gateway = served
    for rule in server.url_map.iter_rules():
        known = {"city": "tiny", "version": "1", "group": "unit", "z": "0", "x": "0", "y": "0", "indicator": "active_sites",
                 "level": "street", "when": "latest", "seq": 1, "step": 0, "number": 1, "key": "unit/990101", "code": "990101", "kind": "points"}
        adapter = server.url_map.bind("localhost")
        path = adapter.build(rule.endpoint, {name: known.get(name, "x") for name in rule.arguments})
        if "GET" in rule.methods:
            answer = server.test_client().get(path)
            if gateway.rights[rule.endpoint] != access.OPEN:
                assert (answer.status_code, answer.json["error"]) == (401, "SignedOut"), path


def test_class_bytes_and_legend_agree(ask):
    body = np.frombuffer(gzip.decompress(ask("/values/tiny/active_sites/street/latest.bin?by=quantile").data), np.uint8)
    legend = ask("/values/tiny/active_sites/street/latest.json?by=quantile").json
    assert body.tolist() == [0, 1, 3, 4] or len(body) == 4
    assert np.bincount(body, minlength=legend["classes"]).tolist() == legend["counts"]
    assert (legend["n"], legend["expected"], legend["unit"], legend["native_level"]) == (4, 4, "个", "street")
    assert (legend["minimum"], legend["maximum"], legend["mean"]) == (1.0, 4.0, 2.5)


def test_another_time_is_classed_by_the_breaks_that_are_asked_for(ask):
    noon, day = int(tiny.NOON.timestamp()), 86_400

    def told(when, more=""):
        legend = ask(f"/values/tiny/net_flow_persons_h/street/{when}.json?by=quantile{more}").json
        body = gzip.decompress(ask(f"/values/tiny/net_flow_persons_h/street/{when}.bin?by=quantile{more}").data)
        return list(body), legend["breaks"], legend["is_like"]

    (first, breaks, _), (own, _, _) = told(noon), told(noon - day)
    assert first == own                                                            # each by its own quantiles: the pictures look alike
    assert told(noon - day, f"&breaks_of={noon}") == told(noon - day, "&breaks_of=latest") == ([0] * 4, breaks, True)
    assert told(noon, "&breaks_of=1000")[1:] == (breaks, False)                    # nothing was known then
    limits = ask(f"/values/tiny/net_flow_persons_h/street/{noon}.json?breaks_of=latest").json
    assert limits["is_like"] is (limits["by"] == "quantile")


def test_a_level_below_the_native_one_says_where_it_is_reported(ask):
    answer = ask("/values/tiny/active_sites/building/latest.bin")
    assert answer.status_code == 404 and "street" in answer.json["fact"]


def test_before_the_first_step_nothing_is_known(ask):
    body = gzip.decompress(ask("/values/tiny/active_sites/street/1000.bin").data)
    assert body == b"\xff" * 4


def test_unit_floors_shapes_overlays(ask):
    card = ask("/unit/tiny/street/1.json?indicator=active_sites").json
    assert (card["code"], card["sign"]["value"], card["sign"]["status"]) == ("990101001", 1.0, "grey")
    assert ask("/floors/tiny/990101001001001B00001.json?indicator=energy_use_kwh").json["floors"][1]["value"] == 2.0
    shapes = ask("/shapes/tiny/street.json?parent=990102").json
    assert [feature["properties"]["code"] for feature in shapes["features"]] == ["990102001", "990102002"]
    points = ask("/overlay/tiny/points.json?indicator=active_sites&level=street").json
    assert [point["value"] for point in points] == [1.0, 2.0, 3.0, 4.0]
    hexagons = ask("/overlay/tiny/hex.json?indicator=active_sites&level=street").json
    assert sum(cell["count"] for cell in hexagons) == 4
    assert ask("/overlay/tiny/flow.json?level=street").json[0]["count"] == 12
    rolled = ask("/overlay/tiny/flow.json?level=district").json
    assert [(arc["level"], arc["origin"], arc["destination"], arc["count"]) for arc in rolled] == [("district", 1, 2, 12)]
    assert ask("/overlay/tiny/flow.json?level=city").json == []           # nobody left the city
    assert ask("/overlay/tiny/flow.json?level=building").json[0]["level"] == "street"
    assert ask("/version").json["tiny"]["values"] >= 2
    assert ask("/health").json["status"] == "ok"


@pytest.mark.parametrize(("path", "status"), [
    ("/values/tiny/nothing/street/latest.bin", 404), ("/values/nowhere/aqi/street/latest.bin", 404),
    ("/values/tiny/active_sites/planet/latest.bin", 404), ("/values/tiny/active_sites/street/yesterday.bin", 400),
    ("/values/tiny/active_sites/street/latest.bin?breaks_of=", 400), ("/values/tiny/active_sites/street/latest.json?breaks_of=soon", 400),
    ("/values/tiny/active_sites/street/99999999999999999999.bin", 400), ("/values/tiny/active_sites/street/latest.bin?by=magic", 400),
    ("/unit/tiny/street/999.json", 404), ("/unit/tiny/street/1.json?at=NaN", 400), ("/unit/tiny/street/1.json?indicator=';--", 404),
    ("/floors/tiny/nobody.json", 404), ("/floors/tiny/990101.json?indicator=energy_use_kwh", 404), ("/shapes/tiny/floor.json", 404),
    ("/shapes/tiny/street.json?parent=nobody", 404), ("/overlay/tiny/gossip.json", 404), ("/overlay/tiny/points.json?level=x", 400),
    ("/overlay/tiny/flow.json?most=1000000000", 400), ("/overlay/tiny/points.json?level=street", 404),
])
def test_what_is_not_there_is_said_so(ask, path, status):
    answer = ask(path)
    assert answer.status_code == status, answer.data
    if status >= 400:
        assert answer.json["fact"] and answer.mimetype == "application/json"


_PATHS = ["/tiles/{}/1/unit/{}/{}/{}.mvt", "/values/{}/{}/{}/{}.bin", "/values/{}/{}/{}/{}.json", "/overlay/{}/{}.json?level={}&at={}",
          "/floors/{}/{}.json?indicator={}&at={}", "/shapes/{}/{}.json?parent={}&x={}"]
_WORDS = ["tiny", "street", "aqi", "latest", "points", "active_sites", "energy_use_kwh", "floor", "0", "-1", "99999999999"]
_ANYTHING = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="/?#%&\\"), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(_PATHS), st.lists(st.one_of(st.sampled_from(_WORDS), _ANYTHING), min_size=4, max_size=4))
def test_no_address_breaks_the_server(ask, pattern, parts):
    answer = ask(pattern.format(*parts))
    assert answer.status_code < 500
    if answer.status_code >= 400 and answer.mimetype == "application/json":
        assert json.loads(answer.data)["fact"]
