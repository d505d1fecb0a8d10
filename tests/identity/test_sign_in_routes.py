"""The ways in through HTTP: forms, cookies, where one lands, and what forged requests get."""

import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from callbacks.door import safe_next
from callbacks.gateway import CSRF, SESSION
from tests.identity.conftest import GOOD
from tests.identity.steps import HTML, cookie, csrf, enter, send


def test_signing_in_gives_a_new_session_in_a_closed_cookie(browser, system, mayor):
    planted = cookie(browser)
    answer = enter(browser, mayor, next="/data?city=tiny")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/data?city=tiny")
    kept = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in kept[SESSION] and "SameSite=Lax" in kept[SESSION] and "HttpOnly" not in kept[CSRF]
    assert cookie(browser) != planted, "what was planted before is worth nothing"
    assert cookie(browser, CSRF) == system.identity.csrf_of(cookie(browser))
    assert browser.get("/account", headers=HTML).status_code == 200


def test_cookies_are_secure_behind_https(running, system, mayor):
    client = running[1].test_client()
    client.page = client.get("/sign-in", headers=HTML, base_url="https://localhost")
    answer = client.post("/sign-in", data={"csrf": csrf(client.page), "name": mayor, "password": GOOD}, base_url="https://localhost")
    assert answer.status_code == 303 and all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))


def test_a_wrong_password_and_an_unknown_name_look_alike(browser, mayor):
    one = enter(browser, mayor, password="wrong wrong wrong")
    two = enter(browser, "x" + mayor[1:], password="wrong wrong wrong")
    assert one.status_code == two.status_code == 401
    assert one.text.replace(mayor, "?") == two.text.replace("x" + mayor[1:], "?")
    assert "wrong wrong wrong" not in one.text and 'role="alert"' in one.text


def test_brute_force_is_told_to_wait(browser, mayor):
    answers = [enter(browser, mayor, password="wrong wrong wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) == 30 and "Too many attempts" in answers[-1].text
    assert enter(browser, mayor).status_code == 429


def test_a_form_of_another_browser_is_refused(running, browser, mayor):
    other = running[1].test_client()
    other.get("/sign-in")
    answer = other.post("/sign-in", data={"csrf": csrf(browser.page), "name": mayor, "password": GOOD}, headers=HTML)
    assert answer.status_code == 401 and "Location" not in answer.headers
    for forged in ("", "x", "ü"):
        assert browser.post("/sign-in", data={"csrf": forged, "name": mayor, "password": GOOD}, headers=HTML).status_code == 401
    foreign = browser.post("/sign-in", data={"csrf": csrf(browser.page), "name": mayor, "password": GOOD},
                           headers={**HTML, "Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


@pytest.mark.parametrize("asked", ["//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)",
                                   "/ok\r\nX: y", "/\t/evil.example", "evil", "", "/sign-in?next=/sign-in", "/sign-out", "/kiosk/x",
                                   "///evil.example", "/\u0085x"])
def test_nobody_is_sent_elsewhere(browser, mayor, asked):
    answer = enter(browser, mayor, next=asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@given(st.text(alphabet=st.sampled_from("/\\:@?#.ehtps%0a2f \t\n\r;a\u0085\u2028"), max_size=40).map(lambda text: "/" + text))
@example("/x?y=//z")
@example("//[")
def test_where_to_go_next_is_always_a_path_of_ours(asked):
    found = safe_next(asked)
    assert found in ("/", asked)
    parts = urlsplit(found)
    assert (parts.scheme, parts.netloc) == ("", "") and found.startswith("/") and not found.startswith(("//", "/\\"))
    assert "\\" not in found and not any(sign.isspace() or ord(sign) < 32 for sign in found)


def test_signing_out_forgets_everything_but_the_language(browser, system, mayor):
    enter(browser, mayor)
    session = cookie(browser)
    page = browser.get("/account?lang=en&theme=light", headers=HTML)
    answer = send(browser, "/sign-out", page)
    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert cookie(browser) is None and cookie(browser, CSRF) is None
    assert system.identity.recognise(session, None, "127.0.0.1").kind == "nobody"
    after = browser.get(answer.headers["Location"], headers=HTML)
    assert "You are signed out." in after.text and 'data-mantine-color-scheme="light"' in after.text
    assert cookie(browser, "chengshu-lang") == "en"


def test_signing_out_needs_the_token(browser, system, mayor):
    enter(browser, mayor)
    assert browser.post("/sign-out", data={}, headers=HTML).status_code == 403
    assert system.identity.recognise(cookie(browser), None, "127.0.0.1").name == mayor


def test_an_account_without_a_role_is_told_so(browser, system):
    name = f"newcomer{system.identity.office.now()}"
    system.identity.accounts.create(name, GOOD, "terminal")
    assert enter(browser, name).headers["Location"] == "/account"
    assert "Nobody gave you a role yet." in browser.get("/account?lang=en", headers=HTML).text
    assert browser.get("/units/tiny/990101", headers={"Accept": "application/json"}).status_code in (403, 404)


def test_the_second_factor_stands_between(browser, running, system, mayor):
    clock, account = running[2], system.identity.accounts.named(mayor)
    secret, _ = system.identity.factor.begin(account)
    system.identity.factor.confirm(system.identity.accounts.named(mayor), pyotp.TOTP(secret).at(clock()))
    clock.turn(60)
    answer = enter(browser, mayor, next="/data")
    pending = cookie(browser)
    assert answer.headers["Location"] == "/sign-in/factor?next=%2Fdata"
    assert browser.get("/account", headers=HTML).status_code == 303, "the password alone opens nothing"
    page = browser.get("/sign-in/factor?next=/data&lang=en", headers=HTML)
    assert send(browser, "/sign-in/factor", page, code="000000x").status_code == 401
    code = pyotp.TOTP(secret).at(clock())
    done = send(browser, "/sign-in/factor", page, code=code, next="/data")
    assert (done.status_code, done.headers["Location"]) == (303, "/data") and cookie(browser) != pending
    assert browser.get("/account", headers=HTML).status_code == 200
    again = running[1].test_client()
    again.page = again.get("/sign-in", headers=HTML)
    enter(again, mayor)
    page = again.get("/sign-in/factor", headers=HTML)
    assert send(again, "/sign-in/factor", page, code=code).status_code == 401, "a code works once"


def test_the_second_step_without_the_first(browser, system):
    assert browser.get("/sign-in/factor", headers=HTML).headers["Location"] == "/sign-in"
    assert send(browser, "/sign-in/factor", code="123456").headers["Location"] == "/sign-in"


def test_the_link_of_the_terminal(running, browser, system):
    path = urlsplit(system.identity.local_link()).path
    assert browser.head(path).status_code == 200, "a preview spends nothing"
    assert browser.get(path, headers={**HTML, "Sec-Fetch-Site": "cross-site"}).status_code == 401
    answer = browser.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/") and path.rsplit("/", 1)[1] not in answer.text
    page = browser.get("/account?lang=en", headers=HTML)
    assert "Local user" in page.text and cookie(browser) not in page.text
    replay = running[1].test_client().get(path + "?lang=en", headers=HTML)
    assert replay.status_code == 401 and "run.py link" in replay.text and path.rsplit("/", 1)[1] not in replay.text
    assert running[1].test_client().get(urlsplit(system.identity.local_link()).path, headers=HTML,
                                        environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 401


def test_a_kiosk_opens_its_city(browser, system):
    raw = system.identity.kiosks.make("wall", "tiny", "keeper", unit="990101")
    answer = browser.get(f"/kiosk/{raw}", headers=HTML)
    assert answer.headers["Location"] == "/screen?city=tiny" and "Expires" in answer.headers.getlist("Set-Cookie")[0]
    assert system.identity.recognise(cookie(browser), None, "127.0.0.1").kind == "kiosk"
    assert browser.get(f"/kiosk/{raw[:-2]}xx", headers=HTML).status_code == 401
    assert browser.post("/account/password", data={"csrf": system.identity.csrf_of(cookie(browser)), "old": "x", "new": GOOD, "again": GOOD}
                        ).status_code == 401


def test_the_provider_brings_somebody_in(browser, running, system, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running[3].person |= {"sub": f"s{system.identity.office.now()}", "preferred_username": "wang.wei"}
    off = send(browser, "/sign-in/oidc", next="/data")
    assert off.status_code == 303 and off.headers["Location"].startswith(running[3].issuer + "/authorize?")
    back = requests.get(off.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    answer_path = back.removeprefix("http://localhost")
    assert parse_qs(urlsplit(back).query)["state"]
    stranger = running[1].test_client()
    assert stranger.get(answer_path, headers=HTML).status_code == 401, "an answer is for the browser that asked"
    done = browser.get(answer_path, headers=HTML)
    assert (done.status_code, done.headers["Location"]) == (303, "/data")
    assert browser.get("/account", headers=HTML).status_code == 200
    assert browser.get(answer_path, headers=HTML).status_code == 401
    assert browser.get("/sign-in/oidc/back?error=access_denied", headers=HTML).status_code == 401


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_page_speaks_both_languages_without_a_script(browser, system, language, theme):
    system.identity.accounts.has_any() or system.identity.accounts.create("first", GOOD, "terminal")
    page = browser.get(f"/sign-in?lang={language}&theme={theme}", headers=HTML)
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in page.text and f'data-mantine-color-scheme="{theme}"' in page.text
    assert "<script" not in page.text and " style=" not in page.text and " on" not in re.sub(r">[^<]*<", "><", page.text)
    assert page.headers["Cache-Control"] == "no-store" and "城枢" in page.text
    for field in re.findall(r'<input id="([^"]+)"', page.text):
        assert f'for="{field}"' in page.text


def test_what_somebody_types_is_shown_as_text(browser, system):
    page = enter(browser, '"><script>alert(1)</script>', password="wrong wrong wrong", next="/\"><b>")
    assert "<script" not in page.text and "&#34;&gt;&lt;script" in page.text


def test_too_long_fields_are_refused_before_they_cost_anything(browser, system):
    assert enter(browser, "mayor", password="x" * 2000).status_code == 400
    assert enter(browser, "m" * 5000, password="x" * 20).status_code == 400


def test_the_door_speaks_the_language_of_the_page_one_came_for(browser):
    asked = {"next": "/map?city=demo&lang=en&theme=light"}
    assert 'lang="en"' in browser.get("/sign-in", query_string=asked, headers=HTML).text
    assert 'lang="zh' in browser.get("/sign-in", query_string={**asked, "lang": "zh"}, headers=HTML).text, "one's own choice counts more"
