"""Sign-in by a provider: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636), state, nonce, and the answer's issuer (RFC 9207).

An account is found by (issuer, subject) and by nothing else: a name or an address that a provider tells makes nobody the
owner of an account that is there already.
"""

from __future__ import annotations

import hmac
import logging
import re
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from app.errors import BadInput, Refused, Unavailable
from app.identity.accounts import Account, Accounts, check_name
from app.identity.addresses import is_loopback
from app.identity.grants import Grants
from app.identity.mapping import follow, wanted
from app.identity.office import Office, hash_of, token

FLOW_S, TIMEOUT_S, KEPT_S, LEEWAY_S = 600, 10, 3600, 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
STRONG = frozenset({"mfa", "otp", "hwk", "sc"})   # RFC 8176: more than something one knows
log = logging.getLogger("chengshu")


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for, and where they wanted to go."""

    account: Account
    is_strong: bool
    next: str


class Oidc:
    """One provider, as the settings name it."""

    def __init__(self, office: Office, accounts: Accounts, grants: Grants) -> None:
        self.office, self.accounts, self.grants = office, accounts, grants
        self._kept: dict[str, tuple[int, Any]] = {}
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        """True where a provider is set up."""
        return bool(self.office.settings.oidc_issuer and self.office.settings.oidc_client_id)

    def begin(self, browser: str, back: str, after: str = "/") -> str:
        """The provider's address to send the browser to. `browser` is a random cookie of it, `back` our address for the answer."""
        state, nonce, verifier = token(), token(), token()
        endpoint = self._endpoint("authorization_endpoint")
        with self._session(back) as session:
            address, _ = session.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        people, now = self.office.people, self.office.now()
        people.sweep("oidc_flow", "until", now)
        with people.write(is_quiet=True):
            people.add("oidc_flow", state=hash_of(state), browser=hash_of(browser), nonce=nonce, verifier=verifier, next=after, back=back,
                       until=now + FLOW_S)
        return str(address)

    def finish(self, state: str, code: str, browser: str, issuer: str = "") -> Vouched:
        """Whom the answer names; raises Refused for an answer that was not asked for, is used, forged or for somebody else."""
        flow = self._spend(state, browser)
        if issuer and issuer != self.office.settings.oidc_issuer:
            raise _refused("the answer comes from another issuer")
        try:
            with self._session(flow["back"]) as session:
                given = session.fetch_token(self._endpoint("token_endpoint"), grant_type="authorization_code", code=code,
                                            code_verifier=flow["verifier"], timeout=TIMEOUT_S, allow_redirects=False)
        except RequestException as error:
            raise _silent(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise _refused(error) from error
        claims = self._claims(given, flow["nonce"])
        return Vouched(self._account(claims), bool(STRONG & set(claims.get("amr") or [])), flow["next"])

    def _spend(self, state: str, browser: str) -> dict[str, Any]:
        people = self.office.people
        with people.write(is_quiet=True):
            flow = people.one("oidc_flow", state=hash_of(state), used_at=None)
            if flow is None or self.office.now() >= flow["until"] or not hmac.compare_digest(flow["browser"], hash_of(browser)):
                raise _refused("the answer was not asked for by this browser, or too long ago")
            people.change("oidc_flow", {"id": flow["id"]}, used_at=self.office.now())
        return flow

    def _claims(self, given: dict[str, Any], nonce: str) -> dict[str, Any]:
        settings, text = self.office.settings, given.get("id_token")
        try:
            try:
                read = jwt.decode(str(text), self._keys(), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                read = jwt.decode(str(text), self._keys(is_fresh=True), algorithms=ALGORITHMS)
            rules = {"iss": {"essential": True, "value": settings.oidc_issuer}, "aud": {"essential": True, "value": settings.oidc_client_id}}
            params = {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": given.get("access_token")}
            claims = CodeIDToken(read.claims, read.header, rules, params)
            claims.validate(now=self.office.now(), leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _refused(error) from error
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise _refused("the subject is not a text of 1 to 255 letters")
        return dict(claims)

    def _account(self, claims: dict[str, Any]) -> Account:
        settings = self.office.settings
        is_mapped = settings.oidc_accounts == "mapped"
        with self.office.people.write():
            account = self.accounts.vouched(settings.oidc_issuer, claims["sub"])
            if account is None:
                account = self.accounts.create_vouched(self._name(claims), settings.oidc_issuer, claims["sub"], "oidc", is_active=is_mapped)
            if is_mapped and account.is_active:
                follow(self.grants, account, wanted(settings.oidc_roles, claims.get(settings.oidc_claim), self.office.roles))
        return account

    def _name(self, claims: dict[str, Any]) -> str:
        told = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        plain = re.sub(r"[^\w.@+-]", "-", told)[:48]
        for number in range(1, 1000):
            name = plain if number == 1 else f"{plain}-{number}"
            try:
                if self.accounts.find(check_name(name)) is None:
                    return name
            except BadInput:
                plain = "person"
        raise _refused("no free name is left")

    # what the provider says of itself

    def _session(self, back: str) -> OAuth2Session:
        settings = self.office.settings
        secret = settings.oidc_client_secret.get_secret_value()
        known = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "none" if not secret else "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
        return OAuth2Session(settings.oidc_client_id, secret or None, token_endpoint_auth_method=method, scope=settings.oidc_scopes,
                             redirect_uri=back, code_challenge_method="S256")

    def _metadata(self) -> dict[str, Any]:
        found = self._fetched(self.office.settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.office.settings.oidc_issuer:
            raise Unavailable("The provider says it is another issuer", "Set CHENGSHU_OIDC_ISSUER exactly as the provider writes it")
        return found

    def _endpoint(self, name: str) -> str:
        address = str(self._metadata().get(name, ""))
        if not is_private(address):
            raise Unavailable("The provider names an address that is not HTTPS", "Ask who runs it", name=name, value=address[:200])
        return address

    def _keys(self, is_fresh: bool = False) -> KeySet:
        return KeySet.import_key_set(self._fetched(self._endpoint("jwks_uri"), KEPT_S if not is_fresh else 30))

    def _fetched(self, address: str, longest_s: int = KEPT_S) -> dict[str, Any]:
        kept = self._kept.get(address)
        if kept and self.office.now() - kept[0] < longest_s:
            return kept[1]
        try:
            with OAuth2Session() as session:
                answer = session.request("GET", address, withhold_token=True, timeout=TIMEOUT_S, allow_redirects=False)
                answer.raise_for_status()
                found = answer.json()
        except (RequestException, ValueError) as error:
            raise _silent(error) from error
        if not isinstance(found, dict):
            raise _silent("it answered no object")
        with self._lock:
            self._kept[address] = (self.office.now(), found)
        return found


def is_private(address: str) -> bool:
    """True for HTTPS, or for plain HTTP that does not leave this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _refused(why: object) -> Refused:
    log.warning("OIDC: %s", why)
    return Refused("The provider's answer does not fit", "Sign in again; if it stays, the log of the server says why")


def _silent(why: object) -> Unavailable:
    log.warning("OIDC: %s", why)
    return Unavailable("The provider cannot be reached", "Try again later, or sign in with an account of this program")
