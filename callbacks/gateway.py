"""The one way in: every route declares the right it needs, and every error leaves with its status.

`Gateway.route` registers a Flask view; the view gets the viewer as its first argument and returns bytes, a dict or a
response. What it raises becomes JSON with the fact and the remedy, never a traceback. `Gateway.callback` does the same
for Dash callbacks: their errors become a notification, or an error card in the place of the panel.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

import orjson
from dash import Dash, no_update, set_props
from flask import Flask, Response, request

from app import access
from app.access import Viewer
from app.errors import BadInput, Busy, ChengshuError, NotFound, Refused, Unavailable
from layouts import ids
from layouts.components.marks import failed

STATUS: dict[type[ChengshuError], int] = {BadInput: 400, Refused: 403, NotFound: 404, Busy: 409, Unavailable: 503, ChengshuError: 500}
log = logging.getLogger("chengshu")


class Gateway:
    """Rights of every route of one server: `rights[endpoint]` is the capability it asks for."""

    def __init__(self, server: Flask) -> None:
        self.server = server
        self.rights: dict[str, str] = {}
        self.callback_rights: dict[str, str] = {}
        server.before_request(self._guard)

    def _guard(self) -> Response | None:
        """Routes that are not ours (Dash's own) ask for the right they were adopted with; one without a right is closed."""
        if request.endpoint is None:
            return None
        try:
            if request.endpoint not in self.rights:
                raise Refused("This address has no right declared", "It is an error of ours: report it", value=request.path[:80])
            access.require(self.viewer(), self.rights[request.endpoint])
        except ChengshuError as error:
            return problem(error)
        return None

    def adopt(self, right: str) -> None:
        """Give every route that has no right yet this one."""
        for rule in self.server.url_map.iter_rules():
            self.rights.setdefault(rule.endpoint, right)

    def viewer(self) -> Viewer:
        """Who is asking."""
        return access.LOCAL

    def route(self, rule: str, right: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a view that needs a right."""

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = f"{view.__module__.rsplit('.', 1)[-1]}.{view.__name__}"
            self.rights[endpoint] = right

            @functools.wraps(view)
            def guarded(**where: Any) -> Response:
                try:
                    viewer = self.viewer()
                    access.require(viewer, right)
                    answer = view(viewer, **where)
                except ChengshuError as error:
                    return problem(error)
                except Exception:
                    log.exception("%s failed", request.path)
                    return problem(ChengshuError("Something broke inside", "The log of the server says more"))
                return answer if isinstance(answer, Response) else reply(answer)

            self.server.add_url_rule(rule, endpoint, guarded, methods=list(methods))
            return view

        return register

    def callback(
        self, app: Dash, *dependencies: Any, right: str, is_panel: bool = False, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a Dash callback that needs a right; it gets the viewer first, then its inputs and states.

        `is_panel`: an error is shown in the place of the output; else as a notification, and nothing changes.
        """

        def register(answer: Callable[..., Any]) -> Callable[..., Any]:
            wanted = len(inspect.signature(answer).parameters) - 1

            @functools.wraps(answer)
            def guarded(*given: Any) -> Any:
                try:
                    viewer = self.viewer()
                    access.require(viewer, right)
                    if len(given) != wanted:
                        raise BadInput("The page sent something this server does not know", "Reload the page")
                    return answer(viewer, *given)
                except ChengshuError as error:
                    return _told(error, is_panel)
                except Exception:
                    log.exception("%s failed", answer.__name__)
                    return _told(ChengshuError("Something broke inside", "The log of the server says more"), is_panel)

            known = set(app.callback_map)
            app.callback(*dependencies, **options)(guarded)
            for key in set(app.callback_map) - known:
                self.callback_rights[key] = right
            return answer

        return register


def _told(error: ChengshuError, is_panel: bool) -> Any:
    if is_panel:
        return failed(error.fact, error.remedy)
    set_props(
        ids.NOTICES,
        {"sendNotifications": [{"action": "show", "id": type(error).__name__, "color": "red", "title": error.fact, "message": error.remedy or ""}]},
    )
    return no_update


def status_of(error: ChengshuError) -> int:
    """The HTTP status of an error: that of its nearest named kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: ChengshuError) -> Response:
    """An error as JSON, one shape everywhere."""
    body = {
        "error": type(error).__name__,
        "fact": error.fact,
        "remedy": error.remedy,
        "where": {key: str(value)[:200] for key, value in error.where.items()},
    }
    return Response(orjson.dumps(body), status_of(error), mimetype="application/json", headers={"Cache-Control": "no-store"})


def reply(answer: Any) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), mimetype="application/json")


def whole_number(name: str, default: int | None = None, low: int = -(2**53), high: int = 2**53) -> int | None:
    """A whole number from the query string; raises BadInput."""
    text = request.args.get(name, "")
    if text == "":
        return default
    try:
        number = int(text)
    except ValueError:
        number = high + 1
    if not low <= number <= high:
        raise BadInput(f"{name} is not a whole number from {low} to {high}", value=text)
    return number


def one_of(name: str, allowed: tuple[str, ...], default: str) -> str:
    """A word of a closed list from the query string; raises BadInput."""
    text = request.args.get(name, default)
    if text not in allowed:
        raise BadInput(f"{name} is one of {', '.join(allowed)}", value=text)
    return text
