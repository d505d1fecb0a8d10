"""API keys: what a program shows instead of a password. Shown once; good for its owner's grants or a part of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from app.access import Grant
from app.errors import BadInput, NotFound
from app.identity.accounts import Account, Accounts
from app.identity.grants import Grants, covers
from app.identity.office import Office, hash_of, token

START = "ck_"
SEEN_EVERY_S = 60


@dataclass(frozen=True)
class Key:
    """An API key. `start` is its first letters, to tell keys apart; `scope` None for all its owner may, `until` None for no end."""

    id: int
    account: int
    name: str
    start: str
    scope: tuple[Grant, ...] | None
    made_at: int
    until: int | None
    seen_at: int | None
    ended_at: int | None


class Keys:
    """Make, list, revoke and recognise API keys."""

    def __init__(self, office: Office, accounts: Accounts, grants: Grants) -> None:
        self.office, self.accounts, self.grants = office, accounts, grants

    def make(self, account: Account, name: str, by: str, days: int | None = None, scope: tuple[Grant, ...] | None = None) -> str:
        """A new key, which nobody can show again; raises BadInput for a scope beyond its owner's grants."""
        shown = " ".join(name.split())[:60]
        if not shown:
            raise BadInput("A key needs a name", "Say what will use it")
        if days is not None and not 1 <= days <= 3660:
            raise BadInput("A key lives 1 to 3660 days", "Leave it empty for a key without an end", value=days)
        held = self.grants.of(account)
        if scope is not None and not (scope and all(any(covers(one, asked) for one in held) for asked in scope)):
            raise BadInput("A key cannot do more than its owner", "Choose among the owner's own roles")
        raw, now = token(START), self.office.now()
        self.office.people.add(
            "api_key", hash=hash_of(raw), account=account.id, name=shown, start=raw[: len(START) + 6], made_at=now,
            scope="" if scope is None else json.dumps([asdict(one) for one in scope]), until=None if days is None else now + days * 86_400,
        )
        self.office.note(by, "account", "key.make", "allowed", detail=f"{account.name} {shown}")
        return raw

    def listing(self, account: Account | None = None) -> list[Key]:
        """The keys of an account, or all, revoked ones too."""
        return [_key(row) for row in self.office.people.find("api_key", **({"account": account.id} if account else {}))]

    def revoke(self, number: int, by: str, owner: Account | None = None) -> None:
        """The key stops at once; raises NotFound where it is not the owner's, or revoked already."""
        where = {"id": number, "ended_at": None} | ({"account": owner.id} if owner else {})
        if not self.office.people.change("api_key", where, ended_at=self.office.now()):
            raise NotFound("No such key, or it was revoked already", "Look at the list again", value=number)
        self.office.note(by, "account", "key.revoke", "allowed", detail=str(number))

    def find(self, raw: str) -> Key | None:
        """The working key of that text."""
        if not raw.startswith(START) or len(raw) > 100:
            return None
        row = self.office.people.one("api_key", hash=hash_of(raw), ended_at=None)
        return _key(row) if row and self.lives(_key(row)) else None

    def lives(self, key: Key) -> bool:
        """True before its end."""
        return key.until is None or self.office.now() < key.until

    def seen(self, key: Key) -> None:
        """Write down that it was used."""
        self.office.people.change("api_key", {"id": key.id}, is_quiet=True, seen_at=self.office.now())

    def reach(self, key: Key, account: Account) -> tuple[Grant, ...]:
        """What it may now: its scope as far as its owner still holds it."""
        held = self.grants.of(account)
        if key.scope is None:
            return held
        return tuple(asked for asked in key.scope if any(covers(one, asked) for one in held))


def _key(row: dict) -> Key:
    scope = tuple(Grant(**one) for one in json.loads(row["scope"])) if row["scope"] else None
    return Key(**{name: value for name, value in row.items() if name not in {"hash", "scope"}}, scope=scope)
