"""An identity over a store of its own, with a clock that the test turns."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from app.access import read_roles
from app.identity import Identity
from app.identity.passwords import Passwords
from app.secrets import Secrets
from app.settings import load
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes
from tests.identity.provider import CLIENT, SECRET, Provider

GOOD = "a quiet river of tea"
HERE = "192.0.2.7"


class Clock:
    """A clock that stands until it is turned; it starts at a whole half minute."""

    def __init__(self) -> None:
        self.at = 1_790_000_010.0 - 1_790_000_010.0 % 30

    def __call__(self) -> float:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings(tmp_path):
    return load(home=tmp_path / "home", demo="off")


@pytest.fixture
def make(clock):
    """Open an identity; opening one again over the same home is a restart."""
    opened = []

    def open_one(settings, **more):
        identity = Identity(settings.home, settings, Secrets(settings.home), read_roles(), more.pop("clock", clock), Passwords(1, 8))
        opened.append(identity)
        return identity

    yield open_one
    for identity in opened:
        identity.close()


@pytest.fixture
def identity(make, settings):
    return make(settings)


@pytest.fixture
def heard(identity):
    """What the identity wrote down: (who, action, decision)."""
    acts = []
    identity.tell(lambda who, kind, action, decision, **facts: acts.append((who, action, decision)))
    return acts


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """(system, server, clock, provider): everything wired as it runs, over a tiny city."""
    folder, clock = tmp_path_factory.mktemp("door"), Clock()
    provider = Provider(clock)
    system = homes.city(folder / "home", oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET),
                        oidc_accounts="mapped", oidc_roles="watch=duty_officer")
    system.identity.office.clock = clock
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    yield system, server, clock, provider
    provider.close()
    system.close()


@pytest.fixture
def system(running):
    """The running system, a day later than the test before: nobody has to wait any more."""
    running[2].turn(100_000)
    return running[0]


@pytest.fixture
def mayor(system):
    """An account of its own for this test; a test of its own may have another mayor."""
    name = f"mayor{system.identity.office.now()}"
    system.identity.accounts.create(name, GOOD, "terminal")
    system.identity.grants.add(name, "leader", "terminal", city="tiny", unit="990101")
    return name


@pytest.fixture
def browser(running):
    """A browser that looks at the sign-in page."""
    client = running[1].test_client()
    client.page = client.get("/sign-in?lang=en", headers={"Accept": "text/html"})
    return client
