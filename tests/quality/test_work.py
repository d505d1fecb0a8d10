"""Rejected rows go home: signed, corrected, reviewed, closed, by those who may, in time, and the corrections come in again."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from app.access import Grant, read_roles, viewer
from app.errors import BadInput, NotFound, Refused
from app.quality import work
from data import conservation
from tests import homes, tiny

CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01T08:00:00+08:00",
        "status": "open", "reporter_mobile": "13800001111", "rating": None, "title": None, "lon": None, "lat": None}
BAD = [CASE, {**CASE, "case_no": "C-2", "rating": "9", "title": "=cmd|' /C calc'!A0"},
       {**CASE, "case_no": "C-3", "reporter_mobile": "1380000", "lon": "-1.5"}]


@pytest.fixture
def system(tmp_path):
    made = homes.city(tmp_path / "home")
    made.take([tiny.hand_in(tmp_path, "service_case", BAD, "bad", source="urban_management")])
    yield made
    made.close()


def seen(system, role, department="", unit="", right="data.hand_in"):
    who = viewer(f"{role}-{department}", "account", (Grant(role, "tiny", unit, read_roles()[role].privacy),), read_roles(), department)
    return system.seen_by(who, right)


def test_the_whole_way_of_an_item(system):
    officer, steward = seen(system, "department_user", "urban_management"), seen(system, "data_steward")
    row, = work.items(officer, "tiny")
    assert (row["state"], row["row_count"], row["owner"], row["acts"]) == ("pushed", 2, "urban_management", ["sign"])
    assert row["due_at"] - row["since"] == timedelta(hours=24) and not row["is_overdue"]
    number = row["item"]
    shown = work.item(officer, "tiny", number)
    assert [(one["row"], one["rule"], one["masked_value"]) for one in shown["rows"]] == [(2, "rating", "9"), (3, "mobile", "1380***")]
    assert work.act(system, officer, "tiny", number, "sign")["acts"] == ["correct", "explain"]
    text = work.rows_csv(system, officer, "tiny", number).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [one["_rule"] for one in rows] == ["rating", "mobile"] and rows[0]["title"].startswith("'=cmd") and rows[1]["lon"] == "-1.5"
    rows[0]["rating"], rows[1]["reporter_mobile"] = "4", "1390000222"
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    receipt = work.correct(system, officer, "tiny", number, "mended.csv", ("﻿" + out.getvalue()).encode("gb18030", "ignore"))
    assert (receipt.accepted, receipt.rejected) == (1, 1)                    # still one digit short: a new item
    assert system.db.rows("select corrects from front.batch where batch = $1", [receipt.batch]) == [{"corrects": row["batch"]}]
    assert system.db.run("select title from theme.service_case where case_no = 'C-2'").fetchone()[0].startswith("=cmd")
    row = work.item(officer, "tiny", number)
    assert (row["state"], row["corrected_batch"], row["acts"]) == ("corrected", receipt.batch, [])
    with pytest.raises(Refused):
        work.act(system, officer, "tiny", number, "review")
    assert work.item(steward, "tiny", number)["acts"] == ["return", "review", "remind"]
    with pytest.raises(BadInput, match="note"):
        work.act(system, steward, "tiny", number, "return")
    assert work.act(system, steward, "tiny", number, "return", "坐标仍有误")["state"] == "signed"
    assert work.act(system, officer, "tiny", number, "explain", "已在下批更正")["state"] == "corrected"
    assert work.act(system, steward, "tiny", number, "review")["state"] == "reviewed"
    closed = work.act(system, steward, "tiny", number, "close")
    assert (closed["state"], closed["acts"], closed["due_at"]) == ("closed", [], None)
    assert [(one["act"], one["who"]) for one in closed["events"]] == [
        ("push", "system"), ("sign", "department_user-urban_management"), ("correct", "department_user-urban_management"),
        ("return", "data_steward-"), ("explain", "department_user-urban_management"), ("review", "data_steward-"), ("close", "data_steward-")]
    assert [one["items"] for one in work.board(work.items(steward, "tiny"))] == [1, 0, 0, 0, 1]
    assert conservation.findings(system.db) == []


def test_nobody_sees_or_touches_what_is_another_departments(system):
    number = work.items(seen(system, "data_steward"), "tiny")[0]["item"]
    for stranger in (seen(system, "department_user", "police"), seen(system, "department_user")):
        assert work.items(stranger, "tiny") == []
        for asked in (lambda s: work.item(s, "tiny", number), lambda s: work.act(system, s, "tiny", number, "sign"),
                      lambda s: work.rows_csv(system, s, "tiny", number), lambda s: work.correct(system, s, "tiny", number, "x.csv", b"a\n1\n")):
            with pytest.raises(NotFound):
                asked(stranger)
    with pytest.raises(Refused, match="personal values"):
        work.rows_csv(system, seen(system, "data_steward"), "tiny", number)          # a steward reaches privacy 2
    with pytest.raises(Refused, match="outside your right"):
        work.items(seen(system, "department_user", "urban_management", "990101"), "tiny")
    with pytest.raises(NotFound):
        work.items(seen(system, "department_user", "urban_management"), "elsewhere")


def test_what_is_overdue_is_reminded_once_a_day(system):
    steward = seen(system, "data_steward")
    assert work.remind_overdue(system) == 0
    system.db.run("update mgmt.work_item set since = since - interval 30 hour")
    assert work.items(steward, "tiny")[0]["is_overdue"] and work.board(work.items(steward, "tiny"))[0]["overdue"] == 1
    assert (work.remind_overdue(system), work.remind_overdue(system)) == (1, 0)
    number = work.items(steward, "tiny")[0]["item"]
    assert work.act(system, steward, "tiny", number, "remind")["reminders"] == 2
    assert [one["act"] for one in work.item(steward, "tiny", number)["events"]] == ["push", "remind", "remind"]


@pytest.mark.parametrize(("raw", "says"), [
    (b"PAR1....", "come as CSV"), (b"PK\x03\x04", "come as CSV"), (b"case_no\n", "no rows"), (b"a\0b\n1\n", "NUL"), (b"\xff\xfe\xfd\n1\n", "neither"),
])
def test_an_upload_that_is_no_csv_says_so_and_changes_nothing(system, raw, says):
    officer = seen(system, "department_user", "urban_management")
    number = work.items(officer, "tiny")[0]["item"]
    with pytest.raises(Refused, match="not yours"):
        work.correct(system, officer, "tiny", number, "x.csv", raw)
    work.act(system, officer, "tiny", number, "sign")
    with pytest.raises(BadInput, match=says):
        work.correct(system, officer, "tiny", number, "x.csv", raw)
    assert work.item(officer, "tiny", number)["state"] == "signed"


@pytest.mark.parametrize(("cell", "shown"), [
    ("=1+1", "'=1+1"),
    ("+cmd", "'+cmd"), ("-2", "-2"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("1e5", "1e5"), ("'x", "''x"), ("a=b", "a=b"),
])
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell, shown):
    assert work.safe(cell) == shown and work._plain(shown) == cell


def test_times_are_naive_utc():
    assert work._now().tzinfo is None and isinstance(work._now(), datetime)
