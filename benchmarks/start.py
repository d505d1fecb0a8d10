"""The first start: from nothing to a usable page, and to everything taken in."""

from __future__ import annotations

import shutil
import time

from app.exchange.demo import prepare
from app.settings import load
from app.system import System
from benchmarks import HOME, Row

_LIMIT = {"small": 3.0, "city": 60.0}


def measure(size: str = "") -> list[Row]:
    """`size` small or city."""
    size = size or "city"
    shutil.rmtree(HOME / "start", ignore_errors=True)
    started, usable = time.perf_counter(), []
    system = System(load(home=HOME / "start", demo="off"))
    receipts = prepare(system, size, is_usable=lambda: usable.append(time.perf_counter() - started))
    whole = time.perf_counter() - started
    units = sum(row["standing"] for row in system.unit_counts("demo"))
    readings = sum(receipt.row_in for receipt in receipts if receipt.hand_in.dataset == "reading")
    system.close()
    data = f"{units:,} units, {readings:,} readings"
    return [Row("first start to a usable page", data, usable[0], "s", limit=_LIMIT.get(size)),
            Row("first start to everything taken in", data, whole, "s", note=f"{readings / whole:,.0f} readings/s overall")]
