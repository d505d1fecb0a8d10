"""GET /api/alerts/<city>.json and POST /api/alert/<city>/<number>/act: alerts for programs, and the steps of their life."""

from __future__ import annotations

from typing import Any

from flask import request

from app.alerts import board, life
from app.sight import Seen
from callbacks import checks
from callbacks.gateway import Gateway, one_of, whole_number
from callbacks.results import Results
from data.alerts import OPEN, STATES

WHICH = ("open", "all", *STATES)


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the routes."""
    system = gateway.system

    @gateway.route("/api/alerts/<city>.json", right="operations.read", is_quiet=True)
    def listed(seen: Seen, city: str) -> dict[str, Any]:
        """The alerts in sight, the gravest and newest first."""
        which = one_of("state", WHICH, "open")
        states = OPEN if which == "open" else STATES if which == "all" else (which,)
        most = whole_number("most", board.MOST, 1, 5000) or board.MOST
        return {"counts": board.counts(seen, city), "alerts": board.alerts(seen, city, states, most)}

    @gateway.route("/api/alert/<city>/<int:number>.json", right="operations.read", is_quiet=True)
    def one(seen: Seen, city: str, number: int) -> dict[str, Any]:
        """One alert with its steps so far."""
        return board.alert(seen, city, min(number, 2**31 - 1))

    @gateway.route("/api/alert/<city>/<number>/act", right=life.RIGHT, methods=("POST",))
    def act(seen: Seen, city: str, number: str) -> dict[str, Any]:
        """Do one act to an alert."""
        given = {name: checks.text(request.form.get(name, ""), name, most) for name, most in (("act", 20), ("note", 500), ("to", 40), ("group", 5))}
        which = checks.digits(number, "number", 2**31 - 1)
        return life.act(system, seen, city, which, given["act"], given["note"], given["to"], given["group"] == "true")
