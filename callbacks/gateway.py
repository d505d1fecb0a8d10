"""The one way in: every route declares the right it needs, and every error leaves with its status.

`Gateway.route` registers a Flask view; the view gets a `Seen` as its first argument and returns bytes, a dict or a
response. What it raises becomes JSON with the fact and the remedy, never a traceback. `Gateway.callback` does the same
for Dash callbacks: their errors become a notification, or an error card in the place of the panel. What was decided goes
into the audit trail.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from dash import Dash, no_update, set_props
from flask import Flask, Response, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_cookie

from app import access
from app.access import Viewer
from app.errors import BadInput, Busy, ChengshuError, NotFound, Refused, SignedOut, Unavailable
from app.sight import Seen
from app.system import System
from layouts import ids
from layouts.components.marks import failed
from layouts.text import LANGUAGES, words

SESSION, CSRF, CSRF_HEADER = "chengshu-session", "chengshu-csrf", "X-CSRFToken"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_BY_COOKIE = frozenset({"account", "local", "kiosk"})
STATUS: dict[type[ChengshuError], int] = {BadInput: 400, SignedOut: 401, Refused: 403, NotFound: 404, Busy: 409, Unavailable: 503, ChengshuError: 500}
log = logging.getLogger("chengshu")


class Gateway:
    """Rights of every route of one server: `rights[endpoint]` is the capability it asks for.

    `_guard` runs before every request: who asks (session cookie or API key), whether they hold the right, whether a change
    comes from our own page (CSRF). Views get a `Seen`: the city as far as this viewer may see it under this right.
    """

    def __init__(self, server: Flask, system: System) -> None:
        self.server, self.system = server, system
        self.rights: dict[str, str] = {}
        self.quiet: set[str] = set()
        self.callback_rights: dict[str, str] = {}
        server.before_request(self._guard)
        server.register_error_handler(ChengshuError, problem)

    def _guard(self) -> Response | None:
        """A route without a right is closed; one that needs a person sends browsers to the sign-in page."""
        endpoint = request.endpoint
        if endpoint is None:
            return None
        try:
            right = self.rights.get(endpoint)
            if right is None:
                raise Refused("This address has no right declared", "It is an error of ours: report it", value=request.path[:80])
            viewer = self.viewer()
            _admit(viewer, right, request.path)
            if request.method not in _SAFE:
                self._check_origin(viewer)
        except ChengshuError as error:
            self._note(endpoint, "refused", detail=error.fact)
            if isinstance(error, SignedOut) and "text/html" in request.headers.get("Accept", ""):
                return redirect(f"/sign-in?{urlencode({'next': request.full_path.rstrip('?')})}", 303)
            return problem(error)
        g.seen = self.system.seen_by(viewer, right)
        return None

    def _check_origin(self, viewer: Viewer) -> None:
        """A change asked for with a cookie carries the token that only our own pages can read (OWASP: double submit, bound to the session)."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Refused("This change was asked for by a foreign page", "Do it on our own page")
        if viewer.kind in _BY_COOKIE:
            given = request.headers.get(CSRF_HEADER) or (request.form.get("csrf", "") if request.mimetype in _FORMS else "")
            if not self.system.identity.csrf_is_right(request.cookies.get(SESSION, ""), given):
                raise Refused("The page that asks for this change is too old or not ours", "Reload the page and do it again")

    def adopt(self, right: str, open_to_all: tuple[str, ...] = ()) -> None:
        """Give every route that has no right yet this one; those whose rule begins with a word of `open_to_all` are open."""
        for rule in self.server.url_map.iter_rules():
            self.rights.setdefault(rule.endpoint, access.OPEN if rule.rule.startswith(open_to_all) else right)

    def viewer(self) -> Viewer:
        """Who is asking: known once per request."""
        known: Viewer | None = g.get("viewer")
        if known is None:
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            known = g.viewer = self.system.identity.recognise(
                request.cookies.get(SESSION),
                key if scheme.lower() == "bearer" else None,
                request.remote_addr or "",
                request.headers.get("User-Agent", ""),
                is_used=not self._is_by_itself(),
            )
        return known

    def _is_by_itself(self) -> bool:
        """True for what an open page asks without a hand: it must not keep a session alive that nobody sits at."""
        if request.endpoint in self.quiet:
            return True
        body = request.get_json(silent=True) if request.path.startswith("/_dash") and request.is_json else None
        changed = body.get("changedPropIds") if isinstance(body, dict) else None
        return isinstance(changed, list) and bool(changed) and all(one == f"{ids.VERSIONS}.data" for one in changed)

    def seen_ahead(self, endpoint: str, environ: dict[str, Any]) -> Seen:
        """What the holder of a session may see under the right of a route, before Flask (callbacks/ahead.py). Raises SignedOut, Refused."""
        right, session = self.rights[endpoint], _session_in(environ.get("HTTP_COOKIE", ""))
        viewer = self.system.identity.recognise(session, None, environ.get("REMOTE_ADDR", ""), environ.get("HTTP_USER_AGENT", ""),
                                                is_used=endpoint not in self.quiet)
        _admit(viewer, right, environ["PATH_INFO"])
        return self.system.seen_by(viewer, right)

    def note_ahead(self, seen: Seen, endpoint: str, environ: dict[str, Any], city: str) -> None:
        """Into the trail, what was answered before Flask."""
        self.system.audit.note(seen.viewer.name, seen.viewer.kind, endpoint, "allowed", address=environ.get("REMOTE_ADDR", ""), city=city[:40],
                               is_quiet=endpoint in self.quiet)

    def enter(self, action: str, right: str, city: str = "") -> Seen:
        """The view of a page, for whoever asks and holds the right; written down, allowed or not. Raises Refused."""
        viewer = self.viewer()
        try:
            access.require(viewer, right)
        except Refused as error:
            self._note(action, "refused", city, error.fact)
            raise
        self._note(action, "allowed", city)
        return self.system.seen_by(viewer, right)

    def note(self, rows: int = 0, units: Sequence[str] = (), fields: Sequence[str] = (), is_quiet: bool = True) -> None:
        """What this request took: it goes into the audit row of its route or callback; with `is_quiet` False a row of its own."""
        g.noted = {"rows": rows, "units": tuple(units), "fields": tuple(fields)}
        g.is_loud = not is_quiet

    def _note(self, action: str, decision: str, city: str = "", detail: str = "", is_quiet: bool = False) -> None:
        who, noted, is_loud = self.viewer(), g.pop("noted", None) or {}, g.pop("is_loud", False)
        is_quiet, address = is_quiet and not is_loud, request.remote_addr or ""
        self.system.audit.note(who.name, who.kind, action, decision, address=address, city=city, detail=detail, is_quiet=is_quiet, **noted)

    def route(
        self, rule: str, right: str, methods: tuple[str, ...] = ("GET",), is_quiet: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a view that needs a right. `is_quiet`: asked for many times a minute, so the trail counts it by the minute."""

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = f"{view.__module__.rsplit('.', 1)[-1]}.{view.__name__}"
            self.rights[endpoint] = right
            if is_quiet:
                self.quiet.add(endpoint)

            @functools.wraps(view)
            def guarded(**where: Any) -> Response:
                city = str(where.get("city", ""))[:40]
                try:
                    answer = view(g.seen, **where)
                    if right != access.OPEN:        # who asks whether we live is no news, and must hear it when the trail is down
                        self._note(endpoint, "allowed", city, is_quiet=is_quiet)
                except ChengshuError as error:
                    self._note(endpoint, "refused" if isinstance(error, Refused) else "failed", city, error.fact)
                    return problem(error)
                except HTTPException as error:
                    return problem(BadInput(error.description or error.name, "Check the request"))
                except Exception:
                    log.exception("%s failed", request.path)
                    self._note(endpoint, "failed", city, "Something broke inside")
                    return problem(ChengshuError("Something broke inside", "The log of the server says more"))
                return answer if isinstance(answer, Response) else reply(answer)

            self.server.add_url_rule(rule, endpoint, guarded, methods=list(methods))
            return view

        return register

    def callback(
        self, app: Dash, *dependencies: Any, right: str, is_panel: bool = False, is_quiet: bool = True, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a Dash callback that needs a right; it gets a `Seen` first, then its inputs and states.

        `is_panel`: an error is shown in the place of the output; else as a notification, and nothing changes.
        `is_quiet`: the trail counts it by the minute; say False for what changes or takes something out.
        """

        def register(answer: Callable[..., Any]) -> Callable[..., Any]:
            action = f"{answer.__module__.rsplit('.', 1)[-1]}.{answer.__name__}"
            wanted = len(inspect.signature(answer).parameters) - 1

            @functools.wraps(answer)
            def guarded(*given: Any) -> Any:
                try:
                    viewer = self.viewer()
                    access.require(viewer, right)
                    if len(given) != wanted:
                        raise BadInput("The page sent something this server does not know", "Reload the page")
                    found = answer(self.system.seen_by(viewer, right), *given)
                    self._note(action, "allowed", city_shown(), is_quiet=is_quiet)
                    return found
                except ChengshuError as error:
                    self._note(action, "refused" if isinstance(error, Refused) else "failed", city_shown(), error.fact)
                    return _told(error, is_panel)
                except Exception:
                    log.exception("%s failed", answer.__name__)
                    self._note(action, "failed", city_shown(), "Something broke inside")
                    return _told(ChengshuError("Something broke inside", "The log of the server says more"), is_panel)

            known = set(app.callback_map)
            app.callback(*dependencies, **options)(guarded)
            for key in set(app.callback_map) - known:
                self.callback_rights[key] = right
            return answer

        return register


def _admit(viewer: Viewer, right: str, path: str) -> None:
    """Nothing, or SignedOut or Refused."""
    if right != access.OPEN and viewer.kind == "nobody":
        raise SignedOut("Nobody is signed in", "Sign in, or send an API key", value=path[:80])
    access.require(viewer, right)


@functools.lru_cache(maxsize=1024)
def _session_in(cookies: str) -> str | None:
    """The session that a line of cookies carries: the same line comes with every tile of a page."""
    return parse_cookie(cookies).get(SESSION)


def city_shown() -> str:
    """The city of the page that a callback came from, for the trail."""
    body = request.get_json(silent=True) if request.path.startswith("/_dash") and request.is_json else None
    for row in (body or {}).get("state") or [] if isinstance(body, dict) else []:
        if isinstance(row, dict) and row.get("id") == ids.FACTS and isinstance(row.get("value"), dict):
            return str(row["value"].get("city", ""))[:40]
    return ""


def _told(error: ChengshuError, is_panel: bool) -> Any:
    say = words(_language())
    fact, remedy = say(error.fact), say(error.remedy) if error.remedy else ""
    if is_panel:
        return failed(fact, remedy)
    set_props(ids.NOTICES, {"sendNotifications": [{"action": "show", "id": type(error).__name__, "color": "red", "title": fact, "message": remedy}]})
    return no_update


def _language() -> str:
    """The language of the page that a callback came from, else that of the last choice, else Chinese."""
    body = request.get_json(silent=True) if request.path.startswith("/_dash") and request.is_json else None
    rows = [*(body.get("state") or []), *(body.get("inputs") or [])] if isinstance(body, dict) else []
    given = next((row["value"].get("language") for row in rows if isinstance(row, dict) and row.get("id") == ids.READER
                  and isinstance(row.get("value"), dict)), request.cookies.get("chengshu-lang"))
    return given if given in LANGUAGES else LANGUAGES[0]


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


def written(answer: Any) -> bytes:
    """An answer as JSON: what is kept of a large one, so that it is written once."""
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


def reply(answer: Any) -> Response:
    """A JSON answer; bytes are one already."""
    return Response(answer if isinstance(answer, bytes) else written(answer), mimetype="application/json")


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
