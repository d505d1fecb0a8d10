"""Sessions: kept on the server, named by 256 random bits of which only the hash is stored.

A session is new at every sign-in and at every step up (second factor, new password), so that one planted before is worth
nothing. It ends by itself when nobody uses it, at its absolute end, or when somebody ends it. Living ones are kept in
memory; anything that changed in the store, by whomever, empties that memory.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace

from app.errors import NotFound, Unavailable
from app.identity.office import Office, hash_of, token

SEEN_EVERY_S = 60
FACTOR_S = 600          # to type the code of the second factor in
KEPT_S = 30 * 86_400    # an ended session is shown as such for so long
MOST = 20_000


@dataclass(frozen=True)
class Session:
    """One session. `stage`: full, or factor while its second factor is missing. `is_strong`: the second factor was given."""

    id: int
    hash: str
    kind: str
    account: int | None
    kiosk: int | None
    stage: str
    is_strong: bool
    made_at: int
    seen_at: int
    until: int
    address: str
    agent: str
    ended_at: int | None

    @property
    def public(self) -> str:
        """A short name of it that opens nothing."""
        return self.hash[:16]


class Sessions:
    """Open, find and end sessions."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._kept: dict[str, Session] = {}
        self._used: dict[str, int] = {}        # last use to the second; the store knows it to the minute
        self._stamp = -1
        self._lock = threading.Lock()

    def open(self, kind: str, address: str, agent: str, account: int | None = None, kiosk: int | None = None, stage: str = "full",
             is_strong: bool = False, until: int = 0) -> str:
        """A new session; returns what goes into the cookie."""
        raw, now = token(), self.office.now()
        longest = now + (FACTOR_S if stage == "factor" else self.office.settings.session_hours * 3600)
        self.office.people.sweep("session", "until", now - KEPT_S)
        self.office.people.add("session", hash=hash_of(raw), kind=kind, account=account, kiosk=kiosk, stage=stage, is_strong=int(is_strong),
                               made_at=now, seen_at=now, until=until or longest, address=address[:60], agent=agent[:200])
        return raw

    def find(self, raw: str | None, is_used: bool = True) -> Session | None:
        """The living session of a cookie; its last use is written down at most once a minute.

        `is_used` is False where a page asks by itself: a screen left open is idle all the same.
        """
        if not raw or len(raw) > 100:
            return None
        name, stamp, now = hash_of(raw), self.office.people.stamp(), self.office.now()
        with self._lock:
            if len(self._used) > MOST:
                self._used.clear()
            if stamp != self._stamp or len(self._kept) > MOST:
                self._kept.clear()
                self._stamp = stamp
            session = self._kept.get(name)
        if session is None:
            row = self.office.people.one("session", hash=name, ended_at=None)
            if row is None:
                return None
            session = _session(row)
        if not self._lives(session, now):
            return None
        if is_used and now - session.seen_at >= SEEN_EVERY_S:
            session = replace(session, seen_at=now)
            with suppress(Unavailable):         # a full disk signs nobody out
                self.office.people.change("session", {"id": session.id, "ended_at": None}, is_quiet=True, seen_at=now)
        with self._lock:
            if is_used:
                self._used[name] = now
            if stamp == self._stamp:
                self._kept[name] = session
        return session

    def _lives(self, session: Session, now: int) -> bool:
        idle = self.office.settings.session_idle_minutes * 60
        used = max(session.seen_at, self._used.get(session.hash, 0))
        return now < session.until and (session.kind == "kiosk" or now - used < idle)

    def of(self, account: int) -> list[Session]:
        """The living sessions of an account, the newest first."""
        rows = self.office.people.find("session", account=account, ended_at=None)
        return [one for one in map(_session, reversed(rows)) if self._lives(one, self.office.now()) and one.stage == "full"]

    def end(self, raw: str | None) -> None:
        """End the session of a cookie, if there is one."""
        if raw:
            self.office.people.change("session", {"hash": hash_of(raw), "ended_at": None}, ended_at=self.office.now())

    def end_one(self, account: int, number: int) -> None:
        """End one session of an account; raises NotFound for somebody else's."""
        if not self.office.people.change("session", {"id": number, "account": account, "ended_at": None}, ended_at=self.office.now()):
            raise NotFound("No such session", "It may have ended by itself")

    def end_others(self, account: int, kept: int | None = None) -> int:
        """End every session of an account but one; returns how many."""
        others = [one for one in self.office.people.find("session", account=account, ended_at=None) if one["id"] != kept]
        with self.office.people.write():
            return sum(self.office.people.change("session", {"id": one["id"]}, ended_at=self.office.now()) for one in others)


def _session(row: dict) -> Session:
    return Session(**{**row, "is_strong": bool(row["is_strong"])})
