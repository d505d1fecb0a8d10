"""Repeatable chance: generators named by what they are for, and smooth fields over the plane."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, *names: object) -> np.random.Generator:
    """A random generator that depends on the seed and the names only, not on what was drawn before."""
    words = [seed] + [n if isinstance(n, int) else zlib.crc32(str(n).encode()) for n in names]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([w & 0xFFFFFFFF for w in words])))


def field(seed: int, name: str, u: np.ndarray, v: np.ndarray, wavelength: float, waves: int = 9) -> np.ndarray:
    """A smooth field over the plane, mean 0, roughly within ±1; features about a wavelength apart."""
    rng = generator(seed, "field", name)
    angle, phase = rng.uniform(0, 2 * np.pi, waves), rng.uniform(0, 2 * np.pi, waves)
    number = 2 * np.pi / wavelength * rng.uniform(0.6, 1.5, waves)
    total = np.zeros(np.broadcast(u, v).shape)
    for a, p, k in zip(angle, phase, number, strict=True):
        total += np.sin(k * (np.cos(a) * u + np.sin(a) * v) + p)
    return total / np.sqrt(waves / 2) / 1.6
