"""GET /api/openapi.json: what programs may ask, made from the routes that there are (OpenAPI 3.1)."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Flask, Response
from werkzeug.routing import Rule

from app.access import CAPABILITIES, OPEN
from app.sight import Seen
from callbacks.api_params import JSON, PAGE, ROUTES, Param, Route
from callbacks.bundle import PATHS
from callbacks.gateway import CSRF_HEADER, SESSION, Gateway
from callbacks.results import Results

FORM = "application/x-www-form-urlencoded"
INSIDE = ("/_", "/assets/", *PATHS, "/brief-worker.")
PAGES = ("/", "/<path:path>")
KEY, COOKIE = "key", "session"
PROBLEM = {
    "type": "object",
    "required": ["error", "fact", "remedy", "where"],
    "additionalProperties": False,
    "properties": {
        "error": {"type": "string", "description": "Kind of the error"},
        "fact": {"type": "string", "minLength": 1, "description": "What is the matter"},
        "remedy": {"type": "string", "description": "What helps"},
        "where": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
SAID = {
    "400": "A parameter is wrong",
    "401": "Nobody is signed in",
    "403": "The right is missing, or the change does not come from our own page",
    "404": "What was asked for is not here, or not for you",
    "409": "Somebody else holds what is needed",
    "503": "A part of the server is missing, full or broken",
}


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route; the document is made when first asked for, from all routes that there are then."""
    kept: list[bytes] = []

    @gateway.route("/api/openapi.json", right=OPEN, is_quiet=True)
    def openapi(seen: Seen) -> Response:  # noqa: ARG001 - every view gets it
        if not kept:
            kept.append(orjson.dumps(document(gateway.server, gateway.rights)))
        return Response(kept[0], mimetype=JSON, headers={"Cache-Control": "public, max-age=300"})


def described(server: Flask) -> list[Rule]:
    """The routes that the document tells of: all but Dash's own, the files of the page, and the pages themselves."""
    return [rule for rule in server.url_map.iter_rules() if not rule.rule.startswith(INSIDE) and rule.rule not in PAGES]


def document(server: Flask, rights: dict[str, str]) -> dict[str, Any]:
    """The whole description. A route that callbacks/api_params.py does not declare is only named; tests let none stay so."""
    paths: dict[str, Any] = {}
    for rule in described(server):
        route = ROUTES.get(rule.endpoint, Route(rule.endpoint))
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            paths.setdefault(template(rule), {})[method.lower()] = operation(rule, route, method, rights[rule.endpoint])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chengshu 城枢",
            "version": "1",
            "description": "Values, shapes, tiles and files of the cities, as far as the asking account or key may see them. "
            "What lies outside a right is not there: it is answered like something that does not exist, or left out.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Problem": PROBLEM},
            "responses": problems(),
            "securitySchemes": {
                KEY: {"type": "http", "scheme": "bearer", "description": "An API key"},
                COOKIE: {"type": "apiKey", "in": "cookie", "name": SESSION, "description": f"A session; changes also need the header {CSRF_HEADER}"},
            },
        },
    }


def problems() -> dict[str, Any]:
    """Every error in the one shape, and for people as a page that says the same."""
    shape = {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {status: {"description": meaning, "content": shape} for status, meaning in SAID.items()}
    said, both = {**SAID, "429": "Too many attempts: wait as long as Retry-After says"}, {PAGE: {"schema": {"type": "string"}}, **shape}
    return found | {f"page-{status}": {"description": meaning, "content": both} for status, meaning in said.items()}


def template(rule: Rule) -> str:
    """The address with its parameters in braces."""
    return re.sub(r"<(?:[^:<>]+:)?([^:<>]+)>", r"{\1}", rule.rule)


def operation(rule: Rule, route: Route, method: str, right: str) -> dict[str, Any]:
    """One method of one route."""
    is_open = right == OPEN
    found: dict[str, Any] = {
        "operationId": rule.endpoint if method == "GET" or len(rule.methods - {"HEAD", "OPTIONS"}) == 1 else f"{rule.endpoint}.{method.lower()}",
        "summary": route.summary,
        "x-right": right,
        "x-right-means": CAPABILITIES[right],
        "security": [] if is_open else [{KEY: []}, {COOKIE: []}],
        "parameters": [parameter(one, one.name in rule.arguments) for one in route.params
                       if one.name in rule.arguments or method == "GET" or route.body],
        "responses": answers(route, is_open),
    }
    if method != "GET" and route.body:
        found["requestBody"] = {"required": True, "content": {kind: {"schema": schema} for kind, schema in route.body.items()}}
    if method != "GET" and route.form:
        shape = {
            "type": "object",
            "properties": {one.name: {**one.schema, "description": one.meaning} for one in route.form},
            "required": [one.name for one in route.form if one.is_needed],
        }
        found["requestBody"] = {"required": True, "content": {FORM: {"schema": shape}}}
    return found


def parameter(one: Param, is_in_path: bool) -> dict[str, Any]:
    """One parameter."""
    return {
        "name": one.name,
        "in": "path" if is_in_path else "query",
        "required": is_in_path or one.is_needed,
        "description": one.meaning,
        "schema": one.schema,
    }


def answers(route: Route, is_open: bool) -> dict[str, Any]:
    """What a route may answer."""
    found: dict[str, Any] = {"200": {"description": "As asked", "content": {kind: {"schema": schema} for kind, schema in route.answers.items()}}}
    found |= {status: {"description": meaning} for status, meaning in route.also.items()}
    if route.kept:
        found["304"] = {"description": "Unchanged since the ETag given"}
    if route.is_page:
        found["303"] = {"description": "Go on there", "headers": {"Location": {"schema": {"type": "string"}}}}
        return found | {status: {"$ref": f"#/components/responses/page-{status}"} for status in (*SAID, "429")}
    return found | {status: {"$ref": f"#/components/responses/{status}"} for status in SAID if status != "401" or not is_open}
