"""The tests' dates are near: they are read in the year they were written."""

import pytest

import layouts.format

NOON = 1_795_060_800


@pytest.fixture(autouse=True)
def _the_present(monkeypatch):
    monkeypatch.setattr(layouts.format, "now", lambda: NOON)
