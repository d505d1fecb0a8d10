"""The second factor: each code once, within its time; recovery codes once; nothing half-open in between."""

import pyotp
import pytest

from app.access import NOBODY
from app.errors import BadInput, Busy, Refused
from tests.identity.conftest import GOOD, HERE


@pytest.fixture
def mayor(identity):
    identity.accounts.create("mayor", GOOD, "terminal")
    identity.grants.add("mayor", "security_administrator", "terminal")
    return identity.accounts.named("mayor")


@pytest.fixture
def phone(identity, mayor, clock):
    """The telephone of the mayor, and the recovery codes, with the factor turned on a minute ago."""
    secret, _ = identity.factor.begin(mayor)
    phone = pyotp.TOTP(secret)
    phone.codes = identity.factor.confirm(identity.accounts.named("mayor"), phone.at(clock()))
    clock.turn(60)
    return phone


def first_step(identity):
    entered = identity.sign_in("mayor", GOOD, HERE)
    assert entered.needs_factor
    return entered.session


def second_step(identity, code):
    return identity.give_factor(first_step(identity), code, HERE).session


def test_the_factor_opens_what_the_password_alone_does_not(identity, phone, clock):
    pending = first_step(identity)
    assert identity.recognise(pending, None, HERE) is NOBODY and identity.account_of(pending) is None
    session = identity.give_factor(pending, phone.at(clock()), HERE).session
    assert session != pending, "a new session at the step up"
    assert identity.recognise(session, None, HERE).may("access.change")
    assert identity.recognise(pending, None, HERE) is NOBODY and identity.sessions.find(pending) is None


def test_a_used_code_is_refused(identity, phone, clock):
    code = phone.at(clock())
    second_step(identity, code)
    with pytest.raises(Refused):
        second_step(identity, code)
    with pytest.raises(Refused):
        second_step(identity, phone.at(clock() - 30))
    clock.turn(30)
    assert second_step(identity, phone.at(clock()))


def test_the_code_of_the_set_up_cannot_be_used_again(identity, mayor, clock):
    secret, _ = identity.factor.begin(mayor)
    code = pyotp.TOTP(secret).at(clock())
    identity.factor.confirm(identity.accounts.named("mayor"), code)
    with pytest.raises(Refused):
        second_step(identity, code)


def test_a_clock_may_be_half_a_minute_off_and_no_more(identity, phone, clock):
    for off in (-60, 60, 3600):
        with pytest.raises(Refused):
            second_step(identity, phone.at(clock() + off))
    assert second_step(identity, f" {phone.at(clock() + 30)[:3]} {phone.at(clock() + 30)[3:]} ")


def test_recovery_codes_open_once_each(identity, phone):
    assert len(set(phone.codes)) == 10
    assert second_step(identity, phone.codes[0].upper())
    with pytest.raises(Refused):
        second_step(identity, phone.codes[0])
    assert identity.factor.left(identity.accounts.named("mayor")) == 9
    fresh = identity.factor.renew(identity.accounts.named("mayor"))
    with pytest.raises(Refused):
        second_step(identity, phone.codes[1])
    assert second_step(identity, fresh[1])


def test_recovery_codes_survive_a_new_key(identity, phone):
    identity.office.secrets.rotate("factor")
    assert second_step(identity, phone.codes[3])


def test_guessing_codes_meets_a_wait(identity, phone, clock):
    for number in range(5):
        with pytest.raises(Refused):
            second_step(identity, f"{number:06}")
    with pytest.raises(Busy):
        second_step(identity, phone.at(clock()))


@pytest.mark.parametrize("code", ["", "1", "12345", "1234567", "１２３４５６", "abcdef", "' or 1=1", "\x00" * 6, "\ud800"])
def test_forged_codes(identity, phone, code):
    with pytest.raises(Refused):
        second_step(identity, code)


def test_the_first_step_waits_ten_minutes(identity, phone, clock):
    pending = first_step(identity)
    clock.turn(600)
    with pytest.raises(Refused):
        identity.give_factor(pending, phone.at(clock()), HERE)


def test_nobody_reaches_the_second_step_without_the_first(identity, phone, clock):
    for session in (None, "", "forged", identity.csrf_of("x")):
        with pytest.raises(Refused):
            identity.give_factor(session, phone.at(clock()), HERE)


def test_it_counts_only_after_a_first_right_code(identity, mayor, clock):
    secret, _ = identity.factor.begin(mayor)
    with pytest.raises(BadInput):
        identity.factor.confirm(identity.accounts.named("mayor"), "000000" if pyotp.TOTP(secret).at(clock()) != "000000" else "000001")
    assert not identity.accounts.named("mayor").has_factor
    assert not identity.sign_in("mayor", GOOD, HERE).needs_factor


def test_the_secret_is_sealed(identity, mayor, settings):
    secret, picture = identity.factor.begin(mayor)
    row = identity.accounts.named("mayor")
    assert secret not in row.factor_pending and picture.startswith("<svg") and "<script" not in picture
    assert identity.factor.pending(row)[0] == secret
    assert secret.encode() not in (settings.home / "access.sqlite").read_bytes() + (settings.home / "access.sqlite-wal").read_bytes()


def test_taken_off_the_password_is_enough_again(identity, phone):
    identity.factor.remove(identity.accounts.named("mayor"), "terminal")
    assert not identity.sign_in("mayor", GOOD, HERE).needs_factor
    with pytest.raises(Refused):
        identity.factor.check(identity.accounts.named("mayor"), phone.codes[0])
