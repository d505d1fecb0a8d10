"""What the pages of the operations centre take on the server: one person alone, and 32 at once while readings come in.

One in-process measure of each page (and of a look nobody asked before), then `run.py serve` as a process of its own, asked over 32
keep-alive connections while batches are handed in. Nothing that is asked for the first time is kept: every look is another.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from typing import Any

from app.access import EVERY_DEPARTMENT, Grant
from app.access import viewer as made
from app.system import System
from benchmarks import HOME, Row, spread, times
from benchmarks._city import demo
from benchmarks._clients import cookies, drive, served
from benchmarks.ingest import SOURCES, _asked, _readings, _Sender
from callbacks.page_operations import drawn
from callbacks.pages import PAGES
from layouts.reader import Reader

ROUNDS, CLIENTS, SECONDS = 20, 32, 30.0
ASKED = ("/signs", "/alerts", "/service", "/brief")


def measure(size: str = "") -> list[Row]:
    """`size` small or city: the demo city that is looked at."""
    size = size or "city"
    system = demo(size)
    system.warm("demo")
    seen = system.seen_by(made("bench", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT), "operations.read")
    codes = [code for (code,) in system.db.run(
        "select code from theme.unit where city = 'demo' and level in ('district', 'street', 'community') order by hash(code) limit 400").fetchall()]
    data = _data(system)
    rows = _alone(seen, codes, data)
    system.close()
    return rows + _together(size, codes, data)


def _data(system: System) -> str:
    values, readings = system.values("demo"), system.db.run("select count(*) from base.reading where city = 'demo'").fetchone()[0]
    units = sum(int(row["standing"]) for row in system.unit_counts("demo"))
    days = max((float(cube.times[-1] - cube.times[0]) / 86_400 for name in system.indicators if (cube := values.cube(name)).times.size), default=0)
    return f"{units:,} units, {len(system.indicators)} signs, {readings:,} readings, {days:.0f} days"


def _alone(seen: Any, codes: list[str], data: str) -> list[Row]:
    r, row = Reader("zh", "dark", seen.city("demo").timezone), seen.city("demo")
    looks = [{"unit": code, "since": since} for code in codes for since in ("day", "week")]
    rows = [spread("/, a look nobody asked before (panels, map)", data,
                   times(lambda i: drawn(seen, r, row, looks[i]), ROUNDS, first=8), 150.0),
            spread("/, a bar of the service cases", data, times(
                lambda i: drawn(seen, r, row, {"unit": codes[0], "cases": f"hour:{i % 24}"}), ROUNDS), 150.0)]
    for path in ASKED:
        page = PAGES[path]
        words = [{"city": "demo", "unit": code, "district": code[:6]} for code in codes]
        found = times(lambda i, page=page, words=words: page.build(seen, r, words[i]), ROUNDS, first=8)
        rows.append(spread(f"{path}, each time another unit", data, found, 150.0))
    return rows


def _together(size: str, codes: list[str], data: str) -> list[Row]:
    home = HOME / "desk"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(HOME / size, home)
    (home / "registry").mkdir(exist_ok=True)
    (home / "registry" / "sources.csv").write_text(SOURCES, encoding="utf-8")
    floors = _asked(home)[0][:20_000]
    looks = [f"/api/operations/demo/panels.json?unit={code}&since={since}&lang=zh" for code in codes for since in ("day", "week")]
    rows = []
    with served(home) as port:
        who, sent, over = _Sender(home, port), [0, 0], threading.Event()
        drive(port, looks[:4], 1, headers=cookies(home))
        alone = drive(port, looks[4:64], 1, 60.0, cookies(home))
        rows.append(spread("panels of a new look over HTTP, 1 person", data, alone.found, 150.0, note=f"{dict(alone.statuses)}"))

        def hand_in() -> None:
            make = _readings(floors)
            while not over.wait(1.0):
                sent[0] += who.send("bench-readings", make(sent[1]))
                sent[1] += 1

        feeding = threading.Thread(target=hand_in)
        feeding.start()
        many = drive(port, itertools.cycle(looks[64:]), CLIENTS, SECONDS, cookies(home))
        over.set()
        feeding.join()
        note = f"{len(many.milliseconds):,} answers, {many.per_second:.0f}/s, {dict(many.statuses)}; {sent[0]:,} readings handed in meanwhile"
        rows.append(spread(f"panels of the desk, {CLIENTS} at once during ingest", data, many.found, 600.0, note=note))
    shutil.rmtree(home, ignore_errors=True)
    return rows
