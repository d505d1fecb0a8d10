"""What every answer tells the browser to forbid: foreign scripts, foreign frames, guessed types, leaking addresses.

Pages get the whole policy; every other answer gets a policy under which nothing may run at all, should a browser ever
be made to show it as a page.
"""

from __future__ import annotations

from threading import Lock

from dash import Dash
from flask import Flask, Response

SELF = "'self'"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DEVICES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # the page finds its own address in the referrer of what it asks for
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_PAGES = {     # what only a document can break; a thousand tiles a second go without
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in DEVICES),
}
STAY_SECONDS = 365 * 86_400


def apply(server: Flask, app: Dash, is_https: bool = False, sign_in: str = "", inline: str = "") -> None:
    """Add the headers to every answer of the server.

    `is_https`: a proxy in front speaks HTTPS, so browsers are told to stay with it. `sign_in`: origin of the identity
    provider, to which the sign-in form is sent on (browsers count that as the form's own target). `inline`: the policy's
    word for our own script that stands in every page (callbacks/bundle.py).
    """
    kept: list[str] = []
    lock = Lock()

    def page_policy() -> str:
        """The policy of pages: made once, when the first page has been asked for and Dash knows its inline scripts."""
        with lock:
            if not kept:
                kept.append(policy([*app.csp_hashes(), *filter(None, [inline])], is_https, sign_in))
        return kept[0]

    always = always_sent(is_https)

    @server.after_request
    def forbid(response: Response) -> Response:
        is_page = response.mimetype == "text/html"
        # nobody else sets these: adding costs half of replacing, at every tile
        response.headers.extend([*always, *OF_PAGES.items()] if is_page else always)
        response.headers.setdefault("Content-Security-Policy", page_policy() if is_page else NOTHING)
        if is_page or (response.mimetype == "application/json" and "Cache-Control" not in response.headers):
            response.headers["Cache-Control"] = "no-store"
        return response


def always_sent(is_https: bool = False) -> list[tuple[str, str]]:
    """What every answer carries but its policy."""
    return [*PLAIN.items(), *([("Strict-Transport-Security", f"max-age={STAY_SECONDS}; includeSubDomains")] if is_https else [])]


def of_files(is_https: bool = False) -> list[tuple[str, str]]:
    """What every answer carries that is not a page."""
    return [*always_sent(is_https), ("Content-Security-Policy", NOTHING)]


def policy(hashes: list[str], is_https: bool = False, sign_in: str = "") -> str:
    """The Content-Security-Policy of pages: scripts only from here or with these hashes, never eval.

    Styles may stand inline: Mantine, MapLibre and the table set them on elements, and a style cannot run anything. Pictures
    are also made in the page (`data:` icons of style sheets, `blob:` exports); MapLibre starts its workers from a `blob:`.
    """
    rules = {
        "default-src": [SELF],
        "script-src": [SELF, *dict.fromkeys(hashes)],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF, *([sign_in] if sign_in else [])],
        "frame-ancestors": ["'none'"],
    }
    words = [" ".join((name, *sources)) for name, sources in rules.items()]
    return "; ".join([*words, "upgrade-insecure-requests"] if is_https else words)
