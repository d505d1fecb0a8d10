"""Who asks: from a cookie or an API key to a viewer, and every way to get a cookie."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.access import EVERY_DEPARTMENT, NOBODY, SEPARATED, Grant, Role, Viewer, viewer
from app.errors import Busy, ChengshuError, Refused, Unavailable
from app.identity.accounts import Account, Accounts, key_of
from app.identity.addresses import is_loopback
from app.identity.attempts import Attempts
from app.identity.factor import Factor
from app.identity.grants import Grants
from app.identity.keys import SEEN_EVERY_S, Key, Keys
from app.identity.kiosks import Kiosk, Kiosks, Links
from app.identity.office import Office, Sealer, hash_of
from app.identity.oidc import Oidc
from app.identity.passwords import Passwords
from app.identity.sessions import MOST, Session, Sessions
from app.settings import Settings
from data.people import People

log = logging.getLogger("chengshu")


@dataclass(frozen=True)
class Entered:
    """A sign-in that went well: what goes into the cookie, and whether the second factor is still to come."""

    session: str
    needs_factor: bool = False


class Identity:
    """Accounts, grants, sessions, factors, keys, kiosks, links and the provider, over one store."""

    def __init__(self, home: Path, settings: Settings, secrets: Sealer, roles: dict[str, Role], clock: Callable[[], float] = time.time,
                 passwords: Passwords | None = None) -> None:
        self.office = Office(People(Path(home) / "access.sqlite"), settings, secrets, roles, clock)
        self.passwords = passwords or Passwords()
        self.accounts = Accounts(self.office, self.passwords)
        self.grants = Grants(self.office, self.accounts)
        self.attempts = Attempts(self.office)
        self.sessions = Sessions(self.office)
        self.factor = Factor(self.office, self.accounts)
        self.keys = Keys(self.office, self.accounts, self.grants)
        self.kiosks = Kiosks(self.office)
        self.links = Links(self.office)
        self.oidc = Oidc(self.office, self.accounts, self.grants)
        self._viewers: dict[str, Viewer] = {}
        self._found_keys: dict[str, Key] = {}
        self._key_seen: dict[int, int] = {}
        self._stamp = -1
        self._lock = threading.Lock()

    def tell(self, witness: Callable[..., Any]) -> None:
        """From now on write acts down with this (app.audit.Audit.note)."""
        self.office.witness = witness

    def close(self) -> None:
        """Let go of the store."""
        self.office.people.close()

    # who asks

    def recognise(self, session: str | None, key: str | None, address: str, agent: str = "", is_used: bool = True) -> Viewer:
        """The viewer behind a cookie or an API key; nobody for what is unknown, ended or broken. Never raises.

        `is_used` is False for what a page asks by itself every some seconds: that does not keep a session alive.
        """
        try:
            if key:
                found = self._by_key(key)
                if found is NOBODY:
                    log.warning("A key that does not work, from %s (%.120r)", address, agent)
                return found
            living = self.sessions.find(session, is_used)
            return NOBODY if living is None or living.stage != "full" else self._kept(living.hash, lambda: self._by_session(living))
        except ChengshuError as error:
            log.error("Nobody can be recognised: %s", error)
            return NOBODY

    def _kept(self, name: str, make: Callable[[], Viewer]) -> Viewer:
        stamp = self.office.people.stamp()
        with self._lock:
            if stamp != self._stamp or len(self._viewers) > MOST:
                self._viewers.clear()
                self._found_keys.clear()
                self._stamp = stamp
            known = self._viewers.get(name)
        if known is None:
            known = make()
            with self._lock:
                if stamp == self._stamp:
                    self._viewers[name] = known
        return known

    def _by_session(self, session: Session) -> Viewer:
        if session.kind == "local":
            whole = Grant("local", privacy=self.office.roles["local"].privacy)
            return viewer("local", "local", (whole,), self.office.roles, EVERY_DEPARTMENT, session.public)
        if session.kind == "kiosk":
            kiosk = self.kiosks.get(session.kiosk or 0)
            return NOBODY if kiosk is None else viewer(kiosk.name, "kiosk", (Grant("kiosk", kiosk.city, kiosk.unit),), self.office.roles,
                                                       session=session.public)
        account = self.accounts.get(session.account or 0)
        if not account.is_active:
            return NOBODY
        held = self.grants.of(account)
        late = held if account.is_initial else self.suspended(held, session.is_strong)
        return viewer(account.name, "account", tuple(one for one in held if one not in late), self.office.roles, account.department, session.public)

    def _by_key(self, raw: str) -> Viewer:
        name = hash_of(raw)
        found = self._kept(name, lambda: self._viewer_of_key(raw, name))
        with self._lock:
            key = self._found_keys.get(name)
        if found is NOBODY or key is None or not self.keys.lives(key):
            return NOBODY
        if self.office.now() - self._key_seen.get(key.id, 0) >= SEEN_EVERY_S:
            self._key_seen[key.id] = self.office.now()
            with suppress(Unavailable):         # a full disk stops no program
                self.keys.seen(key)
        return found

    def _viewer_of_key(self, raw: str, name: str) -> Viewer:
        key = self.keys.find(raw)
        account = self.accounts.get(key.account) if key else None
        if key is None or account is None or not account.is_active:
            return NOBODY
        with self._lock:
            self._found_keys[name] = key
        reach = self.keys.reach(key, account)
        late = reach if account.is_initial else self.suspended(reach, account.has_factor)
        return viewer(account.name, "key", tuple(one for one in reach if one not in late), self.office.roles, account.department, key.start)

    def suspended(self, held: tuple[Grant, ...], is_strong: bool) -> tuple[Grant, ...]:
        """The grants that wait for a second factor: those of the three administrators, where the setting asks for it."""
        return () if is_strong or not self.office.settings.second_factor else tuple(one for one in held if one.role in SEPARATED)

    def account_of(self, session: str | None) -> tuple[Account, Session] | None:
        """The account and the session behind a cookie; None for a kiosk, the local user, or nobody."""
        found = self.sessions.find(session)
        if found is None or found.stage != "full" or found.account is None:
            return None
        account = self.accounts.get(found.account)
        return (account, found) if account.is_active else None

    # forms

    def csrf_of(self, session: str) -> str:
        """The token that forms of this session carry; it follows from the cookie and a key of ours."""
        return self._csrf(session)[0]

    def csrf_is_right(self, session: str, given: str) -> bool:
        """True for the token of this very session."""
        return bool(session) and any(hmac.compare_digest(right.encode(), given.encode("utf-8", "replace")) for right in self._csrf(session))

    def _csrf(self, session: str) -> list[str]:
        return [hmac.digest(key, b"csrf" + session.encode("utf-8", "replace"), "sha256").hex() for key in self.office.secrets.keys("csrf")]

    # ways in

    def sign_in(self, name: str, password: str, address: str, agent: str = "", before: str | None = None) -> Entered:
        """With name and password. Raises Refused (one answer for every reason) or Busy (wait `seconds`)."""
        who = key_of(name)
        self._admit(name, address, account=who, address=address)
        account = self.accounts.find(name)
        is_right = self.passwords.verify(account.password if account else "", password)
        if account is None or not is_right or not account.is_active or account.issuer:
            self.office.note(*self._known(account), "account.sign_in", "refused", address=address)
            raise Refused("The name or the password is wrong", "After five wrong ones in a row the account waits for a while")
        self.attempts.succeed(account=who, address=address)
        if self.passwords.is_outdated(account.password):
            self.office.people.change("account", {"id": account.id}, is_quiet=True, password=self.passwords.hash(password))
        return self._enter(account, address, agent, before)

    def give_factor(self, session: str | None, code: str, address: str, agent: str = "") -> Entered:
        """The second step: a code of the telephone, or a recovery code. The session gets a new name."""
        pending = self.sessions.find(session)
        if pending is None or pending.stage != "factor" or pending.account is None:
            raise Refused("The first step is too long ago", "Sign in again")
        account = self.accounts.get(pending.account)
        self.check_factor(account, code, address)
        return self._open(account, address, agent, session, is_strong=True)

    def check_factor(self, account: Account, code: str, address: str) -> None:
        """Raise Refused for a wrong code, Busy after too many."""
        self._admit(account.name, address, factor=str(account.id), address=address)
        try:
            self.factor.check(account, code)
        except Refused:
            self.office.note(account.name, "account", "account.factor", "refused", address=address)
            raise
        self.attempts.succeed(factor=str(account.id), address=address)

    def check_password(self, account: Account, password: str, address: str) -> None:
        """Ask somebody signed in for the password again; raises Refused or Busy as sign_in does."""
        self._admit(account.name, address, account=account.key, address=address)
        if not self.passwords.verify(account.password, password):
            self.office.note(account.name, "account", "account.password", "refused", address=address)
            raise Refused("The password is wrong", "Type the one that you sign in with")
        self.attempts.succeed(account=account.key, address=address)

    def unlock(self, name: str, by: str) -> None:
        """Let an account that must wait try again at once."""
        account = self.accounts.named(name)
        self.attempts.forget("account", account.key)
        self.attempts.forget("factor", str(account.id))
        self.office.note(by, "account", "account.unlock", "allowed", detail=account.name)

    def is_waiting_for_factor(self, session: str | None) -> bool:
        """True where the first step was right and the second is to come."""
        found = self.sessions.find(session)
        return found is not None and found.stage == "factor"

    def sign_in_vouched(self, state: str, code: str, browser: str, issuer: str, address: str, agent: str = "", before: str | None = None
                        ) -> tuple[Entered, str]:
        """With the provider's answer; returns also where they wanted to go."""
        self.attempts.slow(address)
        vouched = self.oidc.finish(state, code, browser, issuer)
        if not vouched.account.is_active:
            self.office.note(vouched.account.name, "nobody", "account.sign_in", "refused", address=address, detail="disabled")
            raise Refused("Your account waits for somebody to let it in", "Ask the security administrator", name=vouched.account.name)
        return self._enter(vouched.account, address, agent, before, vouched.is_strong), vouched.next

    def local_link(self) -> str:
        """A link that signs the user of this machine in once; raises Refused where the server listens to a network."""
        self._require_local(self.office.settings.host)
        host = self.office.settings.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.office.settings.port}/sign-in/once/{self.links.make()}"

    def enter_by_link(self, raw: str, address: str, agent: str = "", before: str | None = None) -> Entered:
        """With the link of the terminal; raises Refused where it is spent, too old, forged, or from elsewhere."""
        self._require_local(self.office.settings.host)
        self._require_local(address)
        self._admit("local", address, address=address)
        self.links.use(raw)
        self.attempts.succeed(address=address)
        return self._fresh(before, "local", "local", address, agent)

    def enter_kiosk(self, raw: str, address: str, agent: str = "", before: str | None = None) -> tuple[Entered, Kiosk]:
        """With a kiosk's token; returns also what it shows. Raises Refused where it is forged, revoked or past its day."""
        self._admit("kiosk", address, address=address)
        kiosk = self.kiosks.find(raw)
        if kiosk is None:
            self.office.note("", "nobody", "kiosk.enter", "refused", address=address)
            raise Refused("This kiosk token does not work", "Ask the security administrator for a new one")
        self.attempts.succeed(address=address)
        return self._fresh(before, kiosk.name, "kiosk", address, agent, kiosk=kiosk.id, until=kiosk.until), kiosk

    def renew(self, account: Account, session: Session, address: str, agent: str, is_strong: bool) -> Entered:
        """The same person under a new session name: after a new password or a new second factor."""
        self.office.people.change("session", {"id": session.id}, ended_at=self.office.now())
        return self._open(account, address, agent, None, is_strong)

    def sign_out(self, session: str | None) -> None:
        """End the session."""
        self.sessions.end(session)

    def _enter(self, account: Account, address: str, agent: str, before: str | None, is_strong: bool = False) -> Entered:
        if account.has_factor:
            self.sessions.end(before)
            return Entered(self.sessions.open("account", address, agent, account.id, stage="factor"), needs_factor=True)
        return self._open(account, address, agent, before, is_strong)

    def _open(self, account: Account, address: str, agent: str, before: str | None, is_strong: bool) -> Entered:
        self.office.people.change("account", {"id": account.id}, is_quiet=True, seen_at=self.office.now())
        return self._fresh(before, account.name, "account", address, agent, account=account.id, is_strong=is_strong)

    def _fresh(self, before: str | None, name: str, kind: str, address: str, agent: str, **what: Any) -> Entered:
        self.sessions.end(before)
        raw = self.sessions.open(kind, address, agent, **what)
        self.office.note(name, kind, "account.sign_in", "allowed", address=address)
        return Entered(raw)

    def _admit(self, name: str, of: str, **whom: str) -> None:
        self.attempts.slow(of)
        try:
            self.attempts.admit(**whom)
        except Busy:
            self.office.note(*self._known(self.accounts.find(name)), "account.wait", "refused", address=of)
            raise

    @staticmethod
    def _known(account: Account | None) -> tuple[str, str]:
        """(who, kind) for the trail; a name that nobody bears is left out: it may be a password typed into the wrong field."""
        return (account.name if account else "", "nobody")

    def _require_local(self, host: str) -> None:
        if not is_loopback(host):
            raise Refused("The link works only on the machine itself, where the server listens to 127.0.0.1",
                          "Sign in with an account: `python run.py account add NAME --role security_administrator`", host=host[:60])
