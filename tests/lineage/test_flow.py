"""The flow of the six libraries: what it counts is what came in, and a batch opens to every row of it."""

import csv
import io

import pytest

from app import access
from app.access import EVERY_DEPARTMENT, Grant
from app.errors import BadInput, NotFound
from app.lineage.flow import MASK, batch_csv, batch_rows, batches, flow
from tests import homes, tiny


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flow")
    system = homes.city(folder / "home")
    rows = tiny.readings("active_sites", "street")
    system.take([tiny.hand_in(folder, "reading", rows, "good")])
    mixed = [rows[0], {**rows[1], "value": 77.0}, {**rows[2], "unit_code": "=cmd|' /C calc'!A0"}, {**rows[3], "value": "x"}]
    system.take([tiny.hand_in(folder, "reading", [{**row, "value": str(row["value"])} for row in mixed], "mixed")])
    yield system
    system.close()


@pytest.fixture(scope="module")
def seen(system):
    return system.seen_by(access.viewer("x", "local", (Grant("local", "", "", 3),), system.roles, EVERY_DEPARTMENT), "data.read")


def test_the_flow_counts_what_came_in_and_what_became_of_it(seen):
    told = flow(seen, "tiny")
    totals = told["day"]["totals"]
    assert totals["row_in"] == totals["accepted"] + totals["rejected"] + totals["duplicate"] and totals["rejected"] == 2
    assert sum(told["day"]["course"]["row_in"]) == totals["row_in"]
    assert told["month"]["totals"] == totals
    assert told["standing"]["reading"] == 4 and told["standing"]["unit"] == len(tiny.units())
    assert told["waiting"]["batches"] == 0 and told["state"]["theme"] == "green" and told["state"]["hub"] == "green"


def test_a_dataset_is_late_after_twice_its_cadence(seen):
    now = flow(seen, "tiny")["now"]
    assert flow(seen, "tiny", now + 3600)["late"] == []
    assert flow(seen, "tiny", now + 3 * 3600)["late"] == ["reading"]
    assert flow(seen, "tiny", now + 3 * 3600)["state"]["front"] == "amber"
    assert set(flow(seen, "tiny", now + 60 * 86_400)["state"].values()) == {"grey"}


def test_batches_are_listed_by_dataset_source_and_rejects(seen):
    assert [row["dataset"] for row in batches(seen, "tiny")] == ["reading", "reading", "unit", "city"]
    assert [row["rejected"] for row in batches(seen, "tiny", rejects=True)] == [2]
    assert [row["dataset"] for row in batches(seen, "tiny", before=3)] == ["unit", "city"]
    assert batches(seen, "tiny", source="'; drop table front.batch; --") == []


def test_every_row_of_a_batch_says_what_became_of_it(seen):
    rows = batch_rows(seen, "tiny", 4)
    assert [(row["_row"], row["_outcome"], row["_rule"]) for row in rows] == [
        (1, "duplicate", None), (2, "accepted", None), (3, "rejected", "unit_known"), (4, "rejected", "finite_number")]
    assert [row["_row"] for row in batch_rows(seen, "tiny", 4, "rejected")] == [3, 4]
    assert [row["_row"] for row in batch_rows(seen, "tiny", 4, since=2, most=1)] == [2]


def test_a_sheet_of_a_batch_holds_every_row_and_no_formula(seen):
    text = b"".join(batch_csv(seen, "tiny", 4)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 4 and rows[2]["unit_code"].startswith("'=cmd") and rows[3]["rule"] == "finite_number"
    some = list(csv.DictReader(io.StringIO(b"".join(batch_csv(seen, "tiny", 4, "rejected")).decode("utf-8-sig"))))
    assert [row["row"] for row in some] == ["3", "4"]


def test_fields_above_the_privacy_level_are_masked(system, tmp_path):
    rows = [{"id_number": "11010519491231002X", "name": "张三", "unit_code": "990101001001001B00001", "status": "active"}]
    receipt = system.take([tiny.hand_in(tmp_path, "person", rows, source="police")])[0]
    few = system.seen_by(access.viewer("y", "account", (Grant("analyst", "tiny", "", 1),), system.roles), "data.read")
    shown = batch_rows(few, "tiny", receipt.batch)[0]
    assert shown["id_number"] == MASK and shown["name"] == MASK and shown["_outcome"] in ("accepted", "rejected")
    assert "110105" not in str(list(batch_csv(few, "tiny", receipt.batch)))


def test_what_is_not_there_is_said(seen):
    with pytest.raises(NotFound, match="No such batch"):
        batch_rows(seen, "tiny", 999)
    with pytest.raises(BadInput, match="No such outcome"):
        batch_rows(seen, "tiny", 4, "lost")
