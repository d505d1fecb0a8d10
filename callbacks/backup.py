"""POST /api/backup makes an archive of the running server in its own home; GET lists them. None is ever sent out."""

from __future__ import annotations

from typing import Any

from flask import request

from app.backup import backups, of_now
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.results import Results


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the routes."""
    system = gateway.system

    @gateway.route("/api/backup", right="system.change", methods=("POST",))
    def make(seen: Seen) -> dict[str, Any]:
        """An archive of this moment."""
        system.audit.require()
        made = of_now(system)
        system.audit.note(seen.viewer.name, seen.viewer.kind, "backup", "allowed", address=request.remote_addr or "", detail=made.path.name)
        return {"name": made.path.name, "size": made.size, "files": made.files, "made_at": int(made.made_at), "seconds": round(made.seconds, 3)}

    @gateway.route("/api/backup", right="system.change")
    def kept(seen: Seen) -> dict[str, Any]:
        """The archives in var/backups, the newest first."""
        return {"backups": backups(seen.settings)}
