"""Homes that many tests begin from, made once a process and copied: the empty libraries and the tiny city."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from app.settings import load
from app.system import System
from data.build import build
from data.connection import Database
from data.intake import take_in
from tests import tiny


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chengshu-homes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def made(make: Callable[[Path], None]) -> Path:
    """What `make` writes into a folder of its own; nothing may change it, tests take a copy."""
    folder = _folder() / make.__name__
    make(folder)
    return folder


def copy(make: Callable[[Path], None], to: Path) -> Path:
    """A copy of what `make` writes, in `to`."""
    shutil.copytree(made(make), to, dirs_exist_ok=True)
    return to


def empty_library(folder: Path) -> None:
    """A built database that holds nothing."""
    folder.mkdir()
    database = Database(folder / "city.duckdb", "2GB", 2)
    build(database)
    database.close()


def tiny_library(folder: Path) -> None:
    """A built database with the tiny city, and nothing else of a home."""
    copy(empty_library, folder)
    database = Database(folder / "city.duckdb", "2GB", 2)
    for hand_in in tiny.whole(_folder() / "in"):
        take_in(database, hand_in)
    database.close()


def tiny_home(folder: Path) -> None:
    """The home of a server that took in the tiny city."""
    system = System(load(home=folder, demo="off"))
    system.take(tiny.whole(_folder() / "in"))
    system.close()


def library(make: Callable[[Path], None], folder: Path) -> Database:
    """A database opened on a copy."""
    return Database(copy(make, folder) / "city.duckdb", "2GB", 2)


def city(home: Path, **settings: Any) -> System:
    """The tiny city, running in a home of its own."""
    return System(load(home=copy(tiny_home, home), demo="off", **settings))
