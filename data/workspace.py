"""The SQL workspace's storage: snapshots of what one reach may see, and the child processes that answer questions.

One process holds the database, so a question never touches it. `write_snapshot` copies what may be seen into a file of
its own, with bound sets of units; `ask` starts a process (data/workspace_process.py) that has this file and nothing else.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data import queries
from data.connection import Database, explain, with_rollback
from data.errors import BadInput, ChengshuError, Refused, Unavailable

PROCESS = Path(__file__).with_name("workspace_process.py")
LONGEST = 20_000        # characters of a question
_BLOCK = 200_000
VALUE = pa.schema([("indicator", pa.string()), ("level", pa.string()), ("seq", pa.int32()), ("observed_at", pa.timestamp("us")),
                   ("value", pa.float64()), ("n", pa.int32()), ("expected", pa.int32())])
_KINDS: dict[str, type[ChengshuError]] = {"table": Refused, "function": Refused, "select": Refused, "permission": Refused, "name": Refused}


@dataclass(frozen=True)
class Reach:
    """The units and fields of one privacy level: indicators and attributes of this level, at the units of the set."""

    privacy: int
    bits: bytes | None
    offsets: list[int] | None
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What one question may use."""

    seconds: float
    rows: int
    memory_mb: int
    size: int = 24_000_000      # characters of an answer


@dataclass(frozen=True)
class Answer:
    """Rows of a question; `cut` says why there are not more: rows, bytes, or nothing."""

    columns: tuple[dict[str, str], ...]
    rows: list[list[Any]]
    cut: str
    seconds: float
    tables: tuple[str, ...]


def write_snapshot(db: Database, target: Path, city: str, reaches: list[Reach], every: Reach, least_flow: int, few: dict[str, pa.Table]) -> None:
    """Write the tables that may be asked, all or nothing, for this user alone.

    `reaches` one per privacy level; `every` the units of any of them; `few` rows of VALUE, by indicator, of those whose
    small counts are hidden (they are in no reach); flows below `least_flow` are left out. Raises Unavailable.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.stem}.{os.getpid()}.{time.monotonic_ns()}.draft")
    cursor, there = db.cursor(), None
    try:
        there = duckdb.connect(str(draft), config={"threads": 1, "memory_limit": "1GB"})
        draft.chmod(0o600)
        cursor.execute("begin")
        _fill(db, there, city, reaches, every, least_flow, few)
        there.execute("checkpoint")
        there.close()
        draft.replace(target)
    except (OSError, duckdb.Error) as error:
        raise explain(error, target) from error
    finally:
        with_rollback(cursor)
        if there is not None:
            there.close()
        for path in (draft, draft.with_name(draft.name + ".wal")):
            path.unlink(missing_ok=True)


def _fill(db: Database, there: duckdb.DuckDBPyConnection, city: str, reaches: list[Reach], every: Reach, least_flow: int,
          few: dict[str, pa.Table]) -> None:
    made: set[str] = set()

    def put(table: str, rows: pa.RecordBatchReader | pa.Table) -> None:
        there.register("given", rows)
        there.execute(f"insert into {table} from given" if table in made else f"create table {table} as from given")
        there.unregister("given")
        made.add(table)

    def copy(table: str, units: Reach, **params: Any) -> None:
        bound = {"city": city, "bits": units.bits, "offsets": units.offsets, "indicators": list(units.indicators), "privacy": units.privacy}
        put(table, queries.batches(db, f"workspace_{table}", _BLOCK, **bound, **params))

    for table in ("city", "unit", "indicator"):
        copy(table, every)
    copy("flow", every, least=least_flow)
    copy("service_case", every)
    for reach in reaches:
        for table in ("unit_attribute", "value", "latest"):
            copy(table, reach)
    for rows in few.values():
        put("value", rows)
    there.execute("insert into latest select indicator, level, seq, max(observed_at), max_by(value, observed_at), max_by(n, observed_at), "
                  "max_by(expected, observed_at) from value where list_contains($1, indicator) group by all", [list(few)])


def ask(file: Path, sql: str, limits: Limits) -> Answer:
    """Answer a question in a process of its own. Raises BadInput, Refused, Busy or Unavailable with what is wrong."""
    if len(sql) > LONGEST:
        raise BadInput(f"The question has {len(sql)} characters; {LONGEST} are answered", "Shorten it")
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in sql) or any(0xD800 <= ord(sign) < 0xE000 for sign in sql):
        raise BadInput("The question holds characters that are no text", "Type it anew")
    given = {"file": str(file), "sql": sql, "memory_mb": limits.memory_mb, "seconds": limits.seconds, "rows": limits.rows, "bytes": limits.size}
    code, text = _run(json.dumps(given).encode(), limits.seconds + 1, limits.size * 4)
    if code is None or code == -signal.SIGXCPU:
        raise BadInput(f"The question took longer than {limits.seconds:g} s and was stopped", "Narrow it: fewer units, a shorter time, no cross join")
    try:
        found = json.loads(text)
    except ValueError:
        raise BadInput("The question brought its process down and was stopped; nothing else was touched",
                       "Narrow it: it needs too much memory or is too deeply nested", code=code) from None
    if "error" in found:
        kind, fact, remedy = found["error"]
        raise _KINDS.get(kind, BadInput)(fact, remedy)
    return Answer(tuple(found["columns"]), found["rows"], found["cut"], found["seconds"], tuple(found["tables"]))


def _run(given: bytes, seconds: float, most: int) -> tuple[int | None, bytes]:
    """(exit code, stdout) of a child; the code is None where it was stopped for its time."""
    try:
        child = subprocess.Popen([sys.executable, "-I", "-X", "utf8", str(PROCESS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,  # noqa: S603
                                 stderr=subprocess.DEVNULL, cwd="/", env={"PATH": "/usr/bin:/bin"}, start_new_session=True)
    except OSError as error:
        raise Unavailable("No process can be started for the question", "The machine has too many, or too little memory", reason=error) from error
    until, parts, size, is_late = time.monotonic() + seconds, [], 0, False
    with child, selectors.DefaultSelector() as ready:
        try:
            child.stdin.write(given)
            child.stdin.close()
            ready.register(child.stdout, selectors.EVENT_READ)
            while True:
                left = until - time.monotonic()
                if left <= 0 or size > most:
                    is_late = left <= 0
                    break
                if ready.select(left):
                    part = os.read(child.stdout.fileno(), 1 << 20)
                    if not part:
                        break
                    parts.append(part)
                    size += len(part)
        except BrokenPipeError:
            pass
        finally:
            if is_late or size > most or child.poll() is None:
                _end(child, 0 if is_late or size > most else 2)
    return (None if is_late else child.returncode), b"".join(parts)


def _end(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait a moment for a child that has said everything, then stop it."""
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
