"""Brute force meets a wait that doubles, per account and per address, and that a restart does not clear."""

import threading

import pytest

from app.errors import Busy, Refused
from app.identity.addresses import is_loopback, network
from app.identity.attempts import LIMITS, RATE, Limit, wait
from tests.identity.conftest import GOOD, HERE


def guess(identity, name="mayor", password="wrong wrong wrong", address=HERE):
    try:
        identity.sign_in(name, password, address)
    except (Refused, Busy) as error:
        return type(error).__name__, error.fact
    return "in", ""


@pytest.fixture
def mayor(identity):
    return identity.accounts.create("mayor", GOOD, "terminal")


def test_after_five_failures_even_the_right_password_waits(identity, mayor, clock):
    assert [guess(identity)[0] for _ in range(5)] == ["Refused"] * 5
    assert guess(identity, password=GOOD)[0] == "Busy"
    clock.turn(LIMITS["account"].wait_s)
    assert guess(identity, password=GOOD)[0] == "in"
    assert guess(identity)[0] == "Refused", "success starts the count anew"


def test_each_further_failure_doubles_the_wait(identity, mayor, clock):
    for _ in range(5):
        guess(identity)
    waits = []
    for _ in range(4):
        waits.append(identity.attempts.waits("account", mayor.key))
        clock.turn(waits[-1])
        assert guess(identity)[0] == "Refused"
    assert waits == [30, 60, 120, 240]
    assert wait(Limit(5, 30, 900), 10_000) == 900


def test_a_restart_forgives_nothing(identity, mayor, make, settings):
    for _ in range(5):
        guess(identity)
    identity.close()
    again = make(settings)
    assert guess(again, password=GOOD)[0] == "Busy"


def test_an_address_that_tries_many_names_waits_too(identity, clock):
    for number in range(LIMITS["address"].free):
        assert guess(identity, name=f"somebody{number}")[0] == "Refused"
    identity.accounts.create("mayor", GOOD, "terminal")
    assert guess(identity, password=GOOD)[0] == "Busy"
    assert guess(identity, password=GOOD, address="198.51.100.9")[0] == "in", "others are not punished"


def test_an_unknown_name_a_wrong_password_and_a_disabled_account_get_one_answer(identity, mayor, monkeypatch):
    checked = []
    verify = identity.passwords.verify
    monkeypatch.setattr(identity.passwords, "verify", lambda kept, given: checked.append(given) or verify(kept, given))
    answers = {guess(identity), guess(identity, name="nobody-here")}
    identity.accounts.disable("mayor", "terminal")
    answers |= {guess(identity, password=GOOD)}
    assert len(answers) == 1
    assert len(checked) == 3, "each costs one slow check"


def test_an_unknown_name_waits_like_a_known_one(identity, mayor):
    known, unknown = [[guess(identity, name=name) for _ in range(7)] for name in ("mayor", "no-such-name")]
    assert known == unknown and known[-1][0] == "Busy"


def test_many_at_once_do_not_slip_through(identity, mayor):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(guess(identity)[0])) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("Refused") == 5 and answers.count("Busy") == 11


def test_sign_ins_of_one_address_have_a_rate(identity, mayor, clock):
    assert {guess(identity, password=GOOD)[0] for _ in range(RATE)} == {"in"}
    assert guess(identity, password=GOOD)[0] == "Busy"
    clock.turn(60)
    assert guess(identity, password=GOOD)[0] == "in"


def test_the_security_administrator_can_unlock(identity, mayor):
    for _ in range(5):
        guess(identity)
    identity.unlock("mayor", "keeper")
    assert guess(identity, password=GOOD)[0] == "in"


def test_a_household_of_ipv6_is_one_address():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.7") == network("192.0.2.7")
    assert network("not an address") == "not an address"


@pytest.mark.parametrize("host, is_own", [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("::ffff:127.0.0.1", True),
                                          ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("127.0.0.1.example", False), ("", False)])
def test_what_this_machine_alone_reaches(host, is_own):
    assert is_loopback(host) is is_own
