"""`run.py import`: a file of a real place, recognised, shown, taken in, drawn, reported."""

from __future__ import annotations

import json
import re
import sys
import time
from argparse import Namespace
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd

from app.errors import BadInput
from app.exchange.fetch import fetch, is_address
from app.exchange.place import Options, Plan, Report, build, is_whole, plan, write
from app.exchange.places.change import change, check_change
from app.exchange.stock import stock
from app.settings import Settings
from app.system import System
from data import queries
from data.connection import Database
from data.intake import Receipt
from data.pinyin import letters
from data.place.source import Note


def import_place(settings: Settings, asked: Namespace) -> int:
    """Run the command line's import; returns the exit status."""
    if asked.report and not Path(asked.report).resolve().parent.is_dir():
        raise BadInput("The folder for the report does not exist", "Make it, or name another file", file=asked.report)
    key = city_key(asked.city)
    if key != asked.city:
        asked = Namespace(**{**vars(asked), "city": key, "city_name": asked.city_name or asked.city})
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
    if report.rejected and not report.accepted:
        print("no row was taken in: every one was rejected; correct the file and import it again")
        return 1
    print(f"{asked.city} is in: start `python run.py serve` and choose it at the top of the page")
    return 0


def take_place(system: System, asked: Namespace) -> tuple[Plan, Report, list[Receipt]]:
    """Plan, write and take in; the city's earlier units keep their codes. Raises BadInput where the file looks like another place's, or is
    older than what is in, unless `force` is asked."""
    started = time.perf_counter()
    what = plan(Path(asked.file), options(asked, next_number(system.db)), say)
    known = queries.frame(system.db, "known_units", city=asked.city)
    last = next(iter(queries.rows(system.db, "last_import", city=asked.city)), None)
    hand_ins, report = write(what, system.settings.home / "imports" / asked.city, known if len(known) else None, say, last and last["source"])
    if len(known):
        found = change(build(what)[0], known, is_whole(what))
        if is_whole(what) and not asked.force:
            check_change(found, what.source.moment, last and last["as_of"].replace(tzinfo=UTC))
        report = replace(report, change=found)
    receipts = system.take(hand_ins, lambda receipt: say(f"took in {receipt.hand_in.dataset}", 1.0))
    report = with_rules(system, report, build(what)[0], receipts)
    sizes = stock(system, asked.city, what.source.moment, system.settings.home / "imports" / asked.city)
    if sizes is not None:
        receipts += system.take([sizes], lambda receipt: say(f"took in {receipt.hand_in.dataset}", 1.0))
    report.extra["seconds_total"] = round(time.perf_counter() - started, 3)
    return what, report, receipts


def with_rules(system: System, report: Report, units: pd.DataFrame, receipts: list[Receipt]) -> Report:
    """The report with what the rules of the front library rejected of the units: it says what is in, not what was meant to be."""
    batch = next((one for one in receipts if one.hand_in.dataset == "unit" and one.rejected), None)
    if batch is None:
        return report
    rows = queries.rows(system.db, "rejects", city=batch.hand_in.city, batch=batch.batch, most=len(units))
    out = units.iloc[[row["row"] - 1 for row in rows]]
    notes = tuple(Note(str(code), row["rule"], "unit", column=row["column_name"], value=row["masked_value"])
                  for code, row in zip(out["code"], rows, strict=True))
    lost = out["level"].value_counts()
    features = int((out["made"] == "row").sum() if "made" in out else lost.get("building", 0))
    return replace(report, rejects=report.rejects + notes, rejected=report.rejected + features, accepted=report.accepted - features,
                   units={level: n - int(lost.get(level, 0)) for level, n in report.units.items()},
                   buildings={**report.buildings, "total": max(0, report.buildings["total"] - int(lost.get("building", 0)))})


def city_key(name: str) -> str:
    """The key of a city that was named: letters a–z (of Chinese its pinyin), digits, - and _. A key stays; what looks like a path is no name."""
    return name if re.search(r"[/\\\x00-\x1f]", name) else re.sub(r"[^a-z0-9_-]+", "-", letters(name)).strip("-")[:40] or name


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
