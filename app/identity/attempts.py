"""Failed attempts: who must wait, and how long. Kept in the store, so a restart forgives nothing.

An attempt counts before it is tried, so that many at once do not slip through; success takes it back. After `free`
failures every further one doubles the wait. Names are counted whether an account bears them or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Busy
from app.identity.addresses import network
from app.identity.office import Office, hash_of

FORGOTTEN_S = 86_400     # without a failure for so long, the count starts at nothing again


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing, the next one `wait_s`, each further one twice as much, up to `longest_s`."""

    free: int
    wait_s: int
    longest_s: int


LIMITS = {"account": Limit(5, 30, 900), "factor": Limit(5, 30, 900), "address": Limit(20, 30, 3600)}
RATE, RATE_S = 30, 60    # sign-ins of one address a minute, right ones too: each costs a slow hash


class Attempts:
    """Counts and waits by kind (account, factor, address) and by whom."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def admit(self, **whom: str) -> None:
        """Count one attempt of each (`account=key, address=…`); raise Busy where one must wait."""
        now = self.office.now()
        with self.office.people.write(is_quiet=True):
            rows = {kind: self._row(_key(kind, who)) for kind, who in whom.items()}
            until = max((row["until"] for row in rows.values()), default=0)
            if until > now:
                raise Busy("Too many attempts", "Wait, then try again", seconds=until - now)
            for kind, row in rows.items():
                limit = LIMITS[kind]
                count = (row["count"] if now - row["last_at"] < FORGOTTEN_S else 0) + 1
                self._keep(row["key"], count, now + wait(limit, count) if count >= limit.free else 0)

    def succeed(self, **whom: str) -> None:
        """The admitted attempt was right: the account's count ends, the address gets its one back."""
        with self.office.people.write(is_quiet=True):
            for kind, who in whom.items():
                row = self._row(_key(kind, who))
                if kind == "address" and row["count"] > 1:
                    self._keep(row["key"], row["count"] - 1, 0)
                else:
                    self.forget(kind, who)

    def forget(self, kind: str, who: str) -> None:
        """Let them try again at once."""
        self.office.people.remove("attempt", key=_key(kind, who))

    def slow(self, address: str) -> None:
        """Raise Busy at more sign-ins of one address than a person makes."""
        now, key = self.office.now(), _key("rate", address)
        with self.office.people.write(is_quiet=True):
            row = self._row(key)
            is_same = now < row["until"]
            if is_same and row["count"] >= RATE:
                raise Busy("Too many attempts", "Wait, then try again", seconds=row["until"] - now)
            self._keep(key, row["count"] + 1 if is_same else 1, row["until"] if is_same else now + RATE_S)
            if not is_same:
                self.office.people.sweep("attempt", "last_at", now - 2 * FORGOTTEN_S)

    def waits(self, kind: str, who: str) -> int:
        """Seconds they must still wait; 0 for none."""
        return max(0, self._row(_key(kind, who))["until"] - self.office.now())

    def _row(self, key: str) -> dict[str, int | str]:
        return self.office.people.one("attempt", key=key) or {"key": key, "count": 0, "last_at": 0, "until": 0}

    def _keep(self, key: str, count: int, until: int) -> None:
        people, now = self.office.people, self.office.now()
        if not people.change("attempt", {"key": key}, count=count, last_at=now, until=until):
            people.add("attempt", key=key, count=count, last_at=now, until=until)


def wait(limit: Limit, count: int) -> int:
    """Seconds to wait after so many failures in a row."""
    return min(limit.longest_s, limit.wait_s * 2 ** min(30, count - limit.free)) if count >= limit.free else 0


def _key(kind: str, who: str) -> str:
    if kind in {"address", "rate"}:
        who = network(who)
    return f"{kind}:{hash_of(who)}"
