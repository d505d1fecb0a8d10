"""The attention-LSTM that comes with the program: trained (with torch) on the made-up demo city, kept as a small .npz.

    python -m app.forecast.shipped data/registry/models/attention.npz
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from app.forecast.deep import train
from app.forecast.design import design
from app.forecast.frame import Floats, Panel
from app.forecast.models.attention import material
from app.forecast.spec import Spec
from data.demo.calendar import hour_number
from data.demo.city import found
from data.demo.hourly import hourly
from data.demo.incidents import plan_incidents
from data.demo.scene import Scene

ZONE = "Asia/Shanghai"
UNTIL, DAYS, ROWS = datetime(2026, 4, 20, tzinfo=UTC), 56, 6_000
LEFT_OUT = {"rain_mm_h", "ponding_cm", "overloaded_transformers", "warning_level"}      # mostly nothing: no rhythm to learn


def panels(size: str = "city", days: int = DAYS) -> list[Panel]:
    """One panel an hourly indicator of the demo city's streets: first the mean of all as their parent, then the streets, with six neighbours."""
    city = found(size)
    scene = Scene(city, hour_number(UNTIL), plan_incidents(city, UNTIL))
    hours = np.arange(hour_number(UNTIL) - days * 24, hour_number(UNTIL))
    point = scene.street.point
    made = []
    for _, signal in hourly(scene, hours):
        if signal.level != "street" or signal.indicator in LEFT_OUT or signal.unit.size < 6:
            continue
        y = signal.value.T if signal.weight is None else (signal.value / np.maximum(signal.weight, 1e-9)).T
        y = np.concatenate([y.mean(axis=0, keepdims=True), y])
        made.append(Panel(tuple(map(str, range(len(y)))), hours * 3_600, y, "PT1H", ZONE, neighbours=_near(point[signal.unit]),
                          parent=np.r_[-1, np.zeros(len(y) - 1, np.int64)]))
    return made


def _near(point: Floats, count: int = 5) -> csr_array:
    """Each looks at the nearest others; the first row, the parent, at nobody."""
    n = len(point)
    _, who = cKDTree(point).query(point, k=min(count + 1, n))
    rows = np.repeat(np.arange(n), who.shape[1] - 1)
    return csr_array((np.ones(rows.size), (rows + 1, who[:, 1:].ravel() + 1)), shape=(n + 1, n + 1))


def main(path: Path) -> None:
    """Train and write. Raises Unavailable without torch."""
    spec = Spec(24, "PT1H", ZONE)
    parts = [material(design(panel, spec, spec.horizon), panel, spec, ROWS) for panel in panels()]
    x, query, z, weight = (np.concatenate([part[i] for part in parts]) for i in range(4))
    weights = train(x, query, z, np.ones_like(weight), epochs=6)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **{name: value.astype(np.float32) for name, value in weights.items()})
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB from {len(z)} rows of {len(parts)} indicators")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
