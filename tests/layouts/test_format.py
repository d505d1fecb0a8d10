"""Numbers, dates and ages in both languages."""

import pytest

from layouts import format as shown
from layouts.reader import Reader

NOON = 1795060800  # 2026-11-19 04:00 UTC, noon in Shanghai


@pytest.mark.parametrize(
    ("value", "decimals", "zh", "en"),
    [
        (58.4, 0, "58", "58"),
        (1234.5, 1, "1,234.5", "1,234.5"),
        (12345, 0, "1.23万", "12,345"),
        (123456, 0, "12.3万", "123,456"),
        (30448000, 0, "3,044.8万", "30.4M"),
        (412_000_000, 0, "4.12亿", "412.0M"),
        (2.5e9, 0, "25.0亿", "2.50B"),
        (-61100, 0, "-6.11万", "-61,100"),
        (None, 1, "—", "—"),
        (float("nan"), 1, "—", "—"),
        (0, 2, "0.00", "0.00"),
    ],
)
def test_compact_numbers(value, decimals, zh, en):
    assert shown.compact(value, "zh", decimals) == zh
    assert shown.compact(value, "en", decimals) == en


def test_times_are_on_the_citys_clock():
    assert Reader("zh").moment(NOON) == "11月19日 12:00"
    assert Reader("en").moment(NOON) == "19 Nov, 12:00"
    assert Reader("en", zone="Europe/Monaco").moment(NOON) == "19 Nov, 05:00"
    assert Reader("zh").moment(NOON, "weekday") == "11月19日 周四 12:00"
    assert Reader("zh").moment(None) == "—"
    assert Reader("zh").moment(NOON - 5 * 365 * 86_400, "date") == "2021年11月20日 周六"
    assert Reader("en").moment(NOON - 5 * 365 * 86_400) == "20 Nov 2021, 12:00"


def test_a_step_says_no_more_than_its_cadence():
    r = Reader("en")
    assert [r.step(NOON, cadence) for cadence in ("PT1H", "P1D", "P1M", "P1Y")] == ["Thu 19 Nov, 12:00", "Thu 19 Nov", "Nov 2026", "2026"]


@pytest.mark.parametrize(
    ("seconds", "zh", "en"), [(20, "刚刚", "just now"), (300, "5 分钟前", "5 min ago"), (7300, "2 小时前", "2 h ago"), (190_000, "2 天前", "2 d ago")]
)
def test_ages(seconds, zh, en):
    assert shown.age(seconds, "zh") == zh
    assert shown.age(seconds, "en") == en


def test_places_and_areas():
    assert shown.degrees(118.19941, 30.59855) == "118.19941°E  30.59855°N"
    assert shown.degrees(-0.5, -33.1).endswith("33.10000°S")
    assert shown.area(219_589_436, "en") == "219.59 km²"
    assert shown.area(506, "en") == "506 m²"


def test_a_reader_is_one_of_two_languages_and_themes():
    with pytest.raises(ValueError, match="fr"):
        Reader("fr")
    with pytest.raises(ValueError, match="sepia"):
        Reader("zh", "sepia")


def test_units_of_measure_speak_the_readers_language():
    assert Reader("zh").unit_of("persons") == "人"
    assert Reader("en").unit_of("人次") == "trips"
    assert Reader("en").unit_of("µg/m³") == "µg/m³"


def test_a_building_without_a_name_is_called_by_its_number():
    building = {"level": "building", "code": "000203003001002B00017", "name_zh": None, "name_en": None, "address": None}
    assert Reader("en").name(building) == "Building 17"
    assert Reader("zh").name(building) == "17 号楼"
    assert Reader("zh").name({**building, "address": "Tal 1"}) == "Tal 1"
