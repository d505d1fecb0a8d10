"""Grants: which account has which role, where, up to which privacy level; and that the three administrators stay apart."""

from __future__ import annotations

from dataclasses import dataclass

from app.access import PRIVACY, SEPARATED, Grant
from app.errors import BadInput, NotFound, Refused
from app.identity.accounts import KEEPER, Account, Accounts, keepers
from app.identity.office import Office

NOT_GIVEN = ("local", "kiosk")     # roles of the link in the terminal and of screens


@dataclass(frozen=True)
class GrantRow:
    """A grant with who gave it when; `ended_at` is None while it holds."""

    id: int
    account: str
    grant: Grant
    made_at: int
    made_by: str
    ended_at: int | None
    ended_by: str | None


class Grants:
    """Give, take and list roles. `by` is who does it; nobody gives anything to themselves."""

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self.office, self.accounts = office, accounts

    def listing(self, name: str = "", is_ended_too: bool = False) -> list[GrantRow]:
        """The grants of an account, or of all; with `is_ended_too` also what was taken back."""
        names = {account.id: account.name for account in self.accounts.listing()}
        where = {"account": self.accounts.named(name).id} if name else {}
        where |= {} if is_ended_too else {"ended_at": None}
        return [
            GrantRow(row["id"], names[row["account"]], grant_of(row), row["made_at"], row["made_by"], row["ended_at"], row["ended_by"])
            for row in self.office.people.find("role_grant", **where)
        ]

    def of(self, account: Account) -> tuple[Grant, ...]:
        """The grants an account holds now."""
        return tuple(grant_of(row) for row in self.office.people.find("role_grant", account=account.id, ended_at=None))

    def add(self, name: str, role: str, by: str, city: str = "", unit: str = "", privacy: int | None = None) -> GrantRow:
        """Give a role; without `privacy` up to the role's own level. Raises BadInput or Refused with what stands against it."""
        account = self.accounts.named(name)
        if by != "terminal" and self.accounts.find(by) == account:
            raise Refused("Nobody gives rights to themselves", "Ask another security administrator", name=account.name)
        grant = self._checked(role, city, unit, privacy)
        with self.office.people.write():
            held = self.of(account)
            others = {one.role for one in held} & set(SEPARATED) - {role}
            if role in SEPARATED and others:
                raise Refused("System, security and audit are kept apart: one account has one of these roles at most",
                              "Make a second account, or take the other role back first", name=account.name, role=", ".join(others))
            if any((one.role, one.city, one.unit) == (role, city, unit) for one in held):
                raise BadInput("The account has this role there already", "Take it back first to change its privacy level", role=role)
            number = self.office.people.add("role_grant", account=account.id, role=role, city=city, unit=unit, privacy=grant.privacy,
                                            made_at=self.office.now(), made_by=by)
        self.office.note(by, "account", "grant.add", "allowed", city=city, units=(unit,) if unit else (),
                         detail=f"{account.name} {role} {grant.privacy}")
        return next(row for row in self.listing(account.name) if row.id == number)

    def revoke(self, number: int, by: str) -> None:
        """Take a grant back; its holder's screens follow at once. The last security administrator keeps the role."""
        with self.office.people.write():
            row = self.office.people.one("role_grant", id=number, ended_at=None)
            if row is None:
                raise NotFound("No such grant, or it was taken back already", "Look at the list again", value=number)
            account = self.accounts.get(row["account"])
            again = [one for one in self.of(account) if one.role == KEEPER]
            if row["role"] == KEEPER and len(again) == 1 and keepers(self.office) == {account.id}:
                raise Refused("This is the last active security administrator", "Give the role to another account first", name=account.name)
            self.office.people.change("role_grant", {"id": number}, ended_at=self.office.now(), ended_by=by)
        self.office.note(by, "account", "grant.revoke", "allowed", city=row["city"], units=(row["unit"],) if row["unit"] else (),
                         detail=f"{account.name} {row['role']}")

    def _checked(self, role: str, city: str, unit: str, privacy: int | None) -> Grant:
        known = self.office.roles.get(role)
        if known is None or role in NOT_GIVEN:
            raise BadInput("No account can have this role", "Choose one of the roles of the list", value=role[:40])
        if unit and not city:
            raise BadInput("A unit lies in a city", "Name the city too", unit=unit[:60])
        if privacy is not None and privacy not in PRIVACY:
            raise BadInput("A privacy level is 0, 1, 2 or 3", "0 open, 1 internal, 2 sensitive, 3 personal", value=privacy)
        return Grant(role, city, unit, known.privacy if privacy is None else privacy)


def covers(held: Grant, asked: Grant) -> bool:
    """True where the asked grant gives nothing that the held one does not."""
    return (held.role == asked.role and held.city in ("", asked.city) and held.unit in ("", asked.unit) and asked.privacy <= held.privacy)


def grant_of(row: dict) -> Grant:
    """The grant of a row."""
    return Grant(row["role"], row["city"], row["unit"], row["privacy"])
