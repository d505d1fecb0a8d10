"""Dash's own door, guarded: a forged or broken payload gets a clear answer, never a traceback."""

from __future__ import annotations

import logging
from typing import Any

from dash import Dash
from dash.exceptions import DashException
from flask import request
from werkzeug.exceptions import HTTPException

from app.errors import BadInput, ChengshuError, NotFound
from callbacks.gateway import problem

log = logging.getLogger("chengshu")
ENDPOINT = "/_dash-update-component"


def guard_dispatch(app: Dash) -> None:
    """Check the shape of every callback payload before Dash looks at it; turn what still breaks into an answer."""
    dispatch = app.server.view_functions[ENDPOINT]

    def guarded(*given: Any, **named: Any) -> Any:
        try:
            body = request.get_json(silent=True)
            _check(app, body)
        except ChengshuError as error:
            return problem(error)
        try:
            return dispatch(*given, **named)
        except HTTPException:
            raise
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, DashException) as error:
            log.warning("Callback payload refused: %r", error)
            return problem(BadInput("The page sent something this server does not know", "Reload the page"))

    app.server.view_functions[ENDPOINT] = guarded


def _check(app: Dash, body: Any) -> None:
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise BadInput("Not a callback payload", "Reload the page")
    if body["output"] not in app.callback_map or "callback" not in app.callback_map[body["output"]]:
        raise NotFound("No such callback", "Reload the page", value=body["output"][:80])
    for part in ("inputs", "state"):
        rows = body.get(part, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("property"), str) for row in rows):
            raise BadInput(f"The {part} of the callback are not a list of components", "Reload the page")
