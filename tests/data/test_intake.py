"""The way of a batch: in = accepted + rejected + duplicate, whatever comes in."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta

import pytest

from data.connection import Database
from data.errors import BadInput, Busy, Unreadable
from data.handin import HandIn
from data.intake import take_in
from tests import homes, tiny


@pytest.fixture
def city(tmp_path):
    db = homes.library(homes.tiny_library, tmp_path / "library")
    yield db
    db.close()


def balance(db):
    assert all(row["is_balanced"] for row in db.rows("select * from mgmt.balance"))


def count(db, what):
    return db.run(f"select count(*) from {what}").fetchone()[0]


def test_units_arrive_with_identity_shape_and_parent(city):
    assert count(city, "theme.unit") == 1 + 2 + 4 + 8 + 16 + 48 + 96
    assert count(city, "theme.shape") == 1 + 2 + 4 + 8 + 16 + 48
    rows = city.rows("select seq, code, parent_seq, area_m2, lon from theme.unit where level = 'building' order by seq")
    assert [row["seq"] for row in rows] == list(range(1, 49))
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert rows[0]["parent_seq"] == 1 and rows[-1]["parent_seq"] == 16
    whole = city.run("select area_m2 from theme.unit where level = 'city'").fetchone()[0]
    assert whole == pytest.approx(274_300_000, rel=0.01)         # 0.16° × 0.16° at 30° north
    balance(city)


def test_replaying_a_batch_changes_nothing(city, tmp_path):
    before = city.rows("select * from base.unit order by code")
    receipt = take_in(city, tiny.whole(tmp_path / "in")[1])
    assert receipt.is_replay and receipt.duplicate == receipt.row_in
    assert city.rows("select * from base.unit order by code") == before
    assert count(city, "front.batch") == 2


def test_readings_late_corrected_and_repeated(city, tmp_path):
    first = take_in(city, tiny.hand_in(tmp_path, "reading", tiny.readings("water_use_m3", "building"), "r1"))
    assert (first.accepted, first.rejected, first.duplicate) == (48, 0, 0)
    again = tiny.readings("water_use_m3", "building")
    again[0]["value"] = 77.0
    second = take_in(city, tiny.hand_in(tmp_path, "reading", again, "r2"))
    assert (second.accepted, second.duplicate) == (1, 47)
    assert city.run("select value from base.reading where seq = 1").fetchall() == [(77.0,)]
    assert count(city, "base.reading") == 48 and count(city, "dept.reading") == 49
    balance(city)


def test_bad_readings_are_named_and_counted(city, tmp_path):
    good = tiny.readings("water_use_m3", "building")[:8]
    code = good[0]["unit_code"]
    for row, change in zip(good[1:], [{"unit_code": "nobody"}, {"indicator": "nothing"}, {"value": float("nan")},
                                      {"value": float("inf")}, {"value": 1e308}, {"at": "2999-01-01T00:00:00Z"},
                                      {"at": "yesterday"}], strict=True):
        row.update(change)
    receipt = take_in(city, tiny.hand_in(tmp_path, "reading", good, "bad"))
    assert (receipt.accepted, receipt.rejected) == (1, 7)
    assert receipt.rules == {"unit_known": 1, "indicator_known": 1, "finite_number": 3, "not_in_the_future": 1, "time": 1}
    assert city.run("select seq from base.reading").fetchall() == [(1,)] and code.endswith("B00001")
    rejects = city.rows("select row, rule, column_name, masked_value from mgmt.reject order by row")
    assert rejects[0] == {"row": 2, "rule": "unit_known", "column_name": "unit_code", "masked_value": "nobody"}
    balance(city)


def test_a_time_with_an_offset_is_kept_as_utc(city, tmp_path):
    rows = tiny.readings("water_use_m3", "building")[:1]
    rows[0]["at"] = "2026-11-18T12:00:00+08:00"
    take_in(city, tiny.hand_in(tmp_path, "reading", rows, "offset"))
    assert city.run("select observed_at from base.reading").fetchone()[0].isoformat() == "2026-11-18T04:00:00"


@pytest.mark.parametrize(("change", "rule"), [
    ({"code": "99x"}, "unit_code"), ({"level": "planet"}, "level_known"), ({"level": "street"}, "level_fits_code"),
    ({"parent_code": None}, "parent_known"), ({"parent_code": "990177001001001"}, "parent_known"),
    ({"parent_code": "990101"}, "parent_one_level_up"), ({"floors_above": 999}, "floor_count"),
    ({"floors_above": -3}, "floor_count"), ({"height_m": float("nan")}, "height"), ({"lon": 1e308}, "longitude"),
    ({"lat": float("inf")}, "latitude"), ({"geom": b"not wkb"}, "geometry_readable"), ({"geom": None}, "has_place"),
])
def test_a_unit_that_breaks_a_rule_is_rejected(city, tmp_path, change, rule):
    row = {**next(row for row in tiny.units() if row["level"] == "building"), "code": "990101001001001B00009", "height_m": 5.0}
    row.update(change)
    receipt = take_in(city, tiny.hand_in(tmp_path, "unit", [row], "bad"))
    assert receipt.rules == {rule: 1}
    assert count(city, "theme.unit where level = 'building'") == 48
    balance(city)


def test_a_cycle_of_parents_cannot_enter(city, tmp_path):
    rows = [{**row, "parent_code": other} for row, other in zip(
        [r for r in tiny.units() if r["level"] == "district"], ["990102", "990101"], strict=True)]
    receipt = take_in(city, tiny.hand_in(tmp_path, "unit", rows, "cycle"))
    assert receipt.rules == {"parent_one_level_up": 2}


def test_duplicate_codes_count_as_duplicates(city, tmp_path):
    row = {**next(row for row in tiny.units() if row["level"] == "building"), "code": "990101001001001B00009"}
    receipt = take_in(city, tiny.hand_in(tmp_path, "unit", [row, row], "twice"))
    assert (receipt.accepted, receipt.duplicate) == (1, 1)


def test_a_newer_snapshot_keeps_codes_and_closes_what_is_gone(city, tmp_path):
    rows = tiny.units()
    gone = rows[-1]["code"]
    changed = next(row for row in rows if row["level"] == "building")
    changed["name_zh"] = "新名"
    later = tiny.AS_OF + timedelta(days=30)
    before = dict(city.run("select code, seq from mgmt.identity").fetchall())
    receipt = take_in(city, tiny.hand_in(tmp_path, "unit", rows[:-1], "newer", as_of=later, snapshot=True))
    assert receipt.accepted == len(rows) - 1
    assert dict(city.run("select code, seq from mgmt.identity").fetchall()) == before
    closed = city.rows("select code, valid_to from base.unit where valid_to is not null order by code")
    assert {row["code"] for row in closed} == {gone, changed["code"]}
    assert {row["valid_to"] for row in closed} == {later.replace(tzinfo=None)}
    assert city.run("select name_zh from theme.unit where code = $1", [changed["code"]]).fetchone()[0] == "新名"


def test_a_second_source_adds_to_a_unit_and_takes_nothing_away(city, tmp_path):
    before = city.rows("select name_zh, lon, area_m2 from theme.unit where code = '990101'")[0]
    rows = [{"code": "990101", "level": "district", "parent_code": "990100", "name_en": "East End"}]
    receipt = take_in(city, tiny.hand_in(tmp_path, "unit", rows, "codes", as_of=tiny.AS_OF + timedelta(days=1), source="code_table"))
    assert receipt.accepted == 1
    after = city.rows("select name_zh, lon, area_m2, name_en from theme.unit where code = '990101'")[0]
    assert after == {**before, "name_en": "East End"}
    assert count(city, "theme.shape where code = '990101'") == 1


@pytest.mark.parametrize(("name", "body", "says"), [
    ("nul.csv", b"unit_code,value\na\0b,1\n", "NUL bytes"),
    ("cut.parquet", b"PAR1 and then nothing", "not a whole Parquet"),
    ("bytes.csv", b"unit_code,value\n\xff\xfe\xfd\xff,1\n", "neither UTF-8 nor GB 18030"),
])
def test_a_file_that_cannot_be_read_says_why(city, tmp_path, name, body, says):
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(Unreadable, match=says):
        take_in(city, HandIn("tiny", "survey", "reading", path, tiny.AS_OF))
    with pytest.raises(Unreadable):
        take_in(city, HandIn("tiny", "survey", "reading", tmp_path / "absent.csv", tiny.AS_OF))
    assert count(city, "front.batch") == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_of_departments(city, tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(f"unit_code,attribute,value,备注\n{tiny.units()[1]['code']},address,中山路一号,无\n".encode(encoding))
    receipt = take_in(city, HandIn("tiny", "survey", "attribute", path, tiny.AS_OF))
    assert receipt.accepted == 1
    assert city.run("select value from base.attribute").fetchone()[0] == "中山路一号"
    assert city.run("select _extra from hub.attribute").fetchone()[0] == '{"备注":"无"}'


def test_a_missing_column_and_an_unknown_dataset_are_refused(city, tmp_path):
    with pytest.raises(BadInput, match="needs a column 'unit_code'"):
        take_in(city, tiny.hand_in(tmp_path, "reading", [{"what": 1}], "none"))
    with pytest.raises(BadInput, match="Unknown dataset"):
        take_in(city, HandIn("tiny", "survey", "gossip", tmp_path / "in" / "unit.parquet", tiny.AS_OF))
    with pytest.raises(BadInput, match="city key"):
        take_in(city, HandIn("../etc", "survey", "unit", tmp_path / "in" / "unit.parquet", tiny.AS_OF))


def _take_forever(path, folder, ready):
    database = Database(path, "1GB", 1)
    ready.set()
    number = 0
    while True:
        number += 1
        rows = tiny.readings("water_use_m3", "building", at=tiny.NOON - timedelta(hours=number))
        take_in(database, tiny.hand_in(folder, "reading", rows, f"k{number}"))


def test_kill_9_leaves_whole_batches_and_the_lock_is_free(city, tmp_path):
    path = city.path
    city.close()
    context = multiprocessing.get_context("spawn")
    for _ in range(3):
        ready = context.Event()
        worker = context.Process(target=_take_forever, args=(path, tmp_path / "k", ready))
        worker.start()
        assert ready.wait(60)
        with pytest.raises(Busy, match="Another process holds the database"):
            Database(path)
        time.sleep(0.5)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        again = Database(path)
        try:
            balance(again)
            batches = again.run("select count(*) from front.batch where dataset = 'reading'").fetchone()[0]
            assert again.run("select count(*) from mgmt.outcome").fetchone()[0] == batches + 2
            assert again.run("select count(*) from hub.reading").fetchone()[0] == 48 * batches
        finally:
            again.close()
