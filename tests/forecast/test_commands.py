"""`run.py forecast`: files in, files out, and errors that name the place."""

import re

import numpy as np
import pandas as pd
import pytest

from run import main
from tests.forecast.series import panel

COLUMNS = ["unit_id", "ds", "cutoff", "model", "y_hat", "lo80", "hi80", "lo90", "hi90"]


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """Three series of four weeks as CSV, local times."""
    some = panel(3, 28)
    local = pd.to_datetime(some.times, unit="s").tz_localize("UTC").tz_convert("Asia/Shanghai").tz_localize(None)
    frame = pd.DataFrame({"unit_id": np.repeat(some.ids, some.t), "ds": np.tile(local, 3), "y": some.y.ravel()})
    path = tmp_path_factory.mktemp("series") / "series.csv"
    frame.to_csv(path, index=False)
    return path


def ask(*more):
    return main(["forecast", *map(str, more)])


def test_forecasts_after_cutoffs_are_written_and_scored(series, tmp_path, capsys):
    near = tmp_path / "near.csv"
    near.write_text("unit_id,neighbour,weight\nu1,u0,1\nu2,u1,0.5\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert ask(series, "--horizon", 6, "--freq", "h", "--mode", "instant", "--timezone", "Asia/Shanghai", "--neighbours", near,
               "--cutoffs", "every:24", "--out", out) == 0
    found = pd.read_csv(out, parse_dates=["ds", "cutoff"])
    assert list(found.columns) == COLUMNS and (found["ds"] > found["cutoff"]).all() and found["y_hat"].notna().all()
    truth = pd.read_csv(series, parse_dates=["ds"])
    both = found.merge(truth, on=["unit_id", "ds"])
    assert len(both) == len(found) and (both["y_hat"] - both["y"]).abs().mean() < 0.3 * truth["y"].std()
    said = capsys.readouterr().out
    assert "weekly" in said and "persistence" in said and "vs seasonal" in said and "CPU-s" in said


def test_what_comes_after_a_cutoff_changes_nothing(series, tmp_path):
    frame = pd.read_csv(series, parse_dates=["ds"])
    cutoff = frame["ds"].sort_values().iloc[1_500]
    moment = tmp_path / "cutoffs.txt"
    moment.write_text(f"{cutoff}\n", encoding="utf-8")
    sky = frame[["ds"]].drop_duplicates().assign(sky=1.0)
    found = []
    for name, change in (("a", 1.0), ("b", 50.0)):
        later = frame["ds"] > cutoff
        frame.assign(y=frame["y"].where(~later, frame["y"] * change)).to_parquet(tmp_path / f"{name}.parquet")
        sky.assign(sky=np.where(sky["ds"] > cutoff, change, np.arange(len(sky)) % 7)).to_csv(tmp_path / f"{name}_sky.csv", index=False)
        assert ask(tmp_path / f"{name}.parquet", "--horizon", 6, "--freq", "PT1H", "--model", "ridge", "--covariates", tmp_path / f"{name}_sky.csv",
                   "--cutoffs", moment, "--out", tmp_path / f"{name}.out.parquet") == 0
        found.append(pd.read_parquet(tmp_path / f"{name}.out.parquet"))
    pd.testing.assert_frame_equal(*found)
    assert (found[0]["cutoff"] == cutoff).all()


def test_without_cutoffs_the_future_is_forecast(series, tmp_path, capsys):
    out = tmp_path / "out.parquet"
    assert ask(series, "--horizon", 3, "--freq", "h", "--model", "slot_mean", "--out", out) == 0
    assert len(pd.read_parquet(out)) == 9 and "no truth" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "more", "said"), [
    ("unit_id,ds,value\na,2026-01-01,1\n", (), "Columns are missing: y"), ("", (), "file is empty"), ("unit_id,ds,y\n", (), "no rows"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,yesterday,2\n", (), "time cannot be read.*line 3"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 00:00,2\n", (), "two rows at one time.*line 3"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,one\n", (), "no number.*line 3"),
    ("unit_id,ds,y\na,2026-01-01 00:00,\na,2026-01-01 01:00,\n", (), "No row has a value"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,2\n", ("--horizon", 0), "at least one step"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,2\n", ("--freq", "often"), "no cadence"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,2\n", ("--model", "oracle"), "no such model"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,2\n", ("--cutoffs", "every:x"), "no spacing"),
    ("unit_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,2\n", ("--cutoffs", "every:1"), "too short")])
def test_what_is_wrong_is_said_in_a_line(tmp_path, capsys, text, more, said):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    options = {"--horizon": 3, "--freq": "h", "--out": tmp_path / "out.csv"} | dict(zip(more[::2], more[1::2], strict=True))
    assert ask(path, *[part for pair in options.items() for part in pair]) == 1
    error = capsys.readouterr().err
    assert re.search(said, error), error


def test_an_unknown_neighbour_is_named(series, tmp_path, capsys):
    near = tmp_path / "near.csv"
    near.write_text("unit_id,neighbour\nu1,u9\n", encoding="utf-8")
    assert ask(series, "--horizon", 3, "--freq", "h", "--neighbours", near, "--out", tmp_path / "o.csv") == 1
    assert "unit u9" in capsys.readouterr().err
