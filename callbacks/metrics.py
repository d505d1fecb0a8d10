"""The program's own requests: every one is counted by group, outcome and time; GET /metrics tells them to Prometheus."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from app.service.alive import prometheus
from app.sight import Seen
from app.watch import Watch
from callbacks.bundle import PATHS
from callbacks.gateway import Gateway
from callbacks.results import Results

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_POLLS = frozenset({"health.health", "health.version", "health.progress", "wall.now"})


def attach(server: Flask, watch: Watch) -> None:
    """Count every request of a server; to be called before anything else hooks into it, so that all of a request is timed."""

    @server.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        begun = g.get("begun")
        if begun is not None:
            watch.note(group_of(request.endpoint or "", request.path), response.status_code, time.perf_counter() - begun)
        return response


def group_of(endpoint: str, path: str) -> str:
    """The group of app.watch.GROUPS that a request counts to."""
    if endpoint.startswith("tiles."):
        return "tiles"
    if endpoint in _POLLS:
        return "polls"
    if path.startswith("/_dash-update-component"):
        return "callbacks"
    if path.startswith(("/_dash-component-suites", "/assets/", "/_favicon", *PATHS)):
        return "assets"
    module = endpoint.partition(".")[0]
    return "pages" if "." not in endpoint or module in ("sign_in", "account") else "api"


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route."""

    @gateway.route("/metrics", right="operations.read", is_quiet=True)
    def metrics(seen: Seen) -> Response:
        return Response(prometheus(gateway.system, seen), headers={"Content-Type": TYPE, "Cache-Control": "no-store"})
