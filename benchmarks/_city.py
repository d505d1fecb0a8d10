"""The demo city in a folder of its own, made once and kept for the next benchmark."""

from __future__ import annotations

import time

from app.exchange.demo import prepare
from app.settings import load
from app.system import System
from benchmarks import HOME


def demo(size: str) -> System:
    """A system over a demo city of that size, built on the first call."""
    system = System(load(home=HOME / size, demo="off"))
    if "demo" not in system.cities or not (HOME / size / "made").exists():
        started = time.perf_counter()
        usable = []
        prepare(system, size, is_usable=lambda: usable.append(time.perf_counter() - started))
        (HOME / size / "made").write_text(f"{usable[0]:.1f} {time.perf_counter() - started:.1f}", encoding="utf-8")
    return system
