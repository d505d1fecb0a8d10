"""A linked filter over ten million service cases: a click on a district, and the histograms of every side follow.

The cases are written into the libraries of the demo city (and taken out again), read by the program as it reads any, and
filtered through what the operations page asks (app/service/cross.py). DuckDB counts the same sides over the same rows in the
same run, as one group-by a side; every answer is compared with it. A batch of cases is merged at the end.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.access import EVERY_DEPARTMENT, Grant
from app.access import viewer as made
from app.service import state
from app.service.cross import SIDES, Linked
from app.system import System
from benchmarks import Row, spread, times
from benchmarks._city import demo

CASES, ROUNDS, COMPARED, BATCH = 10_000_000, 200, 4, 2_000
DAY, DAYS = 86_400, 90
WORDS = {
    "department": "coalesce(department, '')", "category": "category", "channel": "channel", "status": "status", "district": "unit_code[1:6]",
    "street": "unit_code[1:9]", "hour": "hour(timezone('Asia/Shanghai', timezone('UTC', opened_at)))::varchar"}


def measure(size: str = "") -> list[Row]:
    """`size` is how many cases there are (ten million without it), in thousands."""
    cases = int(size) * 1000 if size else CASES
    system = demo("city")
    data = f"{cases:,} cases of {DAYS} days"
    try:
        _write(system, cases, "bench-a")
        return _measured(system, data)
    finally:
        with system.db.write() as cursor:
            cursor.execute("delete from base.service_case where case_no like 'bench-%'")
        system.close()


def _measured(system: System, data: str) -> list[Row]:
    seen = system.seen_by(made("bench", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT), "operations.read")
    batch = state.clock(seen, "demo").batch
    before, started = _memory(), time.perf_counter()
    cases = seen.cases.seen(seen, "demo", batch)
    read = time.perf_counter() - started
    started = time.perf_counter()
    cross = seen.cases.crossed(seen, "demo", batch)
    built = time.perf_counter() - started
    until = int(cases.opened[-1] // 1_000_000) + 1
    since = until - DAYS * DAY
    first = times(lambda _: cross.linked(since, until, {}), 1, 0)
    clicks = _clicks(cross.linked(since, until, {}))
    found = times(lambda i: cross.linked(since, until, clicks[i % len(clicks)]), ROUNDS)
    moved = times(lambda i: cross.linked(since + 60 * i, until + 60 * i, clicks[i % len(clicks)]), 40)
    whole = cross.linked(since, until, {}).sides
    cells = " × ".join(f"{len(words)} {side}" for side, words in whole.items())
    peer, wrong = _compared(system, cross, since, until, clicks)
    rows = [
        spread("linked filter: seven sides under each other's filters", data, found, 200.0,
               note=f"{len(clicks)} clicks over {cells}; {wrong} of {peer.size} compared answers differ from DuckDB"),
        spread("the same while the clock moves on by a minute", data, moved, 200.0),
        Row("first look at a period", data, float(first[0]), "ms"),
        spread("DuckDB, a group-by a side, the same rows", data, peer, against="peer", note=f"{os.cpu_count()} threads"),
        Row("read into memory", data, read * 1000, "ms", note=f"numbered {built:.1f} s; {_memory() - before:,.0f} MB more held"),
    ]
    if wrong:
        raise AssertionError(f"{wrong} answers are not DuckDB's")
    _write(system, BATCH, "bench-b")
    started = time.perf_counter()
    with system.db.write() as cursor:       # what a hand-in does: rows of a batch of their own
        cursor.execute("update base.service_case set _batch = $1 where case_no like 'bench-b%'", [batch + 1])
    again = seen.cases.crossed(seen, "demo", batch + 1)
    grown = again.linked(since, until, clicks[0])
    rows.append(Row(f"a batch of {BATCH:,} cases, to the next filtered look", data, (time.perf_counter() - started) * 1000, "ms",
                    note="merged" if again is cross else "counted afresh"))
    if (grown.sides, grown.total) != (lambda one: (one.sides, one.total))(_oracle(system, since, until, clicks[0])):
        raise AssertionError("after the batch the answer is not DuckDB's")
    return rows


def _write(system: System, cases: int, name: str) -> None:
    """Cases like those of the demo city, spread over DAYS days: places, sides and states drawn anew for each."""
    with system.db.write() as cursor:
        cursor.execute("create temp table codes as select row_number() over () - 1 as n, code from theme.unit where city = 'demo' and level = 'grid'")
        cursor.execute("create temp table kinds as select row_number() over () - 1 as n, category, channel, department from "
                       "(select distinct category, channel, department from theme.service_case where city = 'demo')")
        kinds, places = (cursor.execute(f"select count(*) from {table}").fetchone()[0] for table in ("kinds", "codes"))
        cursor.execute(
            f"""insert into base.service_case by name
            with top as (select * from base.service_case where city = 'demo' and valid_to is null and case_no not like 'bench-%' limit 1),
            drawn as (select i, (hash(i, 1, '{name}') % {kinds})::bigint as a, (hash(i, 2, '{name}') % {places})::bigint as b,
                hash(i, 3, '{name}') as c, hash(i, 4, '{name}') as d from range({cases}) r(i))
            select t.* replace ('{name}-' || i as case_no, k.category as category, k.channel as channel, k.department as department,
                u.code as unit_code,
                (select max(opened_at) from base.service_case where city = 'demo' and case_no not like 'bench-%')
                    - to_seconds((sqrt((c % 1000003) / 1000003) * {DAYS * DAY})::bigint) as opened_at,
                null as promised_at, null as closed_at, if(d % 5 = 0, 'handling', if(d % 7 = 0, 'open', 'closed')) as status, null as title)
            from drawn join kinds k on k.n = a join codes u on u.n = b, top t""")
        cursor.execute("drop table codes")
        cursor.execute("drop table kinds")


def _clicks(whole: Linked) -> list[dict[str, str]]:
    """What people click: each district, then one to three further sides."""
    some, found = random.Random(5), []
    for district in whole.sides["district"]:
        found.append({"district": district})
        for k in (1, 2, 3):
            sides = some.sample([side for side in SIDES if side not in ("district", "street")], k)
            found.append({"district": district, **{side: some.choice(list(whole.sides[side])) for side in sides}})
    found += [{"street": street} for street in list(whole.sides["street"])[:10]] + [{"hour": hour} for hour in ("3", "9", "18")] + [{}]
    return found


def _compared(system: System, cross: Any, since: int, until: int, clicks: list[dict[str, str]]) -> tuple[np.ndarray, int]:
    peer, wrong = [], 0
    for filters in itertools.islice(clicks, 0, None, max(1, len(clicks) // COMPARED)):
        started = time.perf_counter()
        right = _oracle(system, since, until, filters)
        peer.append((time.perf_counter() - started) * 1000)
        wrong += cross.linked(since, until, filters) != right
    return np.asarray(peer), wrong


def _oracle(system: System, since: int, until: int, filters: dict[str, str]) -> Linked:
    """The same counts by SQL."""
    sides = {}
    for side in (*SIDES, ""):
        mine = {name: word for name, word in filters.items() if name != side}
        where = " and ".join(["city = 'demo'", "opened_at >= make_timestamp($1::bigint * 1000000)",
                              "opened_at < make_timestamp($2::bigint * 1000000)",
                              *(f"{WORDS[name]} = ${k}" for k, name in enumerate(mine, start=3))])
        by = WORDS.get(side, "''")
        rows = system.db.run(f"select {by}, count(*) from theme.service_case where {where} group by 1", [since, until, *mine.values()]).fetchall()
        sides[side] = dict(rows)
    return Linked({side: sides[side] for side in SIDES}, sum(sides[""].values()))


def _memory() -> float:
    """Megabytes that this process holds now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1_048_576
