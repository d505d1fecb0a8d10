"""An identity over a store of its own, with a clock that the test turns."""

from __future__ import annotations

import pytest

from app.access import read_roles
from app.identity import Identity
from app.identity.passwords import Passwords
from app.secrets import Secrets
from app.settings import load

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
