"""Fixtures that more than one folder uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.build import build
from data.connection import Database

SHARED = Path(os.environ.get("CHENGSHU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


@pytest.fixture
def db(tmp_path):
    """An empty, built database of its own."""
    database = Database(tmp_path / "city.duckdb", "2GB", 2)
    build(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; the test is skipped, saying so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED}")
    return SHARED
