"""Which requirement is shown by which tests, and what the last run of those tests said.

The requirements are rows of data/registry/evidence.csv. `make evidence` runs the tests they name and writes
`evidence/results.json`; without such a run nothing is claimed. This is evidence for an assessment, never a certificate.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.cells import harmless
from data import registers

RESULTS = ("passed", "failed", "skipped", "not run", "no test", "outside")
COLUMNS = ("standard", "item", "level", "title_zh", "title_en", "result", "met", "how_zh", "how_en", "tests")
_WORST_FIRST = ("failed", "not run", "skipped", "passed")


@dataclass(frozen=True)
class Item:
    """One requirement. `is_ours`: software can meet it; else it is the operator's. `met`: whole, part or no; `how` says what is missing.
    `tests` are pytest's node ids, without parameters."""

    standard: str
    item: str
    level: int
    title_zh: str
    title_en: str
    is_ours: bool
    met: str
    how_zh: str
    how_en: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One run of the tests: when it ended, and how each of them did."""

    at: datetime | None = None
    tests: dict[str, str] = field(default_factory=dict)


def items() -> list[Item]:
    """Every requirement, in registry order."""
    return [
        Item(row["standard"], row["item"], int(row["level"]), row["title_zh"], row["title_en"], row["applies"] == "software",
             row["met"], row["how_zh"], row["how_en"], tuple(row["tests"].split()))
        for row in registers.rows("evidence")
    ]  # fmt: skip


def last_run(home: Path) -> Run:
    """The last run's results; an empty run where there is none, or its file cannot be read."""
    try:
        kept = json.loads((home / "evidence" / "results.json").read_text(encoding="utf-8"))
        return Run(datetime.fromisoformat(kept["at"]), {str(name): str(result) for name, result in kept["tests"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Run()


def result_of(item: Item, run: Run) -> str:
    """The worst of its tests: one that failed, or did not run, is not made up for by others."""
    if not item.is_ours:
        return "outside"
    if not item.tests:
        return "no test"
    found = {run.tests.get(test, "not run") for test in item.tests}
    return next(result for result in _WORST_FIRST if result in found)


def rows(run: Run, standard: str = "", result: str = "") -> list[dict[str, Any]]:
    """Every requirement with its result and that of each test; only those of a standard or with a result where given."""
    found = []
    for item in items():
        row = {
            "standard": item.standard, "item": item.item, "level": item.level, "title_zh": item.title_zh, "title_en": item.title_en,
            "result": result_of(item, run), "met": item.met, "how_zh": item.how_zh, "how_en": item.how_en,
            "tests": [{"test": test, "result": run.tests.get(test, "not run")} for test in item.tests],
        }  # fmt: skip
        if standard in ("", item.standard) and result in ("", row["result"]):
            found.append(row)
    return found


def counts(found: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """standard → result → how many requirements."""
    table: dict[str, dict[str, int]] = {}
    for row in found:
        of = table.setdefault(row["standard"], dict.fromkeys(RESULTS, 0))
        of[row["result"]] += 1
    return table


def as_csv(found: Iterable[dict[str, Any]]) -> str:
    """The rows for a spreadsheet: one line a requirement, no cell a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    sheet = csv.writer(out)
    sheet.writerow(COLUMNS)
    for row in found:
        tests = " ".join(f"{one['test']} ({one['result']})" for one in row["tests"])
        sheet.writerow([harmless(tests if name == "tests" else row[name]) for name in COLUMNS])
    return out.getvalue()
