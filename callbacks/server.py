"""The web server: Flask with every route, and the page that waits with the user during the first start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from app.system import System
from callbacks import (
    alerts,
    backup,
    export,
    forecast,
    hand_in,
    health,
    metrics,
    ngsi_ld,
    openapi,
    page_brief,
    page_data,
    page_morning,
    page_requests,
    resources,
    saved,
    sign_in,
    tiles,
    trace,
    units,
    values,
    wall,
)
from callbacks.compress import compress
from callbacks.gateway import Gateway
from callbacks.results import Results
from layouts.preparing import page

_OPEN = ("/sign-in", "/account", "/progress", "/health", "/assets/", "/_dash", "/_favicon")


class Server(Flask):
    """Flask for plain functions alone: none of ours is async, and asking each of ten about it takes a twentieth of a kept tile's time."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_server(system: System) -> tuple[Flask, Gateway, Results]:
    """Flask with all routes that are not Dash's, their rights, and the cache of results."""
    server = Server("chengshu", static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = system.settings.upload_limit_mb * 1_000_000
    metrics.attach(server, system.watch)
    gateway, results = Gateway(server, system), Results(server, system.settings)
    everyday = (tiles, values, units, trace, page_data, export, resources, page_brief, page_morning, page_requests, alerts, saved,
                forecast)
    for routes in (*everyday, backup, health, metrics, hand_in, ngsi_ld, openapi, wall, sign_in):
        routes.register(gateway, results)
    compress(server)

    @server.before_request
    def wait() -> Response | None:
        """While the first city is being taken in, or values are read, every page is the page that says how far it is."""
        if system.progress["is_ready"] or request.path.startswith(_OPEN) or "text/html" not in request.headers.get("Accept", ""):
            return None
        return Response(page(system.settings.language, str(system.progress["text"])), mimetype="text/html", headers={"Cache-Control": "no-store"})

    return server, gateway, results
