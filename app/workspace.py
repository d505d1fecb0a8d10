"""The analyst's SQL workspace: own questions over a snapshot of what the viewer may see, each in a process of its own.

A snapshot belongs to a scope (`Seen.scope`), a city and its versions, and is used for some minutes; the answer says as of
when. Of personal indicators whose small counts are hidden from the viewer, the snapshot holds what the screens show.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from app.access import CLEARED, FEW, PRIVACY
from app.errors import BadInput, Busy
from app.sight import Seen
from app.system import System
from data import registers, workspace
from data.levels import LEVELS
from data.workspace import LONGEST, Answer, Limits, Reach

__all__ = ["LONGEST", "Asked", "Example", "Snapshot", "Workspace", "columns", "examples", "shown_rows"]

SHOWN = LEVELS[: LEVELS.index("grid") + 1]
KEPT = 3600 * 6         # seconds a snapshot that nobody renews stays on the disk


@dataclass(frozen=True)
class Snapshot:
    """A file of what one scope may see of a city; `made_at` in epoch seconds."""

    path: Path
    made_at: float
    versions: tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """An answer and as of when it is."""

    answer: Answer
    as_of: float
    seconds: float


@dataclass(frozen=True)
class Example:
    """A question that runs, with its title in both languages."""

    title_zh: str
    title_en: str
    sql: str


class Workspace:
    """Snapshots and running questions of one system."""

    def __init__(self, system: System) -> None:
        self.system, self.settings = system, system.settings
        self.folder = Path(system.settings.home) / "workspace"
        self._snapshots: dict[tuple[str, str], Snapshot] = {}
        self._making: dict[tuple[str, str], threading.Lock] = {}
        self._asking: set[str] = set()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self.settings.workspace_at_once)
        for path in self.folder.glob("*") if self.folder.is_dir() else ():       # what an earlier run left
            path.unlink(missing_ok=True)

    def ask(self, seen: Seen, city: str, sql: str, rows: int | None = None) -> Asked:
        """Answer a question about a city. Raises BadInput, Refused, NotFound, Busy or Unavailable."""
        if not sql.strip():
            raise BadInput("There is no question in the text", "Write a SELECT, or take one of the examples")
        started = time.perf_counter()
        with self._place(seen.viewer.name or seen.viewer.session):
            snapshot = self.snapshot(seen, city)
            most = self.settings.workspace_rows if rows is None else rows
            answer = workspace.ask(snapshot.path, sql, Limits(self.settings.workspace_seconds, most, self.settings.workspace_memory_mb))
        return Asked(answer, snapshot.made_at, time.perf_counter() - started)

    def snapshot(self, seen: Seen, city: str) -> Snapshot:
        """The file that this viewer's questions read: the one there is while it is young or nothing moved, else a new one."""
        key = (seen.scope, seen.city(city).city)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            place = seen.city(city)
            kept, versions = self._snapshots.get(key), (place.geometry_version, place.value_version)
            is_young = kept is not None and time.time() - kept.made_at < self.settings.workspace_minutes * 60
            if kept is None or not kept.path.exists() or not (is_young or kept.versions == versions):
                made_at = time.time()
                name = f"{hashlib.sha256(seen.scope.encode()).hexdigest()[:12]}-{place.city}-{versions[0]}-{versions[1]}-{int(made_at * 1000)}"
                fresh = Snapshot(self.folder / f"{name}.duckdb", made_at, versions)
                self._write(seen, place.city, fresh.path)
                self._snapshots[key] = fresh
                self._clear()
            return self._snapshots[key]

    def _write(self, seen: Seen, city: str, path: Path) -> None:
        few = {name: one for name, one in seen.indicators.items() if seen.hides_few(one)}
        reaches = []
        for level in PRIVACY:
            names = tuple(name for name, one in seen.indicators.items() if one.privacy == level and name not in few)
            reaches.append(_reach(seen, city, level, names))
        every = _reach(seen, city, 0, tuple(seen.indicators))
        least = 1 if seen.privacy(city) >= CLEARED else FEW
        workspace.write_snapshot(self.system.db, path, city, reaches, every, least, {name: shown_rows(seen, city, name) for name in few})

    def _clear(self) -> None:
        """Remove files that no snapshot is, and snapshots that nobody renewed for hours (a question that reads one keeps it open)."""
        now = time.time()
        with self._lock:
            for key, one in list(self._snapshots.items()):
                if now - one.made_at > max(KEPT, self.settings.workspace_minutes * 60):
                    del self._snapshots[key]
            mine = {one.path for one in self._snapshots.values()}
            for path in self.folder.glob("*.duckdb"):
                if path not in mine and now - path.stat().st_mtime > self.settings.workspace_seconds:
                    path.unlink(missing_ok=True)

    @contextmanager
    def _place(self, who: str) -> Iterator[None]:
        with self._lock:
            if who in self._asking:
                raise Busy("Your question before this one still runs", f"Wait for it; it is stopped after {self.settings.workspace_seconds:g} s")
            if not self._places.acquire(blocking=False):
                raise Busy("Others' questions run now", "Try again in a moment")
            self._asking.add(who)
        try:
            yield
        finally:
            with self._lock:
                self._asking.discard(who)
            self._places.release()


def columns() -> list[dict[str, str]]:
    """Every column that may be asked: table, column, type, unit, meaning in both languages (data/registry/workspace.csv)."""
    return registers.rows("workspace")


def examples() -> list[Example]:
    """Questions to begin with (data/registry/workspace_examples.csv)."""
    return [Example(row["title_zh"], row["title_en"], row["sql"]) for row in registers.rows("workspace_examples")]


def shown_rows(seen: Seen, city: str, indicator: str) -> pa.Table:
    """The values of one indicator as the screens show them to this viewer, grid and coarser, as rows of VALUE."""
    cube, tables = seen.values(city).cube(indicator), []
    for level in SHOWN:
        if level not in cube.levels or not cube.times.size:
            continue
        value = cube.history(level)
        step, unit = np.nonzero(np.isfinite(value))
        coverage = [cube.coverage(level, row) for row in range(value.shape[0])]
        n, expected = (np.stack([part[i] for part in coverage])[step, unit].astype(np.int32) for i in (0, 1))
        tables.append(pa.Table.from_arrays([
            pa.DictionaryArray.from_arrays(np.zeros(step.size, np.int8), [indicator]).cast(pa.string()),
            pa.DictionaryArray.from_arrays(np.zeros(step.size, np.int8), [level]).cast(pa.string()),
            pa.array((unit + 1).astype(np.int32)), pa.array(cube.times[step] * 1_000_000, pa.timestamp("us")),
            pa.array(value[step, unit]), pa.array(n), pa.array(expected)], schema=workspace.VALUE))
    return pa.concat_tables(tables) if tables else workspace.VALUE.empty_table()


def _reach(seen: Seen, city: str, privacy: int, indicators: tuple[str, ...]) -> Reach:
    sight = seen.sight(city, privacy)
    return Reach(privacy, None if sight is None else sight.bits, None if sight is None else sight.offsets, indicators)
