"""What `run.py forecast` does: anybody's series in, forecasts with bands out, scored where the truth is in the file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from app.errors import BadInput
from app.forecast import files
from app.forecast.backtest import Score
from app.forecast.cadence import cadence
from app.forecast.frame import Panel, stamps, to_panel
from app.forecast.rolling import Run, roll
from app.forecast.spec import Spec


def answer(asked: argparse.Namespace) -> int:
    """Forecast, write, and print what the forecasts were worth."""
    begun = time.process_time()
    frame = files.table(Path(asked.series))
    low = 0.0 if asked.low is None and files.is_never_negative(frame) else asked.low
    spec = Spec(asked.horizon, asked.freq, asked.timezone, low, asked.high, asked.count, mode=asked.mode)
    panel = read(frame, spec, asked)
    ends = cutoffs(panel, spec, asked.cutoffs)
    found = roll(panel, spec, ends, asked.model, lambda text: print(text, flush=True))
    files.write(files.as_given(found.frame(panel), frame["ds"], spec.timezone), Path(asked.out))
    print(report(panel, found))
    print(f"{asked.out}: {panel.n} series × {ends.size} cutoffs × {spec.horizon} steps, {time.process_time() - begun:.1f} CPU-s")
    return 0


def read(frame: pd.DataFrame, spec: Spec, asked: argparse.Namespace) -> Panel:
    """The panel of a file of series, with its factors and neighbours. Raises BadInput naming the line."""
    try:
        panel = to_panel(frame, spec)
    except BadInput as error:
        raise files.placed(error, Path(asked.series)) from error
    if not np.isfinite(panel.y).any():
        raise BadInput("No row has a value", "Give a file with values in y", file=asked.series)
    if asked.covariates:
        panel = files.with_factors(panel, spec, Path(asked.covariates), [name for name in asked.known_ahead.split(",") if name])
    if asked.neighbours:
        panel = files.with_neighbours(panel, Path(asked.neighbours))
    return panel


def cutoffs(panel: Panel, spec: Spec, text: str) -> np.ndarray:
    """How many steps are known at each moment that is forecast from, rising [k]."""
    if not text:
        return np.array([panel.t])
    if text.startswith("every:"):
        stride = text.removeprefix("every:")
        if not stride.isdigit() or int(stride) < 1:
            raise BadInput("This is no spacing of cutoffs", "Write every:24", value=text)
        first = max(2, panel.t - max(panel.t // 5, spec.horizon))
        found = np.arange(first, panel.t - spec.horizon + 1, int(stride))
        if found.size == 0:
            raise BadInput("The history is too short for a cutoff with a whole horizon after it", "Give a shorter horizon, or leave --cutoffs out",
                           steps=panel.t, horizon=spec.horizon)
        return found
    frame = files.table(Path(text), needs=())
    column = frame["cutoff"] if "cutoff" in frame.columns else pd.Series([frame.columns[0], *frame.iloc[:, 0]])
    try:
        times = np.unique(stamps(column, spec.timezone))
    except BadInput as error:
        raise files.placed(error, Path(text)) from error
    ends = np.searchsorted(panel.times, times, side="right")
    if (ends < 1).any():
        raise BadInput("A cutoff lies before the first row", "Give moments inside the series", file=text, cutoff=np.datetime64(int(times[0]), "s"))
    return np.unique(ends)


def report(panel: Panel, found: Run) -> str:
    """What the forecasts were worth, as a table; a sentence where the file does not hold the truth."""
    if found.scores is None:
        return "The file holds no truth after the cutoffs: nothing to score. " + " ".join(f"{word}." for word in found.said)
    horizon = found.spec.horizon
    steps = sorted({0, 1, *(max(1, horizon * part // 4) for part in (1, 2, 3, 4))})
    lines = [f"{'model':16}{'step':>6}{'MAE':>12}{'RMSE':>12}{'vs seasonal':>13}{'vs last':>10}" +
             "".join(f"{f'in {100 * level:g} %':>10}" for level in found.spec.levels) + f"{'n':>10}"]
    for name in found.scores.models:
        rows = [found.scores.of(name, step) for step in steps]
        lines += [_line(row, found.spec) for row in rows if row is not None]
    lines.append(f"steps of {cadence(panel.cadence).iso}; skill = 1 - RMSE ÷ RMSE of the naive forecast (seasonal: the better of daily and weekly)")
    ours = found.scores.of(found.label)
    if ours is not None and ours.skill_seasonal <= 0:
        lines.append("This forecast does not beat the seasonal naive one on these cutoffs.")
    lines += [f"{word}." for word in found.said]
    return "\n".join(lines)


def _line(row: Score, spec: Spec) -> str:
    """A row of the table."""
    shares = "".join(f"{100 * row.coverage[level]:8.1f} %" if level in row.coverage else f"{'':10}" for level in spec.levels)
    skills = f"{100 * row.skill_seasonal:11.1f} %{100 * row.skill_persistence:8.1f} %"
    return f"{row.model:16}{row.horizon or 'all':>6}{row.mae:12.4g}{row.rmse:12.4g}{skills}{shares}{row.n:10}"
