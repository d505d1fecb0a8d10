"""Every registry row is complete, in both languages, and points at things that exist."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from data.levels import LEVELS

FOLDER = Path(__file__).parents[2] / "data" / "registry"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


INDICATORS = rows("indicators")


@pytest.mark.parametrize("name", ["indicators", "themes", "attributes", "departments", "datasets"])
def test_ids_are_unique(name: str) -> None:
    ids = [r["id"] for r in rows(name)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["indicators", "themes", "attributes", "departments", "holidays"])
def test_names_come_in_both_languages(name: str) -> None:
    for row in rows(name):
        assert row["name_zh"], row
        assert row["name_en"].isascii() or "µ" in row["name_en"] or "÷" in row["name_en"], row


def test_there_are_enough_indicators() -> None:
    assert len(INDICATORS) >= 75


@pytest.mark.parametrize("row", INDICATORS, ids=lambda r: r["id"])
def test_indicator_row_is_sound(row: dict[str, str]) -> None:
    assert row["theme"] in {t["id"] for t in rows("themes")}
    assert row["owner"] in {d["id"] for d in rows("departments")}
    assert row["native_level"] in LEVELS
    assert row["cadence"] in {"PT5M", "PT1H", "P1D", "P1M", "P1Y"}
    assert row["direction"] in {"up", "down", "band"}
    assert row["style"] in {"L", "B", "D", "R"}
    assert row["rollup"] in {"sum", "weighted_mean", "ratio", "max", "min", "last"}
    assert row["weight"] in {"area_m2", "population", "reading", "none"}
    assert (row["weight"] != "none") == (row["rollup"] == "weighted_mean")
    assert row["privacy"] in set("0123")
    assert float(row["scale"]) > 0
    assert int(row["decimals"]) >= 0
    limits = [float(x) for x in row["thresholds"].split("|") if x]
    assert limits == sorted(limits)
    assert row["threshold_source"]
    assert bool(limits) == (row["style"] != "R")
    if row["direction"] == "band" and limits:
        assert len(limits) == 2
    assert row["description_zh"].endswith("。")
    assert row["description_en"].endswith(".")


def test_attributes_are_sound() -> None:
    for row in rows("attributes"):
        assert row["space"] in {"physical", "social", "digital"}, row
        assert row["factor"] in {"common", "exclusive"}, row
        assert set(row["levels"].split("|")) <= set(LEVELS), row
        if row["type"] == "code":
            assert all(len(c.split(":")) == 3 for c in row["codes"].split("|")), row


def test_datasets_have_owners_and_holidays_are_dates() -> None:
    owners = {d["id"] for d in rows("departments")}
    assert all(d["owner"] in owners for d in rows("datasets"))
    days = [date.fromisoformat(r["date"]) for r in rows("holidays")]
    assert len(days) == len(set(days))
    assert {r["kind"] for r in rows("holidays")} == {"holiday", "workday"}
