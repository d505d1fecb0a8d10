"""What the pages of sign-in and account share: cookies, the page itself, where to go next, who asks from where."""

from __future__ import annotations

import secrets as randomness
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, redirect, request

from app.errors import BadInput, Busy, ChengshuError, Refused
from app.system import System
from callbacks.gateway import CSRF, SESSION, status_of
from callbacks.pages import reader_of
from layouts.document import document, told
from layouts.reader import Reader

YEAR_S = 365 * 86_400
BROWSER = "chengshu-oidc"


class Door:
    """Pages of plain HTML over one system."""

    def __init__(self, system: System) -> None:
        self.system, self.identity = system, system.identity

    def page(self, template: str, error: ChengshuError | None = None, status: int = 200, **facts: Any) -> Response:
        """A page; of an error with its words and its status. A browser without a session gets a name for its forms."""
        r = self.reader()
        session = request.cookies.get(SESSION) or randomness.token_urlsafe(32)
        said = told(r, error.fact, error.remedy, int(error.where.get("seconds", 0))) if error else None
        html = document(template, r, error=said, csrf=self.identity.csrf_of(session), switches=_switches(r), **facts)
        answer = Response(html, status_for(error) if error else status, mimetype="text/html")
        if error and "seconds" in error.where:
            answer.headers["Retry-After"] = str(error.where["seconds"])
        if SESSION not in request.cookies:
            self.keep(answer, session)
        for name in ("lang", "theme"):
            asked = request.args.get(name)
            if asked in (r.language, r.theme):
                answer.set_cookie(f"chengshu-{name}", asked, max_age=YEAR_S, samesite="Lax", secure=self.is_secure())
        return answer

    def keep(self, answer: Response, session: str, until: int | None = None) -> Response:
        """Put the session into its cookies: one that no script reads, and the token of its forms."""
        age = None if until is None else max(0, until - self.identity.office.now())
        for name, value, is_hidden in ((SESSION, session, True), (CSRF, self.identity.csrf_of(session), False)):
            answer.set_cookie(name, value, max_age=age, httponly=is_hidden, secure=self.is_secure(), samesite="Lax", path="/")
        return answer

    def reader(self) -> Reader:
        """Language and theme of the reader, or of the page they came for."""
        page = dict(parse_qsl(urlsplit(request.args.get("next", "")[:8000]).query))
        return reader_of(self.system, {**page, **request.args})

    def is_secure(self) -> bool:
        """True where the browser came by HTTPS."""
        settings = self.system.settings
        return request.is_secure or settings.https or settings.public_url.startswith("https:")

    def check_form(self) -> None:
        """Raise Refused unless the form was made for this browser: signing somebody in as another is a forgery too."""
        if not self.identity.csrf_is_right(session() or "", request.form.get("csrf", "")):
            raise Refused("The page that asks for this change is too old or not ours", "Reload the page and do it again")

    def back(self) -> str:
        """Our address for the provider's answer."""
        return (self.system.settings.public_url or request.url_root.rstrip("/")) + "/sign-in/oidc/back"


def session() -> str | None:
    """The session cookie as it came."""
    return request.cookies.get(SESSION)


def address() -> str:
    """From where the request comes."""
    return request.remote_addr or ""


def agent() -> str:
    """What the browser calls itself."""
    return request.user_agent.string


def word(name: str, longest: int = 1024) -> str:
    """A field of the form; raises BadInput for one that is longer than any honest one."""
    text = request.form.get(name, "")
    if len(text) > longest:
        raise BadInput("A field is too long", "Shorten it", field=name)
    return text


def status_for(error: ChengshuError) -> int:
    """The status of a page that says an error: a wrong password is 401, a wait 429."""
    if isinstance(error, Busy) and "seconds" in error.where:
        return 429
    return 401 if isinstance(error, Refused) else status_of(error)


def safe_next(asked: str) -> str:
    """A path of ours to go on to, or `/`: never another host, never the sign-in page itself."""
    if not asked.startswith("/") or len(asked) > 2000 or asked[1:2] in ("/", "\\"):
        return "/"
    if "\\" in asked or any(ord(sign) < 0x21 or 0x7F <= ord(sign) < 0xA0 or sign.isspace() for sign in asked):
        return "/"
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(("//", "/sign-in", "/sign-out", "/kiosk")):
        return "/"
    return asked


def go(path: str) -> Response:
    """On to a path of ours, with GET."""
    return redirect(path, 303)  # type: ignore[return-value]  # werkzeug's response is Flask's here


def _switches(r: Reader) -> list[dict[str, str]]:
    kept = {name: value for name, value in request.args.items() if name in {"next", "lang", "theme"}} if request.method == "GET" else {}
    here = request.path if request.path in {"/sign-in", "/account"} else "/sign-in"
    language, theme = ("en", "zh")[r.language == "en"], ("light", "dark")[r.theme == "light"]
    name, own = ("English", "en") if language == "en" else ("中文", "zh-CN")
    return [
        {"href": f"{here}?{urlencode({**kept, 'lang': language})}", "text": name, "lang": own, "label": name},
        {"href": f"{here}?{urlencode({**kept, 'theme': theme})}", "text": r.t("Light") if theme == "light" else r.t("Dark"),
         "lang": "en" if r.language == "en" else "zh-CN", "label": r.t("Light or dark")},
    ]
