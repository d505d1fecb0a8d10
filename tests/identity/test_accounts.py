"""Accounts and grants: names, separation of duties, the last security administrator."""

import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.access import Grant
from app.errors import BadInput, Busy, NotFound, Refused
from app.identity.accounts import check_name, key_of
from tests.identity.conftest import GOOD, HERE


def account(identity, name, *roles):
    identity.accounts.create(name, GOOD, "terminal")
    return [identity.grants.add(name, role, "terminal") for role in roles]


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "<b>", "a\nb", "local", "KIOSK", "ｌｏｃａｌ", "x" * 65, "...", "a\u202eb", "'or 1=1--"])
def test_names_that_cannot_be(identity, name):
    with pytest.raises(BadInput):
        identity.accounts.create(name, GOOD, "terminal")


def test_one_name_is_one_account_in_any_case_and_width(identity):
    account(identity, "WangWei")
    for name in ("wangwei", "WANGWEI", "ＷａｎｇＷｅｉ"):
        with pytest.raises(BadInput):
            identity.accounts.create(name, GOOD, "terminal")
        assert identity.accounts.named(name).name == "WangWei"
        assert identity.sign_in(name, GOOD, HERE)


@given(st.text(max_size=80))
@example("ſtrasse")
@example("İstanbul")
@example("ﬁre")
def test_a_taken_name_keeps_its_key(name):
    try:
        shown = check_name(name)
    except BadInput:
        return
    assert key_of(shown) == key_of(name) == key_of(key_of(shown)) and 0 < len(shown) <= 64
    assert not any(sign.isspace() or ord(sign) < 32 or sign in "<>&\"'/\\" for sign in shown)


def test_grants_reach_where_they_say(identity):
    account(identity, "mayor")
    row = identity.grants.add("mayor", "duty_officer", "keeper", city="demo", unit="990103002")
    assert row.grant == Grant("duty_officer", "demo", "990103002", 2), "privacy as the role says"
    identity.grants.add("mayor", "analyst", "keeper", privacy=3)
    viewer = identity.recognise(identity.sign_in("mayor", GOOD, HERE).session, None, HERE)
    assert {grant for grant, _ in viewer.grants} == {row.grant, Grant("analyst", "", "", 3)}
    assert viewer.may("sql.ask") and not viewer.may("audit.read")


@pytest.mark.parametrize("role, more", [("kiosk", {}), ("local", {}), ("emperor", {}), ("leader", {"unit": "990103"}), ("leader", {"privacy": 4})])
def test_grants_that_cannot_be(identity, role, more):
    account(identity, "mayor")
    with pytest.raises(BadInput):
        identity.grants.add("mayor", role, "keeper", **more)


def test_the_same_role_in_the_same_place_is_given_once(identity):
    account(identity, "mayor", "leader")
    with pytest.raises(BadInput):
        identity.grants.add("mayor", "leader", "terminal", privacy=3)


@pytest.mark.parametrize("first, second", [("system_administrator", "security_administrator"), ("security_administrator", "auditor"),
                                           ("auditor", "system_administrator")])
def test_two_of_the_three_administrators_are_never_one(identity, first, second):
    row = account(identity, "keeper", "security_administrator") and account(identity, "mayor", first)[0]
    with pytest.raises(Refused):
        identity.grants.add("mayor", second, "terminal", city="demo")
    identity.grants.revoke(row.id, "terminal")
    assert identity.grants.add("mayor", second, "terminal").grant.role == second


def test_separation_holds_when_two_give_at_once(identity, make, settings):
    account(identity, "mayor")
    other, outcomes = make(settings), []

    def give(one, role):
        try:
            one.grants.add("mayor", role, "terminal")
            outcomes.append(role)
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=give, args=pair) for pair in ((identity, "auditor"), (other, "system_administrator"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 1


def test_nobody_gives_rights_to_themselves(identity):
    account(identity, "keeper", "security_administrator")
    with pytest.raises(Refused):
        identity.grants.add("keeper", "analyst", "KEEPER")


def test_the_last_security_administrator_stays(identity):
    row = account(identity, "keeper", "security_administrator")[0]
    with pytest.raises(Refused):
        identity.grants.revoke(row.id, "terminal")
    with pytest.raises(Refused):
        identity.accounts.disable("keeper", "terminal")
    account(identity, "second", "security_administrator")
    identity.accounts.disable("keeper", "terminal")
    with pytest.raises(Refused):
        identity.accounts.disable("second", "terminal")
    identity.accounts.enable("keeper", "terminal")
    identity.accounts.disable("second", "terminal")


def test_what_is_taken_back_is_gone_at_once_and_stays_in_the_books(identity, clock):
    row = account(identity, "mayor", "leader")[0]
    session = identity.sign_in("mayor", GOOD, HERE).session
    assert identity.recognise(session, None, HERE).may("map.read")
    clock.turn(5)
    identity.grants.revoke(row.id, "keeper")
    assert not identity.recognise(session, None, HERE).may("map.read")
    assert identity.recognise(session, None, HERE).kind == "account", "still signed in: the page explains"
    assert identity.grants.listing("mayor") == []
    assert [(one.ended_by, one.ended_at) for one in identity.grants.listing("mayor", is_ended_too=True)] == [("keeper", int(clock()))]
    with pytest.raises(NotFound):
        identity.grants.revoke(row.id, "keeper")


def test_administrators_wait_for_their_second_factor(identity, make, settings):
    account(identity, "keeper", "security_administrator", "leader")
    session = identity.sign_in("keeper", GOOD, HERE).session
    viewer = identity.recognise(session, None, HERE)
    assert viewer.may("map.read") and not viewer.may("access.change")
    relaxed = make(settings.model_copy(update={"second_factor": False}))
    assert relaxed.recognise(session, None, HERE).may("access.change")


def test_acts_are_written_down(identity, heard):
    row = account(identity, "mayor", "leader")[0]
    identity.grants.revoke(row.id, "keeper")
    identity.accounts.disable("mayor", "keeper")
    with pytest.raises(Refused):
        identity.sign_in("mayor", GOOD, HERE)
    assert heard == [("terminal", "account.create", "allowed"), ("terminal", "grant.add", "allowed"), ("keeper", "grant.revoke", "allowed"),
                     ("keeper", "account.disable", "allowed"), ("mayor", "account.sign_in", "refused")]


def test_a_password_typed_as_a_name_stays_out_of_the_trail(identity, heard):
    for _ in range(7):
        with pytest.raises((Refused, Busy)):
            identity.sign_in("my secret sentence", "mayor", HERE)
    assert heard and {who for who, _, _ in heard} == {""}


def test_with_a_password_that_somebody_else_chose_the_roles_wait(identity):
    account = identity.accounts.create("mayor", GOOD, "keeper", is_initial=True)
    identity.grants.add("mayor", "leader", "keeper")
    raw = identity.keys.make(account, "report", "mayor")
    session = identity.sign_in("mayor", GOOD, HERE).session
    assert identity.recognise(session, None, HERE).kind == "account"
    assert not identity.recognise(session, None, HERE).may("map.read") and not identity.recognise(None, raw, HERE).may("map.read")
    with pytest.raises(BadInput):
        identity.accounts.set_password("mayor", GOOD, "mayor")
    identity.accounts.set_password("mayor", "a wide river of tea", "mayor")
    session = identity.sign_in("mayor", "a wide river of tea", HERE).session
    assert identity.recognise(session, None, HERE).may("map.read") and identity.recognise(None, raw, HERE).may("map.read")
    identity.accounts.set_password("mayor", GOOD, "keeper", is_initial=True)
    assert identity.accounts.named("mayor").is_initial
