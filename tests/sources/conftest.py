"""A tiny city with sources of its own."""

from __future__ import annotations

import csv
import os
import time

import pytest

from app.exchange import sources
from data import registers
from tests import homes

HEADER = list(registers.rows("sources")[0])
STREETS = ("990101001", "990101002", "990102001", "990102002")


class Place:
    """The running system, and short ways to name sources and drop files."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.system = homes.city(folder / "home", second_factor=False, import_networks="127.0.0.0/8")
        self.rows: list[dict[str, str]] = []

    def source(self, name, kind, dataset="reading", **more):
        """Name a source in the overlay; returns it as read."""
        self.rows = [row for row in self.rows if row["id"] != name]
        self.rows.append({"id": name, "kind": kind, "city": "tiny", "dataset": dataset, "source": "ecology_env", "owner": "ecology_env",
                          "name_zh": "源", "name_en": name, **more})
        file = sources.overlay(self.system.settings.home)
        file.parent.mkdir(exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, HEADER)
            writer.writeheader()
            writer.writerows(self.rows)
        return sources.read(self.system.settings.home).one(name)

    def drop(self, folder, name, text, age=10):
        """Put a finished file into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(file, (time.time() - age,) * 2)
        return file

    def one(self, sql, *params):
        """The first row of an answer."""
        return self.system.db.run(sql, list(params)).fetchone()

    def all(self, sql, *params):
        """Every row of an answer."""
        return self.system.db.run(sql, list(params)).fetchall()


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    made.system.close()


def readings(values, hour=4, indicator="aqi"):
    """Readings of streets as CSV."""
    rows = [f"{code},{indicator},2026-11-18T{hour:02d}:00:00Z,{value}" for code, value in zip(STREETS, values, strict=False)]
    return "\n".join(["unit_code,indicator,at,value", *rows]) + "\n"
