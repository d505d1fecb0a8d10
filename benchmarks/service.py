"""What /service asks, on 200 000 cases: its questions together, a list, the page as a whole; and what counting a request costs."""

from __future__ import annotations

import time

import numpy as np

from app.access import EVERY_DEPARTMENT, Grant, Viewer
from app.access import viewer as made
from app.service import state
from app.service.state import Choice
from app.system import System
from app.watch import Watch
from benchmarks import Row, spread, times
from benchmarks._city import demo

CASES, ROUNDS = 200_000, 40


def measure(size: str = "") -> list[Row]:
    """On the demo city (`size` small, city) with cases written beside its own until there are CASES; they are taken out again."""
    system = demo(size or "small")
    data = f"{CASES:,} cases, demo {size or 'small'}"
    with system.db.write() as cursor:
        cursor.execute("create temp table mine as from base.service_case where city = 'demo' and valid_to is null")
        standing = cursor.execute("select count(*) from mine").fetchone()[0]
        shift = "to_seconds((hash(i, m.case_no) % 31536000)::bigint)"
        cursor.execute(
            f"insert into base.service_case by name select m.* replace (m.case_no || '-bench-' || i as case_no, m.opened_at - {shift} as opened_at, "
            f"m.promised_at - {shift} as promised_at, m.closed_at - {shift} as closed_at) from mine m, range({CASES // max(standing, 1)}) r(i)")
        cursor.execute("drop table mine")
    try:
        whole = made("bench", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT)
        district = system.db.run("select min(code) from theme.unit where city = 'demo' and level = 'district'").fetchone()[0]
        part = made("bench", "account", (Grant("leader", "demo", district, 1),), system.roles)
        rows = []
        for name, who in (("who sees the city", whole), ("who sees a district", part)):
            rows.append(spread(f"everything on /service, {name}", data, times(lambda _i, who=who: _all(system, who), ROUNDS), 150.0))
            rows.append(spread("the same, counted afresh", data, times(lambda _i, who=who: _afresh(system, who), ROUNDS)))
        for period in ("day", "year"):
            asked = Choice(period=period, channel="app")
            rows.append(spread(f"by app, last {period}, counted afresh", data, times(lambda _i, asked=asked: _afresh(system, whole, asked), ROUNDS)))
        at = state.clock(_seen(system, whole), "demo")
        listed = times(lambda _i: state.cases(_seen(system, whole), "demo", "late", Choice(), at), ROUNDS)
        rows.append(spread("a list of 100 cases", data, listed, 150.0))
    finally:
        with system.db.write() as cursor:
            cursor.execute("delete from base.service_case where case_no like '%-bench-%'")
        system.close()
    return [*rows, _count()]


def _seen(system: System, who: Viewer):
    return system.seen_by(who, "operations.read")


def _all(system: System, who: Viewer, choice: Choice | None = None) -> object:
    return state.now(_seen(system, who), "demo", choice)


def _afresh(system: System, who: Viewer, choice: Choice | None = None) -> object:
    """As after a batch of cases, or for the first who asks within a minute."""
    system.service._found.clear()
    return _all(system, who, choice)


def _count() -> Row:
    watch, found = Watch(), []
    for _ in range(200):
        begun = time.perf_counter()
        for _ in range(1000):
            watch.note("api", 200, 0.0123)
        found.append((time.perf_counter() - begun) * 1000)     # milliseconds a thousand = microseconds each
    p50, p95 = np.percentile(found, [50, 95])
    return Row("counting one request", "in memory", float(p95), "µs", float(p50), float(p95), 5.0)
