"""A tiny city, a workspace over it, and viewers with different rights."""

import pytest

from app import access
from app.access import Grant
from app.workspace import Workspace
from tests import homes, tiny

LEFT, RIGHT = "990101", "990102"


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    running = homes.city(folder / "home", workspace_seconds=10, workspace_rows=1000, workspace_memory_mb=256)
    codes = sorted(row["code"] for row in tiny.units() if row["level"] == "grid")
    readings = (tiny.readings("energy_use_kwh", "floor") + tiny.readings("active_sites", "street") + tiny.readings("aqi", "street")
                + tiny.readings("resident_population", "grid", {code: [2.0, 9.0, 30.0, 40.0][i % 4] for i, code in enumerate(codes)})
                + tiny.readings("minimum_living_households", "community"))
    flow = [{"origin_code": a, "destination_code": b, "at": tiny.NOON.isoformat(), "count": n}
            for a, b, n in [("990101001", "990102001", 12), ("990101001", "990101002", 7), ("990101002", "990101001", 3)]]
    attributes = [{"unit_code": code, "attribute": name, "value": value, "valid_from": "2026-01-01"} for code in ("990101001", "990102001")
                  for name, value in (("address", "一号"), ("population", "100"))]
    attributes += [{"unit_code": f"{code}001001B00001", "attribute": "tax_state", "value": "good", "valid_from": "2026-01-01"}
                   for code in ("990101001", "990102001")]
    running.take([tiny.hand_in(folder, "reading", readings, "r"), tiny.hand_in(folder, "flow", flow, "f"),
                  tiny.hand_in(folder, "attribute", attributes, "a")])
    yield running
    running.close()


@pytest.fixture(scope="session")
def workspace(system):
    return Workspace(system)


@pytest.fixture
def seen(system):
    """Somebody's view under the right to ask."""

    def look(*grants, name="lin", department=""):
        return system.seen_by(access.viewer(name, "account", grants, system.roles, department), "sql.ask")

    return look


@pytest.fixture
def ask(workspace, seen):
    """Rows of a question of an analyst of the whole city (privacy 1)."""

    def one(sql, *grants, **who):
        return workspace.ask(seen(*(grants or (Grant("analyst", "tiny", "", 1),)), **who), "tiny", sql).answer

    return one


@pytest.fixture
def within(workspace, monkeypatch):
    """Give questions other seconds for the length of a test (and the second that the process has to end by itself)."""

    def limit(seconds):
        monkeypatch.setattr(workspace, "settings", workspace.settings.model_copy(update={"workspace_seconds": seconds}))

    return limit
