"""What a provider's claim gives: `CHENGSHU_OIDC_ROLES=admins=system_administrator; watch=duty_officer@city/unit`."""

from __future__ import annotations

from typing import Any

from app.access import Grant, Role
from app.errors import BadInput, Refused
from app.identity.accounts import Account
from app.identity.grants import NOT_GIVEN, Grants

BY = "oidc"


def rules(text: str, roles: dict[str, Role]) -> dict[str, list[Grant]]:
    """{claim value: grants}; raises BadInput for a rule that names no role."""
    found: dict[str, list[Grant]] = {}
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        value, _, given = (part.strip() for part in rule.rpartition("="))
        role, _, place = given.partition("@")
        city, _, unit = place.partition("/")
        if not value or role not in roles or role in NOT_GIVEN or (unit and not city):
            raise BadInput("A rule of CHENGSHU_OIDC_ROLES is wrong", "Rules look like value=role or value=role@city/unit, with ; between",
                           value=rule[:120])
        found.setdefault(value, []).append(Grant(role, city, unit, roles[role].privacy))
    return found


def wanted(text: str, claim: Any, roles: dict[str, Role]) -> set[Grant]:
    """The grants that the values of a claim (a text, or several) are given."""
    values = claim if isinstance(claim, list) else str(claim or "").split()
    known = rules(text, roles)
    return {grant for value in values if isinstance(value, str) for grant in known.get(value, [])}


def follow(grants: Grants, account: Account, now_wanted: set[Grant]) -> None:
    """Take back what the provider gave and does not any more, give what is new; what people gave stays. Raises Refused
    where it would put two separated roles on one account."""
    rows = grants.listing(account.name)
    for row in rows:
        if row.made_by == BY and row.grant not in now_wanted:
            try:
                grants.revoke(row.id, BY)
            except Refused:
                continue            # the last security administrator keeps the role
    places = {(row.grant.role, row.grant.city, row.grant.unit) for row in grants.listing(account.name)}
    for grant in sorted(now_wanted, key=str):
        if (grant.role, grant.city, grant.unit) not in places:
            grants.add(account.name, grant.role, BY, grant.city, grant.unit, grant.privacy)
