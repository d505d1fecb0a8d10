"""The own account through HTTP: what it shows, and that every change asks for what it must."""

import re

import pyotp
import pytest

from app.access import Grant
from tests.identity.conftest import GOOD
from tests.identity.steps import HTML, cookie, enter, send

NEW = "a wide river of tea"


@pytest.fixture
def page(browser, mayor):
    """The account page of the mayor, signed in."""
    enter(browser, mayor)
    browser.page = browser.get("/account?lang=en", headers=HTML)
    return browser.page


def kind_of(system, session):
    return system.identity.recognise(session, None, "127.0.0.1").kind


def test_it_says_who_and_where_in_words(page, mayor):
    assert mayor in page.text and "Leader" in page.text
    assert "and all below" in page.text and "up to internal data" in page.text and "990101" not in page.text, "a unit is called by its name"


def test_nobody_is_sent_to_the_sign_in_page(running):
    client = running[1].test_client()
    assert client.get("/account", headers=HTML).headers["Location"] == "/sign-in?next=%2Faccount"
    for path in ("/account/password", "/account/factor", "/account/sessions", "/account/keys"):
        assert client.post(path).status_code == 401


@pytest.mark.parametrize("path", ["/account/password", "/account/factor", "/account/sessions", "/account/keys"])
def test_a_change_without_the_token_is_refused(browser, page, path):
    assert browser.post(path, data={"old": GOOD, "new": NEW, "again": NEW, "do": "make", "name": "x", "id": "others"}).status_code == 403


def test_a_new_password_needs_the_old_one_and_ends_the_others(browser, system, page, mayor, running):
    other = running[1].test_client()
    other.page = other.get("/sign-in", headers=HTML)
    enter(other, mayor)
    before = cookie(browser)
    assert send(browser, "/account/password", old="wrong wrong wrong", new=NEW, again=NEW).status_code == 401
    assert send(browser, "/account/password", old=GOOD, new=NEW, again=NEW + "!").status_code == 400
    assert send(browser, "/account/password", old=GOOD, new="short", again="short").status_code == 400
    assert send(browser, "/account/password", old=GOOD, new=mayor, again=mayor).status_code == 400
    done = send(browser, "/account/password", old=GOOD, new=NEW, again=NEW)
    assert done.status_code == 303 and cookie(browser) != before
    assert [kind_of(system, one) for one in (before, cookie(other), cookie(browser))] == ["nobody", "nobody", "account"]
    assert "The password is changed." in browser.get(done.headers["Location"] + "&lang=en", headers=HTML).text
    assert system.identity.sign_in(mayor, NEW, "127.0.0.1")


def test_the_second_factor_is_set_up_shown_once_and_taken_off(browser, system, page, mayor, running):
    clock = running[2]
    assert send(browser, "/account/factor", do="begin", password="wrong wrong wrong").status_code == 401
    setup = send(browser, "/account/factor", do="begin", password=GOOD)
    secret = re.search(r"<code>([A-Z2-7 ]{30,})</code>", setup.text)[1].replace(" ", "")
    assert "<svg" in setup.text
    wrong = send(browser, "/account/factor", do="confirm", code="x")
    assert wrong.status_code == 400 and secret[:4] in wrong.text
    before = cookie(browser)
    codes = send(browser, "/account/factor", do="confirm", code=pyotp.TOTP(secret).at(clock()))
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", codes.text)) == 10 and codes.headers["Cache-Control"] == "no-store"
    assert cookie(browser) != before and kind_of(system, before) == "nobody"
    browser.page = browser.get("/account?lang=en", headers=HTML)
    assert "10 recovery codes left" in browser.page.text and secret not in browser.page.text
    assert send(browser, "/account/factor", do="begin", password=GOOD).status_code == 400, "it is not replaced without its code"
    assert send(browser, "/account/factor", do="off", code="123").status_code == 401
    clock.turn(60)
    assert len(re.findall(r"<code>", send(browser, "/account/factor", do="codes", code=pyotp.TOTP(secret).at(clock())).text)) == 10
    clock.turn(60)
    assert send(browser, "/account/factor", do="off", code=pyotp.TOTP(secret).at(clock())).status_code == 303
    assert not system.identity.accounts.named(mayor).has_factor


def test_sessions_are_listed_and_ended(browser, system, page, mayor, running):
    other = running[1].test_client()
    other.page = other.get("/sign-in", headers=HTML)
    enter(other, mayor)
    shown = browser.get("/account?lang=en", headers=HTML)
    number = re.search(r'name="id" value="(\d+)"', shown.text)[1]
    assert send(browser, "/account/sessions", shown, id=number).status_code == 303
    assert kind_of(system, cookie(other)) == "nobody" and kind_of(system, cookie(browser)) == "account"
    assert send(browser, "/account/sessions", shown, id="99999999").status_code == 404
    assert send(browser, "/account/sessions", shown, id="-1").status_code == 400
    assert send(browser, "/account/sessions", shown, id="others").status_code == 303
    assert kind_of(system, cookie(browser)) == "account"


def test_a_key_is_shown_once_works_and_is_revoked(browser, system, page, mayor, running):
    system.identity.grants.add(mayor, "analyst", "terminal", city="tiny")
    made = send(browser, "/account/keys", do="make", name="the <daily> report", days="7", grant="1")
    raw = re.search(r"<code>(ck_[\w-]+)</code>", made.text)[1]
    viewer = system.identity.recognise(None, raw, "127.0.0.1")
    assert [grant for grant, _ in viewer.grants] == [Grant("analyst", "tiny", "", 1)]
    client = running[1].test_client()
    assert client.get("/account", headers={"Authorization": f"Bearer {raw}"}).status_code == 200
    refused = client.post("/account/password", headers={"Authorization": f"Bearer {raw}"}, data={"old": GOOD, "new": NEW, "again": NEW})
    assert refused.status_code == 401, "a key changes no account"
    shown = browser.get("/account?lang=en", headers=HTML)
    assert raw not in shown.text and raw[:9] in shown.text and "the &lt;daily&gt; report" in shown.text
    number = system.identity.keys.listing(system.identity.accounts.named(mayor))[0].id
    assert send(browser, "/account/keys", shown, do="revoke", id=str(number)).status_code == 303
    assert client.get("/account", headers={"Authorization": f"Bearer {raw}"}).status_code == 401


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "x", "days": "0"}, {"name": "x", "days": "99999"}, {"name": "x", "days": "1e3"},
                                  {"name": "x" * 2000}])
def test_keys_that_cannot_be(browser, page, form):
    assert send(browser, "/account/keys", do="make", **form).status_code == 400


def test_nobody_ends_or_revokes_what_belongs_to_another(browser, system, page, mayor):
    other = system.identity.accounts.create(f"other{system.identity.office.now()}", GOOD, "terminal")
    system.identity.grants.add(other.name, "leader", "terminal")
    session = system.identity.sign_in(other.name, GOOD, "127.0.0.1").session
    raw = system.identity.keys.make(other, "theirs", other.name)
    assert send(browser, "/account/sessions", id=str(system.identity.sessions.find(session).id)).status_code == 404
    assert send(browser, "/account/keys", do="revoke", id=str(system.identity.keys.listing(other)[0].id)).status_code == 404
    assert kind_of(system, session) == "account" and system.identity.recognise(None, raw, "").kind == "key"


def test_unknown_orders_are_refused(browser, page):
    assert send(browser, "/account/factor", do="open").status_code == 400
    assert send(browser, "/account/factor", do="confirm", code="123456").status_code == 400


def test_a_password_that_somebody_else_chose_is_replaced_first(browser, system, page, mayor):
    system.identity.accounts.set_password(mayor, NEW, "keeper", is_initial=True)
    browser.page = browser.get("/sign-in", headers=HTML)
    assert enter(browser, mayor, password=NEW).headers["Location"] == "/account"
    shown = browser.get("/account?lang=en", headers=HTML)
    assert "somebody else knows this one" in shown.text
    assert send(browser, "/account/password", shown, old=NEW, new=NEW, again=NEW).status_code == 400
    assert send(browser, "/account/password", shown, old=NEW, new=GOOD, again=GOOD).status_code == 303
    assert "somebody else knows this one" not in browser.get("/account?lang=en", headers=HTML).text
