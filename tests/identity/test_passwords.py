"""Which passwords are taken, and that a check says yes to the right one only."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.identity.passwords import COMMON, Passwords, check


@pytest.mark.parametrize("password", ["eleven sign", "", "x" * 129, "mayor-of-cities", "MAYOR-OF-CITIES12", "aaaaaaaaaaaaaaaa", "123456789012345",
                                      "abcdefghijklmnop", "Password1234", "WOAINI1314520", "ｐａｓｓｗｏｒｄ１２３４"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(BadInput):
        check(password, "Mayor-of-Cities")


@pytest.mark.parametrize("password", ["twelve signs", "x1y2" * 32, "只有汉字的密码也可以用很长", "no digits needed here", "🗝🌉🏙 over the bridge"])
def test_length_is_all_that_is_asked(password):
    check(password, "mayor")


def test_the_common_ones_are_long_enough_to_matter():
    assert len(COMMON) > 80 and all(12 <= len(one) <= 128 for one in COMMON)


def test_the_hash_is_argon2id_and_tells_right_from_wrong():
    passwords = Passwords(1, 8)
    kept = passwords.hash("a quiet river of tea")
    assert kept.startswith("$argon2id$") and kept != passwords.hash("a quiet river of tea")
    assert passwords.verify(kept, "a quiet river of tea")
    assert not passwords.verify(kept, "a quiet river of tee")
    assert not passwords.verify("", "nobody has this password"), "no account, no password, not even the stand-in's"
    assert not passwords.verify("damaged", "a quiet river of tea")
    assert Passwords(2, 16).is_outdated(kept) and not passwords.is_outdated(kept)


def test_the_costs_of_a_hash_are_those_of_the_recommendation():
    assert "$m=65536,t=3,p=1$" in Passwords().hash("a quiet river of tea")


def test_width_and_composition_of_letters_do_not_count():
    passwords = Passwords(1, 8)
    assert passwords.verify(passwords.hash("café au lait, noir"), "cafe\u0301 au lait, noir")


@given(st.text(max_size=200))
def test_any_text_is_judged_without_breaking(text):
    try:
        check(text, "mayor")
    except BadInput as error:
        said = error
    else:
        assert 12 <= len(unicodedata.normalize("NFKC", text)) <= 128
        return
    assert said.fact and said.remedy and not said.where, "a password is never said back"
