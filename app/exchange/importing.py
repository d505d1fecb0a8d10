"""`run.py import`: a file of a real place, recognised, shown, taken in, drawn, reported."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from app.errors import BadInput
from app.exchange.fetch import fetch, is_address
from app.exchange.place import Options, Plan, Report, plan, write
from app.exchange.stock import stock
from app.settings import Settings
from app.system import System
from data import queries
from data.connection import Database
from data.intake import Receipt


def import_place(settings: Settings, asked: Namespace) -> int:
    """Run the command line's import; returns the exit status."""
    if asked.report and not Path(asked.report).resolve().parent.is_dir():
        raise BadInput("The folder for the report does not exist", "Make it, or name another file", file=asked.report)
    if is_address(asked.file):
        asked = Namespace(**{**vars(asked), "file": str(fetch(asked.file, settings, say))})
    if asked.dry_run:
        what = plan(Path(asked.file), options(asked, 1), say)
        print("\n".join(what.lines()))
        print("dry run: nothing was changed")
        return 0
    system = System(settings)
    try:
        what, report, receipts = take_place(system, asked)
    finally:
        system.close()
    body = summary(report, receipts)
    if asked.report:
        Path(asked.report).write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n".join(report.lines()))
    for receipt in receipts:
        print(f"batch {receipt.batch} {receipt.hand_in.dataset}: in {receipt.row_in} = accepted {receipt.accepted} + rejected "
              f"{receipt.rejected} + duplicate {receipt.duplicate}" + (" (replay: nothing changed)" if receipt.is_replay else ""))
    print(f"{asked.city} is in: start `python run.py serve` and choose it at the top of the page")
    return 0


def take_place(system: System, asked: Namespace) -> tuple[Plan, Report, list[Receipt]]:
    """Plan, write and take in; the city's earlier units keep their codes."""
    started = time.perf_counter()
    what = plan(Path(asked.file), options(asked, next_number(system.db)), say)
    known = queries.frame(system.db, "known_units", city=asked.city)
    hand_ins, report = write(what, system.settings.home / "imports" / asked.city, known if len(known) else None, say)
    receipts = system.take(hand_ins, lambda receipt: say(f"took in {receipt.hand_in.dataset}", 1.0))
    sizes = stock(system, asked.city, what.source.moment, system.settings.home / "imports" / asked.city)
    if sizes is not None:
        receipts += system.take([sizes], lambda receipt: say(f"took in {receipt.hand_in.dataset}", 1.0))
    report.extra["seconds_total"] = round(time.perf_counter() - started, 3)
    return what, report, receipts


def options(asked: Namespace, number: int) -> Options:
    """The command line as import options."""
    return Options(city=asked.city, city_name=asked.city_name or None, city_number=number, crs=asked.crs,
                   name_field=asked.name_field, code_field=asked.code_field, level=asked.level)


def next_number(db: Database) -> int:
    """The number a new place gets: one above the highest imported so far."""
    taken = [int(row["code"][1:4], 36) for row in queries.rows(db, "imported_cities")]
    return max(taken, default=0) + 1


def summary(report: Report, receipts: list[Receipt]) -> dict[str, Any]:
    """The report as JSON, with what the rules of the front library said to each batch."""
    return {**report.to_json(), "batches": [
        {"batch": one.batch, "dataset": one.hand_in.dataset, "in": one.row_in, "accepted": one.accepted,
         "rejected": one.rejected, "duplicate": one.duplicate, "replay": one.is_replay, "rules": one.rules} for one in receipts]}


def say(text: str, share: float) -> None:
    """One line of progress on the terminal."""
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{text} … {share:4.0%}", end=end, file=sys.stderr, flush=True)
