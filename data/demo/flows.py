"""People moving from street to street, hour by hour: most to a few near or attractive places, the rest left out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from data.demo import codes
from data.demo.calendar import hour_number
from data.demo.city import City
from data.demo.hourly import _Rhythm
from data.demo.parquet import FLOW, instants, word, write
from data.demo.scene import Scene

TOP = 22  # destinations kept per origin


def hand_in_flows(folder: Path, city: City, until: datetime) -> Path:
    """The last hours' flows in one file."""
    now = hour_number(until)
    if city.size.name == "mega":
        return write(folder / "flow.parquet", _table(city, *[np.zeros(0, np.int64)] * 4), FLOW)
    return write_flows(folder / "flow.parquet", Scene(city, now), np.arange(now - city.size.flow_hours + 1, now + 1))


def write_flows(file: Path, scene: Scene, hours: np.ndarray) -> Path:
    """Flows of these hours."""
    at = scene.street
    n = len(at)
    away = np.linalg.norm(at.point[:, None] - at.point[None], axis=2) / 1000 + 1.2
    np.fill_diagonal(away, np.inf)
    reach = away**-1.6
    pull_work, pull_home = at.workers + 30, at.population + 60
    pull_play = at.leisure * 20_000 + at.workers * 0.2 + 40
    rhythm = _Rhythm(hours)
    keep = np.argsort(-(reach * (pull_work + pull_play * 0.5 + pull_home * 0.25)), axis=1)[:, : min(TOP, n - 1)]
    origin = np.repeat(np.arange(n), keep.shape[1])
    target = keep.ravel()

    def trips(push: np.ndarray, pull: np.ndarray) -> np.ndarray:
        gravity = reach * pull[None]
        gravity = gravity / gravity.sum(axis=1, keepdims=True)
        return (push[:, None] * gravity)[origin, target]

    to_work, to_home = trips(at.population * 0.22, pull_work), trips(at.workers * 0.7, pull_home)
    to_play = trips(at.population * 0.08, pull_play)
    morning, evening = np.clip(rhythm.come, 0, None), np.clip(-rhythm.come, 0, None)
    mean = (to_work * (morning + 0.05 * rhythm.awake)[:, None] + to_home * (evening + 0.05 * rhythm.awake)[:, None]
            + to_play * rhythm.leisure[:, None])
    mean *= np.exp(0.12 * scene.noise("flow", hours, len(origin)))
    count = np.round(mean).astype(np.int64)
    step, pair = np.nonzero(count > 0)
    return write(file, _table(scene.city, origin[pair], target[pair], hours[step], count[step, pair]), FLOW)


def _table(city: City, origin: np.ndarray, target: np.ndarray, hour: np.ndarray, count: np.ndarray) -> dict[str, object]:
    code = codes.text(city.blocks.street_code)
    return {"origin_code": word(code, origin), "destination_code": word(code, target), "at": instants(hour * 3600),
            "count": count}
