"""The panel, its grid of time and the long frame: what comes in, what is refused and where."""

import re

import numpy as np
import pandas as pd
import pytest

from app.errors import BadInput
from app.forecast.cadence import cadence, local
from app.forecast.frame import ALWAYS, Panel, ahead, to_frame, to_panel
from app.forecast.spec import Spec
from tests.forecast.series import START, panel, spec


def long(ids=("a", "b"), hours=30, start="2026-03-02"):
    times = pd.date_range(start, periods=hours, freq="h")
    return pd.DataFrame({"unit_id": np.repeat(list(ids), hours), "ds": np.tile(times, len(ids)), "y": np.arange(len(ids) * hours, dtype=float)})


@pytest.mark.parametrize(("text", "iso"), [("5min", "PT5M"), ("15T", "PT15M"), ("h", "PT1H"), ("1H", "PT1H"), ("D", "P1D"), ("W-MON", "P7D"),
                                           ("MS", "P1M"), ("ME", "P1M"), ("Q", "P3M"), ("Y", "P1Y"), ("PT90S", "PT90S"), ("P1W", "P7D"),
                                           ("P1Y", "P1Y"),
                                           ("30s", "PT30S")])
def test_a_cadence_is_read_in_either_spelling(text, iso):
    assert cadence(text).iso == iso


@pytest.mark.parametrize("text", ["", "often", "0h", "P", "PT", "-5min"])
def test_what_is_no_cadence_is_said(text):
    with pytest.raises(BadInput, match="no cadence"):
        cadence(text)


@pytest.mark.parametrize("wrong", [{"horizon": 0}, {"horizon": 3, "levels": (0.9, 0.8)}, {"horizon": 3, "low": 2.0, "high": 1.0},
                                   {"horizon": 3, "mode": "slow"},
                                   {"horizon": 3, "timezone": "Mars/Olympus"}, {"horizon": 3, "seasons": (168, 24)}])
def test_a_spec_refuses_what_makes_no_sense(wrong):
    with pytest.raises(BadInput):
        Spec(**{"cadence": "h"} | wrong)


def test_the_fast_way_and_the_general_way_agree():
    frame = long()
    plain, mixed = to_panel(frame, spec()), to_panel(frame.sample(frac=1, random_state=3), spec())
    order = [mixed.ids.index(name) for name in plain.ids]
    assert np.array_equal(plain.times, mixed.times) and np.array_equal(plain.y, mixed.y[order])
    assert plain.times[0] == START


def test_what_nobody_reported_is_a_gap():
    found = to_panel(long().drop(index=[3, 4, 40]), spec())
    assert np.isnan(found.y).sum() == 3 and np.isnan(found.y[0, 3:5]).all()


def test_a_panel_comes_back_as_a_long_frame():
    some = panel(2, 3)
    y_hat = np.arange(12.0).reshape(2, 6)
    times = ahead(some.times, some.cadence, some.timezone, 6)
    frame = to_frame(some, times, int(some.times[-1]), "ridge", y_hat, {0.8: (y_hat - 1, y_hat + 1), 0.9: (y_hat - 2, y_hat + 2)})
    assert list(frame.columns) == ["unit_id", "ds", "cutoff", "model", "y_hat", "lo80", "hi80", "lo90", "hi90"]
    assert frame["ds"].iloc[0] - frame["cutoff"].iloc[0] == pd.Timedelta("1h") and frame["y_hat"].tolist() == y_hat.ravel().tolist()


def test_days_follow_the_local_calendar_through_summer_time():
    step, zone = cadence("P1D"), "Europe/Rome"
    days = pd.date_range("2026-03-27", periods=3, freq="D")
    some = to_panel(pd.DataFrame({"unit_id": "a", "ds": days, "y": 1.0}), Spec(3, "D", zone))
    wall = local(np.r_[some.times, ahead(some.times, step.iso, zone, 3)], zone)
    assert (wall % 86_400 == 0).all() and np.diff(wall).tolist() == [86_400] * 5
    assert 82_800 in np.diff(np.r_[some.times, ahead(some.times, "P1D", zone, 3)])


def test_months_keep_their_day():
    frame = pd.DataFrame({"unit_id": "a", "ds": pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31"]), "y": [1.0, 2.0, 3.0]})
    some = to_panel(frame, Spec(2, "MS"))
    assert some.t == 3
    assert pd.to_datetime(ahead(some.times, "P1M", "UTC", 2), unit="s").strftime("%Y-%m-%d").tolist() == ["2026-04-30", "2026-05-31"]


@pytest.mark.parametrize(("change", "said"), [
    (lambda f: f.drop(columns="y"), "Columns are missing: y"), (lambda f: f.iloc[:0], "not a single row"),
    (lambda f: f.assign(y=["x", *f["y"].iloc[1:]]), "no number .row 0, column y"),
    (lambda f: f.assign(y=[*f["y"].iloc[:-1], np.inf]), "no number .row 59"),
    (lambda f: f.assign(ds=[*f["ds"].astype(str).iloc[:5], "soon", *f["ds"].astype(str).iloc[6:]]), "cannot be read .row 5, ds soon"),
    (lambda f: pd.concat([f, f.iloc[[7]]]), "two rows at one time .row 60, unit_id a"),
    (lambda f: f.assign(ds=f["ds"] + pd.to_timedelta([0] * 9 + [61] + [0] * 50, unit="s")), "not lie on the grid .row 9"),
    (lambda f: f.assign(unit_id=[None, *f["unit_id"].iloc[1:]]), "names no unit .row 0"),
    (lambda f: f.assign(ds=[pd.NaT, *f["ds"].iloc[1:]]), "no time .row 0")])
def test_what_is_wrong_names_its_row(change, said):
    with pytest.raises(BadInput) as error:
        to_panel(change(long()), spec())
    assert re.search(said, str(error.value)), str(error.value)


def test_a_factor_is_known_ahead_only_where_it_was_issued():
    some = panel(1, 4)
    values = np.arange(some.t + 6, dtype=float)
    told = Panel(some.ids, some.times, some.y, some.cadence, some.timezone, known={"plan": values, "sky": values, "run": values},
                 issued={"plan": ALWAYS, "run": int(some.times[-1])})
    early = told.until(50, 6)
    assert early.known["plan"].tolist() == values[:56].tolist()
    assert np.isnan(early.known["sky"][50:]).all() and np.isnan(early.known["run"][50:]).all()
    assert told.until(some.t, 6).known["run"].tolist() == values.tolist()
