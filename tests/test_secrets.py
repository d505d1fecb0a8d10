"""Secrets: made once, for one user, never weak, rotated without losing what they sealed."""

import base64
import multiprocessing
import os
import stat

import pytest

from app.errors import BadInput, NotFound, Refused
from app.secrets import Secrets, fingerprint


def _ask(home, gate, answers):
    gate.wait()
    answers.put(Secrets(home).key("session"))


def test_a_key_is_made_at_first_use_for_this_user_alone(tmp_path):
    key = Secrets(tmp_path).key("session")
    assert len(key) == 32 and Secrets(tmp_path).key("session") == key and Secrets(tmp_path).key("audit") != key
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_a_wide_umask_makes_no_wide_file(tmp_path):
    before = os.umask(0)
    try:
        Secrets(tmp_path).key("session")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secrets" / "session").stat().st_mode) == 0o600


def test_processes_that_ask_at_once_get_the_same_key(tmp_path):
    fork = multiprocessing.get_context("spawn")
    gate, answers = fork.Event(), fork.Queue()
    askers = [fork.Process(target=_ask, args=(tmp_path, gate, answers)) for _ in range(4)]
    for asker in askers:
        asker.start()
    gate.set()
    found = {answers.get(timeout=60) for _ in askers}
    for asker in askers:
        asker.join()
    assert len(found) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_reach_is_refused(tmp_path, mode):
    secrets = Secrets(tmp_path)
    secrets.key("session")
    (tmp_path / "secrets" / "session").chmod(mode)
    with pytest.raises(Refused, match="Others can read"):
        secrets.key("session")
    with pytest.raises(Refused):
        Secrets(tmp_path).rows()


def test_a_link_and_a_wide_folder_are_refused(tmp_path):
    Secrets(tmp_path).key("session")
    (tmp_path / "secrets" / "audit").symlink_to(tmp_path / "secrets" / "session")
    with pytest.raises(Refused, match="link"):
        Secrets(tmp_path).key("audit")
    (tmp_path / "secrets").chmod(0o755)
    with pytest.raises(Refused, match="Others"):
        Secrets(tmp_path).key("another")


@pytest.mark.parametrize("value", ["", "changeme", "secret", base64.b64encode(b"0" * 32).decode(), base64.b64encode(bytes(range(8)) * 4).decode(),
                                   base64.b64encode(b"correct horse battery staple, ok").decode(), base64.b64encode(os.urandom(16)).decode()],
                         ids=["none", "known", "word", "zeros", "repeated", "readable", "short"])
def test_a_short_or_known_value_is_refused(tmp_path, monkeypatch, value):
    monkeypatch.setenv("CHENGSHU_SECRET_SESSION", value)
    with pytest.raises(BadInput, match="openssl rand"):
        Secrets(tmp_path).key("session")


def test_the_environment_goes_first_and_the_file_still_opens(tmp_path, monkeypatch):
    secrets, given = Secrets(tmp_path), os.urandom(32)
    sealed, made = secrets.seal("session", b"old"), secrets.key("session")
    monkeypatch.setenv("CHENGSHU_SECRET_SESSION", base64.b64encode(given).decode())
    assert secrets.keys("session") == (given, made) and secrets.unseal("session", sealed) == b"old"
    with pytest.raises(Refused, match="environment"):
        secrets.rotate("session")


def test_rotation_keeps_what_was_sealed_and_reaches_a_running_server(tmp_path):
    running, sealed = Secrets(tmp_path), []
    for value in (b"one", b"two", b"three"):
        sealed.append(running.seal("factor", value))
        Secrets(tmp_path).rotate("factor")
    assert len(set(running.keys("factor"))) == 4 and running.key("factor") == Secrets(tmp_path).key("factor")
    assert [running.unseal("factor", text) for text in sealed] == [b"one", b"two", b"three"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_a_changed_value_or_another_name_does_not_open(tmp_path):
    secrets = Secrets(tmp_path)
    sealed = secrets.seal("factor", b"12345")
    raw = bytearray(base64.urlsafe_b64decode(sealed))
    raw[-1] ^= 1
    for text, name in ((base64.urlsafe_b64encode(raw).decode(), "factor"), (sealed, "session"), ("é", "factor"), ("", "factor")):
        with pytest.raises(BadInput):
            secrets.unseal(name, text)


def test_the_list_never_holds_a_value(tmp_path):
    secrets = Secrets(tmp_path)
    key = secrets.key("session")
    secrets.rotate("session")
    row, = secrets.rows()
    assert (row.name, row.source, row.earlier) == ("session", "file", 1) and row.made_at > 0
    text = repr(row)
    assert base64.b64encode(key).decode() not in text and fingerprint(key) != fingerprint(secrets.key("session"))


@pytest.mark.parametrize("name", ["", "../session", "a/b", "Session", "a.earlier", ".lock", "x" * 60])
def test_a_name_is_a_name(tmp_path, name):
    with pytest.raises(BadInput):
        Secrets(tmp_path).key(name)


def test_what_is_not_there_cannot_be_rotated(tmp_path):
    with pytest.raises(NotFound):
        Secrets(tmp_path).rotate("session")
