"""The wall for an hour at speed: does its memory grow, and how long does a reading take to its pixels?

The server's clock of the wall runs 60 times as fast and the page asks every 50 ms, so a minute is an hour of rotation. The heap is
taken by CDP after a collection, once every scene was on. `--size` is the minutes that the hour lasts (1 without it).
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import Row

SPEED, POLL_MS = 60.0, 50
MOST_GROWTH, MOST_TO_PIXELS_S = 5.0, 5.0
SHOWN = "return (document.querySelector('.wall-of-signs') || document.body).innerText.includes(arguments[0])"


def measure(size: str = "") -> list[Row]:
    """Growth of the JavaScript heap over an hour of the wall, in per cent; seconds from a batch to the wall's pixels at its usual pace."""
    from tests.browser.chromium import chromium
    from tests.serving import demo_page
    from tests.signed_in import enter, local_session

    minutes = float(size or 1)
    with tempfile.TemporaryDirectory() as folder, demo_page(Path(folder) / "wall") as (address, system), chromium(1920, 1080) as driver:
        enter(driver, address, *local_session(system.settings.home))
        begun = time.time()
        system.steering.clock = lambda: begun + (time.time() - begun) * SPEED / minutes
        driver.get(f"{address}/screen?city=demo&poll={POLL_MS}")
        around = sum(scene.dwell_s for scene in system.scenes.values() if scene.rotates) * minutes / SPEED
        time.sleep(3 * around + 5)
        before, draws = _heap(driver), _draws(driver)
        time.sleep(60 * minutes)
        after, drawn = _heap(driver), _draws(driver) - draws
        growth = 100 * (after / before - 1)
        system.steering.clock = time.time
        seconds = _to_pixels(driver, system, address, Path(folder))
    return [Row("heap growth of the wall over an hour of rotation", f"{drawn} scenes drawn, {before / 1e6:.1f} MB", growth, "%", limit=MOST_GROWTH),
            Row("from a batch taken in to the wall's pixels", "one step of one indicator, polls of a second", seconds, "s", limit=MOST_TO_PIXELS_S)]


def _to_pixels(driver: Any, system: Any, address: str, folder: Path) -> float:
    """Seconds from the moment a batch is handed in until its value stands on the wall."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from data.handin import HandIn

    driver.get(f"{address}/screen?city=demo&lang=en")
    system.steering.show("demo", system.scenes, "overview", "benchmark")
    system.steering.hold("demo", system.scenes, "benchmark")
    _until(driver, "Vital signs")
    streets = [row["code"] for row in system.rows("export_rows", city="demo", level="street", codes=[], most=999)]
    at = datetime.fromtimestamp(system.newest("demo"), UTC).isoformat()
    path = folder / "reading.parquet"
    rows = [{"unit_code": code, "indicator": "aqi", "at": at, "value": 4321.0, "weight": None} for code in streets]
    pq.write_table(pa.Table.from_pylist(rows), path)
    start = time.perf_counter()
    system.take([HandIn("demo", "ecology_env", "reading", path, datetime.now(UTC))])
    _until(driver, "4,321")
    return time.perf_counter() - start


def _until(driver: Any, text: str) -> None:
    end = time.monotonic() + 30
    while not driver.execute_script(SHOWN, text):
        if time.monotonic() > end:
            raise TimeoutError(f"the wall never showed {text}")
        time.sleep(0.02)


def _heap(driver: Any) -> int:
    driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    return int(driver.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"])


def _draws(driver: Any) -> int:
    return int(driver.execute_script("return window.chengshu.wall.draws || 0"))
