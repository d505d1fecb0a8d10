"""Is the program alive, can it write, and how old is its data: cheap, and telling nothing of anybody."""

from __future__ import annotations

import os
import time
from typing import Any

from app.system import System
from app.watch import EDGES, GROUPS, OUTCOMES


def alive(system: System) -> dict[str, Any]:
    """`status` ok, preparing, failing; `database` writable or not; `feed_age_s` since the newest reading of any city (None: none), by the clock."""
    is_ready = bool(system.progress["is_ready"])
    is_writable = os.access(system.settings.database, os.W_OK) and os.access(system.settings.home, os.W_OK)
    newest = [at for key in list(system.cities) if (at := system.newest(key)) is not None]      # kept per version: no question is asked
    age = max(0, int(time.time() - max(newest))) if newest else None
    return {"status": "preparing" if not is_ready else "ok" if is_writable else "failing",
            "database": "writable" if is_writable else "not writable", "feed_age_s": age}


def prometheus(system: System, seen: System) -> str:
    """The counts of this process in the text format of Prometheus (0.0.4); cities as far as `seen` sees them."""
    told, well = system.watch.told(), alive(system)
    out = Exposition()
    out.family("chengshu_up", "gauge", "1 while the program is ready and can write, else 0", [({}, float(well["status"] == "ok"))])
    out.family("chengshu_start_time_seconds", "gauge", "When this process started, in seconds since 1970", [({}, system.watch.started)])
    out.family("chengshu_requests_total", "counter", "Requests since the start by group and outcome (ok, refused 4xx, failed 5xx)",
               [({"group": group, "outcome": name}, float(told[group].outcomes[name])) for group in GROUPS for name in OUTCOMES])
    out.head("chengshu_request_seconds", "histogram", "How long requests took, in seconds")
    for group in GROUPS:
        below = 0
        for edge, n in zip(EDGES, told[group].buckets, strict=False):
            below += n
            out.sample("chengshu_request_seconds_bucket", {"group": group, "le": f"{edge:.6g}"}, below)
        out.sample("chengshu_request_seconds_bucket", {"group": group, "le": "+Inf"}, sum(told[group].buckets))
        out.sample("chengshu_request_seconds_sum", {"group": group}, told[group].seconds)
        out.sample("chengshu_request_seconds_count", {"group": group}, sum(told[group].buckets))
    ages = [({"city": key}, max(0.0, time.time() - at)) for key in seen.cities if (at := seen.newest(key)) is not None]
    out.family("chengshu_feed_age_seconds", "gauge", "Age of the newest reading of a city", ages)
    out.family("chengshu_value_version", "gauge", "Version of a city's values: moves whenever readings come in",
               [({"city": key}, float(city.value_version)) for key, city in seen.cities.items()])
    return str(out)


class Exposition:
    """Writes families of samples: HELP, TYPE, then `name{label="value"} number`, a line each."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def head(self, name: str, kind: str, text: str) -> None:
        """Begin a family; every sample after it belongs to it."""
        escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
        self._lines += [f"# HELP {name} {escaped}", f"# TYPE {name} {kind}"]

    def sample(self, name: str, labels: dict[str, str], value: float) -> None:
        """One number; backslash, quote and line feed in labels are escaped."""
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        number = str(int(value)) if value == int(value) else repr(value)
        self._lines.append(f"{name}{{{inner}}} {number}" if inner else f"{name} {number}")

    def family(self, name: str, kind: str, text: str, samples: list[tuple[dict[str, str], float]]) -> None:
        """A family of plain samples."""
        self.head(name, kind, text)
        for labels, value in samples:
            self.sample(name, labels, value)

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
