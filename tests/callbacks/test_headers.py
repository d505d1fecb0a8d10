"""What answers forbid the browser: one policy per page that fits the page, nothing at all for the rest."""

import base64
import hashlib
import re

import pytest
from dash import Dash, Input, Output, html
from flask import Flask, Response

from callbacks import headers


def served(**how):
    server = Flask("headers", static_folder=None)
    app = Dash("headers", server=server, assets_folder="none")
    app.layout = html.Div("page")
    app.clientside_callback("function (x) { return x; }", Output("a", "children"), Input("a", "id"))
    server.add_url_rule("/rows", "rows", lambda: Response("[]", mimetype="application/json"))
    server.add_url_rule("/kept", "kept", lambda: Response("[]", mimetype="application/json", headers={"Cache-Control": "private, max-age=300"}))
    headers.apply(server, app, **how)
    return app, server.test_client()


def rules(answer):
    return {words[0]: words[1:] for words in (rule.split() for rule in answer.headers["Content-Security-Policy"].split(";"))}


def test_every_inline_script_of_the_page_has_its_hash_and_nothing_else_may_run():
    _, client = served()
    page = client.get("/")
    allowed = rules(page)["script-src"]
    bare = re.sub(r"<!--.*?-->", "", page.text, flags=re.S)
    inline = [text for kind, text in re.findall(r"<script([^>]*)>(.*?)</script>", bare, re.S) if text.strip() and "application/json" not in kind]
    assert len(inline) == 2
    for text in inline:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in allowed
    assert len(allowed) == 3 and allowed[0] == "'self'"
    assert "unsafe" not in page.headers["Content-Security-Policy"].replace("style-src 'self' 'unsafe-inline'", "")


def test_the_hashes_are_computed_once(monkeypatch):
    app, client = served()
    made = []
    hashes = app.csp_hashes
    monkeypatch.setattr(app, "csp_hashes", lambda: made.append(1) or hashes())
    for _ in range(5):
        assert "sha256-" in client.get("/").headers["Content-Security-Policy"]
    assert made == [1]


@pytest.mark.parametrize("path", ["/", "/rows", "/nowhere", "/_dash-layout", "/_dash-dependencies"])
def test_every_answer_carries_them(path):
    _, client = served()
    answer = client.get(path)
    policy = rules(answer)
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    every = {**headers.PLAIN, **(headers.OF_PAGES if answer.mimetype == "text/html" else {})}
    for name, value in every.items():
        assert answer.headers[name] == value
    assert "Strict-Transport-Security" not in answer.headers


def test_what_is_not_a_page_may_run_nothing():
    _, client = served()
    assert rules(client.get("/rows"))["default-src"] == ["'none'"]


def test_answers_about_people_are_not_kept():
    _, client = served()
    assert client.get("/").headers["Cache-Control"] == client.get("/rows").headers["Cache-Control"] == "no-store"
    assert client.get("/kept").headers["Cache-Control"] == "private, max-age=300"


def test_https_in_front_is_held_to():
    answer = served(is_https=True)[1].get("/")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "upgrade-insecure-requests" in rules(answer)


def test_the_sign_in_form_may_be_sent_on_to_the_provider_and_to_no_other():
    assert rules(served(sign_in="https://id.example")[1].get("/"))["form-action"] == ["'self'", "https://id.example"]
    assert rules(served()[1].get("/"))["form-action"] == ["'self'"]
