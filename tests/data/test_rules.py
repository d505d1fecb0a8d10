"""Rules: each kind is broken by what breaks it and by nothing else; the built-in checks agree with independent ones."""

import csv
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import numdb
from stdnum.cn import ric, uscc

from data import registers
from data.demo.numbers import CREDIT, credit_code, id_number, organisation_code
from data.errors import BadInput
from data.intake import take_in
from data.rules import KINDS, Rule, all_rules, check_sql, interval, rules_of
from tests import homes, tiny

BIRTH = date(1990, 3, 7)
PERSON = {"id_number": id_number("990101", BIRTH, 123), "name": "试一", "sex": "1", "birth_date": "1990-03-07", "mobile": "13800001111",
          "unit_code": "990101001001001", "status": "active", "registered_on": "2020-01-01"}
FIRM = {"credit_code": credit_code("91", "990101", "MA000001"), "name": "试企业", "status": "open", "unit_code": "990101001001001",
        "capital_cny": "1000000", "legal_person_id": PERSON["id_number"], "mobile": "13900002222", "employees": "12"}
CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01T08:00:00+08:00",
        "status": "open", "lon": "118.01", "lat": "30.01"}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    database = homes.library(homes.tiny_library, tmp_path_factory.mktemp("rules"))
    yield database
    database.close()


def broken(city, folder, dataset, row, source="police", as_of=tiny.AS_OF):
    """(rejects, warnings) of a batch, rule by rule."""
    name = f"x{random.random()}"
    receipt = take_in(city, tiny.hand_in(folder, dataset, row if isinstance(row, list) else [row], name, source=source, as_of=as_of))
    warned = city.run("select rule, count(*)::int from mgmt.warning where batch = $1 group by 1", [receipt.batch]).fetchall()
    return receipt.rules, dict(warned)


@pytest.mark.parametrize(("change", "rejects", "warnings"), [
    ({}, {}, {}),
    ({"id_number": id_number("990101", date(1991, 3, 7), 124)[:17] + "9"}, {"id_number": 1}, {}),
    ({"id_number": "99010119900230123X", "birth_date": None}, {"id_number": 1}, {}),
    ({"id_number": "11010519491231002Ⅹ", "birth_date": None, "sex": None}, {"id_number": 1}, {}),
    ({"id_number": "11010519491231002x", "birth_date": None, "sex": "2"}, {}, {"id_number_form": 1}),
    ({"id_number": "１１０１０５１９４９１２３１００２Ｘ", "birth_date": None}, {"id_number": 1}, {}),
    ({"id_number": id_number("990199", BIRTH, 123)}, {"id_region": 1}, {}),
    ({"id_number": id_number("100001", BIRTH, 123)}, {"id_region": 1}, {}),
    ({"id_number": id_number("110103", date(2012, 1, 1), 123), "birth_date": "2012-01-01"}, {}, {"id_region_date": 1}),
    ({"id_number": id_number("110103", date(2001, 1, 1), 123), "birth_date": "20010101"}, {}, {}),
    ({"id_number": id_number("990101", date(2090, 1, 1), 123), "birth_date": None}, {"birth_is_past": 1}, {}),
    ({"birth_date": "1990-03-08"}, {"birth_matches": 1}, {}),
    ({"birth_date": "1990-02-30"}, {"date": 1}, {}),
    ({"sex": "2"}, {}, {"sex_matches": 1}), ({"sex": "9"}, {}, {}), ({"sex": "3"}, {"in_code_list": 1}, {}),
    ({"mobile": "12345678901"}, {"mobile": 1}, {}), ({"mobile": None}, {}, {}),
    ({"unit_code": "990101009"}, {"unit_known": 1}, {}), ({"name": "  "}, {"not_null": 1}, {}),
    ({"registered_on": "2999-01-01"}, {"registered_is_past": 1}, {}),
])
def test_a_person(city, tmp_path, change, rejects, warnings):
    assert broken(city, tmp_path, "person", {**PERSON, **change}, source=f"s{random.random()}") == (rejects, warnings)


@pytest.mark.parametrize(("change", "rejects", "warnings"), [
    ({}, {}, {}),
    ({"credit_code": FIRM["credit_code"].lower()}, {}, {"credit_code_form": 1}),
    ({"credit_code": FIRM["credit_code"][:-1] + "0"}, {"credit_code": 1}, {}),
    ({"credit_code": credit_code("91", "990177", "MA000001")}, {"credit_region": 1}, {}),
    ({"credit_code": credit_code("91", "110105", "MA000001")}, {}, {}),
    ({"legal_person_id": "1"}, {"legal_person_id": 1}, {}), ({"capital_cny": "-1"}, {"capital": 1}, {}),
    ({"capital_cny": "many"}, {"number": 1}, {}), ({"employees": "3.5"}, {"integer": 1}, {}),
    ({"employees": "2000000"}, {"employees": 1}, {}),
])
def test_an_enterprise(city, tmp_path, change, rejects, warnings):
    assert broken(city, tmp_path, "enterprise", {**FIRM, **change}, source=f"s{random.random()}") == (rejects, warnings)


@pytest.mark.parametrize(("change", "rejects", "warnings"), [
    ({}, {}, {}), ({"case_no": "no 1"}, {"case_no": 1}, {}), ({"rating": "6"}, {"rating": 1}, {}), ({"rating": "5"}, {}, {}),
    ({"lon": "119.5"}, {"in_city": 1}, {}), ({"lat": "95"}, {"in_city": 1}, {}), ({"lon": None}, {}, {}),
    ({"closed_at": "2026-09-01"}, {"closed_after_opened": 1}, {}), ({"promised_at": "2026-09-01"}, {"promised_after_opened": 1}, {}),
    ({"opened_at": "2999-01-01"}, {"opened_is_past": 1}, {}), ({"opened_at": "2020-01-01"}, {}, {"fresh": 1}),
    ({"status": "closed"}, {}, {"closed_has_time": 1}), ({"reporter_mobile": "１３８００００１１１１"}, {"mobile": 1}, {}),
])
def test_a_service_case(city, tmp_path, change, rejects, warnings):
    assert broken(city, tmp_path, "service_case", {**CASE, **change}, source=f"s{random.random()}") == (rejects, warnings)


def test_unique_cross_source_and_shift_warn(city, tmp_path):
    two = [{**FIRM, "credit_code": credit_code("91", "990101", f"UN00000{i}"), "name": "同名"} for i in (1, 2)]
    assert broken(city, tmp_path, "enterprise", two, source="market") == ({}, {"name_unique": 2})
    assert broken(city, tmp_path, "enterprise", {**two[0], "name": "别名", "status": "revoked"}, source="tax") == ({}, {"sources_agree": 1})
    cases = [{**CASE, "case_no": f"S-{i}", "channel": "hotline" if i % 2 else "web"} for i in range(100)]
    assert broken(city, tmp_path, "service_case", cases, source="steady")[1] == {}
    later = [{**one, "case_no": f"S-{i + 200}", "channel": "sensor"} for i, one in enumerate(cases)]
    assert broken(city, tmp_path, "service_case", later, source="steady")[1] == {"channel_shift": 1}
    assert city.run("select row, masked_value like 'PSI %' from mgmt.warning where rule = 'channel_shift'").fetchall() == [(0, True)]


def test_every_row_of_the_registry_is_sound_and_every_kind_is_used():
    owners = {row["id"] for row in registers.rows("departments")}
    rules = [rule for some in all_rules().values() for rule in some]
    assert {rule.kind for rule in rules} == set(KINDS)
    for rule in rules:
        assert rule.owner in owners and rule.message_zh and rule.message_en and rule.severity in ("reject", "warn"), rule
    named = [(rule.dataset, rule.id, rule.column) for rule in rules if (rule.dataset, rule.id) != ("reading", "time")]
    assert len(named) == len(set(named))
    assert rules_of("person")[0].basis == "GB 11643"


def test_a_row_that_does_not_fit_says_so(monkeypatch):
    with pytest.raises(BadInput, match="period"):
        interval("sometimes")
    real = registers.rows
    bad = {**real("rules")[0], "kind": "guess"}
    monkeypatch.setattr(registers, "rows", lambda name: [bad] if name == "rules" else real(name))
    all_rules.cache_clear()
    try:
        with pytest.raises(BadInput, match=r"rules\.csv"):
            all_rules()
    finally:
        monkeypatch.undo()
        all_rules.cache_clear()


def test_a_dataset_is_checked_in_one_pass():
    for dataset in all_rules():
        sql = check_sql(dataset)
        assert sql.count("from mapped") == 1, dataset
    assert isinstance(rules_of("unit")[0], Rule)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(
    st.from_regex(r"\A[1-9][0-9]{16}[0-9Xx]\Z"), st.text(max_size=20),
    st.builds(lambda day, order: id_number("110105", date(1900, 1, 1) + timedelta(days=day), order), st.integers(0, 45_000), st.integers(0, 999)),
), min_size=1, max_size=200))
def test_id_numbers_agree_with_stdnum(city, numbers):
    """Shape, date and check digit: what stdnum says before it asks for the region."""
    def oracle(number):
        if len(number) != 18 or not (number.isascii() and number[:17].isdigit() and number[17] in "0123456789X") or number[0] == "0":
            return False
        try:
            ric.get_birth_date(number)
        except Exception:
            return False
        return ric.calc_check_digit(number) == number[17]

    found = city.run("select coalesce(is_id_number(v), false) from (select unnest($1::varchar[]) as v)", [numbers]).fetchall()
    assert [row[0] for row in found] == [oracle(number) for number in numbers]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), st.sampled_from(CREDIT), st.booleans()),
                min_size=1, max_size=100))
def test_credit_codes_agree_with_stdnum_and_hold_an_organisation_code(city, parts):
    codes = []
    for body, letter, is_right in parts:
        code = credit_code("91", "110105", body)
        codes.append(code if is_right else code[:16] + letter + code[17:])
    found = city.run("select is_credit_code(v), credit_check(v) = v[18] from (select unnest($1::varchar[]) as v)", [codes]).fetchall()
    for code, (is_whole, is_checked) in zip(codes, found, strict=True):
        assert is_checked is uscc.is_valid(code)
        assert is_whole is (uscc.is_valid(code) and organisation_code(code[8:16]) == code[8:17])
    for real in ("91110000600037341L", "91440300708461136T"):
        assert city.run("select is_credit_code($1)", [real]).fetchone() == (True,)


def test_regions_and_their_years_agree_with_stdnum(city):
    """Our table (births since the code was first given) against stdnum's, over every code either knows and every year since 2000."""
    table, known = numdb.get("cn/loc"), set()
    with (registers._FOLDER / "divisions.csv").open(encoding="utf-8") as file:
        known |= {row["code"] for row in csv.DictReader(file)}

    def oracle(code, year):
        info = {key: value for _, found in table.info(code) for key, value in found.items()}
        for county in info.get("county", "[1-1]").split(","):
            since, until = county[1:].split("]")[0].split("-") if county.startswith("[") else ("", "")
            if (not since or year >= int(since)) and (not until or year <= int(until)):
                return True
        return False

    asked = [(code, year) for code in sorted(known) for year in (2000, 2005, 2012, 2019)]
    found = city.run("select coalesce(region_stood(c, y), false) from (select unnest($1::varchar[]) as c, unnest($2::int[]) as y)",
                     [[code for code, _ in asked], [year for _, year in asked]]).fetchall()
    agree = sum(row[0] == oracle(*one) for row, one in zip(found, asked, strict=True))
    assert agree / len(asked) > 0.98
    few = (("110103", 2010, True), ("110103", 2011, False), ("110105", 1950, True), ("440305", 1991, True), ("330113", 2000, False))
    for code, year, stood in few:
        assert city.run("select region_stood($1, $2)", [code, year]).fetchone() == (stood,), (code, year)


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1800, 1, 1), date(2999, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d"]))
def test_a_date_in_any_usual_form_is_that_date(city, day, form):
    assert city.run("select as_date($1)", [day.strftime(form)]).fetchone() == (day,)


@pytest.mark.parametrize("text", ["2026-02-30", "20260230", "2026-13-01", "30.02.2026", "soon", "", "2026年2月30日", "2025-02-29"])
def test_what_is_no_date_is_none(city, text):
    assert city.run("select as_date($1)", [text]).fetchone() == (None,)
