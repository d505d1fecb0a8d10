"""API keys, kiosk tokens and the link of the terminal: forged, revoked, expired and replayed ones open nothing."""

import threading

import pytest

from app.access import NOBODY, Grant
from app.errors import BadInput, Busy, NotFound, Refused
from tests.identity.conftest import GOOD, HERE

LOCAL = "127.0.0.1"


@pytest.fixture
def mayor(identity):
    account = identity.accounts.create("mayor", GOOD, "terminal", "water")
    identity.grants.add("mayor", "analyst", "terminal", city="demo")
    identity.grants.add("mayor", "duty_officer", "terminal", city="demo", unit="990103")
    return account


def reach(viewer):
    return {grant for grant, _ in viewer.grants}


def test_a_key_may_what_its_owner_may(identity, mayor):
    raw = identity.keys.make(mayor, "the daily report", "mayor")
    viewer = identity.recognise(None, raw, HERE)
    assert (viewer.name, viewer.kind, viewer.department) == ("mayor", "key", "water")
    assert reach(viewer) == set(identity.grants.of(mayor))
    assert raw.startswith(viewer.session) and len(viewer.session) < 12, "named by its start"


def test_a_key_may_be_a_part(identity, mayor):
    part = (Grant("analyst", "demo", "990101", 0),)
    raw = identity.keys.make(mayor, "report", "mayor", scope=part)
    assert reach(identity.recognise(None, raw, HERE)) == set(part)
    row = next(one for one in identity.grants.listing("mayor") if one.grant.role == "analyst")
    identity.grants.revoke(row.id, "keeper")
    assert reach(identity.recognise(None, raw, HERE)) == set(), "what its owner lost, it lost"


@pytest.mark.parametrize("scope", [(), (Grant("leader", "demo"),), (Grant("analyst"),), (Grant("analyst", "demo", "", 3),),
                                   (Grant("duty_officer", "demo", "", 0),), (Grant("analyst", "demo", "", 1), Grant("auditor"))])
def test_a_key_is_never_more_than_its_owner(identity, mayor, scope):
    with pytest.raises(BadInput):
        identity.keys.make(mayor, "report", "mayor", scope=scope)


def test_revoked_expired_and_orphaned_keys_are_nobody(identity, mayor, clock):
    one, two, three = (identity.keys.make(mayor, f"key {n}", "mayor", days=1) for n in range(3))
    assert all(identity.recognise(None, raw, HERE).kind == "key" for raw in (one, two, three))
    listed = identity.keys.listing(mayor)
    identity.keys.revoke(listed[0].id, "mayor", mayor)
    assert [identity.recognise(None, raw, HERE).kind for raw in (one, two)] == ["nobody", "key"]
    clock.turn(86_400)
    assert identity.recognise(None, two, HERE) is NOBODY
    clock.turn(-86_400)
    identity.accounts.disable("mayor", "keeper")
    assert identity.recognise(None, three, HERE) is NOBODY
    with pytest.raises(NotFound):
        identity.keys.revoke(listed[0].id, "mayor", mayor)


def test_a_key_is_kept_as_its_hash_and_nobody_revokes_anothers(identity, mayor, settings):
    raw = identity.keys.make(mayor, "report", "mayor")
    assert raw.encode() not in (settings.home / "access.sqlite").read_bytes() + (settings.home / "access.sqlite-wal").read_bytes()
    other = identity.accounts.create("other", GOOD, "terminal")
    with pytest.raises(NotFound):
        identity.keys.revoke(identity.keys.listing(mayor)[0].id, "other", other)
    session = identity.sign_in("mayor", GOOD, HERE).session
    assert identity.recognise(None, session, HERE) is NOBODY and identity.recognise(raw, None, HERE) is NOBODY, "one is not the other"


def test_an_administrators_key_needs_the_second_factor_too(identity):
    keeper = identity.accounts.create("keeper", GOOD, "terminal")
    identity.grants.add("keeper", "security_administrator", "terminal")
    raw = identity.keys.make(keeper, "script", "keeper")
    assert not identity.recognise(None, raw, HERE).may("access.change")


def test_a_kiosk_reads_its_place_until_its_day(identity, clock):
    raw = identity.kiosks.make("wall", "demo", "keeper", unit="990103", days=2)
    entered, kiosk = identity.enter_kiosk(raw, HERE)
    viewer = identity.recognise(entered.session, None, HERE)
    assert (viewer.name, viewer.kind, viewer.capabilities) == ("wall", "kiosk", frozenset({"map.read", "operations.read"}))
    assert reach(viewer) == {Grant("kiosk", "demo", "990103", 0)}
    clock.turn(2 * 86_400 - 1)
    assert identity.recognise(entered.session, None, HERE).kind == "kiosk", "a wall is not idle"
    clock.turn(1)
    assert identity.recognise(entered.session, None, HERE) is NOBODY
    with pytest.raises(Refused):
        identity.enter_kiosk(raw, HERE)
    assert kiosk.until == clock()


def test_forged_and_revoked_kiosks_stay_dark(identity):
    raw = identity.kiosks.make("wall", "demo", "keeper")
    entered, kiosk = identity.enter_kiosk(raw, HERE)
    assert identity.recognise(entered.session, None, HERE).kind == "kiosk"
    identity.kiosks.revoke(kiosk.id, "keeper")
    assert identity.recognise(entered.session, None, HERE) is NOBODY
    forged = [raw, raw[:-1] + ("A" if raw[-1] != "A" else "B"), "", "kiosk_", "kiosk_" + "x" * 43, raw.upper(), "x" * 5000, "\udcff"]
    for one in forged:
        with pytest.raises(Refused):
            identity.enter_kiosk(one, HERE)


def test_guessing_kiosk_tokens_meets_a_wait(identity):
    for number in range(20):
        with pytest.raises(Refused):
            identity.enter_kiosk(f"kiosk_{number}", HERE)
    with pytest.raises(Busy):
        identity.enter_kiosk(identity.kiosks.make("wall", "demo", "keeper"), HERE)


def token(identity):
    return identity.local_link().rsplit("/", 1)[1]


def test_the_link_opens_once(identity):
    raw = token(identity)
    viewer = identity.recognise(identity.enter_by_link(raw, LOCAL).session, None, LOCAL)
    assert (viewer.name, viewer.kind) == ("local", "local") and viewer.may("access.change") and not viewer.may("audit.read")
    with pytest.raises(Refused):
        identity.enter_by_link(raw, LOCAL)


def test_the_link_ages_and_a_new_one_ends_it(identity, clock):
    old = token(identity)
    clock.turn(900)
    with pytest.raises(Refused):
        identity.enter_by_link(old, LOCAL)
    first, second = token(identity), token(identity)
    with pytest.raises(Refused):
        identity.enter_by_link(first, LOCAL)
    assert identity.enter_by_link(second, LOCAL)


def test_of_two_at_once_one_gets_in(identity):
    raw, outcomes = token(identity), []

    def enter():
        try:
            outcomes.append(identity.enter_by_link(raw, LOCAL).session)
        except Refused:
            outcomes.append(None)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in outcomes) == 1


def test_the_link_is_for_this_machine_only(identity, make, settings):
    with pytest.raises(Refused):
        identity.enter_by_link(token(identity), HERE)
    wide = make(settings.model_copy(update={"host": "0.0.0.0"}))
    with pytest.raises(Refused):
        wide.local_link()
    with pytest.raises(Refused):
        wide.enter_by_link(token(identity), LOCAL)
