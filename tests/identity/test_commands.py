"""The commands of the terminal, and what must hold before the server listens to a network."""

import io
import time
import urllib.request

import pytest
from waitress import create_server

import run
from app.errors import BadInput, Refused
from app.identity.start import check_start, welcome
from app.settings import load
from tests.identity.conftest import GOOD, HERE
from tests.serving import start as start_server


@pytest.fixture
def clock():
    """The clock of the commands, which take the real one."""
    return time.time


@pytest.fixture
def command(settings, monkeypatch, capsys):
    """Run a command over the home of this test: (exit status, what it printed, what it complained of)."""
    monkeypatch.setenv("CHENGSHU_HOME", str(settings.home))

    def call(*words, typed=GOOD):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        status = run.main(list(words))
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_an_account_is_made_listed_and_works(command, identity):
    status, out, _ = command("account", "add", "王伟", "--role", "duty_officer", "--city", "demo", "--unit", "990103", "--privacy", "1",
                             "--department", "water", "--password-stdin")
    assert status == 0 and GOOD not in out
    viewer = identity.recognise(identity.sign_in("王伟", GOOD, HERE).session, None, HERE)
    assert viewer.department == "water" and [(grant.city, grant.unit, grant.privacy) for grant, _ in viewer.grants] == [("demo", "990103", 1)]
    listed = command("account", "list")[1]
    assert "王伟" in listed and "duty_officer in demo below 990103, privacy 1" in listed


def test_a_password_is_never_an_argument_and_a_weak_one_is_refused(command, identity):
    assert command("account", "add", "mayor", "--role", "leader", "--password-stdin", typed="short")[0] == 1
    assert command("account", "add", "mayor", "--role", "leader")[0] == 1, "without a terminal it does not hang"
    with pytest.raises(SystemExit):
        command("account", "add", "mayor", "--password", GOOD)
    assert identity.accounts.listing() == []


def test_grants_from_the_terminal(command, identity):
    command("account", "add", "keeper", "--role", "security_administrator", "--password-stdin")
    status, _, err = command("account", "grant", "keeper", "--role", "auditor")
    assert status == 1 and "kept apart" in err
    assert command("account", "revoke", "keeper", "--role", "security_administrator")[0] == 1, "the last one stays"
    assert command("account", "grant", "keeper", "--role", "leader")[0] == 0
    assert command("account", "revoke", "keeper", "--role", "leader")[0] == 0
    assert command("account", "revoke", "keeper", "--role", "leader")[0] == 1
    assert [row.grant.role for row in identity.grants.listing("keeper")] == ["security_administrator"]


def test_disable_enable_password_unlock_reset(command, identity):
    command("account", "add", "mayor", "--role", "leader", "--password-stdin")
    assert command("account", "disable", "mayor")[0] == 0
    with pytest.raises(Refused):
        identity.sign_in("mayor", GOOD, HERE)
    assert command("account", "enable", "mayor")[0] == 0
    for _ in range(4):
        with pytest.raises(Refused):
            identity.sign_in("mayor", "wrong wrong wrong", HERE)
    assert "must wait" in command("account", "list")[1]
    assert command("account", "unlock", "mayor")[0] == 0
    assert command("account", "password", "mayor", "--password-stdin", typed="a wide river of tea")[0] == 0
    assert identity.sign_in("mayor", "a wide river of tea", HERE)
    identity.factor.begin(identity.accounts.named("mayor"))
    assert command("account", "reset-factor", "mayor")[0] == 0
    assert identity.accounts.named("mayor").factor_pending == ""
    assert command("account", "disable", "nobody-here")[0] == 1


def test_keys_kiosks_and_links_are_printed_and_work(command, identity):
    command("account", "add", "mayor", "--role", "leader", "--password-stdin")
    key = command("account", "key", "mayor", "--for", "report", "--days", "3")[1].strip()
    assert identity.recognise(None, key, HERE).kind == "key"
    address = command("kiosk", "add", "wall", "--city", "demo")[1].strip()
    token = address.rpartition("/kiosk/")[2]
    assert identity.enter_kiosk(token, HERE)[1].name == "wall" and "wall" in command("kiosk", "list")[1]
    assert command("kiosk", "revoke", "1")[0] == 0 and "revoked" in command("kiosk", "list")[1]
    link = command("link")[1].strip()
    assert identity.enter_by_link(link.rpartition("/")[2], "127.0.0.1")


def test_the_terminal_writes_into_the_trail(command, tmp_path):
    command("account", "add", "mayor", "--role", "leader", "--password-stdin")
    assert command("audit", "export", str(tmp_path / "trail.csv"))[0] == 0
    trail = (tmp_path / "trail.csv").read_text(encoding="utf-8-sig")
    assert "account.create" in trail and "grant.add" in trail and "terminal" in trail and GOOD not in trail
    assert command("audit", "verify")[0] == 0


def test_a_network_needs_a_security_administrator(settings, identity, capsys, monkeypatch):
    check_start(settings)
    wide = load(home=settings.home, host="0.0.0.0")
    with pytest.raises(Refused) as caught:
        check_start(wide)
    assert "python run.py account add NAME --role security_administrator" in str(caught.value)
    identity.accounts.create("leader1", GOOD, "terminal")
    identity.grants.add("leader1", "leader", "terminal")
    with pytest.raises(Refused):
        check_start(wide)
    identity.accounts.create("keeper", GOOD, "terminal")
    identity.grants.add("keeper", "security_administrator", "terminal")
    check_start(wide)
    assert "/sign-in/once/" in welcome(settings, identity) and "/sign-in/once/" not in welcome(wide, identity)


def test_serve_says_it_before_anything_is_built(settings, monkeypatch, capsys):
    monkeypatch.setenv("CHENGSHU_HOME", str(settings.home))
    monkeypatch.setenv("CHENGSHU_HOST", "0.0.0.0")
    assert run.main(["serve"]) == 1
    assert "run.py account add" in capsys.readouterr().err
    assert not (settings.home / "chengshu.duckdb").exists()


@pytest.mark.parametrize("name, value", [("CHENGSHU_SECRET_CSRF", "Y2hhbmdlbWU="), ("CHENGSHU_SECRET_CSRF", "A" * 43 + "="),
                                         ("CHENGSHU_OIDC_CLIENT_SECRET", "changeme"), ("CHENGSHU_OIDC_CLIENT_SECRET", "client-secret-123456"),
                                         ("CHENGSHU_OIDC_ROLES", "watch=emperor")])
def test_known_and_short_secrets_stop_the_start(settings, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises((Refused, BadInput)) as caught:
        check_start(load(home=settings.home, demo="off"))
    assert caught.value.remedy and value not in str(caught.value).replace("watch=emperor", "")


@pytest.mark.parametrize("trusted, seen", [("", "127.0.0.1"), ("127.0.0.1", "198.51.100.4"), ("192.0.2.1", "127.0.0.1")])
def test_only_the_proxy_in_front_says_who_asks(settings, trusted, seen):
    def tell(environ, start):
        start("200 OK", [("Content-Type", "text/plain")])
        return [environ["REMOTE_ADDR"].encode()]

    front = create_server(tell, host="127.0.0.1", port=0, **run.proxied(settings.model_copy(update={"trusted_proxy": trusted})))
    start_server(front)
    try:
        asked = urllib.request.Request(f"http://127.0.0.1:{front.effective_port}/", headers={"X-Forwarded-For": "203.0.113.66, 198.51.100.4"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(asked, timeout=10) as answer:
            assert answer.read().decode() == seen, "the nearest proxy's word, never what the visitor wrote before it"
    finally:
        front.close()
