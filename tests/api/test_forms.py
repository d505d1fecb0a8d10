"""The pages that take passwords, and the cookies that stand for whoever gave one."""

import re

import pytest

from app.audit import between
from callbacks.gateway import CSRF, SESSION
from tests.signed_in import PASSWORD


def fields(page):
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', field)) for field in re.findall(r"<input\b([^>]*)>", page)]


@pytest.fixture
def owner(whole):
    client = whole.server.test_client()
    client.set_cookie(SESSION, whole.sessions["owner"])
    return client


def test_password_fields_hide_and_take_what_is_pasted(whole, owner):
    pages = [whole.server.test_client().get("/sign-in").text, owner.get("/account").text]
    secret = [field for page in pages for field in fields(page) if field.get("name") in ("password", "old", "new", "again")]
    assert {field["name"] for field in secret} >= {"password", "old", "new", "again"}
    for field in secret:
        assert field["type"] == "password" and field["autocomplete"] in ("current-password", "new-password")
    assert not any("onpaste" in page for page in pages)


def sign_in(whole, name, **headers):
    client = whole.server.test_client()
    token = next(field["value"] for field in fields(client.get("/sign-in").text) if field.get("name") == "csrf")
    return client.post("/sign-in", data={"name": name, "password": PASSWORD, "csrf": token}, headers=headers)


def test_cookies_are_for_this_site_and_the_session_is_for_no_script(whole):
    answer = sign_in(whole, "user-7")
    assert answer.status_code == 303
    set_by = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in set_by[SESSION] and "HttpOnly" not in set_by[CSRF]
    assert all("SameSite=Lax" in line and "Path=/" in line and "Domain" not in line for line in set_by.values())
    assert len(set_by[SESSION].split("=")[1].split(";")[0]) >= 22        # 128 bits and more
    assert set_by[SESSION] not in answer.text


def test_over_https_cookies_travel_only_so(whole):
    answer = whole.server.test_client().get("/sign-in", base_url="https://localhost")
    assert all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))


def test_a_change_without_the_token_of_our_own_page_is_refused(whole, owner):
    for path in ("/account/password", "/account/keys", "/account/sessions", "/account/factor", "/sign-out", "/_dash-update-component"):
        answer = owner.post(path, data={"csrf": "x" * 40})
        assert answer.status_code == 403, (path, answer.status_code)
    assert owner.get("/account").status_code == 200


def test_a_change_asked_for_by_a_foreign_page_is_refused(whole):
    assert sign_in(whole, "user-7", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_leaving_clears_the_browser_and_ends_the_session(whole):
    client = whole.server.test_client()
    client.set_cookie(SESSION, whole.sessions["leaving"])
    token = whole.system.identity.csrf_of(whole.sessions["leaving"])
    answer = client.post("/sign-out", data={"csrf": token})
    assert answer.status_code == 303 and '"cache"' in answer.headers["Clear-Site-Data"]
    client.set_cookie(SESSION, whole.sessions["leaving"])
    assert client.get("/version").status_code == 401


def test_no_other_origin_may_read(whole):
    answer = whole.client.get("/version", headers={"Origin": "https://other.example"})
    assert not any(name.startswith("Access-Control") for name in dict(answer.headers))
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_forwarded_address_is_not_believed(whole):
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    whole.client.get("/unit/tiny/street/77.json", headers=forged)
    whole.system.audit.flush()
    rows, _ = whole.system.audit.search(between("", ""))
    assert rows and "203.0.113.9" not in str(rows)
