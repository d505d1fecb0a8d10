"""Accounts: who can sign in. An account is never deleted, so that the trail keeps saying who it was; it is disabled."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.access import SEPARATED
from app.errors import BadInput, NotFound, Refused
from app.identity.office import Office
from app.identity.passwords import Passwords, check

RESERVED = frozenset({"local", "nobody", "kiosk", "terminal", "oidc", "system"})
KEEPER = "security_administrator"


@dataclass(frozen=True)
class Account:
    """One account. `kind` is local (a password of ours) or oidc (a provider vouches for it); `seen_at` its last sign-in.

    `is_initial`: somebody else knows its password; until its owner took another, its roles wait.
    """

    id: int
    key: str
    name: str
    department: str
    issuer: str
    subject: str
    password: str
    password_at: int | None
    is_active: bool
    made_at: int
    made_by: str
    seen_at: int | None
    factor: str
    factor_pending: str
    factor_at: int | None
    factor_step: int
    is_initial: bool

    @property
    def kind(self) -> str:
        return "oidc" if self.issuer else "local"

    @property
    def has_factor(self) -> bool:
        """True where a second factor is asked for at sign-in."""
        return bool(self.factor)


class Accounts:
    """Make, find, change and disable accounts. `by` is who does it, for the trail."""

    def __init__(self, office: Office, passwords: Passwords) -> None:
        self.office, self.passwords = office, passwords

    def listing(self) -> list[Account]:
        """Every account by name, disabled ones too."""
        return [_account(row) for row in self.office.people.find("account", order="key")]

    def find(self, name: str) -> Account | None:
        """The account of that name, written in any case or width."""
        row = self.office.people.one("account", key=key_of(name))
        return _account(row) if row else None

    def named(self, name: str) -> Account:
        """The account of that name; raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound("No such account", "`python run.py account list` shows them", value=name[:64])
        return found

    def get(self, number: int) -> Account:
        """The account of that id; raises NotFound."""
        row = self.office.people.one("account", id=number)
        if row is None:
            raise NotFound("No such account", "Look at the list again", value=number)
        return _account(row)

    def vouched(self, issuer: str, subject: str) -> Account | None:
        """The account that a provider vouches for."""
        row = self.office.people.one("account", issuer=issuer, subject=subject)
        return _account(row) if row else None

    def create(self, name: str, password: str, by: str, department: str = "", is_initial: bool = False) -> Account:
        """A local account without any grant; raises BadInput for its name or password. `is_initial`: its owner is to take another."""
        shown = self._free(name)
        check(password, shown)
        return self._add(shown, by, department=department, password=self.passwords.hash(password), password_at=self.office.now(),
                         is_initial=int(is_initial))

    def create_vouched(self, name: str, issuer: str, subject: str, by: str, is_active: bool, department: str = "") -> Account:
        """An account without a password, for whom the provider vouches."""
        return self._add(self._free(name), by, department=department, issuer=issuer, subject=subject, is_active=int(is_active))

    def set_password(self, name: str, password: str, by: str, is_initial: bool = False) -> None:
        """A new password; every session and pending second step of the account ends."""
        account = self.named(name)
        if account.issuer:
            raise BadInput("This account signs in at its provider", "Its password is changed there", name=account.name)
        check(password, account.name)
        if self.passwords.verify(account.password, password):
            raise BadInput("This is the password that it has", "Take another one")
        self.office.people.change("account", {"id": account.id}, password=self.passwords.hash(password), password_at=self.office.now(),
                                  is_initial=int(is_initial))
        self.end_sessions(account)
        self.office.note(by, "account", "account.password", "allowed", detail=account.name)

    def set_department(self, name: str, department: str, by: str) -> None:
        """The department the account belongs to; an owner sees the small counts of its indicators."""
        account = self.named(name)
        self.office.people.change("account", {"id": account.id}, department=department)
        self.office.note(by, "account", "account.department", "allowed", detail=f"{account.name} {department}")

    def disable(self, name: str, by: str) -> None:
        """Nobody signs in with it any more; its sessions and keys stop at once. The last security administrator stays."""
        account = self.named(name)
        with self.office.people.write():
            if keepers(self.office) == {account.id}:
                raise Refused("This is the last active security administrator", "Give the role to another account first", name=account.name)
            self.office.people.change("account", {"id": account.id}, is_active=0)
            self.end_sessions(account)
        self.office.note(by, "account", "account.disable", "allowed", detail=account.name)

    def enable(self, name: str, by: str) -> None:
        """It can sign in again."""
        account = self.named(name)
        self.office.people.change("account", {"id": account.id}, is_active=1)
        self.office.note(by, "account", "account.enable", "allowed", detail=account.name)

    def end_sessions(self, account: Account) -> None:
        """End every session of the account."""
        self.office.people.change("session", {"account": account.id, "ended_at": None}, ended_at=self.office.now())

    def has_any(self) -> bool:
        """True where somebody has an account that works."""
        return bool(self.office.people.one("account", is_active=1))

    def _free(self, name: str) -> str:
        shown, key = check_name(name), key_of(name)
        if self.office.people.one("account", key=key):
            raise BadInput("There is an account of this name", "Take another name", name=shown)
        return shown

    def _add(self, name: str, by: str, **values: object) -> Account:
        number = self.office.people.add("account", key=key_of(name), name=name, made_at=self.office.now(), made_by=by, **values)
        self.office.note(by, "account", "account.create", "allowed", detail=name)
        return self.get(number)


def keepers(office: Office) -> set[int]:
    """Ids of the active accounts that hold the security administrator's role."""
    active = {row["id"] for row in office.people.find("account", is_active=1)}
    return active & {row["account"] for row in office.people.find("role_grant", role=KEEPER, ended_at=None)}


def key_of(name: str) -> str:
    """Two names with one key are one name: case and width do not count."""
    text = unicodedata.normalize("NFKC", name[:256].encode("utf-8", "replace").decode())
    for _ in range(3):
        text = unicodedata.normalize("NFKC", text.casefold())
    return text


def check_name(name: str) -> str:
    """The name as it is kept; raises BadInput for one that cannot be."""
    shown = unicodedata.normalize("NFKC", name[:256])
    if not re.fullmatch(r"[\w.@+-]{1,64}", shown) or not any(sign.isalnum() for sign in shown):
        raise BadInput("A name has 1 to 64 letters, digits, and . _ - @ +", "Leave out spaces and other signs", value=name[:64])
    if key_of(shown) in RESERVED:
        raise BadInput("This name is taken by the program itself", "Take another name", name=shown)
    return shown


def is_administrator(roles: set[str]) -> bool:
    """True where one of the three separated roles is among them."""
    return bool(roles & set(SEPARATED))


def _account(row: dict) -> Account:
    return Account(**{**row, "is_active": bool(row["is_active"]), "is_initial": bool(row["is_initial"])})
