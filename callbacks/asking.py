"""Questions to the SQL workspace from whichever page: one workspace for all of them, and every question in the trail."""

from __future__ import annotations

import hashlib

from flask import request

from app.access import Viewer
from app.errors import ChengshuError, Refused
from app.sight import Seen
from app.system import System
from app.workspace import Asked, Workspace


class Asking:
    """The workspace of one server."""

    def __init__(self, system: System) -> None:
        self.system, self.workspace = system, Workspace(system)

    def ask(self, seen: Seen, city: str, sql: str, rows: int | None = None) -> Asked:
        """Answer, and write the question down with what became of it. Raises BadInput, Refused, NotFound, Busy, Unavailable."""

        def note(decision: str, told: int = 0, fields: tuple[str, ...] = (), why: str = "") -> None:
            text = " ".join(sql.split())
            if len(text) > 380:
                text = f"{text[:360]} … sha256 {hashlib.sha256(sql.encode('utf-8', 'replace')).hexdigest()[:16]}"
            self.system.audit.note(
                seen.viewer.name,
                seen.viewer.kind,
                "workspace.ask",
                decision,
                address=request.remote_addr or "",
                city=city,
                rows=told,
                fields=fields,
                detail=f"{why} | {text}" if why else text,
            )

        self.system.audit.require()
        try:
            found = self.workspace.ask(seen, city, sql, rows)
        except ChengshuError as error:
            note("refused" if isinstance(error, Refused) else "failed", why=error.fact[:100])
            raise
        note("allowed", len(found.answer.rows), found.answer.tables)
        return found


def both(viewer: Viewer) -> Viewer:
    """The viewer with only those grants under which one may both ask and take rows out."""
    return Viewer(
        viewer.name,
        viewer.kind,
        tuple((grant, held) for grant, held in viewer.grants if {"sql.ask", "export.rows"} <= held),
        viewer.department,
        viewer.session,
    )
