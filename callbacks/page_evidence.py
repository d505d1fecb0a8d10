"""The page of security evidence, and the same rows for programs and spreadsheets."""

from __future__ import annotations

from typing import Any

from dash import Dash
from flask import Response

from app import evidence
from app.sight import Seen
from app.system import System
from callbacks.gateway import Gateway, one_of, reply
from callbacks.page import Page
from layouts.pages.evidence import evidence_page
from layouts.reader import Reader

STANDARDS = tuple(dict.fromkeys(item.standard for item in evidence.items()))


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Requirement → tests → result, filtered by the words of the address."""
    run = evidence.last_run(seen.settings.home)
    standard, result = (word if word in known else "" for word, known in
                        ((words.get("standard", ""), STANDARDS), (words.get("result", ""), evidence.RESULTS)))  # fmt: skip
    everything = evidence.rows(run)
    shown = evidence.rows(run, standard, result)
    at = int(run.at.timestamp()) if run.at else None
    return evidence_page(r, shown, evidence.counts(everything), at, {"standard": standard, "result": result})


def register(app: Dash, gateway: Gateway, system: System) -> None:  # noqa: ARG001 - one signature for all pages
    """Add the routes of the export."""

    @gateway.route("/evidence/rows.json", right="evidence.read")
    def table(seen: Seen) -> Response:
        run = evidence.last_run(seen.settings.home)
        found = _asked(run)
        gateway.note(rows=len(found))
        return reply({"tested_at": run.at.isoformat() if run.at else None, "is_certificate": False, "rows": found})

    @gateway.route("/evidence/rows.csv", right="evidence.read")
    def sheet(seen: Seen) -> Response:
        found = _asked(evidence.last_run(seen.settings.home))
        gateway.note(rows=len(found))
        return Response(evidence.as_csv(found), mimetype="text/csv",
                        headers={"Content-Disposition": 'attachment; filename="evidence.csv"', "Cache-Control": "no-store"})


def _asked(run: evidence.Run) -> list[dict[str, Any]]:
    return evidence.rows(run, one_of("standard", ("", *STANDARDS), ""), one_of("result", ("", *evidence.RESULTS), ""))


PAGE = Page("evidence", "/evidence", "evidence.read", build)
