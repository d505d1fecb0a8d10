"""A small OpenID Connect provider on localhost: discovery, authorization code with PKCE, RS256 tokens, keys.

It checks what a provider must (client, redirect address, code once, verifier) and can be told to answer wrongly.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "chengshu", "a secret of forty letters that is random"


@cache
def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


class Provider:
    """`person` are the claims of who signs in; `wrong` replaces claims of the token; `sign_with` is another key
    than its own, `sign` another way to sign."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.person = {"sub": "4711", "preferred_username": "wang.wei", "groups": ["watch"]}
        self.wrong: dict[str, object] = {}
        self.sign_with: RSAKey | None = None
        self.sign: Callable[[dict[str, object]], str] | None = None
        self.is_down = False
        self.key = _key("one")
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def turn_key(self, name: str) -> None:
        """A new key under a new name, as providers do every some weeks."""
        self.key = _key(name)

    def discovery(self) -> dict[str, object]:
        return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize", "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"]}

    def authorize(self, asked: dict[str, str]) -> str:
        """The address that the browser is sent back to."""
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43 and len(asked["nonce"]) >= 32
        code = secrets.token_urlsafe(24)
        self._codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"], "iss": self.issuer})

    def token(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, object]]:
        """The tokens of a code."""
        asked = self._codes.pop(given.get("code", ""), None)
        right = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization not in (f"Basic {right}", f"Basic {plain}"):
            return 401, {"error": "invalid_client"}
        verifier = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or verifier != asked["code_challenge"] or given.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person, **self.wrong}
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.sign_with or self.key)
        return 200, {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if provider.is_down:
                    return self._answer(503, {})
                if parts.path == "/.well-known/openid-configuration":
                    return self._answer(200, provider.discovery())
                if parts.path == "/keys":
                    return self._answer(200, KeySet([provider.key]).as_dict(private=False))
                if parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize({key: values[0] for key, values in parse_qs(parts.query).items()}))
                    self.end_headers()
                    return None
                return self._answer(404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = {key: values[0] for key, values in parse_qs(body).items()}
                self._answer(*provider.token(given, self.headers.get("Authorization", "")))

            def _answer(self, status: int, body: dict) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
