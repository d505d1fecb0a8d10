"""What the pages of the operations centre take on the server: one person alone, and 32 at once while readings come in.

On the demo city with a quarter of a year of readings (benchmarks/_quarter.py). Nothing that is asked for is kept from before: every look is
at another unit. First each page in this process; then `run.py serve` as a process of its own, asked over keep-alive connections.
A person looks at what came for PAUSE seconds before they ask for the next: the load tests of web pages do so too (Locust, JMeter: think
time); the same without a pause is printed beside it, where the server is as busy as it can be and an answer takes 32 times its own work.
"""

from __future__ import annotations

import itertools
import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from app.access import EVERY_DEPARTMENT, Grant
from app.access import viewer as made
from app.system import System
from benchmarks import HOME, Row, spread, times
from benchmarks._clients import Answers, Ask, cookies, drive, served
from benchmarks._quarter import MEMORY, MINUTES, opened, quarter
from benchmarks.ingest import _Sender
from callbacks.page_operations import drawn
from callbacks.pages import PAGES
from layouts.reader import Reader

ROUNDS, CLIENTS, SECONDS, PAUSE = 40, 32, 60.0, (2.0, 5.0)
PATHS = ("/", "/signs", "/alerts", "/service", "/brief", "/forecast", "/screen")
SOURCES = "id,kind,city,dataset,source,owner,drift,cadence\nbench-readings,upload,demo,reading,power_grid,power_grid,accept,PT5M\n"
EVERY = 1.0         # real seconds between two hand-ins, each of the next five minutes of the city


def measure(size: str = "") -> list[Row]:
    """`size`: days of readings (default 90)."""
    home = quarter(int(size)) if size else quarter()
    started = time.perf_counter()
    system = opened(home)
    system.warm("demo")
    ready = time.perf_counter() - started
    seen = system.seen_by(made("bench", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT), "operations.read")
    codes = [code for (code,) in system.db.run(
        "select code from theme.unit where city = 'demo' and level in ('district', 'street', 'community') order by hash(code) limit 2000").fetchall()]
    data = _data(system)
    rows = [Row("the city opened and its values read", data, ready, "s", note=f"values {system.values('demo').nbytes / 1e9:.1f} GB in memory")]
    rows += _alone(seen, codes, data)
    next_minutes = _minutes(system)
    system.close()
    return rows + _together(home, codes, data, next_minutes)


def _data(system: System) -> str:
    readings, signs, units, days = system.db.run(
        "select count(*), count(distinct indicator), count(distinct seq), date_diff('day', min(observed_at), max(observed_at)) + 1 "
        "from base.reading where city = 'demo'").fetchone()
    return f"{days} days × {signs} signs × {units:,} communities, {readings / 1e6:,.0f} M readings"


def _alone(seen: Any, codes: list[str], data: str) -> list[Row]:
    r, row, rows = Reader("zh", "dark", seen.city("demo").timezone), seen.city("demo"), []
    looks = [{"unit": code, "since": since} for code in codes for since in ("day", "week")]
    panels = times(lambda i: drawn(seen, r, row, looks[i]), ROUNDS, first=8)
    rows.append(spread("panels of a new look at /, in process", data, panels, 150.0))
    for path in PATHS:
        words = [{"city": "demo", "unit": code, "district": code[:6]} for code in codes]
        found = times(lambda i, page=PAGES[path], words=words: page.build(seen, r, words[i]), ROUNDS, first=8)
        rows.append(spread(f"{path}, each time another unit, in process", data, found, 150.0))
    return rows


def _together(home: Path, codes: list[str], data: str, batches: Iterator[pa.Table]) -> list[Row]:
    own = HOME / "desk"
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(home, own)
    (own / "registry").mkdir(exist_ok=True)
    (own / "registry" / "sources.csv").write_text(SOURCES, encoding="utf-8")
    asks, rows = _asks(codes), []
    with served(own, values_memory=MEMORY) as port:
        _wait(port)
        first = drive(port, [Ask("/_dash-layout", f"{path}?city=demo&lang=zh", path) for path in PATHS], 1, 120.0, cookies(own))
        rows.append(Row("the slowest page when asked for the first time", data, float(first.found.max()), "ms", note=", ".join(
            f"{name} {spent:,.0f}" for name, spent in zip(first.names, first.milliseconds, strict=True))))
        alone = drive(port, itertools.islice(asks, 40 * len(PATHS)), 1, 120.0, cookies(own))
        rows += _rows(alone, "1 person over HTTP", data, 150.0)
        for clients, pause, limit in ((CLIENTS, PAUSE, 600.0), (CLIENTS, (0.0, 0.0), None)):
            many, sent = _during(port, own, asks, batches, clients, pause)
            told = f"{clients} people, {pause[0]:.0f} to {pause[1]:.0f} s between looks" if limit else f"{clients} people without a pause"
            rows += _rows(many, f"{told}, during ingest", data, limit,
                          f"{len(many.found):,} answers, {many.per_second:.0f}/s, {many.statuses}; {sent:,} readings handed in meanwhile")
    shutil.rmtree(own, ignore_errors=True)
    return rows


def _during(port: int, home: Path, asks: Iterator[Ask], batches: Iterator[pa.Table], clients: int, pause: tuple[float, float]) -> tuple[Answers, int]:
    who, sent, over = _Sender(home, port), [0], threading.Event()

    def hand_in() -> None:
        while not over.wait(EVERY):
            sent[0] += who.send("bench-readings", next(batches))

    feeding = threading.Thread(target=hand_in)
    feeding.start()
    try:
        return drive(port, asks, clients, SECONDS, cookies(home), pause), sent[0]
    finally:
        over.set()
        feeding.join()


def _rows(answers: Answers, who: str, data: str, limit: float | None, note: str = "") -> list[Row]:
    rows = [spread(f"all pages, {who}", data, answers.found, limit, note=note or str(answers.statuses))]
    return rows + [spread(f"{name}, {who}", data, found, limit) for name in dict.fromkeys(answers.names) if (found := answers.named(name)).size]


def _asks(codes: list[str]) -> Iterator[Ask]:
    """One page after the other, the desk's panels every second time: as people at work do."""
    for number, code in enumerate(itertools.cycle(codes)):
        path = PATHS[number % len(PATHS)]
        since = "week" if number % 2 else "day"
        yield Ask("/_dash-layout", f"{path}?city=demo&unit={code}&district={code[:6]}&since={since}&lang=zh", path)
        yield Ask(f"/api/operations/demo/panels.json?unit={code}&since={since}&lang=zh", name="panels of /")


def _wait(port: int) -> None:
    """Until the server has read the values of the city."""
    for _ in range(600):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
            if json.load(answer)["status"] == "ok":
                return
        time.sleep(0.5)


def _minutes(system: System) -> Iterator[pa.Table]:
    """Hand-ins of the next five minutes and the next and so on, of the signs that are due then."""
    codes = [code for (code,) in system.db.run("select code from theme.unit where city = 'demo' and level = 'community' order by seq").fetchall()]
    typical = system.db.run("select r.indicator, any_value(i.cadence), avg(r.value), avg(r.weight) from base.reading r "
                            "join catalogue.indicator i on i.id = r.indicator where r.city = 'demo' and r.observed_at = "
                            "(select date_trunc('hour', max(observed_at)) from base.reading where city = 'demo') group by 1").fetchall()
    newest = system.db.run("select max(observed_at) from base.reading where city = 'demo'").fetchone()[0]
    chance = np.random.default_rng(7)

    def made() -> Iterator[pa.Table]:
        for k in itertools.count(1):
            at = newest + timedelta(minutes=5 * k)
            due = [row for row in typical if (at.hour * 60 + at.minute) % MINUTES[row[1]] == 0]
            yield pa.concat_tables([pa.table({
                "unit_code": pa.array(codes), "indicator": pa.repeat(name, len(codes)),
                "at": pa.repeat(at.replace(tzinfo=UTC).isoformat(), len(codes)),
                "value": pa.array((value * chance.normal(1, 0.05, len(codes))).round(3)),
                "weight": pa.repeat(pa.scalar(weight, pa.float64()), len(codes))}) for name, _, value, weight in due])
    return made()


