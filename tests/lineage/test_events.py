"""OpenLineage events: one START and COMPLETE a batch, told once whatever happens, in the shape of the specification."""

import uuid
from datetime import datetime

import orjson
import pytest

from app.lineage.events import Events
from tests import homes, tiny


@pytest.fixture
def system(tmp_path):
    system = homes.city(tmp_path / "home")
    yield system
    system.close()


def told(events):
    return [orjson.loads(line) for path in events.files() for line in path.read_bytes().splitlines()]


def runs(events):
    return [event for event in told(events) if "run" in event]


def test_every_batch_is_told_with_what_it_read_and_wrote(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", [*tiny.readings("active_sites", "street"), {"unit_code": "no", "indicator": "active_sites",
                 "at": tiny.NOON.isoformat(), "value": 1.0}], "r")])
    started, done = runs(system.events)[-2:]
    assert (started["eventType"], done["eventType"]) == ("START", "COMPLETE") and started["run"]["runId"] == done["run"]["runId"]
    assert done["job"] == {"namespace": "chengshu", "name": "intake.reading"}
    assert done["inputs"][0]["inputFacets"]["dataQualityMetrics"]["rowCount"] == 5
    wrote = {one["name"]: one.get("outputFacets", {}).get("outputStatistics", {}).get("rowCount") for one in done["outputs"]}
    assert wrote == {"hub.reading": 5, "dept.reading": 4, "base.reading": None, "mgmt.reject": 1}
    assert len(runs(system.events)) == 2 * len(system.db.run("select batch from front.batch").fetchall())


def test_events_have_what_the_specification_asks_for(system):
    for event in told(system.events):
        assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
        assert event["schemaURL"].startswith("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/")
        assert event["producer"] and event["job"]["namespace"] and event["job"]["name"]
        if "run" in event:
            assert uuid.UUID(event["run"]["runId"]) and event["eventType"] in ("START", "COMPLETE")
        for one in (*event.get("inputs", []), *event.get("outputs", [])):
            assert one["namespace"] and one["name"]
            for facets in (one.get("facets", {}), one.get("inputFacets", {}), one.get("outputFacets", {})):
                assert all(facet["_producer"] and facet["_schemaURL"] for facet in facets.values())


def test_the_columns_of_every_job_are_told_once(system, tmp_path):
    jobs = [event for event in told(system.events) if "run" not in event]
    assert {event["job"]["name"] for event in jobs} >= {"intake.reading", "intake.unit", "tower"}
    base = next(one for event in jobs for one in event["outputs"] if one["name"] == "base.reading")
    assert base["facets"]["columnLineage"]["fields"]["value"]["inputFields"] == [{"namespace": "chengshu", "name": "dept.reading", "field": "value"}]
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("active_sites", "street"), "r")])
    assert len([event for event in told(system.events) if "run" not in event]) == len(jobs)


def test_what_a_killed_process_left_untold_is_told_later_and_nothing_twice(system, tmp_path):
    before = len(told(system.events))
    path = system.events.files()[-1]
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])          # the last line broke off
    again = Events(system.settings.home, 400)
    assert again.write(system.db) == 1
    done = [event["run"]["facets"]["chengshu_batch"]["batch"] for event in map(_whole, path.read_bytes().splitlines())
            if event and event.get("eventType") == "COMPLETE"]
    assert sorted(done) == [row[0] for row in system.db.run("select batch from front.batch order by 1").fetchall()]
    assert Events(system.settings.home, 400).write(system.db) == 0
    assert before <= len(path.read_bytes().splitlines())


def _whole(line):
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
