"""What Dash and Flask would answer by themselves, in our words: a forged payload or a wrong address never gets a traceback."""

from __future__ import annotations

import logging
from collections.abc import Container
from typing import Any

from dash import Dash
from dash.exceptions import DashException, DependencyException
from flask import Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from app.errors import BadInput, ChengshuError, NotFound
from callbacks.gateway import problem

log = logging.getLogger("chengshu")
ENDPOINT = "/_dash-update-component"
ANY = "/<path:path>"


class Json(DefaultJSONProvider):
    """JSON nested deeper than Python can follow is no JSON."""

    def loads(self, text: str | bytes, **how: Any) -> Any:
        """The value of a text; raises ValueError."""
        try:
            return super().loads(text, **how)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def guard_dispatch(app: Dash, pages: Container[str]) -> None:
    """Check the shape of every callback payload before Dash looks at it; turn what still breaks into an answer.

    `pages`: paths that are pages. Dash alone would show its first page at every address that nobody else answers.
    """
    show = app.server.view_functions[ANY]

    def shown(path: str) -> Any:
        if f"/{path}" in pages:
            return show(path)
        return problem(NotFound("There is no such page", "Check the address", value=f"/{path}"[:80]))

    app.server.view_functions[ANY] = shown
    dispatch = app.server.view_functions[ENDPOINT]

    def guarded(*given: Any, **named: Any) -> Any:
        try:
            _check(app, request.get_json(silent=True))
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
    app.server.json = Json(app.server)
    app.server.register_error_handler(HTTPException, shaped)
    app.server.register_error_handler(DependencyException, lambda _: problem(NotFound("There is no such file", "Check the address")))


def shaped(error: HTTPException) -> Response:
    """An error of the framework (no such address, method, too much sent) in the one shape, with its own status."""
    status = error.code or 500
    kind = NotFound if status == 404 else BadInput if status < 500 else ChengshuError
    answer = problem(kind(error.description or error.name, "Check the address and what is sent" if status < 500 else "Try again later"))
    answer.status_code = status
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _check(app: Dash, body: Any) -> None:
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise BadInput("Not a callback payload", "Reload the page")
    if body["output"] not in app.callback_map or "callback" not in app.callback_map[body["output"]]:
        raise NotFound("No such callback", "Reload the page", value=body["output"][:80])
    for part in ("inputs", "state"):
        rows = body.get(part, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("property"), str) for row in rows):
            raise BadInput(f"The {part} of the callback are not a list of components", "Reload the page")
