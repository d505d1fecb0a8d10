"""Sessions: unguessable, new at each step up, ended by time, by hand and from another process."""

import subprocess
import sys
import time

import pytest

from app.access import NOBODY
from app.errors import NotFound, Refused, Unavailable
from tests.identity.conftest import GOOD, HERE


@pytest.fixture
def mayor(identity):
    account = identity.accounts.create("mayor", GOOD, "terminal")
    identity.grants.add("mayor", "leader", "terminal")
    return account


def enter(identity, before=None):
    return identity.sign_in("mayor", GOOD, HERE, "a browser", before).session


def test_a_session_is_known_by_its_hash_only(identity, mayor, settings):
    session = enter(identity)
    assert identity.recognise(session, None, HERE).name == "mayor"
    kept = (settings.home / "access.sqlite").read_bytes() + (settings.home / "access.sqlite-wal").read_bytes()
    assert session.encode() not in kept and GOOD.encode() not in kept
    assert len(session) >= 43 and session != enter(identity)


@pytest.mark.parametrize("forged", [None, "", "x", "x" * 43, "' or 1=1 --", "\udcff", "x" * 10_000, "\x00"])
def test_forged_sessions_are_nobody(identity, mayor, forged):
    enter(identity)
    assert identity.recognise(forged, None, HERE) is NOBODY
    assert identity.recognise(None, forged, HERE) is NOBODY


def test_a_session_planted_before_is_worth_nothing(identity, mayor):
    planted = enter(identity)
    session = enter(identity, before=planted)
    assert session != planted
    assert identity.recognise(planted, None, HERE) is NOBODY
    assert identity.recognise(session, None, HERE).name == "mayor"


def test_it_ends_when_nobody_uses_it(identity, mayor, clock, settings):
    session = enter(identity)
    for _ in range(10):
        clock.turn(settings.session_idle_minutes * 60 - 1)
        assert identity.recognise(session, None, HERE).name == "mayor"
    clock.turn(settings.session_idle_minutes * 60)
    assert identity.recognise(session, None, HERE) is NOBODY


def test_it_ends_after_its_longest_time(identity, mayor, clock, settings):
    session = enter(identity)
    for _ in range(settings.session_hours * 6 - 1):
        clock.turn(600)
        assert identity.recognise(session, None, HERE).name == "mayor"
    clock.turn(600)
    assert identity.recognise(session, None, HERE) is NOBODY


def test_the_last_use_is_written_once_a_minute(identity, mayor, clock):
    session = enter(identity)
    read = lambda: identity.office.people.one("session", account=mayor.id)["seen_at"]  # noqa: E731 - one word for one question
    start = read()
    for _ in range(59):
        clock.turn(1)
        identity.recognise(session, None, HERE)
    assert read() == start
    clock.turn(1)
    identity.recognise(session, None, HERE)
    assert read() == start + 60


def test_a_restart_keeps_sessions(identity, mayor, make, settings):
    session = enter(identity)
    identity.close()
    assert make(settings).recognise(session, None, HERE).name == "mayor"


def test_ended_by_hand(identity, mayor):
    one, two, three = (enter(identity) for _ in range(3))
    assert len(identity.sessions.of(mayor.id)) == 3
    here = identity.sessions.find(one)
    identity.sessions.end_one(mayor.id, identity.sessions.find(two).id)
    assert identity.recognise(two, None, HERE) is NOBODY and identity.recognise(three, None, HERE) is not NOBODY
    assert identity.sessions.end_others(mayor.id, here.id) == 1
    assert identity.recognise(three, None, HERE) is NOBODY and identity.recognise(one, None, HERE).name == "mayor"
    identity.sign_out(one)
    assert identity.recognise(one, None, HERE) is NOBODY


def test_nobody_ends_somebody_elses(identity, mayor):
    session = identity.sessions.find(enter(identity))
    other = identity.accounts.create("other", GOOD, "terminal")
    with pytest.raises(NotFound):
        identity.sessions.end_one(other.id, session.id)


def test_a_new_password_ends_every_session(identity, mayor):
    session = enter(identity)
    identity.accounts.set_password("mayor", "a wide river of tea", "mayor")
    assert identity.recognise(session, None, HERE) is NOBODY
    with pytest.raises(Refused):
        enter(identity)


def test_csrf_tokens_belong_to_one_session(identity, mayor):
    one, two = enter(identity), enter(identity)
    assert identity.csrf_of(one) != identity.csrf_of(two)
    assert identity.csrf_is_right(one, identity.csrf_of(one))
    for session, given in ((one, identity.csrf_of(two)), (one, ""), ("", identity.csrf_of("")), (one, "ü" * 64), (one, identity.csrf_of(one)[:-1])):
        assert not identity.csrf_is_right(session, given)


def test_forms_survive_a_new_key(identity, mayor):
    session = enter(identity)
    given = identity.csrf_of(session)
    identity.office.secrets.rotate("csrf")
    assert identity.csrf_of(session) != given and identity.csrf_is_right(session, given)


def test_what_another_process_does_counts_at_once(identity, mayor, settings):
    session = enter(identity)
    assert identity.recognise(session, None, HERE).may("map.read")
    done = subprocess.run([sys.executable, "run.py", "account", "disable", "mayor"], env={"CHENGSHU_HOME": str(settings.home), "PATH": ""},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert identity.recognise(session, None, HERE) is NOBODY


def test_recognising_somebody_known_is_quick(identity, mayor):
    session = enter(identity)
    identity.recognise(session, None, HERE)
    times = []
    for _ in range(500):
        start = time.thread_time()
        identity.recognise(session, None, HERE)
        times.append(time.thread_time() - start)
    assert sorted(times)[50] < 0.0003


def test_a_store_that_broke_makes_everybody_nobody(identity, mayor):
    session = enter(identity)
    identity.office.people.close()
    assert identity.recognise(session, None, HERE) is NOBODY
    assert identity.recognise(None, "ck_x", HERE) is NOBODY


def test_a_page_that_asks_by_itself_keeps_no_session_alive(identity, mayor, clock, settings):
    session = enter(identity)
    for _ in range(settings.session_idle_minutes - 1):
        clock.turn(60)
        assert identity.recognise(session, None, HERE, is_used=False).name == "mayor"
    clock.turn(60)
    assert identity.recognise(session, None, HERE, is_used=False) is NOBODY


def test_a_disk_that_takes_nothing_signs_nobody_out(identity, mayor, clock, monkeypatch):
    session, key = enter(identity), identity.keys.make(mayor, "report", "mayor")

    def full(*_, **__):
        raise Unavailable("The disk is full", "Free space")

    monkeypatch.setattr(identity.office.people, "change", full)
    clock.turn(120)
    assert identity.recognise(session, None, HERE).name == identity.recognise(None, key, HERE).name == "mayor"
