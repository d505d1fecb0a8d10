"""A process that delivers by every channel and kills itself (SIGKILL) at one stage: `python -m benchmarks._killed HOME STAGE JOB`.

JOB is a JSON file of what to deliver (benchmarks/kill9.py). With the stage `none` it delivers to the end and then writes what
the city holds into JOB's answer file: that is the restart after a kill.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.exchange import sources
from app.exchange.channels import collect, upload
from app.settings import load
from app.system import System
from data.connection import Database

# stage → the function that it wraps; `before:` and `after:` it
STAGES: dict[str, str] = {
    "front": "data.intake:_register", "hub": "data.intake:_to_hub", "mapped": "data.mapping:create_mapped", "check": "data.rule_run:check",
    "dept": "data.intake:_check", "merge": "data.intake:_merge", "outcome": "data.intake:take_in@app.exchange.receiving",
    "state": "app.exchange.receiving:_keep", "note": "data.deliveries:note", "settle": "app.system:System.settle", "draw": "app.system:System.redraw",
    "roll-up": "app.indicators.values:Values.take_up", "rolled": "data.store:finish_batches", "spool": "app.exchange.channels.mqtt:Listener._keep",
    "ack": "app.exchange.channels.mqtt:acknowledge", "move": "app.exchange.receiving:Folders.put", "answer": "app.exchange.channels.upload:take",
    "diff": "data.diff:remember",
}  # fmt: skip


def die() -> None:
    """End at once, as a power cut would: nothing is flushed, nothing closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(stage: str, nth: int) -> None:
    """Wrap the stage's function so that its nth call kills this process, before or after the work."""
    when, _, name = stage.partition(":")
    if name == "commit":
        _arm_commit(when, nth)
        return
    place, _, also = STAGES[name].partition("@")
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, last = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    wrapped = _wrapped(getattr(owner, last), when, nth)
    setattr(owner, last, wrapped)
    for other in filter(None, also.split(",")):
        setattr(importlib.import_module(other), last, wrapped)


def _wrapped(work: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = [0]

    def guarded(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if when == "before" and calls[0] == nth:
            die()
        found = work(*given, **named)
        if when == "after" and calls[0] == nth:
            die()
        return found

    return guarded


def _arm_commit(when: str, nth: int) -> None:
    original, calls = Database.write, [0]

    @contextmanager
    def write(self: Database) -> Iterator[Any]:
        is_outer = getattr(self._local, "depth", 0) == 0
        with original(self) as cursor:
            yield cursor
            calls[0] += is_outer and bool(cursor.execute("select 1 from front.batch where state = 'based' limit 1").fetchone())
            if when == "before" and is_outer and calls[0] == nth:
                die()
        if when == "after" and is_outer and calls[0] == nth:
            die()

    Database.write = write  # type: ignore[method-assign]


def deliver(system: System, job: dict[str, Any]) -> list[str]:
    """Ask every source that the job names, in its order; what was uploaded and answered is said."""
    registry, said = sources.read(system.settings.home), []
    for name in job["order"]:
        source = registry.one(name)
        if source.kind == "upload":
            done = upload.take(system, source, io.BytesIO(job["upload"].encode()).read, "upload.csv")
            said.append(done.outcome)
        else:
            said += [one.outcome for one in collect(system, source)]
    return said


def holdings(system: System) -> dict[str, Any]:
    """What the city holds of the deliveries, for the conservation check."""
    run = system.db.run
    batches = "(select batch from front.batch where channel is not null)"
    return {
        "readings": [[code, at, value] for code, at, value in run(
            "select i.code, epoch(r.observed_at)::bigint, r.value from base.reading r join mgmt.identity i on i.city = r.city and i.level = r.level "
            "and i.seq = r.seq where r.indicator = 'water_supply_m3_h' order by all").fetchall()],
        "cases": [row[0] for row in run("select case_no from base.service_case where valid_to is null order by 1").fetchall()],
        "units": [row[0] for row in run("select name_zh from base.unit where valid_to is null and name_zh like 'kill %' order by 1").fetchall()],
        "accepted": dict(run(f"select b.dataset, sum(o.accepted)::bigint from mgmt.outcome o join front.batch b using (batch) "
                             f"where batch in {batches} group by 1").fetchall()),
        "rejected": run(f"select coalesce(sum(rejected), 0)::bigint from mgmt.outcome where batch in {batches}").fetchone()[0],
        "unbalanced": len(system.unbalanced()),
        "hub": run("select count(*) from front.batch b where dataset = 'reading' and row_count <> (select count(*) from hub.reading h "
                   "where h._batch = b.batch)").fetchone()[0],
        "dept": run("select count(*) from mgmt.outcome o join front.batch b using (batch) where b.dataset = 'reading' and o.accepted <> "
                    "(select count(*) from dept.reading d where d._batch = o.batch)").fetchone()[0],
        "untraced": run("select count(*) from base.reading r where not exists (select 1 from dept.reading d where d._batch = r._batch "
                        "and d._row = r._row)").fetchone()[0],
        "unfinished": run("select count(*) from front.batch where state <> 'done'").fetchone()[0],
        "tower": {str(at): value for at, value in run("select epoch(observed_at)::bigint, value from theme.rolled where city = 'tiny' "
                                                       "and level = 'city' and indicator = 'water_supply_m3_h'").fetchall()},
    }  # fmt: skip


def main(home: str, stage: str, job_file: str) -> None:
    """Deliver; die on the way, or write down what is held."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    if stage != "none":
        arm(*stage.rsplit("#", 1)[:1], int(stage.rsplit("#", 1)[1]))
    system = System(load(home=Path(home), demo="off", second_factor=False))
    said = deliver(system, job)
    if stage == "none":
        Path(job["answer"]).write_text(json.dumps({"said": said, **holdings(system)}), encoding="utf-8")
    system.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
