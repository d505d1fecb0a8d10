"""A trail of its own with some rows in it."""

import pytest

from app.audit import Audit
from app.secrets import Secrets
from app.settings import load


class Clock:
    """A clock that tests turn."""

    def __init__(self, now=1_780_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_audit(tmp_path, clock):
    """Opens the audit of one home; everything is closed at the end."""
    opened = []

    def open_one(home=tmp_path, **settings):
        opened.append(Audit(home, Secrets(home), load(home=home, **settings), clock))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def audit(open_audit):
    return open_audit()


@pytest.fixture
def told(audit, clock):
    """Twelve rows: ten allowed reads, a refusal and a sign-in."""
    for i in range(10):
        clock.now += 1
        audit.note("lin", "account", "units.card", "allowed", address="10.0.0.7", city="demo", units=[f"99010{i}"], fields=["population"], rows=i)
    audit.note("wang", "account", "page_audit.audit", "refused", address="10.0.0.8", detail="right audit.read")
    audit.note("wang", "account", "sign_in", "allowed", address="10.0.0.8")
    audit.flush()
    return audit
