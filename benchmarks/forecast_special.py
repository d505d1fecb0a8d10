"""What the special forecasters are worth on real data they did not learn from: each beside the naive way, in the same run.

Protocol: what is learnt or chosen ends before what is judged. Population: known in 2000, judged in 2020 (constants were
chosen on 1980 to 2000). Power: the first half teaches, the second is judged. Crowd: 20 days teach, 5 are judged. Popularity:
topics until August 2025 teach, later ones are judged.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io

from app.forecast import backtest
from app.forecast.frame import Panel
from app.forecast.models import crowd, ridge
from app.forecast.popularity import fit, predict, szabo_huberman
from app.forecast.population import advance, forecast
from app.forecast.power import exceedance, step_correlation
from app.forecast.spec import Spec
from app.forecast.vital_rates import History, Rates, profile
from benchmarks import Row, cpu_seconds
from tests.forecast.weibo import topics
from tests.forecast.wpp import Wpp

DATA = Path(os.environ.get("CHENGSHU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
CHINA = 156


def measure(size: str = "") -> list[Row]:
    """`size` names one part alone: population, power, crowd, popularity."""
    parts = {"population": _population, "power": _power, "crowd": _crowd, "popularity": _popularity}
    rows = []
    for name, part in parts.items():
        if size in ("", name):
            start = cpu_seconds()
            rows += part()
            rows.append(Row(f"{name}: all of it", "", cpu_seconds() - start, unit="CPU-s"))
    return rows


def _as_today(history: History, steps: int) -> np.ndarray:
    """The naive way: today's rates and number of migrants for ever."""
    people = history.population[-1]
    for _ in range(steps):
        people = advance(people, Rates(history.mortality[-1], history.fertility[-1], history.sex_ratio[-1],
                                       history.migration[-1] * profile(people.shape[-1]))).population
    return people


def _population() -> list[Row]:
    wpp, rows = Wpp(DATA / "pop-wpp2019"), []
    codes = [c for c in wpp.countries if wpp.people(c, 2000).sum() > 1000]
    for since in (1990, 2000):
        steps, ours, naive, still, inside, total, total_naive, china = (2020 - since) // 5, [], [], [], [], [], [], (0.0, 0.0)
        for code in codes:
            history, true = wpp.history(code, since), wpp.people(code, 2020)
            told, flat = forecast(history, steps, 100), _as_today(history, steps)
            off = [np.abs(x - true).sum() / true.sum() for x in (told.draws[0, -1, 0], flat, history.population[-1])]
            for kept, one in zip((ours, naive, still), off, strict=True):
                kept.append(100 * one)
            total.append(100 * abs(told.draws[0, -1, 0].sum() / true.sum() - 1))
            total_naive.append(100 * abs(flat.sum() / true.sum() - 1))
            low, high = told.band(0.9)
            inside.append(low[-1, 0] <= true.sum() <= high[-1, 0])
            china = (ours[-1], naive[-1]) if code == CHINA else china
        label = f"{len(codes)} countries, {since} to 2020"
        rows += [
            Row("population: people in the wrong age and sex", label, float(np.mean(ours)), unit="%", limit=float(np.mean(naive)),
                against="today's rates", note=f"{np.mean(naive):.1f} %; nothing changes {np.mean(still):.1f} %; median {np.median(ours):.1f} against "
                f"{np.median(naive):.1f} %; China {china[0]:.1f} against {china[1]:.1f} %"),
            Row("population: error of the total", label, float(np.mean(total)), unit="%", limit=float(np.mean(total_naive)), against="today's rates",
                note=f"{np.mean(total_naive):.1f} %"),
            Row("population: totals inside the 90 % band", label, 100 * float(np.mean(inside)), unit="%", note="90 % promised")]
    return rows


def _loads() -> dict[str, np.ndarray]:
    city = pd.read_csv(DATA / "ts-tetouan-power" / "tetuan_power_to_nov.csv").iloc[:, -1].to_numpy(np.float64)
    return {"ETTh1 HUFL": pd.read_csv(DATA / "ts-etth-transformer" / "ETTh1.csv")["HUFL"].to_numpy(),
            "Tetouan": city[: len(city) // 6 * 6].reshape(-1, 6).mean(axis=1)}


def _power() -> list[Row]:
    rows = []
    for name, y in _loads().items():
        panel = Panel(("load",), np.arange(len(y)) * 3600, y[None], "PT1H")
        spec, half = Spec(24, "h"), len(y) // 2
        fitted = ridge.fit(panel.until(half // 2, 24), spec)
        ends = np.arange(half // 2, panel.t - 24, 7)
        path = ridge.paths(fitted, panel, ends, 24)
        reach = backtest.follow(fitted, panel, ends, path, len(ends) // 3)[1][:, :, :, 0]         # [moment, level, side, step]
        true, late = backtest.truths(panel, ends, 24)[:, 0], ends >= half
        rho = step_correlation((true - path[:, 0])[~late & (ends + 24 < half)])
        (lo8, hi8), (lo9, hi9) = path[late, 0] + reach[late].transpose(1, 2, 0, 3)
        capacity = float(np.quantile(y[:half], 0.9))
        told, apart = (exceedance(path[late, 0], lo9, hi9, capacity, lo8, hi8, rho=r) for r in (rho, None))
        happened = true[late] > capacity
        usual = np.array([np.mean(y[:half][h::24] > capacity) for h in range(24)])[(ends[late][:, None] + np.arange(24)) % 24]
        brier, naive = np.mean((told.each - happened) ** 2), np.mean((usual - happened) ** 2)
        bins = np.digitize(told.each, (0.1, 0.4, 0.7))
        off = max(abs(told.each[bins == b].mean() - happened[bins == b].mean()) for b in range(4) if (bins == b).sum() > 50)
        once = happened.any(axis=1)
        label = f"{name}, {late.sum()} days ahead"
        rows += [Row("power: Brier score of exceeding at a step", label, float(brier), unit="", limit=float(naive), against="climatology of the hour",
                     note=f"{naive:.3f}; exceeded {happened.mean():.1%}, said {told.each.mean():.1%}; furthest of four bins {off:.2f}"),
                 Row("power: Brier score of exceeding at any step", label, float(np.mean((told.any - once) ** 2)), unit="",
                     limit=float(once.mean() * (1 - once.mean())), against="always the frequency",
                     note=f"happened {once.mean():.1%}, said {told.any.mean():.1%}, bound {apart.any.mean():.1%}; rho {rho:.2f}")]
    return rows


def _crowd() -> list[Row]:
    cube = scipy.io.loadmat(DATA / "ts-hangzhou-metro" / "tensor.mat")["tensor"].astype(np.float64)
    hours = cube.reshape(80, 25, 18, 6).sum(axis=3).reshape(80, -1)
    beijing = np.loadtxt(DATA / "ts-beijing-metro" / "in_10min_days1-20.csv", delimiter=",")[::4, 0:2160]
    rows = []
    for name, y, slots, week, horizon in (("Hangzhou metro, hourly", hours, 18, 126, 18), ("Beijing metro, 10 min", beijing, 108, 540, 6)):
        panel = Panel(tuple(map(str, range(len(y)))), np.arange(y.shape[1]) * (3600 if slots == 18 else 600), y, "PT1H" if slots == 18 else "PT10M")
        spec, first = Spec(horizon, panel.cadence, is_count=True, seasons=(slots, week)), y.shape[1] // 5 * 4
        ends = np.arange(first, panel.t - horizon + 1, 7)
        true = backtest.truths(panel, ends, horizon)
        found = {"naive " + n: p for n, p in backtest.naives(panel, spec, ends, horizon).items()}
        naive = min(np.sqrt(np.mean((p - true) ** 2)) for p in found.values())
        for model in (ridge, crowd):
            found[model.NAME] = np.maximum(model.paths(model.fit(panel.until(first, horizon), spec), panel, ends, horizon), 0)
        rows += [Row(f"crowd: RMSE of {n}", f"{name}, {len(y)} stations, {horizon} steps", float(np.sqrt(np.mean((p - true) ** 2))), unit="",
                     limit=None if n.startswith("naive") else float(naive), against="" if n.startswith("naive") else "the best naive",
                     note=f"MAE {np.mean(np.abs(p - true)):.1f}") for n, p in found.items()]
    return rows


def _popularity() -> list[Row]:
    teach, test = topics(DATA / "weibo-hot")
    learnt, rows = fit(teach.seen, teach.counts, teach.start), []
    for k in (3, 6):
        now, true = test.seen + test.counts[:, :k].sum(axis=1), test.seen + test.counts.sum(axis=1)
        factor = np.exp(np.mean(np.log((teach.seen + teach.counts.sum(axis=1)) / (teach.seen + teach.counts[:, :k].sum(axis=1)))))
        told = predict(learnt, test.seen, test.counts[:, :k], test.start)
        sizes = {"last value": now, "last value × constant": now * factor,
                 "Szabo–Huberman": szabo_huberman(learnt, test.seen, test.counts[:, :k], test.start)[0], "self-exciting": told.size}
        worst = float(np.mean(np.abs(sizes["last value × constant"] / true - 1)))
        label = f"{len(true)} topics, hour {k} to {learnt.hours}"
        rows += [Row(f"popularity: size, mean error of {n}", label, 100 * float(np.mean(np.abs(s / true - 1))), unit="%",
                     limit=100 * worst if n in ("Szabo–Huberman", "self-exciting") else None, against="last value × constant",
                     note=f"median {100 * np.median(np.abs(s / true - 1)):.1f} %") for n, s in sizes.items()]
        peak, so_far = test.counts.argmax(axis=1), test.counts[:, :k].argmax(axis=1)
        inside = [np.mean((x >= low) & (x <= high)) for x, (low, high) in ((true, told.bands[0.9]), (peak, told.peak_bands[0.9]))]
        rows += [Row("popularity: hour of the peak, mean error", label, float(np.mean(np.abs(told.peak - peak))), unit="h",
                     limit=float(np.mean(np.abs(so_far - peak))), against="the peak so far"),
                 Row("popularity: sizes inside the 90 % band", label, 100 * float(inside[0]), unit="%", note=f"peaks {100 * inside[1]:.1f} %")]
    return rows
