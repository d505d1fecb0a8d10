"""GET /health, /version, /progress: is it alive, what is new, how far is the first start."""

from __future__ import annotations

from flask import Response

from app.access import Viewer
from app.system import System
from callbacks.gateway import Gateway, reply
from callbacks.results import Results


def register(gateway: Gateway, system: System, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the small routes that machines and browsers poll."""

    @gateway.route("/health", right="system.read")
    def health(viewer: Viewer) -> Response:  # noqa: ARG001 - every view gets the viewer
        return reply({"status": "ok" if system.progress["is_ready"] else "preparing", "cities": len(system.cities)})

    @gateway.route("/version", right="map.read")
    def version(viewer: Viewer) -> Response:  # noqa: ARG001
        answer = reply({key: {"geometry": city.geometry_version, "values": city.value_version, "newest": system.newest(key)}
                        for key, city in system.cities.items()})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @gateway.route("/progress", right="system.read")
    def progress(viewer: Viewer) -> Response:  # noqa: ARG001
        answer = reply(system.progress)
        answer.headers["Cache-Control"] = "no-store"
        return answer
