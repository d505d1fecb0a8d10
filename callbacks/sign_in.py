"""The ways in and out: password, second factor, the link of the terminal, a kiosk's token, a provider, sign-out."""

from __future__ import annotations

import secrets as randomness
from urllib.parse import urlencode, urlsplit

from flask import Response, request

from app.access import OPEN
from app.errors import BadInput, ChengshuError, Refused
from app.identity import Entered, is_loopback
from app.sight import Seen
from callbacks import account
from callbacks.door import BROWSER, Door, address, agent, go, safe_next, session, word
from callbacks.gateway import CSRF, SESSION, Gateway
from callbacks.results import Results


def register(gateway: Gateway, results: Results) -> None:
    """Add the routes of sign-in, and those of the own account."""
    door = Door(gateway.system)
    _password(gateway, door)
    _machine(gateway, door)
    _provider(gateway, door)
    account.register(gateway, results)


def _password(gateway: Gateway, door: Door) -> None:
    @gateway.route("/sign-in", right=OPEN, methods=("GET", "POST"))
    def sign_in(_: Seen) -> Response:
        """The page, and its form."""
        if request.method != "POST":
            return _page(door, after=safe_next(request.args.get("next", "")))
        after, name = safe_next(request.form.get("next", "")), request.form.get("name", "")[:64]
        try:
            door.check_form()
            entered = door.identity.sign_in(word("name"), word("password"), address(), agent(), session())
        except ChengshuError as error:
            return _page(door, error, after, name)
        return _inside(door, entered, after)

    @gateway.route("/sign-in/factor", right=OPEN, methods=("GET", "POST"))
    def second_factor(_: Seen) -> Response:
        """The second step of somebody whose password was right."""
        if not door.identity.is_waiting_for_factor(session()):
            return go("/sign-in")
        if request.method != "POST":
            return door.page("factor", next=safe_next(request.args.get("next", "")))
        after = safe_next(request.form.get("next", ""))
        try:
            door.check_form()
            entered = door.identity.give_factor(session(), word("code"), address(), agent())
        except ChengshuError as error:
            return door.page("factor", error, next=after)
        return _inside(door, entered, after)

    @gateway.route("/sign-out", right=OPEN, methods=("POST",))
    def sign_out(_: Seen) -> Response:
        """End the session, and let the browser forget what it was shown; language and colours are handed on."""
        r = door.reader()
        door.identity.sign_out(session())
        answer = go(f"/sign-in?lang={r.language}&theme={r.theme}&done=out")
        for name in (SESSION, CSRF, BROWSER):
            answer.delete_cookie(name, path="/")
        answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return answer


def _machine(gateway: Gateway, door: Door) -> None:
    @gateway.route("/sign-in/once/<token>", right=OPEN)
    def once(_: Seen, token: str) -> Response:
        """The link of the terminal: the address that holds it is left at once."""
        if request.method == "HEAD":
            return Response()
        try:
            _check_navigation()
            return _inside(door, door.identity.enter_by_link(token, address(), agent(), session()), "/")
        except ChengshuError as error:
            return door.page("notice", error, title=door.reader().t("This link does not work"))

    @gateway.route("/kiosk/<token>", right=OPEN)
    def kiosk(_: Seen, token: str) -> Response:
        """A screen that nobody sits at opens itself, and stays open until its day."""
        if request.method == "HEAD":
            return Response()
        try:
            _check_navigation()
            entered, shown = door.identity.enter_kiosk(token, address(), agent(), session())
        except ChengshuError as error:
            return door.page("notice", error, title=door.reader().t("This screen stays dark"))
        return door.keep(go(f"/screen?{urlencode({'city': shown.city})}"), entered.session, shown.until)


def _provider(gateway: Gateway, door: Door) -> None:
    @gateway.route("/sign-in/oidc", right=OPEN, methods=("POST",))
    def provider(_: Seen) -> Response:
        """Off to the provider; the answer must come back to this browser."""
        after = safe_next(request.form.get("next", ""))
        try:
            door.check_form()
            if not door.identity.oidc.is_on:
                raise BadInput("No provider is set up", "Sign in with name and password")
            browser = randomness.token_urlsafe(32)
            answer = go(door.identity.oidc.begin(browser, door.back(), after))
        except ChengshuError as error:
            return _page(door, error, after)
        answer.set_cookie(BROWSER, browser, max_age=600, httponly=True, secure=door.is_secure(), samesite="Lax", path="/sign-in/oidc")
        return answer

    @gateway.route("/sign-in/oidc/back", right=OPEN)
    def provider_back(_: Seen) -> Response:
        """The provider's answer."""
        asked = request.args
        try:
            if not door.identity.oidc.is_on or asked.get("error"):
                raise Refused("The provider did not sign you in", "Sign in again, or ask who runs it")
            state, code, issuer = asked.get("state", "")[:200], asked.get("code", "")[:4000], asked.get("iss", "")[:1000]
            browser = request.cookies.get(BROWSER, "")
            entered, after = door.identity.sign_in_vouched(state, code, browser, issuer, address(), agent(), session())
        except ChengshuError as error:
            return _page(door, error)
        answer = _inside(door, entered, safe_next(after))
        answer.delete_cookie(BROWSER, path="/sign-in/oidc")
        return answer


def _page(door: Door, error: ChengshuError | None = None, after: str = "/", name: str = "") -> Response:
    settings, r = door.system.settings, door.reader()
    return door.page("sign_in", error, next=after, name=name, has_accounts=door.identity.accounts.has_any(), is_local=is_loopback(settings.host),
                     is_provided=door.identity.oidc.is_on, provider=urlsplit(settings.oidc_issuer).hostname or "",
                     done_text=r.t("You are signed out.") if request.args.get("done") == "out" else "")


def _inside(door: Door, entered: Entered, after: str) -> Response:
    """With the new session on to where they wanted, to the second step, or to the page that says why nothing can be seen."""
    if entered.needs_factor:
        return door.keep(go("/sign-in/factor" + (f"?{urlencode({'next': after})}" if after != "/" else "")), entered.session)
    viewer = door.identity.recognise(entered.session, None, address())
    if not viewer.capabilities - {"account.own"}:
        after = "/account"
    return door.keep(go(after), entered.session)


def _check_navigation() -> None:
    """A foreign page may not sign its visitors in as somebody else."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refused("This address was opened by a foreign page", "Type it in, or open it from the terminal")
