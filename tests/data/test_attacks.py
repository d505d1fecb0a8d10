"""What comes in broken, late, twice, drifted or hostile: each is refused with its reason or taken in whole, and nothing is lost."""

import time
import zipfile
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import conservation
from data.demo.numbers import id_number
from data.errors import BadInput, Unreadable
from data.handin import HandIn
from data.intake import take_in
from tests import homes, tiny

CASE = {"case_no": "C-1", "channel": "hotline", "category": "road", "unit_code": "990101001001", "opened_at": "2026-10-01T08:00:00+08:00",
        "status": "open", "title": None}
HEADER = ",".join(CASE)


@pytest.fixture
def city(tmp_path):
    db = homes.library(homes.tiny_library, tmp_path / "library")
    yield db
    assert conservation.findings(db) == []


def give(city, folder, body, name="a.csv", day=0, **options):
    """Bytes, text or rows as a hand-in of service cases."""
    path = folder / name
    if isinstance(body, list):
        pq.write_table(pa.Table.from_pylist(body), path)
    else:
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return take_in(city, HandIn("tiny", "urban_management", "service_case", path, tiny.AS_OF + timedelta(days=day), **options))


def line(**change):
    return ",".join(str(value or "") for value in {**CASE, **change}.values())


def test_late(city, tmp_path):
    give(city, tmp_path, [{**CASE, "status": "closed"}], "now", 10)
    late = give(city, tmp_path, [CASE], "late", 3)
    assert late.accepted == 1
    assert city.run("select status from theme.service_case").fetchall() == [("closed",)]
    assert city.run("select status from base.service_case order by valid_from").fetchall() == [("open",), ("closed",)]


def test_out_of_order(city, tmp_path):
    states = ("open", "handling", "closed", "returned")
    for day in (2, 0, 3, 1):
        give(city, tmp_path, [{**CASE, "status": states[day]}], f"d{day}", day)
    rows = city.rows("select status, valid_from, valid_to from base.service_case order by valid_from")
    assert [row["status"] for row in rows] == list(states)
    assert all(a["valid_to"] == b["valid_from"] for a, b in zip(rows[:-1], rows[1:], strict=True)) and rows[-1]["valid_to"] is None


def test_doubled(city, tmp_path):
    first = give(city, tmp_path, [CASE, CASE], "a")
    assert (first.accepted, first.duplicate) == (1, 1)
    assert give(city, tmp_path, [CASE, CASE], "a").is_replay                                      # the same bytes
    other = give(city, tmp_path, f"{HEADER}\n{line()}\n{line()}\n")                              # the same rows in another file
    assert (other.accepted, other.duplicate) == (0, 2)
    assert city.run("select count(*) from base.service_case").fetchone() == (1,)


def test_a_drifted_column_is_kept_and_told_apart(city, tmp_path):
    give(city, tmp_path, [CASE], "a")
    give(city, tmp_path, f"{HEADER.replace('title', '标题')},weather\n{line(case_no='C-2', title='坑')},雨\n")
    prints = city.run("select count(distinct schema_fingerprint) from front.batch where dataset = 'service_case'").fetchone()
    assert prints == (2,)
    assert city.run("select _extra from hub.service_case where case_no = 'C-2'").fetchone() == ('{"标题":"坑","weather":"雨"}',)
    with pytest.raises(BadInput, match="needs a column 'case_no'"):
        give(city, tmp_path, f"{HEADER.replace('case_no', '工单号')}\n{line()}\n")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
def test_gbk_and_bom(city, tmp_path, encoding):
    receipt = give(city, tmp_path, f"{HEADER}\n{line(title='路面坑洞，需抢修。'.replace(',', ''))}\n".encode(encoding))
    assert receipt.accepted == 1
    assert city.run("select title from theme.service_case").fetchone() == ("路面坑洞，需抢修。",)


def test_nul(city, tmp_path):
    with pytest.raises(Unreadable, match="NUL bytes"):
        give(city, tmp_path, f"{HEADER}\n{line(title='a')}\n".encode().replace(b",a", b",a\0"))
    receipt = give(city, tmp_path, [{**CASE, "title": "a\0b"}, {**CASE, "case_no": "C\0-2"}], "nul.parquet")
    assert (receipt.accepted, receipt.rules) == (1, {"case_no": 1})


def test_a_formula_is_text(city, tmp_path):
    formula = "=cmd|'/C calc'!A0"
    assert give(city, tmp_path, [{**CASE, "title": formula}], "f").accepted == 1
    assert city.run("select title from theme.service_case").fetchone() == (formula,)               # exports: tests/quality, tests/app/test_cells


def test_zip_bombs_are_never_unpacked(city, tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed, packed.open("a.csv", "w", force_zip64=True) as inner:
        for _ in range(200):
            inner.write(bytes(1_000_000))
    started = time.process_time()
    with pytest.raises(Unreadable):
        give(city, tmp_path, (tmp_path / "bomb.zip").read_bytes(), "bomb.csv")
    many = pa.table({"case_no": pa.array(["C-1"]).take(pa.array([0] * 1_000_000)).dictionary_encode()})
    with pq.ParquetWriter(tmp_path / "rows.parquet", many.schema) as writer:
        for _ in range(3):
            writer.write_table(many)
    import data.handed as handed

    assert (tmp_path / "rows.parquet").stat().st_size < 100_000
    handed.MOST_CELLS, kept = 2_000_000, handed.MOST_CELLS
    try:
        with pytest.raises(BadInput, match="unpacks to more"):
            take_in(city, HandIn("tiny", "urban_management", "service_case", tmp_path / "rows.parquet", tiny.AS_OF))
    finally:
        handed.MOST_CELLS = kept
    assert time.process_time() - started < 20


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_cell_of_ten_megabytes(city, tmp_path, kind):
    long = "长" * 3_500_000
    body = f"{HEADER}\n{line()}\n{line(case_no='C-2', title=long)}\n{line(case_no='C-3')}\n" if kind == "csv" else [
        CASE, {**CASE, "case_no": "C-2", "title": long}, {**CASE, "case_no": "C-3"}]
    receipt = give(city, tmp_path, body, f"long.{kind}")
    assert (receipt.accepted, receipt.rules) == (2, {"length": 1})
    assert city.run("select length(masked_value) from mgmt.reject").fetchone()[0] <= 40
    assert city.run("select max(length(title)) from hub.service_case").fetchone() == (3_500_000,)      # verbatim where it came in


def test_30_february(city, tmp_path):
    receipt = give(city, tmp_path, [{**CASE, "opened_at": text, "case_no": f"C-{i}"} for i, text in enumerate(
        ("2026-02-30", "2026-02-30T08:00:00+08:00", "20260230000000", "2026年2月30日 08:00:00", "2026-02-28"))], "feb")
    assert (receipt.accepted, receipt.rules) == (1, {"time": 4})


def test_roman_ten_for_x(city, tmp_path):
    number = next(one for one in (id_number("990101", tiny.AS_OF.date().replace(year=1990), n) for n in range(1, 200, 2)) if one.endswith("X"))
    rows = [{"id_number": text, "name": "试一", "unit_code": "990101001001", "status": "active"}
            for text in (number, number[:17] + "Ⅹ", number[:17] + "ⅹ", number[:17] + "x", number[:17] + "Ｘ", number[:17] + "×")]
    receipt = take_in(city, tiny.hand_in(tmp_path, "person", rows, source="police"))
    assert receipt.rules == {"id_number": 4} and (receipt.accepted, receipt.duplicate) == (1, 1)      # x became X: the same person again


def test_an_empty_column(city, tmp_path):
    assert give(city, tmp_path, f"{HEADER},rating\n{line()},\n").accepted == 1
    assert give(city, tmp_path, [{**CASE, "case_no": "C-2", "rating": None}], "null.parquet").accepted == 1
    assert give(city, tmp_path, [{**CASE, "case_no": None}, {**CASE, "case_no": ""}], "keys.parquet").rules == {"not_null": 2}


@pytest.mark.parametrize("body", [f"{HEADER}\n", HEADER, f"﻿{HEADER}\r\n"])
def test_header_only(city, tmp_path, body):
    receipt = give(city, tmp_path, body)
    assert (receipt.row_in, receipt.accepted, receipt.rejected, receipt.duplicate) == (0, 0, 0, 0)


def test_an_empty_snapshot_closes_nothing(city, tmp_path):
    give(city, tmp_path, [CASE], "a")
    with pytest.raises(BadInput, match="empty snapshot"):
        give(city, tmp_path, f"{HEADER}\n", snapshot=True)
    assert city.run("select count(*) from theme.service_case").fetchone() == (1,)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"PAR1"])
def test_a_file_without_a_table_says_so(city, tmp_path, body):
    before = city.run("select count(*) from front.batch").fetchone()
    with pytest.raises((Unreadable, BadInput)):
        give(city, tmp_path, body)
    assert city.run("select count(*) from front.batch").fetchone() == before


def test_commas_quotes_and_line_ends_inside_cells(city, tmp_path):
    body = '"case_no",channel,category,unit_code,opened_at,status,"ti,tle",title\nC-1,hotline,road,990101001001,2026-10-01,open,x,"a, ""b""\nc"\n'
    assert give(city, tmp_path, body).accepted == 1
    assert city.run("select title from theme.service_case").fetchone() == ('a, "b"\nc',)
    assert city.run("select _extra from hub.service_case").fetchone() == ('{"ti,tle":"x"}',)


def test_names_of_columns_are_never_sql(city, tmp_path):
    row = {**CASE, '"; drop table hub.unit; --': "x", "it's": "y", "a.b": "z"}
    assert give(city, tmp_path, [row], "names").accepted == 1
    assert city.run("select count(*) > 0 from hub.unit").fetchone() == (True,)
    assert city.run("select _extra->>'it''s' from hub.service_case").fetchone() == ("y",)


def test_a_value_is_never_sql(city, tmp_path):
    bad = "x'); drop table hub.unit; --"
    receipt = give(city, tmp_path, [{**CASE, "status": bad}, {**CASE, "case_no": "C-2", "title": bad}], "values")
    assert receipt.rules == {"in_code_list": 1} and receipt.accepted == 1
    assert replace(tiny.hand_in(tmp_path, "service_case", [CASE]), source=bad).source == bad
    assert take_in(city, replace(tiny.hand_in(tmp_path, "service_case", [CASE], "s"), source=bad)).accepted == 1
