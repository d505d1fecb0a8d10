"""Fixtures that more than one folder uses; and, for `make evidence`, what each named test said."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import hypothesis
import pytest

from app import evidence
from app.identity import identity
from app.identity.passwords import Passwords
from data.connection import Database
from tests import homes

hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("suite")

SHARED = Path(os.environ.get("CHENGSHU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """Hashing costs next to nothing; `test_the_costs_of_a_hash_are_those_of_the_recommendation` looks at what it costs elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "Passwords", lambda: Passwords(1, 8))
        yield


@pytest.fixture(scope="session", autouse=True)
def _signature_checked_once():
    """The engine checks the signature of its spatial extension, 80 MB, at every opening (0.3 s). Here the first database of a process
    has it checked, the hundreds after it take the same file; servers and commands that tests start as processes check it themselves.
    """
    Database(":memory:").close()
    connect = duckdb.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", lambda database=":memory:", *rest, config=None, **more: connect(
            database, *rest, config={**(config or {}), "allow_unsigned_extensions": True}, **more))
        yield


@pytest.fixture
def db(tmp_path):
    """An empty, built database of its own."""
    database = homes.library(homes.empty_library, tmp_path / "library")
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; the test is skipped, saying so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED}")
    return SHARED


RESULTS = os.environ.get("CHENGSHU_EVIDENCE", "")
_said: dict[str, str] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With CHENGSHU_EVIDENCE run only the tests that stand for a requirement."""
    if not RESULTS:
        return
    named = {test for item in evidence.items() for test in item.tests}
    chosen = [item for item in items if item.nodeid.partition("[")[0] in named]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of a test's parameters and phases."""
    if RESULTS and (report.when == "call" or report.outcome != "passed"):
        order = ("failed", "skipped", "passed")
        name = report.nodeid.partition("[")[0]
        _said[name] = min(_said.get(name, "passed"), report.outcome, key=order.index)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the results; a worker of xdist leaves that to its master."""
    if RESULTS and not hasattr(session.config, "workerinput"):
        path = Path(RESULTS)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "tests": dict(sorted(_said.items()))}
        path.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
