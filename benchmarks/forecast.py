"""How good forecasts are, on real series: skill over the naive ones, coverage of the bands, and what a fit costs.

Protocols are fixed here: models, penalties and weights are chosen on what comes before the test part (the engine's own validation), the
test part is forecast once, from every moment of it (or every third, fifth, so that a run stays short), and naive rows are always shown.
Sizes: a set's name (los, ett, hangzhou, beijing, tetouan, water, air, speed), or nothing for all of them.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from app.forecast.backtest import Scoreboard, naives
from app.forecast.engine import choose, predict_from
from app.forecast.frame import Panel
from app.forecast.model import named
from app.forecast.rolling import roll
from app.forecast.spec import Spec
from benchmarks import Row, cpu_seconds
from benchmarks._series import FOLDER, SETS, Set, etth1, grid

ETT = {96: 0.365, 192: 0.405, 336: 0.425, 720: 0.430}           # published linear and patch models: .37/.41/.42/.45
LOS = {3: 0.15, 12: 0.25}                                       # below persistence, RMSE at the horizon
STRIDES = {"los": 1, "hangzhou": 1, "beijing": 1, "tetouan": 1, "water": 3, "air": 5}
SKILL = 0.15
COVER = 2.0                                                     # points that 90 % bands may be off, at every horizon


def measure(size: str) -> list[Row]:
    """Rows of the sets asked for; a set that is not on this machine says so."""
    rows: list[Row] = []
    for name in [size] if size else [*SETS, "ett", "speed"]:
        try:
            rows += _speed() if name == "speed" else _ett() if name == "ett" else _set(name)
        except FileNotFoundError as error:
            rows.append(Row(f"{name}: not measured", "", float("nan"), note=f"no data: {error.filename or FOLDER}"))
    return rows


def _set(name: str) -> list[Row]:
    """The automatic choice along the test part of one set, beside the naive forecasts."""
    one = SETS[name]()
    first = one.test + (12 if name == "los" else 0)
    ends = np.arange(first, one.panel.t - one.spec.horizon + 1, STRIDES[name])
    begun = cpu_seconds()
    run = roll(one.panel, one.spec, ends)
    spent = cpu_seconds() - begun
    assert run.scores is not None
    data = f"{one.panel.n} series, {ends.size} moments × {one.spec.horizon}"
    chosen = ", ".join(dict.fromkeys(run.models))
    rows = _naive_rows(one, run.scores, data)
    pooled = run.scores.of("auto")
    assert pooled is not None
    rows.append(Row(f"{one.name}: auto, pooled RMSE", data, pooled.rmse, "", note=f"MAE {pooled.mae:.4g}; {chosen}; {spent:.0f} CPU-s"))
    if name == "los":
        rows += _los(one, run.scores, data, spent)
    else:
        rows.append(Row(f"{one.name}: skill over the better naive", data, 100 * pooled.skill_seasonal, "%", limit=100 * SKILL, more_is_better=True))
    steps = sorted({1, *(max(1, one.spec.horizon * part // 4) for part in (1, 2, 3, 4))})
    for step in steps:
        at = run.scores.of("auto", step)
        assert at is not None
        rows.append(Row(f"{one.name}: at step {step}, RMSE", data, at.rmse, "", note=f"skill {100 * at.skill_seasonal:.1f} % over seasonal, "
                        f"{100 * at.skill_persistence:.1f} % over persistence; 80 % bands hold {100 * at.coverage[0.8]:.1f} %, "
                        f"90 % bands {100 * at.coverage[0.9]:.1f} %"))
    cover = np.array([100 * score.coverage[0.9] for step in range(1, one.spec.horizon + 1) if (score := run.scores.of("auto", step)) and score.n])
    worst = float(np.abs(cover - 90).max())
    rows.append(Row(f"{one.name}: 90 % bands, farthest from 90 at a step", data, worst, "pt", limit=COVER,
                    note="by step: " + " ".join(f"{share:.1f}" for share in cover)))
    return rows


def _naive_rows(one: Set, scores: Scoreboard, data: str) -> list[Row]:
    """The naive forecasts, pooled."""
    found = []
    for name in scores.models:
        row = scores.of(name)
        if name != "auto" and row is not None:
            found.append(Row(f"{one.name}: {name} (naive), pooled RMSE", data, row.rmse, "", note=f"MAE {row.mae:.4g}"))
    return found


def _los(one: Set, scores: Scoreboard, data: str, spent: float) -> list[Row]:
    """Skill below persistence at 15 … 60 minutes, and what the fits cost."""
    rows = []
    for step in (3, 6, 9, 12):
        at = scores.of("auto", step)
        assert at is not None
        pooled = [scores.of(name, h) for name in ("auto", "persistence") for h in range(1, step + 1)]
        roots = [float(np.sqrt(np.mean([row.rmse**2 for row in part if row]))) for part in (pooled[:step], pooled[step:])]
        rows.append(Row(f"{one.name}: RMSE below persistence at {5 * step} min", data, 100 * at.skill_persistence, "%",
                        limit=100 * LOS[step] if step in LOS else None, more_is_better=True,
                        note=f"RMSE {at.rmse:.3f}, MAE {at.mae:.3f}; pooled over steps 1…{step} RMSE "
                        f"{roots[0]:.3f} against {roots[1]:.3f} ({100 * (1 - roots[0] / roots[1]):.1f} %)"))
    rows.append(Row(f"{one.name}: choice, fits and {scores.ends.size} forecasts", data, spent, "CPU-s", limit=120))
    begun = cpu_seconds()
    named("ridge").fit(one.panel.until(one.test), replace(one.spec, mode="instant"))
    rows.append(Row(f"{one.name}: fit in instant mode", data, cpu_seconds() - begun, "CPU-s", limit=2))
    return rows


def _ett() -> list[Row]:
    """ETTh1, all seven channels, standardised on the twelve months of training, one configuration; the mean over every test window."""
    one = etth1()
    train, module = 12 * 30 * 24, named("period_ridge")
    y = one.panel.y
    y = (y - y[:, :train].mean(axis=1, keepdims=True)) / y[:, :train].std(axis=1, keepdims=True)
    panel = replace(one.panel, y=y)
    rows = []
    for horizon, limit in ETT.items():
        spec = Spec(horizon, "PT1H")
        begun = cpu_seconds()
        fitted = module.fit(panel.until(train), spec)
        spent = cpu_seconds() - begun
        squares = dict.fromkeys(("ours", "persistence", "daily", "weekly"), 0.0)
        absolute, count = 0.0, 0
        for start in range(one.test, panel.t - horizon + 1, 240):
            ends = np.arange(start, min(start + 240, panel.t - horizon + 1))
            truth = panel.y[:, ends[:, None] + np.arange(horizon)].transpose(1, 0, 2)
            found = {"ours": module.paths(fitted, panel, ends, horizon), **naives(panel, spec, ends, horizon)}
            for name, y_hat in found.items():
                squares[name] += float(((y_hat - truth) ** 2).sum())
            absolute += float(np.abs(found["ours"] - truth).sum())
            count += truth.size
        data = f"7 channels × {panel.t - horizon + 1 - one.test} windows"
        rows += [Row(f"ETTh1: {name} (naive), MSE at {horizon}", data, squares[name] / count, "") for name in ("persistence", "daily", "weekly")]
        rows.append(Row(f"ETTh1: MSE at {horizon}", data, squares["ours"] / count, "", limit=limit,
                        note=f"MAE {absolute / count:.3f}; period_ridge, {spent:.1f} CPU-s"))
    for horizon in ETT:
        run = roll(panel, Spec(horizon, "PT1H"), np.arange(one.test, panel.t - horizon + 1, 5), "period_ridge")
        assert run.scores is not None
        cover = np.array([100 * row.coverage[0.9] for step in range(1, horizon + 1) if (row := run.scores.of("period_ridge", step))])
        rows.append(Row(f"ETTh1: 90 % bands at {horizon}, farthest from 90 at a step", f"7 channels × {run.ends.size} moments",
                        float(np.abs(cover - 90).max()), "pt", limit=COVER, note=f"{cover.min():.1f} … {cover.max():.1f}, mean {cover.mean():.1f}"))
    return rows


def _speed() -> list[Row]:
    """What a fit and a forecast of many hourly series cost in instant mode, and a forecast from a stored model."""
    rows = []
    panel = _many(200)
    spec = Spec(24, "PT1H", "Asia/Shanghai", mode="instant")
    begun = cpu_seconds()
    champion = choose(panel, spec)
    rows.append(Row("choice, fit, bands: instant mode", f"200 series × {panel.t} h", cpu_seconds() - begun, "CPU-s", limit=2, note=champion.model))
    spent = []
    for _ in range(7):
        start = time.perf_counter()
        predict_from(champion, panel)
        spent.append((time.perf_counter() - start) * 1000)
    rows.append(Row("forecast from the stored model, with drivers", f"200 series × {panel.t} h", float(np.median(spent)), "ms", limit=300))
    panel = _many(2_882, 28)
    spec = Spec(48, "PT1H", "Asia/Shanghai", mode="instant")
    begun, start = cpu_seconds(), time.perf_counter()
    predict_from(choose(panel, spec), panel)
    rows.append(Row("what somebody waits for who asks first: choice, fit, bands, 48 steps of a whole tower", f"{panel.n} series × {panel.t} h",
                    time.perf_counter() - start, "s", limit=2, note=f"{cpu_seconds() - begun:.2f} CPU-s"))
    for count, limit in ((10_000, 2.0), (100_000, 20.0)):
        panel = _many(count)
        spec = Spec(24, "PT1H", "Asia/Shanghai", mode="instant")
        begun = cpu_seconds()
        fitted = named("ridge").fit(panel, spec)
        named("ridge").paths(fitted, panel, np.array([panel.t]), 24)
        rows.append(Row("fit and 24 steps, instant mode (ridge)", f"{count} series × {panel.t} h", cpu_seconds() - begun, "CPU-s", limit=limit))
    return rows


def _many(count: int, days: int = 14) -> Panel:
    """Hourly series with a daily profile, a weekend and noise."""
    draw = np.random.default_rng(5)
    hours = np.arange(days * 24)
    profile = 10 + 5 * np.sin(2 * np.pi * (hours % 24 - 8) / 24) * np.where(hours // 24 % 7 < 5, 1.0, 0.5)
    y = draw.uniform(1, 10, (count, 1)) * profile + draw.normal(0, 1, (count, hours.size))
    return Panel(tuple(map(str, range(count))), grid("2026-03-02T00:00", hours.size, 3_600, "Asia/Shanghai"), y, "PT1H", "Asia/Shanghai")
