"""The description of the API: it tells of every route there is, and of none that there is not."""

import re

import pytest

from callbacks import api_params, openapi
from callbacks.gateway import STATUS


@pytest.fixture
def document(whole):
    return whole.server.test_client().get("/api/openapi.json").json


def operations(document):
    return {one["operationId"].rpartition(".")[0] if one["operationId"].count(".") > 1 else one["operationId"]: one
            for path in document["paths"].values() for one in path.values()}


def test_every_route_is_described_and_every_described_route_exists(whole, document):
    there = {rule.endpoint for rule in openapi.described(whole.server)}
    assert set(api_params.ROUTES) == there
    assert set(operations(document)) == there


def test_what_it_leaves_out_is_only_dash_and_the_pages(whole):
    told = {rule.rule for rule in openapi.described(whole.server)}
    for rule in whole.server.url_map.iter_rules():
        is_inside = rule.rule.startswith(("/_dash", "/_favicon", "/_reload", "/assets/", "/map.", "/page.", "/brief-worker."))
        assert rule.rule in told or is_inside or rule.rule in ("/", "/<path:path>")


def test_every_parameter_of_an_address_is_described(document):
    for path, methods in document["paths"].items():
        for one in methods.values():
            named = {param["name"] for param in one["parameters"] if param["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), path
            assert all(param["description"] and param["schema"] for param in one["parameters"])


def test_rights_and_refusals_are_told(whole, document):
    for name, one in operations(document).items():
        assert one["x-right"] == whole.gateway.rights[name] and one["x-right-means"]
        assert (one["security"] == []) == (one["x-right"] == "open")
        assert {"400", "403", "404"} <= set(one["responses"])
        assert one["x-right"] == "open" or "401" in one["responses"]


def test_every_status_of_the_error_tree_has_words():
    assert {str(status) for status in STATUS.values()} - {"500"} == set(openapi.SAID)
