"""Alert rules: how many pairs of unit and rule a second, and how well they find what happened.

Scored on the planted incidents of the demo city (the rules of the registry, a week replayed step by step) and on the labelled
windows of nab-monitoring (one rule of the learnt kind on every series, nothing tuned to any). An incident is found where an
alert on one of its indicators is raised at its unit, above or below it, from its start until two days after its end (a
day's figures are known at the day's end, a slow sign's a day later). A group of alerts that belongs to no incident is false.
The rules were written knowing the demo city of the usual seed; the cities of HELD_OUT were made for this score alone, and no rule
may be changed for them: theirs are the figures to believe.
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from app.alerts.city_watch import CityWatch
from app.alerts.rules import Rule, rule_of
from app.alerts.track import Track, reading_of
from app.alerts.watch import REPLAY_S, Watch
from app.indicators.cube import length_of
from app.system import System
from benchmarks import Row
from benchmarks._city import demo

SHARED = Path(os.environ.get("CHENGSHU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "nab-monitoring"
PAIRS = 10_000
HELD_OUT = (1009, 2003, 3001)      # seeds of demo cities that nobody looked at when the rules were written
NAB_RULE = {"id": "nab", "indicator": "power_load_mw", "level": "street", "yellow": "abs(score) >= 8", "duration": "PT15M", "hysteresis": "3"}


def measure(size: str = "") -> list[Row]:
    """On the demo city (`size` small, city) and on the real series, where they lie."""
    size = size or "city"
    system = demo(size)
    system.warm("demo")
    rows = [_speed(system, size), *_incidents(system, f"demo {size}, seed known to the rules, 7 days")]
    if SHARED.is_dir():
        rows += _nab(system)
    system.close()
    return rows + _held_out(size)


def _held_out(size: str) -> list[Row]:
    """The score on cities that the rules were not written for, one by one and together."""
    rows, every = [], []
    for seed in HELD_OUT:
        system = demo(size, seed)
        system.warm("demo")
        mine = _incidents(system, f"demo {size}, held-out seed {seed}, 7 days", is_held_out=True)
        system.close()
        rows += mine
        every.append((mine[0].measured, int(mine[0].unit.split()[-1]), mine[1].measured))
    found, planted = sum(one[0] for one in every), sum(one[1] for one in every)
    rows.append(Row("planted incidents found, held out", f"demo {size}, {len(HELD_OUT)} seeds", found, f"of {planted}",
                    note=f"{100 * found / planted:.0f} %; {np.mean([one[2] for one in every]):.1f} unexplained groups a day"))
    return rows


def _speed(system: System, size: str) -> Row:
    values, pairs, spent = system.values("demo"), 0, 0.0
    for rule in system.alerts.rules.of(None):
        cube = values.cube(rule.indicator)
        if rule.oldest is not None or cube.times.size == 0:
            continue
        track = Track(rule, cube.hierarchy.sizes[rule.level], cube.indicator.cadence)
        started = time.perf_counter()
        for row in range(max(0, cube.times.size - 24), cube.times.size):
            track.step(int(cube.times[row]), reading_of(rule, cube, row, {}))
            pairs += track.at.size
        spent += time.perf_counter() - started
    return Row("unit × rule pairs judged", f"demo {size}, {len(system.alerts.rules.rules)} rules, 24 steps", pairs / spent, "pairs/s", limit=PAIRS,
               more_is_better=True, note=f"{pairs} pairs, bands learnt anew at every step")


def _incidents(system: System, data: str, is_held_out: bool = False) -> list[Row]:
    with system.db.write() as cursor:           # the benchmark's own copy of the city
        for table in ("alert", "alert_event", "alert_mark", "alert_push"):
            cursor.execute(f"delete from mgmt.{table}")
    system.alerts = Watch(system)
    started = time.perf_counter()
    CityWatch(system, "demo", system.alerts.rules).judge(None, REPLAY_S)
    spent = time.perf_counter() - started
    told = json.loads((system.settings.home / "demo" / "incidents.json").read_text(encoding="utf-8"))["incidents"]
    alerts = system.db.rows("select * from mgmt.alert order by alert")
    delays, belongs = {}, set()
    for one in told:
        since, until = (datetime.fromisoformat(one[name]).timestamp() for name in ("from", "to"))
        within = [row for row in alerts if row["indicator"] in one["indicators"] and since <= row["raised_at"] <= until + 2 * 86_400]
        mine = [row for row in within if _near(row, one)]
        belongs |= {row["group_no"] for row in mine}
        if mine:
            delays[one["id"]] = (min(row["raised_at"] for row in mine) - since) / 3600
    groups = {row["group_no"] for row in alerts}
    missed = [one["kind"] for one in told if one["id"] not in delays]
    days = REPLAY_S / 86_400
    return [
        Row("planted incidents found", data, len(delays), "of " + str(len(told)), limit=None if is_held_out else len(told), more_is_better=True,
            note=f"missed: {', '.join(missed) or 'none'}"),
        Row("groups of alerts that no incident explains", data, (len(groups) - len(belongs)) / days, "a day",
            note=f"{len(alerts)} alerts in {len(groups)} groups; the week has a real storm: rain, rivers, standing water"),
        Row("delay from an incident's start", data, float(np.median(list(delays.values()))) if delays else float("nan"), "h, median",
            note=", ".join(f"{name} {delay:.0f}" for name, delay in delays.items())),
        Row("a week replayed", data, spent * 1000, "ms"),
    ]


def _near(row: dict[str, Any], incident: dict[str, Any]) -> bool:
    here, there = (code[:4] if code.endswith("00") and len(code) == 6 else code for code in (row["code"], incident["unit_code"]))
    return here.startswith(there) or there.startswith(here)


def _nab(system: System) -> list[Row]:
    rule = rule_of(NAB_RULE, system.indicators)
    windows = json.loads((SHARED / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    found = missed = false = 0
    days, delays, steps, spent = 0.0, [], 0, 0.0
    per: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for file in sorted((SHARED / "data").glob("*/*.csv")):
        name = f"{file.parent.name}/{file.name}"
        times, values = _series(file)
        spans = [[_epoch(edge) for edge in span] for span in windows.get(name, [])]
        started = time.perf_counter()
        raised = _raised(rule, times, values)
        spent, steps = spent + time.perf_counter() - started, steps + times.size
        days += (times[-1] - times[0]) / 86_400
        for since, until in spans:
            inside = [at for at in raised if since <= at <= until]
            found, missed = found + bool(inside), missed + (not inside)
            per[name][0 if inside else 1] += 1
            if inside:
                delays.append((inside[0] - since) / 3600)
        wrong = [at for at in raised if not any(since <= at <= until for since, until in spans)]
        false += len(wrong)
        per[name][2] += len(wrong)
    return [
        Row("labelled windows found", "nab-monitoring, one learnt rule", found, f"of {found + missed}", note=f"{missed} missed; {len(per)} series"),
        Row("alerts outside every window", "nab-monitoring, one learnt rule", false / days, "a day and series",
            note=f"{false} in {days:.0f} days of series"),
        Row("delay from a window's start", "nab-monitoring, one learnt rule", float(np.median(delays)) if delays else float("nan"), "h, median"),
        Row("steps of one series judged", "nab-monitoring, one learnt rule", steps / spent, "steps/s"),
    ]


def _raised(rule: Rule, times: np.ndarray, values: np.ndarray) -> list[int]:
    """When the rule was raised on one series."""
    seconds = length_of("PT5M")
    indicator = SimpleNamespace(cadence="PT5M", decimals=3, rollup="weighted_mean", thresholds=(), direction="band")
    cube: Any = SimpleNamespace(times=times, indicator=indicator, timezone="UTC", expected=None, ahead=None,
                                hierarchy=SimpleNamespace(sizes={"street": 1}),
                                values=lambda _level, row: values[row : row + 1],
                                steps=lambda _level, rows, _units=None: values[rows][:, None])
    track, found = Track(rule, 1, "PT5M"), []
    for row in range(1, times.size):
        if track.step(int(times[row]), reading_of(rule, cube, row, {})).raised.size and (not found or times[row] - found[-1] > 72 * seconds):
            found.append(int(times[row]))
    return found


def _series(file: Path) -> tuple[np.ndarray, np.ndarray]:
    with file.open(encoding="utf-8", newline="") as text:
        rows = [(_epoch(row["timestamp"]) // 300 * 300, float(row["value"])) for row in csv.DictReader(text)]
    times, where = np.unique(np.asarray([at for at, _ in rows], np.int64), return_index=True)
    return times, np.asarray([value for _, value in rows])[where]


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
