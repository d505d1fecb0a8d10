"""A source's own names, units, codes and coordinates become the standard ones; what contradicts itself is refused."""

import numpy as np
import pytest

from app.errors import BadInput
from app.exchange import receiving
from app.exchange.receiving import Arrival
from data import mapping_rows, registers, suggest, units
from data.fields import fields_of
from data.mapping_rows import Mapping
from data.place import datum
from tests.sources.conftest import STREETS
from tests.tiny import NOON


def accept(place, *maps, source="drop", dataset="reading"):
    with place.system.db.write() as cursor:
        for source_field, field, *more in maps:
            mapping_rows.accept(cursor, Mapping(source, dataset, source_field, field, *(more or ["close"])), "keeper")


def take(place, source, text, name="in.csv"):
    file = place.drop(place.folder / "files", name, text)
    return receiving.receive(place.system, Arrival(source, file, name, NOON))


def test_other_names_units_and_codes(place):
    source = place.source("drop", "upload")
    accept(
        place,
        ("区域", "unit_code", "close", "", "", f"A区={STREETS[0]}|B区={STREETS[1]}"),
        ("监测'时间", "at"),
        ("气温/℉", "value", "close", "°F", "°C"),
        ("项目", "indicator", "close", "", "", "T=temperature_c"),
    )
    done = take(
        place,
        source,
        "区域,监测'时间,气温/℉,项目,备注\nA区,2026-11-18T04:00:00Z,68,T,x\n"
        "B区,2026-11-18T04:00:00Z,cold,T,y\nC区,2026-11-18T04:00:00Z,50,T,\n",
    )
    assert (done.receipt.accepted, done.receipt.rejected) == (1, 2)
    assert place.one("select value, seq from base.reading where indicator = 'temperature_c'") == (20.0, 1)
    assert place.one("select _extra from hub.reading where _row = 1 and _batch = ?", done.receipt.batch)[0].count("68") == 1  # verbatim in the hub
    assert dict(place.all("select rule, masked_value from mgmt.reject where batch = ?", done.receipt.batch)) == {
        "finite_number": "cold",
        "unit_known": "C区",
    }


def test_a_wide_table_becomes_readings(place):
    source = place.source("drop", "upload")
    accept(
        place,
        ("temp", "indicator:temperature_c", "close", "°F"),
        ("pm25", "indicator:pm25"),
        ("station", "unit_code", "exact"),
        ("time", "at", "exact"),
    )
    done = take(
        place, source, f"station,time,temp,pm25,battery\n{STREETS[0]},2026-11-18T04:00:00Z,68,12,3.3\n{STREETS[1]},2026-11-18T04:00:00Z,,14,3.2\n"
    )
    assert (done.receipt.row_in, done.receipt.accepted) == (3, 3), done.receipt.rules
    assert place.all("select indicator, seq, value from base.reading where indicator in ('temperature_c', 'pm25') order by all") == [
        ("pm25", 1, 12.0),
        ("pm25", 2, 14.0),
        ("temperature_c", 1, 20.0),
    ]
    assert place.all("select indicator, value from hub.reading where _batch = ? order by all", done.receipt.batch) == [
        ("pm25", "12"),
        ("pm25", "14"),
        ("temp", "68"),
    ]


@pytest.mark.parametrize(("system", "turn"), [("gcj02", datum.wgs84_to_gcj02), ("bd09", datum.wgs84_to_bd09), ("EPSG:3857", None)])
def test_coordinates_of_another_system(place, system, turn):
    from pyproj import Transformer

    source = place.source("drop", "upload", "service_case")
    point = np.array([[118.03, 30.04]])
    x, y = (turn(point) if turn else np.column_stack(Transformer.from_crs(4326, 3857, always_xy=True).transform(*point.T)))[0]
    accept(place, ("x", "lon", "close", "", "", "", system), ("y", "lat", "close", "", "", "", system), dataset="service_case")
    codes = {one.name: one.codes[0] for one in fields_of("service_case") if one.codes}
    head = ["case_no", "unit_code", "opened_at", "x", "y", *codes]
    rows = [
        ["GD-1", STREETS[0], "2026-11-01T08:00:00Z", x, y, *codes.values()],
        ["GD-2", STREETS[0], "2026-11-01T08:00:00Z", "", "", *codes.values()],
    ]
    done = take(place, source, "\n".join(",".join(str(cell) for cell in row) for row in (head, *rows)) + "\n")
    assert done.receipt.accepted == 2, place.all("select * from mgmt.reject")
    lon, lat = place.one("select lon, lat from base.service_case where case_no = 'GD-1'")
    assert abs(lon - 118.03) < 1e-7 and abs(lat - 30.04) < 1e-7
    assert place.one("select lon from base.service_case where case_no = 'GD-2'") == (None,)


def test_units_of_the_own_register_and_the_order_of_relations(place):
    source = place.source("drop", "upload")
    accept(place, ("device", "unit_code", "close", "", "", "@units"), ("guess", "value", "broad"), ("measured", "value", "exact"))
    done = take(
        place, source, f"device,indicator,at,guess,measured\ns{STREETS[0]},aqi,2026-11-18T04:00:00Z,1,2\ns{STREETS[1]},aqi,2026-11-18T04:00:00Z,3,\n"
    )
    assert done.receipt.accepted == 2, place.all("select * from mgmt.reject")
    assert place.all("select value from base.reading where indicator = 'aqi' order by seq") == [(2.0,), (3.0,)]


def test_one_into_many_and_circles_are_refused(place):
    accept(place, ("a", "unit_code"))
    with place.system.db.write() as cursor:
        both = [Mapping("drop", "reading", "a", "unit_code"), Mapping("drop", "reading", "a", "at")]
        with pytest.raises(BadInput, match="cannot become two"):
            mapping_rows.check(cursor, both)
        with pytest.raises(BadInput, match="circle") as told:
            mapping_rows.check(
                cursor,
                [
                    Mapping("drop", "reading", "at", "value"),
                    Mapping("drop", "reading", "value", "weight"),
                    Mapping("drop", "reading", "weight", "at"),
                ],
            )
        assert "→" in told.value.where["value"]
    accept(place, ("at", "value"))
    with pytest.raises(BadInput, match="circle"):
        accept(place, ("value", "at"))
    assert place.one("select count(*) from mgmt.mapping where until_at is null") == (2,)


@pytest.mark.parametrize("wrong", [
    ("a", "nothing"), ("a", "_extra"), ("a", "_batch"), ("_extra", "value"), ("a", "indicator:nothing"), ("a", "value", "same"),
    ("a", "value", "exact", "furlong", "m"), ("a", "value", "exact", "°C", "km"), ("a", "value", "exact", "", "", "no code map"),
    ("a", "value", "exact", "", "", "", "gcj02"), ("a\n", "value"), ("", "value"),
])  # fmt: skip
def test_a_wrong_mapping_is_refused(place, wrong):
    with pytest.raises(BadInput):
        accept(place, wrong)
    assert place.one("select count(*) from mgmt.mapping") == (0,)


def test_versions_and_endings_are_kept(place):
    accept(place, ("a", "value"))
    accept(place, ("a", "weight"))
    with place.system.db.write() as cursor:
        mapping_rows.end(cursor, "drop", "reading", "a", "other")
    assert place.all("select field, version, author, until_at is null, ended_by from mgmt.mapping order by mapping") == [
        ("value", 1, "keeper", False, "keeper"),
        ("weight", 2, "keeper", False, "other"),
    ]
    with pytest.raises(BadInput), place.system.db.write() as cursor:
        mapping_rows.end(cursor, "drop", "reading", "a", "other")


def test_a_name_that_looks_like_sql_stays_a_name(place):
    source = place.source("drop", "upload")
    evil = "x'); drop table hub.reading; --"
    accept(place, (evil, "value", "close", "", "", f"1={STREETS[0]}'|2=9"))
    done = take(place, source, f'unit_code,indicator,at,"{evil}"\n{STREETS[0]},aqi,2026-11-18T04:00:00Z,2\n')
    assert done.receipt.accepted == 1 and place.one("select value from base.reading where indicator = 'aqi'") == (9.0,)


@pytest.mark.parametrize(("value", "given", "wanted", "found"), [
    (36, "km/h", "m/s", 10), (212, "°F", "°C", 100), (0, "CEL", "KEL", 273.15), (1, "亩", "m²", 666.6666667),
    (3, "万元", "CNY", 30_000), (50, "%", "1", 0.5),
    (1, "KWH", "J", 3.6e6), (1013.25, "hPa", "kPa", 101.325),
])  # fmt: skip
def test_conversions(value, given, wanted, found):
    factor, offset = units.conversion(given, wanted)
    assert value * factor + offset == pytest.approx(found)


def test_every_synonym_belongs_to_a_field():
    known = {row["field"] for row in registers.rows("fields")} | {
        "unit_code", "indicator", "at", "value", "weight", "attribute",
        "valid_from", "code", "parent_code", "level", "name_zh", "name_en", "lon", "lat",
        "height_m", "floors_above", "floors_below", "place_type", "origin_code", "destination_code", "count", "layer", "class",
        "source_id"}  # fmt: skip
    assert {row["field"] for row in registers.rows("synonyms")} <= known


def test_suggestions_for_chinese_and_english_names(place):
    cursor = place.system.db.cursor()
    found = {
        one.source_field: one
        for one in suggest.suggest(
            cursor,
            "drop",
            "reading",
            {
                "监测时间": ["2026-11-18 08:00:00"] * 3,
                "网格编码": list(STREETS),
                "temp_F": ["68", "70"],
                "备注": ["a", "b"],
                "PM2.5浓度(mg/m³)": ["0.03"],
                "device": [f"s{code}" for code in STREETS],
            },
            set(),
        )
    }
    assert found["监测时间"].field == "at" and found["监测时间"].confidence >= 0.9
    assert found["网格编码"].field == "unit_code" and "备注" not in found
    people = {
        one.source_field: one
        for one in suggest.suggest(
            cursor,
            "drop",
            "person",
            {
                "身份证号": ["11010119900307721X"],
                "姓名": ["王小明"],
                "联系电话": ["13800138000"],
                "dob": ["1990-03-07"],
                "foo": ["11010119900307721X"],
            },
            set(),
        )
    }
    assert {name: one.field for name, one in people.items()} == {"身份证号": "id_number", "姓名": "name", "联系电话": "mobile", "dob": "birth_date"}
    assert all(0.5 <= one.confidence < 1 for one in people.values())
    only = suggest.suggest(cursor, "drop", "person", {"foo": ["11010119900307721X"] * 9}, set())
    assert [(one.field, one.confidence) for one in only] == [("id_number", 0.7)]  # by its values alone
    assert suggest.suggest(cursor, "drop", "person", {"foo": ["11010119900307721X"] * 9}, {"id_number", "legal_person_id"}) == []


def test_suggestions_for_real_service_requests(place, shared_data):
    import csv

    file = shared_data / "nyc-311-sample" / "311_Service_Requests.csv"
    if not file.is_file():
        pytest.skip(f"no file {file}")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for _, row in zip(range(300), csv.DictReader(lines), strict=False)]
    found = {one.source_field: one.field for one in suggest.suggest(place.system.db.cursor(), "drop", "service_case", suggest.samples(rows), set())}
    expected = {
        "unique_key": "case_no",
        "created_date": "opened_at",
        "closed_date": "closed_at",
        "due_date": "promised_at",
        "status": "status",
        "complaint_type": "category",
        "longitude": "lon",
        "latitude": "lat",
        "agency": "department",
        "descriptor": "title",
    }
    assert {name: found.get(name) for name in expected} == expected
