"""POST /api/hand-in/<source>: one file of a source, answered with its receipt once it is kept."""

from __future__ import annotations

from typing import Any

from flask import request

from app.errors import BadInput
from app.exchange import sources
from app.exchange.channels import upload
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.results import Results

LONGEST = 200


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route."""
    system = gateway.system

    @gateway.route("/api/hand-in/<source>", right="data.hand_in", methods=("POST",))
    def hand_in(seen: Seen, source: str) -> dict[str, Any]:
        """The body is the file itself: CSV, Parquet, Excel, JSON, GeoJSON, …"""
        given = {name: request.args.get(name, "") for name in ("name", "as_of", "watermark")}
        if any(len(value) > LONGEST or "\0" in value for value in given.values()):
            raise BadInput("A parameter is longer than 200 characters", "Shorten it")
        one = sources.read(system.settings.home).for_hand_in(source, seen.viewer, upload.KINDS)
        if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
            raise BadInput("The file is the body of the request, not a field of a form", "Send it as it is, with its own type")
        done = upload.take(system, one, request.stream.read, given["name"], given["as_of"], given["watermark"])
        gateway.note(rows=done.receipt.row_in if done.receipt else 0, is_quiet=False)
        return {"source": one.id, **done.body}
