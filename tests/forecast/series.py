"""Small made-up series for the tests of forecasts: a day's profile, a weekend, weather that counts, neighbours that lead."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from app.forecast.frame import Panel
from app.forecast.spec import Spec

ZONE = "Asia/Shanghai"
START = 1_772_380_800           # 2026-03-02 00:00 in Shanghai, a Monday


def spec(horizon=6, **more):
    return Spec(horizon, "PT1H", ZONE, **{"mode": "instant"} | more)


def panel(n=4, days=21, noise=0.3, seed=1, **more):
    """Hourly series with a daily profile, a calmer weekend and noise that lasts some hours."""
    draw = np.random.default_rng(seed)
    hour = np.arange(days * 24)
    calm = np.where(hour // 24 % 7 < 5, 1.0, 0.5)
    wave = 10 + 4 * np.sin(2 * np.pi * (hour % 24 - 8) / 24) * calm
    lasting = np.zeros((n, hour.size))
    for t in range(1, hour.size):
        lasting[:, t] = 0.8 * lasting[:, t - 1] + draw.normal(0, noise, n)
    y = np.arange(1, n + 1)[:, None] * (wave + lasting)
    return Panel(tuple(f"u{i}" for i in range(n)), START + 3_600 * hour, y, "PT1H", ZONE, **more)


def ring(n):
    """Each looks at the one before it."""
    return csr_array((np.ones(n), (np.arange(n), (np.arange(n) - 1) % n)), shape=(n, n))
