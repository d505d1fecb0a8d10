"""Registries read straight from their file: for what must be known before, or without, the city's database."""

from __future__ import annotations

import csv
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "registry"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `data/registry/<name>.csv`, every cell as text."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(name: str) -> list[str]:
    """The names in the head of `data/registry/<name>.csv`."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])
