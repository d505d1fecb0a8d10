"""The demo city reports: every reading known, incidents visible, the feed going on where the history stopped."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.units.codes import parse
from data.demo import feed, write
from tests.data.demo.conftest import UNTIL, Written

OVER_ONE = ("reserve_pct", "load_ratio_pct", "er_load_pct")  # shares that may pass 100 %
REGISTRY = Path(__file__).parents[3] / "data" / "registry"


@pytest.fixture(scope="module")
def readings(small: Written) -> pd.DataFrame:
    frame = small.frame("reading")
    return frame.astype({"unit_code": str, "indicator": str})


@pytest.fixture(scope="module")
def registry() -> dict[str, dict[str, str]]:
    with (REGISTRY / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_reading_names_a_known_unit_and_indicator(small: Written, readings: pd.DataFrame, registry: dict) -> None:
    assert set(readings["unit_code"]) <= set(small.frame("unit", ["code"])["code"])
    assert set(readings["indicator"]) <= set(registry)
    assert readings["indicator"].nunique() >= 45
    assert np.isfinite(readings["value"]).all()


def test_readings_come_at_the_native_level_once_never_ahead(readings: pd.DataFrame, registry: dict) -> None:
    assert not readings.duplicated(["unit_code", "indicator", "at"]).any()
    assert readings["at"].max() <= pd.Timestamp(UNTIL)
    for name, mine in readings.groupby("indicator"):
        assert {parse(c).level for c in mine["unit_code"].unique()} == {registry[name]["native_level"]}, name


def test_weights_come_where_the_roll_up_needs_them(readings: pd.DataFrame, registry: dict) -> None:
    for name, mine in readings.groupby("indicator"):
        row = registry[name]
        needs = row["rollup"] == "ratio" or (row["rollup"] == "weighted_mean" and row["weight"] == "reading")
        assert mine["weight"].notna().all() == needs, name
        if needs:
            assert (mine["weight"] >= 0).all(), name
        if row["rollup"] == "ratio" and row["unit"] == "%" and name not in OVER_ONE:
            assert (mine["value"] <= mine["weight"]).all(), name


def test_hours_lie_on_the_hour_and_days_on_local_midnight(readings: pd.DataFrame, registry: dict) -> None:
    hourly = readings["indicator"].map(lambda i: registry[i]["cadence"] == "PT1H")
    assert (readings["at"].dt.minute == 0).all()
    assert (readings.loc[~hourly, "at"].dt.hour == 16).all()  # 16:00 UTC is midnight in Shanghai


def test_days_have_a_rhythm(readings: pd.DataFrame) -> None:
    load = readings[readings["indicator"] == "power_load_mw"]
    by_hour = load.groupby((load["at"].dt.hour + 8) % 24)["value"].mean()
    assert by_hour[20] > 1.3 * by_hour[4]


def test_rain_slows_the_roads_and_cleans_the_air(readings: pd.DataFrame) -> None:
    wide = readings[readings["indicator"].isin(["rain_mm_h", "pm25"])].pivot_table(
        index=["unit_code", "at"], columns="indicator", values="value")
    smog_free = wide[wide.index.get_level_values("at") > pd.Timestamp(UNTIL) - pd.Timedelta(hours=62)]
    assert smog_free.loc[smog_free["rain_mm_h"] > 8, "pm25"].mean() < smog_free.loc[
        smog_free["rain_mm_h"] == 0, "pm25"].mean()


def test_every_incident_shows_in_the_readings(small: Written, readings: pd.DataFrame) -> None:
    truth = json.loads((small.folder / "incidents.json").read_text(encoding="utf-8"))
    keyed = readings.set_index(["indicator", "unit_code"]).sort_index()
    for incident in truth["incidents"]:
        effect = incident["effects"][0]
        if effect["unit_code"] == "990100" or incident["kind"] == "flu_wave":
            continue
        mine = keyed.loc[(effect["indicator"], effect["unit_code"])]
        value = mine["value"] / mine["weight"].where(mine["weight"] > 0, 1).fillna(1)
        inside = (mine["at"] >= incident["from"]) & (mine["at"] < incident["to"])
        assert inside.any(), incident["kind"]
        gap = abs(value[inside].mean() - value[~inside].mean())
        assert gap > 0.2 * abs(value[~inside].mean()), incident["kind"]


def test_the_feed_goes_on_where_the_history_stopped(small: Written, tmp_path: Path) -> None:
    longer = {h.file.name: h.file for h in write(tmp_path / "longer", "small", 7, UNTIL)}
    assert longer
    ticks = feed(tmp_path / "longer", "small", 7)
    for number in range(1, 8):
        hand_ins = next(ticks)
        frame = pd.concat([pd.read_parquet(h.file) for h in hand_ins if h.dataset == "reading"])
        at = pd.Timestamp(UNTIL + timedelta(hours=number))
        names = set(frame.loc[frame["at"] == at, "indicator"])
        assert {"temperature_c", "power_load_mw", "crowd_density", "aqi"} <= names
        is_day_end = (at.hour + 8 + 1) % 24 == 0
        assert ("energy_use_kwh" in set(frame["indicator"])) == is_day_end
        assert any(h.dataset == "flow" for h in hand_ins)


def test_the_feed_reports_what_a_later_history_would(tmp_path: Path) -> None:
    list(write(tmp_path, "small", 7, UNTIL))
    again = next(feed(tmp_path / "again", "small", 7, since=UNTIL - timedelta(hours=1), anchor=UNTIL))
    fed = pd.concat([pd.read_parquet(h.file) for h in again if h.dataset == "reading"])
    kept = pd.concat([pd.read_parquet(f) for f in tmp_path.glob("reading_*.parquet")])
    both = fed.astype({"unit_code": str, "indicator": str}).merge(
        kept.astype({"unit_code": str, "indicator": str}), on=["unit_code", "indicator", "at"], suffixes=("", "_kept"))
    assert len(both) == len(fed)
    assert np.allclose(both["value"], both["value_kept"])


def test_flows_join_known_streets(small: Written) -> None:
    flows, units = small.frame("flow"), small.frame("unit", ["code", "level"])
    streets = set(units.loc[units["level"] == "street", "code"])
    assert set(flows["origin_code"]) | set(flows["destination_code"]) <= streets
    assert (flows["count"] > 0).all()
    assert (flows["origin_code"].astype(str) != flows["destination_code"].astype(str)).all()
