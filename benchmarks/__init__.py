"""What must be fast, measured: `python run.py bench NAME [--json] [--size S]`.

One file a benchmark: `measure(size) -> list[Row]`. A row says what was done on how much data, how long it took (p50 and
p95 in milliseconds, or one total), what it may cost at most or what a peer took in the same run, and the ratio.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

HOME = Path(os.environ.get("CHENGSHU_BENCH_HOME", Path(__file__).resolve().parent.parent / "var" / "bench"))


@dataclass
class Row:
    """One line of the table. `limit` and `measured` share `unit`; `ok` says measured ≤ limit (or ≥, for rates)."""

    what: str
    data: str
    measured: float
    unit: str = "ms"
    p50: float | None = None
    p95: float | None = None
    limit: float | None = None
    against: str = ""
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """measured ÷ limit."""
        return None if not self.limit else self.measured / self.limit

    @property
    def ok(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        if self.limit is None:
            return None
        return self.measured >= self.limit if self.more_is_better else self.measured <= self.limit


def times(work: Callable[[int], object], rounds: int, warm: int = 3, first: int = 0) -> np.ndarray:
    """Milliseconds of each of `rounds` calls `work(first)`, `work(first + 1)`, …, after `warm` that do not count."""
    for i in range(warm):
        work(i)
    found = np.empty(rounds)
    for i in range(rounds):
        start = time.perf_counter()
        work(first + i)
        found[i] = (time.perf_counter() - start) * 1000
    return found


def spread(what: str, data: str, found: np.ndarray, limit: float | None = None, at: str = "p95", **more: object) -> Row:
    """A row from many timings, judged by p95 (or p50)."""
    p50, p95 = np.percentile(found, [50, 95])
    return Row(what, data, float(p95 if at == "p95" else p50), "ms", float(p50), float(p95), limit, **more)


def cpu_seconds() -> float:
    """CPU time this process has used so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if not module.name.startswith("_"))


def run(name: str, as_json: bool = False, size: str = "") -> int:
    """Run one benchmark (or `all`) and print its table; exit status 1 when a limit is broken."""
    if name not in (*names(), "all"):
        print("benchmarks: " + ", ".join((*names(), "all")))
        return 0 if not name else 2
    found = []
    for one in names() if name == "all" else [name]:
        module = importlib.import_module(f"benchmarks.{one}")
        rows = module.measure(size)
        found.append({"benchmark": one, "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
                      "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                      "rows": [{**asdict(row), "ratio": row.ratio, "ok": row.ok} for row in rows]})
        if not as_json:
            show(found[-1], rows)
    if as_json:
        print(json.dumps(found if name == "all" else found[0], ensure_ascii=False, indent=1))
    return 1 if any(row["ok"] is False for one in found for row in one["rows"]) else 0


def show(head: dict[str, object], rows: list[Row]) -> None:
    """The table of one benchmark."""
    print(f"\n{head['benchmark']}  ({head['machine']}; peak memory {head['peak_memory_mb']} MB)")
    print(f"{'what':58} {'data':34} {'measured':>12} {'p50':>9} {'p95':>9} {'limit':>10} {'ratio':>6}  ok")
    for row in rows:
        cells = [f"{row.measured:,.2f} {row.unit}", *("" if v is None else f"{v:,.2f}" for v in (row.p50, row.p95, row.limit, row.ratio))]
        print(f"{row.what:58} {row.data:34} {cells[0]:>12} {cells[1]:>9} {cells[2]:>9} {cells[3]:>10} {cells[4]:>6}  "
              f"{'' if row.ok is None else 'yes' if row.ok else 'NO'}  {row.against} {row.note}")
