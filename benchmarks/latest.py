"""What screens ask many times a second: newest values, series, the most unusual; alone and at 32 threads."""

from __future__ import annotations

import threading
import time

import numpy as np

from app.system import System
from benchmarks import Row, spread, times
from benchmarks._city import demo


def measure(size: str = "") -> list[Row]:
    """On the demo city (`size` small, city)."""
    system = demo(size or "city")
    system.values("demo").preload()
    sixty = list(system.latest("demo", "district").indicators)[:60]
    units = system.latest("demo", "district").value.shape[1]
    newest = lambda _i: system.latest("demo", "district").rows(sixty)  # noqa: E731 - three short questions
    unusual = lambda _i: system.latest("demo", "district").unusual[:20]  # noqa: E731
    rows = []
    for what, ask, limit in ((f"newest value of {len(sixty)} indicators × {units} districts", newest, 1.0),
                             ("7-day hourly series of one street", lambda i: _series(system, i), 2.0),
                             ("20 most unusual", unusual, 1.0)):
        rows.append(spread(what, f"demo {size or 'city'}", times(ask, 2000), limit))
        rows.append(spread(f"{what}, 32 threads", f"demo {size or 'city'}", _together(ask), limit))
    recomputed = "select indicator, seq, arg_max(value, observed_at) from theme.value where city = 'demo' and level = 'district' group by all"
    view = times(lambda _i: system.db.run(recomputed).fetchall(), 5, 1)
    rows.append(Row("the same newest values recomputed in SQL", f"demo {size or 'city'}", float(np.median(view)), note="peer: theme.value, not kept"))
    system.close()
    return rows


def _series(system: System, i: int) -> object:
    cube = system.values("demo").cube("aqi")
    return cube.series("street", i % cube.levels["street"].value.shape[1] + 1, since=int(cube.times[-1]) - 7 * 86_400)


def _together(ask, threads: int = 32, each: int = 60) -> np.ndarray:
    found: list[float] = []

    def work() -> None:
        for i in range(each):
            start = time.perf_counter()
            ask(i)
            found.append((time.perf_counter() - start) * 1000)
            time.sleep(0.001)                    # people ask again, they do not spin

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return np.asarray(found)
