"""kill −9 at every stage of the way of a batch, by every channel; then a restart, and nothing may be lost or counted twice.

Each round drops a file of readings and one of service cases, sends an upload, publishes messages (where a broker answers) and
adds rows to a table; a process takes them and kills itself at one stage; another one starts, does what is left, and says what
the city holds. Expected is exactly what was delivered: in base, in the accepted counts, and summed in the tower.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.exchange import sources
from app.settings import load
from app.system import System
from benchmarks import HOME, Row
from data import registers
from data.fields import fields_of
from tests import tiny

ROOT = Path(__file__).resolve().parent.parent
STREETS = ("990101001", "990101002", "990102001", "990102002")
BROKER = ("127.0.0.1", 1883)
INSIDE = ("front", "hub", "mapped", "check", "dept", "merge", "outcome", "state", "note", "commit")
KILLS = [f"{when}:{name}#1" for name in INSIDE for when in ("before", "after")] + [
    "before:settle#1", "after:settle#1", "before:roll-up#1", "after:roll-up#1", "before:rolled#1", "after:rolled#1", "before:move#1", "after:move#1",
    "before:move#2", "after:move#2", "before:diff#1", "after:diff#1", "before:draw#1", "after:draw#1", "before:spool#1", "after:spool#1",
    "before:ack#1", "after:ack#1", "before:ack#3", "before:answer#1", "after:answer#1", "before:merge#3", "after:commit#3"]  # fmt: skip
SHORT = ("before:hub#1", "after:commit#1", "before:move#2", "before:ack#1")


@dataclass
class Delivered:
    """What was handed to the channels so far: what the city must hold."""

    readings: dict[tuple[str, int], float] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    unit_rows: int = 0


def measure(size: str = "") -> list[Row]:
    """`size` short: four kills."""
    home = HOME / "kill9"
    shutil.rmtree(home, ignore_errors=True)
    kills = SHORT if size == "short" else KILLS
    return [*rounds(home, tuple(kills))]


def rounds(home: Path, kills: tuple[str, ...]) -> list[Row]:
    """One row per kill: the faults found after the restart (0 allowed), how long the restart took."""
    prepare(home)
    delivered, rows, has_broker = Delivered(), [], _answers()
    for number, stage in enumerate(kills):
        needs_broker = stage.split(":")[1].split("#")[0] in ("spool", "ack")
        if needs_broker and not has_broker:
            rows.append(Row(f"kill -9 {stage}", "skipped: no MQTT broker", 0, "faults"))
            continue
        job = hand_over(home, number, delivered, has_broker, stage)
        file = home / "job.json"
        file.write_text(json.dumps(job), encoding="utf-8")
        first = _run(home, stage, file)
        is_killed = first.returncode == -signal.SIGKILL
        started = time.perf_counter()
        second = _run(home, "none", file)
        seconds = time.perf_counter() - started
        faults = [f"not killed: {first.returncode} {first.stderr.decode()[-300:]}"] if not is_killed else []
        if second.returncode:
            faults.append(f"the restart failed: {second.stderr.decode()[-600:]}")
        else:
            faults += compare(delivered, json.loads(Path(job["answer"]).read_text(encoding="utf-8")))
        total = len(delivered.readings) + len(delivered.cases) + len(delivered.units)
        rows.append(
            Row(
                f"kill -9 {stage}",
                f"{total} rows delivered so far",
                len(faults),
                "faults",
                limit=0.0,
                note=f"{'killed' if is_killed else 'NOT KILLED'}, restart {seconds:.1f} s {'; '.join(faults)}",
            )
        )
    return rows


def prepare(home: Path) -> None:
    """A tiny city with a source of every kind."""
    system = System(load(home=home, demo="off", second_factor=False))
    system.take(tiny.whole(home / "in"))
    system.close()
    with sqlite3.connect(home / "their.db") as door:
        door.execute("create table sites (id integer primary key, unit_code text, indicator text, at text, value real)")
    empty = dict.fromkeys(registers.rows("sources")[0], "")
    mine = [{"id": "drop", "kind": "folder"}, {"id": "cases", "kind": "folder", "dataset": "service_case"}, {"id": "send", "kind": "upload"},
            {"id": "units", "kind": "folder", "dataset": "unit"}, {"id": "theirs", "kind": "table", "address": f"sqlite:///{home}/their.db#sites"},
            {"id": f"topic-{os.getpid()}", "kind": "mqtt", "address": f"mqtt://{BROKER[0]}:{BROKER[1]}/chengshu-kill/{os.getpid()}"}]  # fmt: skip
    file = sources.overlay(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(empty))
        writer.writeheader()
        writer.writerows(
            {
                **empty,
                "city": "tiny",
                "dataset": "reading",
                "source": one["id"][:5],
                "owner": "housing",
                "drift": "accept",
                "is_active": "true",
                **one,
            }
            for one in mine
        )


def hand_over(home: Path, number: int, delivered: Delivered, has_broker: bool, stage: str) -> dict[str, Any]:
    """New rows for every channel; returns the job for the process."""
    day = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(days=number)
    topic = f"topic-{os.getpid()}"

    def rows(hour: int, base: float) -> list[dict[str, Any]]:
        at = day + timedelta(hours=hour) - timedelta(hours=8)
        found = [
            {"unit_code": code, "indicator": "water_supply_m3_h", "at": at.isoformat(), "value": base + place} for place, code in enumerate(STREETS)
        ]
        delivered.readings |= {(row["unit_code"], int(at.timestamp())): row["value"] for row in found}
        return found

    _drop(home / "sources" / "drop" / "in" / f"drop-{number}.csv", rows(0, 100 * number))
    codes = {one.name: one.codes[0] for one in fields_of("service_case") if one.codes}
    cases = [{"case_no": f"K-{number:03d}{n}", "unit_code": STREETS[0], "opened_at": "2026-08-01T08:00:00Z", **codes} for n in range(3)]
    delivered.cases |= {row["case_no"] for row in cases}
    _drop(home / "sources" / "cases" / "in" / f"cases-{number}.csv", cases)
    order = ["drop", "cases", "send", "theirs"]
    if "draw" in stage:
        building = next(row for row in tiny.units() if row["level"] == "building")
        name = f"kill {number}"
        delivered.units = {name}
        delivered.unit_rows += 1
        inbox = home / "sources" / "units" / "in"
        _age(tiny.write(inbox, f"units-{number}", [{**building, "name_zh": name, "name_en": name}]))
        order.insert(0, "units")
    with sqlite3.connect(home / "their.db") as door:
        door.executemany(
            "insert into sites (unit_code, indicator, at, value) values (:unit_code, :indicator, :at, :value)", rows(1, 100 * number + 20)
        )
    if has_broker:
        if number == 0:
            _publish(topic, [])
        _publish(topic, rows(2, 100 * number + 40))
        order.append(topic)
    turn = number % len(order) if "draw" not in stage else 0
    wanted = {"ack": topic, "spool": topic, "answer": "send", "diff": "theirs", "move": "drop"}.get(stage.split(":")[1].split("#")[0])
    turn = order.index(wanted) if wanted in order else turn
    return {"order": order[turn:] + order[:turn], "upload": _text(rows(3, 100 * number + 60)), "answer": str(home / "answer.json")}


def compare(delivered: Delivered, held: dict[str, Any]) -> list[str]:
    """What is lost, made up, or counted twice."""
    faults = []
    found = {(code, at): value for code, at, value in held["readings"]}
    if len(found) != len(held["readings"]) or found != delivered.readings:
        lost, more = delivered.readings.keys() - found.keys(), found.keys() - delivered.readings.keys()
        faults.append(f"readings: {len(lost)} lost, {len(more)} too many, {len(held['readings']) - len(found)} twice")
    if set(held["cases"]) != delivered.cases or len(held["cases"]) != len(delivered.cases):
        faults.append(f"cases: {len(delivered.cases - set(held['cases']))} lost")
    if set(held["units"]) != delivered.units:
        faults.append(f"units: {held['units']} for {delivered.units}")
    accepted = {"reading": len(delivered.readings), "service_case": len(delivered.cases)} | (
        {"unit": delivered.unit_rows} if delivered.unit_rows else {}
    )
    if held["accepted"] != accepted:
        faults.append(f"accepted {held['accepted']} where {accepted} were delivered")
    faults += [f"{name}: {held[name]}" for name in ("rejected", "unbalanced", "hub", "dept", "untraced", "unfinished") if held[name]]
    if {at: total for at, total in held["tower"].items() if total == total} != _tower(delivered):
        faults.append("the tower's sums are not those of the readings")
    return faults


def _tower(delivered: Delivered) -> dict[str, float]:
    """What the city's value must be at each time that was reported."""
    found: dict[str, float] = {}
    for (_, at), value in delivered.readings.items():
        found[str(at)] = found.get(str(at), 0.0) + value
    return found


def _run(home: Path, stage: str, job: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CHENGSHU_")}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks._killed", str(home), stage, str(job)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=180,
    )


def _drop(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_text(rows), encoding="utf-8")
    _age(file)


def _age(file: Path) -> None:
    """As if nobody had written it for a minute."""
    old = time.time() - 60
    os.utime(file, (old, old))


def _text(rows: list[dict[str, Any]]) -> str:
    head = list(rows[0])
    return "\n".join([",".join(head), *(",".join(str(row[name]) for name in head) for row in rows)]) + "\n"


def _answers() -> bool:
    try:
        socket.create_connection(BROKER, 1).close()
    except OSError:
        return False
    return True


def _publish(topic: str, rows: list[dict[str, Any]]) -> None:
    """One message a row, kept by the broker for our session; without rows only that session is made."""
    import paho.mqtt.client as paho

    if not rows:
        ours = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"chengshu-{topic}", clean_session=False)
        ours.connect(*BROKER)
        ours.loop_start()
        ours.subscribe(f"chengshu-kill/{os.getpid()}", qos=1)
        time.sleep(0.5)
        ours.disconnect()
        ours.loop_stop()
        return
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect(*BROKER)
    client.loop_start()
    for row in rows:
        client.publish(f"chengshu-kill/{os.getpid()}", json.dumps(row), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
