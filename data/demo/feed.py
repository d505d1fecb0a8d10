"""The demo city goes on reporting: hour after hour, as the same departments, where the history stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from data.demo.calendar import day_start, hour_number, local_day, local_hour
from data.demo.city import KEY, found
from data.demo.daily import daily
from data.demo.flows import write_flows
from data.demo.hourly import crowd, hourly
from data.demo.incidents import plan_incidents, written_until
from data.demo.inside import inside
from data.demo.readings import Part, write_parts
from data.demo.scene import Scene
from data.demo.topics import feed_topics
from data.errors import NotFound
from data.handin import HandIn


def feed(folder: Path, size: str = "city", seed: int = 7, since: datetime | None = None,
         anchor: datetime | None = None) -> Iterator[list[HandIn]]:
    """One list of hand-ins per hour of demo time, for ever: the hour after `since`, the next, …

    `anchor`: the moment the history was written up to (default: as noted in `folder`); `since` (default: the anchor):
    the last hour already handed in. At local midnight the finished day's daily readings come with it. Files are
    named by their hour, so handing in an hour twice gives the same file.
    """
    start = anchor or written_until(folder)
    if start is None:
        raise NotFound("No demo history in this folder", "Write the city first, or give anchor=", folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    city = found(size, seed)
    scene = Scene(city, hour_number(start), plan_incidents(city, start))
    hour = hour_number(since or start)
    while True:
        hour += 1
        yield list(_tick(folder, scene, hour))


def _tick(folder: Path, scene: Scene, hour: int) -> Iterator[HandIn]:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    stamp = at.strftime("%Y%m%dT%H")
    hours = np.array([hour])
    parts: dict[str, list[Part]] = {}
    for owner, signal in hourly(scene, hours):
        parts.setdefault(owner, []).append((signal, hours))
    parts.setdefault("police", []).append((crowd(scene, hours), hours))
    if int(local_hour(np.array(hour + 1))) == 0:
        day = int(local_day(hour))
        days = np.array([day])
        for owner, signal in daily(scene, days):
            parts.setdefault(owner, []).append((signal, day_start(days)))
        for owner, _, signal, _ in inside(scene, day, {"energy": 1, "people": 1, "water": 1}):
            parts.setdefault(owner, []).append((signal, day_start(days)))
    for owner, mine in parts.items():
        file = write_parts(folder / f"feed_{stamp}_{owner}.parquet", scene, mine)
        yield HandIn(KEY, owner, "reading", file, at + timedelta(hours=1))
    yield HandIn(KEY, "police", "flow", write_flows(folder / f"feed_{stamp}_flow.parquet", scene, hours),
                 at + timedelta(hours=1))
    yield from feed_topics(folder, scene.city, hour, at + timedelta(hours=1))
