"""Registries read straight from their file: for what must be known before, or without, the city's database."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).resolve().parent / "registry"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `data/registry/<name>.csv`, every cell as text."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(name: str) -> list[str]:
    """The names in the head of `data/registry/<name>.csv`."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def arrays(name: str) -> dict[str, np.ndarray]:
    """The arrays of `data/registry/<name>.npz` (nothing in it is executed); none where there is no such file."""
    path = _FOLDER / f"{name}.npz"
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def documents(name: str, home: Path | None = None) -> dict[str, dict[str, Any]]:
    """{name: content} of the TOML files of `data/registry/<name>/`; a file of the same name in `<home>/registry/<name>/` stands in for ours.

    Raises ValueError, naming the file, for one that is no TOML.
    """
    found = {}
    for folder in (_FOLDER / name, *([home / "registry" / name] if home else [])):
        for file in sorted(folder.glob("*.toml")):
            try:
                found[file.stem] = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise ValueError(f"{file}: {error}") from error
    return found
