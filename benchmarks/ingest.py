"""Sustained hand-ins over HTTP into a served demo city while browsers use its map: readings, rule-checked records, the map's answers.

Everything is in the time: the upload, the front batch, the hub, the rules, the merge, the roll-up to the city, the answer.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import HOME, Row
from benchmarks._city import demo
from benchmarks._clients import Answers, cookies, drive, served
from callbacks.gateway import CSRF_HEADER
from data.fields import fields_of
from tests.signed_in import local_session

SECONDS, CLIENTS = 30.0, 4
READINGS, RECORDS = 200_000, 40_000
SOURCES = (
    "id,kind,city,dataset,source,owner,drift,cadence\nbench-readings,upload,demo,reading,power_grid,power_grid,accept,PT1H\n"
    "bench-records,upload,demo,service_case,urban_management,urban_management,accept,PT1H\n"
)


def measure(size: str = "") -> list[Row]:
    """`size` small or city: the demo city that is served."""
    size = size or "small"
    demo(size).close()
    home = HOME / "ingest"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(HOME / size, home)
    (home / "registry").mkdir(exist_ok=True)
    (home / "registry" / "sources.csv").write_text(SOURCES, encoding="utf-8")
    floors, streets, paths = _asked(home)
    rows = []
    with served(home) as port:
        who = _Sender(home, port)
        idle = drive(port, _forever(paths), CLIENTS, 8.0, cookies(home))
        rows.append(Row(f"map without hand-ins, {CLIENTS} clients", f"{size} demo city", *_spread(idle), note=_said(idle)))
        for name, source, make, count, limit in (
            ("readings", "bench-readings", _readings(floors), READINGS, 50_000.0),
            ("record rows", "bench-records", _records(streets), RECORDS, 5_000.0),
        ):
            rate, answers, note = _together(port, home, paths, lambda n, s=source, m=make: who.send(s, m(n)))
            rows.append(
                Row(f"{name} taken in and rolled up", f"batches of {count:,} over HTTP", rate, "/s", limit=limit, more_is_better=True, note=note)
            )
            rows.append(Row(f"map meanwhile, {CLIENTS} clients", f"{size} demo city", *_spread(answers), limit=1000.0, note=_said(answers)))
    return rows


class _Sender:
    """Posts files as the local user."""

    def __init__(self, home: Path, port: int) -> None:
        session, token = local_session(home)
        self.port, self.headers = port, {"Cookie": f"chengshu-session={session}", CSRF_HEADER: token, "Content-Type": "application/octet-stream"}

    def send(self, source: str, table: pa.Table) -> int:
        """Rows taken in of one file; none may be rejected."""
        body = pa.BufferOutputStream()
        pq.write_table(table, body, compression="zstd")
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        door.request("POST", f"/api/hand-in/{source}?name=bench.parquet", body.getvalue().to_pybytes(), self.headers)
        answer = json.loads(door.getresponse().read())
        door.close()
        if not answer.get("rows") or answer["rows"]["in"] != table.num_rows or answer["rows"]["rejected"]:
            raise AssertionError(f"{source}: {answer}")
        return table.num_rows


def _together(port: int, home: Path, paths: list[str], send: Any) -> tuple[float, Answers, str]:
    """Hand in for a while as clients ask: (rows a second, the clients' answers, a note)."""
    found: list[Answers] = []
    asking = threading.Thread(target=lambda: found.append(drive(port, _forever(paths), CLIENTS, SECONDS, cookies(home))))
    send(0)  # what is loaded once is loaded now
    asking.start()
    rows, number, started = 0, 1, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        rows += send(number)
        number += 1
    seconds = time.perf_counter() - started
    asking.join()
    return rows / seconds, found[0], f"{number - 1} batches, {rows:,} rows in {seconds:.1f} s"


def _readings(floors: list[str]) -> Any:
    codes, at_once = pa.array(floors, pa.string()), max(1, READINGS // len(floors))
    chance = np.random.default_rng(7)

    def make(number: int) -> pa.Table:
        parts = []
        for step in range(at_once):
            day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=(number * at_once + step) % 600) - timedelta(hours=8)
            parts.append(
                pa.table(
                    {
                        "unit_code": codes,
                        "indicator": pa.repeat("energy_use_kwh", len(codes)),
                        "at": pa.repeat(day.isoformat(), len(codes)),
                        "value": pa.array(chance.uniform(1, 90, len(codes)).round(2)),
                    }
                )
            )
        return pa.concat_tables(parts).slice(0, READINGS)

    return make


def _records(streets: list[str]) -> Any:
    codes = {field.name: field.codes for field in fields_of("service_case") if field.codes}
    chance = random.Random(7)

    def make(number: int) -> pa.Table:
        opened = [(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(20_000_000))).isoformat() for _ in range(RECORDS)]
        return pa.table(
            {
                "case_no": [f"B-{number:04d}{n:06d}" for n in range(RECORDS)],
                "title": ["路灯不亮"] * RECORDS,
                "unit_code": [chance.choice(streets) for _ in range(RECORDS)],
                "opened_at": opened,
                **{name: [chance.choice(some) for _ in range(RECORDS)] for name, some in codes.items() if name != "status"},
                **({"status": [codes["status"][0]] * RECORDS} if "status" in codes else {}),
            }
        )

    return make


def _asked(home: Path) -> tuple[list[str], list[str], list[str]]:
    """(codes of floors, codes of streets, addresses that the map asks)."""
    from app.settings import load
    from app.system import System

    system = System(load(home=home, demo="off"))
    floors, streets = (
        [code for (code,) in system.db.run("select code from theme.unit where city = 'demo' and level = $1 order by seq", [level]).fetchall()]
        for level in ("floor", "street")
    )
    version = system.city("demo").address
    tiles = [
        key
        for (key,) in system.db.run(
            "select distinct tile & ((1::bigint << 33) - 1) as key from tiles.feature where tile >> 28 & 31 >= 12 order by hash(key) limit 60"
        ).fetchall()
    ]
    system.close()
    paths = [f"/tiles/demo/{version}/unit/{key >> 28}/{key >> 14 & 16383}/{key & 16383}.mvt" for key in tiles]
    for name in ("aqi", "energy_use_kwh", "temperature_c"):
        for level in ("district", "street", "building"):
            paths += [f"/values/demo/{name}/{level}/latest.bin?by=quantile", f"/values/demo/{name}/{level}/latest.json?by=quantile"]
    paths += ["/version"] * 6 + [f"/unit/demo/street/{seq}.json?indicator=aqi" for seq in range(1, min(7, len(streets) + 1))]
    random.Random(3).shuffle(paths)
    return floors, streets, paths


def _forever(paths: list[str]) -> Any:
    while True:
        yield from paths


def _spread(answers: Answers) -> tuple[float, str, float, float]:
    p50, p95 = np.percentile(answers.found, [50, 95])
    return float(p95), "ms", float(p50), float(p95)


def _said(answers: Answers) -> str:
    return f"{len(answers.milliseconds):,} answers, {answers.per_second:.0f}/s, {dict(sorted(answers.statuses.items()))}"
