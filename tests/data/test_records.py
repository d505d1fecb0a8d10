"""Record datasets: made from fields.csv, history kept, late rows in the past, nothing erased, several sources side by side."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from data import fields as fields_module
from data import records
from data.build import build
from data.demo.numbers import id_number
from data.errors import BadInput, NotFound, Unavailable
from data.fields import Field, fields_of
from data.intake import take_in
from tests import homes, tiny

CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01T08:00:00+08:00",
        "status": "open"}


def day(number):
    return tiny.AS_OF + timedelta(days=number)


@pytest.fixture
def db(tmp_path):
    """A database of its own with the tiny city."""
    database = homes.library(homes.tiny_library, tmp_path / "library")
    yield database
    database.close()


@pytest.fixture
def give(db, tmp_path):
    """Take rows of service cases in, as of a day."""
    counter = iter(range(1000))

    def given(rows, on=0, **options):
        name = f"h{next(counter)}"
        channel, received = options.pop("channel", ""), options.pop("received", None)
        one = tiny.hand_in(tmp_path, "service_case", rows, name, as_of=day(on), **options)
        receipt = take_in(db, replace(one, channel=channel), received)
        assert all(row["is_balanced"] for row in db.rows("select * from mgmt.balance"))
        return receipt

    return given


def versions(db, key="C-1"):
    return [(row["status"], row["valid_from"], row["valid_to"]) for row in db.rows(
        "select status, valid_from, valid_to from base.service_case where case_no = $1 order by valid_from, valid_to nulls last", [key])]


def at(number):
    return day(number).replace(tzinfo=None)


def test_a_record_is_typed_and_every_column_of_the_file_is_kept(db, give):
    receipt = give([{**CASE, "rating": "5", "lon": "118.01", "备注": "急"}], source="urban_management", channel="drop")
    assert (receipt.accepted, receipt.rejected, receipt.duplicate) == (1, 0, 0)
    row = db.rows("select * from theme.service_case")[0]
    assert (row["rating"], row["lon"], row["opened_at"].isoformat(), row["_source"]) == (5, 118.01, "2026-10-01T00:00:00", "urban_management")
    assert db.rows("select rating, _extra from hub.service_case") == [{"rating": "5", "_extra": '{"备注":"急"}'}]
    assert db.rows("select owner, channel, corrects from front.batch where dataset = 'service_case'") == [
        {"owner": "urban_management", "channel": "drop", "corrects": None}]


def test_the_owner_of_a_batch_from_no_department_is_that_of_its_dataset(db, give):
    give([CASE], source="sensor_network")
    assert db.run("select owner from front.batch where dataset = 'service_case'").fetchone() == ("urban_management",)


def test_a_change_closes_the_old_version_and_a_repetition_changes_nothing(db, give):
    give([CASE])
    again = give([{**CASE, "opened_at": "2026-10-01T00:00:00Z"}], 1)
    assert (again.accepted, again.duplicate) == (0, 1)
    give([{**CASE, "status": "closed"}], 2)
    assert versions(db) == [("open", at(0), at(2)), ("closed", at(2), None)]
    assert [row["status"] for _, row in records.as_of(db, "service_case", "tiny", day(1)).iterrows()] == ["open"]
    assert [row["status"] for _, row in records.as_of(db, "service_case", "tiny").iterrows()] == ["closed"]
    assert records.as_of(db, "service_case", "tiny", day(-1)).empty and records.as_of(db, "service_case", "other").empty
    with pytest.raises(NotFound):
        records.as_of(db, "gossip", "tiny")


def test_a_late_row_goes_into_the_past_and_never_changes_today(db, give):
    give([CASE], 0)
    give([{**CASE, "status": "closed"}], 10)
    assert give([{**CASE, "status": "handling"}], 5).accepted == 1
    assert versions(db) == [("open", at(0), at(5)), ("handling", at(5), at(10)), ("closed", at(10), None)]
    assert give([{**CASE, "status": "handling"}], 6).duplicate == 1
    give([{**CASE, "status": "returned"}], -3)
    assert versions(db)[0] == ("returned", at(-3), at(0))


def test_a_late_row_before_a_confirmation_lasts_until_the_confirmation(db, give):
    give([CASE], 0)
    give([{**CASE, "opened_at": "2026-10-01T00:00:00Z"}], 10)
    give([{**CASE, "status": "handling"}], 5)
    assert versions(db) == [("open", at(0), at(5)), ("handling", at(5), at(10)), ("open", at(10), None)]


def test_what_is_deleted_or_gone_from_a_snapshot_is_closed_and_may_come_back(db, give):
    give([CASE, {**CASE, "case_no": "C-2"}, {**CASE, "case_no": "C-3"}], 0)
    assert give([{"case_no": "C-1", "_deleted": "true"}], 1).accepted == 1
    assert versions(db) == [("open", at(0), at(1))]
    assert give([{"case_no": "C-1", "_deleted": "是"}, {"case_no": "N-9", "_deleted": "TRUE"}], 2).duplicate == 2
    give([{**CASE, "case_no": "C-2", "status": "closed"}], 3, snapshot=True)
    assert versions(db, "C-3") == [("open", at(0), at(3))] and versions(db, "C-2")[-1] == ("closed", at(3), None)
    give([CASE], 4)
    assert versions(db) == [("open", at(0), at(1)), ("open", at(4), None)]
    assert db.run("select count(*) from theme.service_case").fetchone() == (2,)


def test_a_row_that_breaks_a_rule_is_rejected_and_its_key_does_not_count_as_gone(db, give):
    give([CASE], 0)
    receipt = give([{**CASE, "status": "lost"}], 1, snapshot=True)
    assert receipt.rules == {"in_code_list": 1} and versions(db) == [("open", at(0), None)]


@pytest.mark.parametrize(("change", "rule"), [
    ({"case_no": " "}, "not_null"), ({"channel": None}, "not_null"), ({"opened_at": "2026-02-30 10:00"}, "time"),
    ({"rating": "4.5"}, "integer"), ({"lon": "east"}, "number"), ({"lon": "inf"}, "number"), ({"category": "gossip"}, "in_code_list"),
])
def test_a_type_and_a_code_list_are_rules(db, give, change, rule):
    assert give([{**CASE, **change}]).rules == {rule: 1}


def test_the_same_key_twice_in_a_file_is_kept_twice_and_the_last_stands(db, give):
    receipt = give([CASE, {**CASE, "status": "handling"}, {**CASE, "status": "handling"}, CASE])
    assert (receipt.accepted, receipt.duplicate) == (3, 1)
    assert versions(db) == [("open", at(0), None)]
    assert db.run("select count(*) from dept.service_case").fetchone() == (3,)


def test_a_second_source_adds_what_the_first_leaves_out_and_keeps_what_it_gave_up(db, give):
    give([CASE], 0, source="urban_management")
    give([{**CASE, "title": "坑洞"}], 1, source="transport")
    assert db.rows("select title, status, _source from theme.service_case") == [{"title": "坑洞", "status": "open", "_source": "transport"}]
    give([{"case_no": "C-1", "_deleted": "true"}], 2, source="urban_management")
    assert db.run("select count(*) from theme.service_case").fetchone() == (1,)
    give([{"case_no": "C-1", "_deleted": "true"}], 3, source="transport")
    assert db.run("select count(*) from theme.service_case").fetchone() == (0,)


def test_personal_values_are_masked_in_rejects(db, tmp_path):
    row = {"id_number": id_number("990101", date(1990, 3, 7), 123), "name": "试一", "unit_code": "990101001001", "status": "active",
           "birth_date": "1990-02-30", "mobile": "13800001111"}
    receipt = take_in(db, tiny.hand_in(tmp_path, "person", [row, {**row, "birth_date": "19900307", "mobile": None}]))
    assert receipt.rules == {"date": 1} and receipt.accepted == 1
    assert db.run("select masked_value from mgmt.reject").fetchall() == [("1990******",)]
    assert db.run("select masked('13800001111', 3), masked('试一', 3), masked(null, 3), masked('open', 0)").fetchone() == (
        "1380*******", "试*", None, "open")


def test_a_new_field_becomes_a_column_of_what_stands(db, give, monkeypatch):
    give([CASE])
    added = (*fields_of("service_case"), Field("service_case", "weather", "text", False, False, 0, (), "", "", "天气", "Weather"))
    every = {**fields_module.all_fields(), "service_case": added}
    monkeypatch.setattr(fields_module, "all_fields", lambda: every)
    from data import rules

    rules.all_rules.cache_clear()
    assert {piece.action for piece in build(db)} <= {"kept", "made again"}
    give([{**CASE, "weather": "雨"}], 1)
    assert db.rows("select weather, status from theme.service_case") == [{"weather": "雨", "status": "open"}]
    assert len(versions(db)) == 2
    every["service_case"] = (*added[:-1], replace(added[-1], type="integer"))
    with pytest.raises(Unavailable, match="weather"):
        build(db)


def test_a_database_of_before_gets_the_new_columns_of_a_batch(db):
    for column in ("owner", "channel", "watermark", "corrects"):
        db.run(f"alter table front.batch drop column {column}")
    db.run("update mgmt.build_state set hash = 'old' where name = 'front.batch'")
    build(db)
    assert [row[0] for row in db.run("describe front.batch").fetchall()][-4:] == ["owner", "channel", "watermark", "corrects"]
    db.run("update mgmt.build_state set hash = 'old' where name = 'mgmt.claim'")
    db.run("alter table mgmt.claim drop column as_of")
    with pytest.raises(Unavailable, match="another version"):
        build(db)


def test_two_columns_of_one_name_are_refused(db, tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("case_no,Status,status\nC-1,open,open\n", encoding="utf-8")
    with pytest.raises(BadInput, match="one name"):
        take_in(db, replace(tiny.hand_in(tmp_path, "service_case", [CASE]), file=path))


def test_as_of_answers_as_the_city_was_known_then(db, give):
    give([CASE], on=0, received=day(0))
    give([{**CASE, "status": "closed"}], on=2, received=day(5))          # it was so on day 2, and said on day 5
    give([{**CASE, "_deleted": "true"}], on=7, received=day(7))

    def status(at, known=None):
        return [row["status"] for _, row in records.as_of(db, "service_case", "tiny", day(at), None if known is None else day(known)).iterrows()]

    assert status(3) == ["closed"]                                       # as is known today
    assert status(3, known=3) == status(4, known=4) == ["open"]          # as a screen showed it then
    assert status(3, known=6) == status(6, known=6) == ["closed"]
    assert status(8) == status(8, known=8) == [] and status(0, known=-1) == []


def test_a_late_row_was_not_known_before_it_came(db, give):
    give([{**CASE, "title": "a"}], on=0, received=day(0))
    give([{**CASE, "title": "c"}], on=6, received=day(6))
    give([{**CASE, "title": "b"}], on=3, received=day(8))                 # late: it goes into the past

    def title(at, known):
        return [row["title"] for _, row in records.as_of(db, "service_case", "tiny", day(at), day(known)).iterrows()]

    assert title(4, 7) == ["a"] and title(4, 9) == ["b"] and title(7, 7) == title(7, 9) == ["c"] and title(1, 9) == ["a"]
