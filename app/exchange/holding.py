"""Files that wait: with the reason beside them, until a steward lets them in or refuses them."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import BadInput, ChengshuError, NotFound
from app.exchange.receiving import Arrival, Folders, Outcome, hold, map_renamed, receive, said
from app.exchange.sources import Source
from data import deliveries, drift

if TYPE_CHECKING:
    from app.system import System


def hold_bad(system: System, arrival: Arrival, error: ChengshuError) -> Outcome:
    """A file that cannot be read waits too, with the reason beside it."""
    with system.db.write() as cursor:
        done = hold(system, cursor, arrival, (), said(error))
    put_aside(system, done, arrival.file)
    return done


def put_aside(system: System, outcome: Outcome, file: Path) -> None:
    """Move a held file to where its row says, with the reason beside it."""
    row = deliveries.held(system.db, outcome.held or 0)
    if row is None:
        raise NotFound("No such held file", "Reload the page", value=outcome.held)
    target = Path(row["path"])
    if file.exists() and file != target:
        file.replace(target)
    told = {"file": row["file_name"], "reason": row["reason"], "held_at": str(row["held_at"]), "sha256": row["sha256"],
            "changes": [{"change": one.change, "column": one.column, "was": one.was, "now": one.now} for one in outcome.found]}
    target.with_name(target.name + ".reason.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def enter(system: System, source: Source, number: int, by: str, is_mapped: bool = False) -> Outcome:
    """A steward lets a held file in, as it is or with its renamed columns mapped. Raises NotFound for one that does not wait."""
    row = deliveries.held(system.db, number)
    file = Path(row["path"]) if row else Path()
    if row is None or row["state"] != "waiting" or row["channel"] != source.id or not file.is_file():
        raise NotFound("This file does not wait any more", "Reload the page", value=number)
    if is_mapped:
        with system.db.write() as cursor:
            found = [drift.Drift(*one) for one in cursor.execute(
                "select change, column_name, was, now, confidence from mgmt.drift where held = $1", [number]).fetchall()]
            if not map_renamed(cursor, source, found, by):
                remedy = "Let the file enter as it is, or map the columns"
                raise BadInput("None of the changed columns is a renamed standard field", remedy)
    arrival = Arrival(source, file, row["file_name"], row["as_of"].replace(tzinfo=UTC), row["watermark"] or "")
    done = receive(system, arrival, by, number)
    if done.outcome in ("unchanged", "replay"):
        with system.db.write() as cursor:
            deliveries.decide(cursor, number, "entered", by, done.receipt.batch if done.receipt else None)
    _away(system, source, file, "done")
    return done


def refuse(system: System, source: Source, number: int, by: str) -> None:
    """A steward refuses a held file: it stays, in the folder refused. Raises NotFound for one that does not wait."""
    row = deliveries.held(system.db, number)
    with system.db.write() as cursor:
        if row is None or row["channel"] != source.id or not deliveries.decide(cursor, number, "refused", by):
            raise NotFound("This file does not wait any more", "Reload the page", value=number)
    _away(system, source, Path(row["path"]), "refused")


def _away(system: System, source: Source, file: Path, folder: str) -> None:
    folders = Folders(system.settings.home, source)
    for one in (file, file.with_name(file.name + ".reason.json")):
        if one.is_file():
            folders.put(one, folder)
