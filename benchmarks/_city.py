"""Demo cities in folders of their own, made once and kept for the next benchmark."""

from __future__ import annotations

import shutil
import time

from app.exchange.demo import prepare
from app.settings import load
from app.system import System
from benchmarks import HOME
from data.demo import write
from data.intake import take_in


def demo(size: str, seed: int | None = None) -> System:
    """A system over a demo city of that size (and seed, where not the usual one), built on the first call."""
    home = HOME / (size if seed is None else f"{size}-seed-{seed}")
    system = System(load(home=home, demo="off", **({} if seed is None else {"demo_seed": seed})))
    if "demo" not in system.cities or not (home / "made").exists():
        started = time.perf_counter()
        usable = []
        prepare(system, size, is_usable=lambda: usable.append(time.perf_counter() - started))
        (home / "made").write_text(f"{usable[0]:.1f} {time.perf_counter() - started:.1f}", encoding="utf-8")
    return system


def shapes(size: str) -> System:
    """A system over what the map draws of a demo city: its units down to the building and its basemap; not its floors,
    which have no shape of their own, and no readings. Taken in through the front library; not cut into tiles."""
    home = HOME / f"{size}-shapes"
    if not (home / "made").exists():
        shutil.rmtree(home, ignore_errors=True)
    system = System(load(home=home, demo="off"))
    if not (home / "made").exists():
        started = time.perf_counter()
        for hand_in in write(home / "demo", size):
            if not hand_in.file.name.startswith("unit_7"):
                take_in(system.db, hand_in)
            hand_in.file.unlink()
            if hand_in.dataset == "layer":
                break
        system.read_cities()
        system.db.checkpoint()
        (home / "made").write_text(f"{time.perf_counter() - started:.1f}", encoding="utf-8")
    return system
