"""The views that people save: GET and POST /api/views, POST /api/view/<number>."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.access import Viewer
from app.errors import BadInput
from app.saved import KINDS, SavedView
from app.sight import Seen
from callbacks import checks
from callbacks.gateway import Gateway, reply
from callbacks.results import Results

ACTS = ("rename", "share", "withdraw", "start", "no_start", "delete")
SHARED = ("true", "false")


def register(gateway: Gateway, _: Results) -> None:
    """Add the routes."""
    system = gateway.system

    def listed(viewer: Viewer) -> Response:
        views = {page: system.seen_by(viewer, kind.right) for page, kind in KINDS.items() if viewer.may(kind.right)}
        answer = reply(
            {
                "mine": [_row(one) for one in system.saved.mine(viewer) if one.page in views],
                "shared": [_row(one) for one in system.saved.shared(viewer, views)],
            }
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @gateway.route("/api/views", right="map.read", is_quiet=True)
    def views(seen: Seen) -> Response:
        return listed(seen.viewer)

    @gateway.route("/api/views", right="map.read", methods=("POST",))
    def keep(seen: Seen) -> Response:
        page, shared = request.form.get("page", ""), request.form.get("shared", "false")
        if shared not in SHARED:
            raise BadInput("A view is shared or not", "Send true or false", value=shared[:20])
        system.saved.keep(seen.viewer, page, request.form.get("words", ""), request.form.get("name", ""), shared == "true")
        return listed(seen.viewer)

    @gateway.route("/api/view/<number>", right="map.read", methods=("POST",))
    def change(seen: Seen, number: str) -> Response:
        do, viewer, saved = request.form.get("do", ""), seen.viewer, system.saved
        view = checks.digits(number, "number")
        if do == "rename":
            saved.rename(viewer, view, request.form.get("name", ""))
        elif do in ("share", "withdraw"):
            saved.share(viewer, view, do == "share")
        elif do in ("start", "no_start"):
            saved.begin_with(viewer, view, do == "start")
        elif do == "delete":
            saved.delete(viewer, view)
        else:
            raise BadInput("Nothing of the kind can be done to a view", "Rename, share, withdraw, start, no_start or delete it", value=do[:40])
        return listed(viewer)


def _row(one: SavedView) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "page": one.page,
        "address": one.address,
        "owner": one.owner,
        "shared": one.is_shared,
        "start": one.is_start,
    }
