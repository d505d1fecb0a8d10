"""Who may do what: capabilities, roles, grants and the viewer, which the one gateway asks for every route and callback.

A right is a capability, in a subtree of units, up to a privacy level. A role bundles capabilities (data/registry/roles.csv);
a grant gives a role to an account, in one city or all, below one unit or all, up to a privacy level. What the viewer then
may see of the city is app/sight.py's part; who they are is app/identity's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.errors import Refused
from data import registers

OPEN, SIGNED_IN = "open", "signed.in"
CAPABILITIES: dict[str, str] = {
    OPEN: "Open to everybody, signed in or not",
    SIGNED_IN: "Open the pages; each page and callback asks for its own right",
    "map.read": "See the map, units, values and floors",
    "export.rows": "Take rows and pictures out",
    "operations.read": "See vital signs, alerts, service monitoring and the brief",
    "forecast.train": "Let forecasting models be chosen anew",
    "alert.handle": "Acknowledge, assign, handle, verify and close alerts",
    "wall.steer": "Steer the wall: next scene, hold, fly to a unit",
    "data.read": "See the data pages: sources, batches, rejects, conflicts, lineage",
    "data.hand_in": "Hand data in, and correct what came back to the own department",
    "data.steward": "Decide about data: conflicts, changed columns, mappings, corrected rows",
    "catalogue.read": "See the catalogue, the three lists and their rates",
    "catalogue.request": "Ask for a resource, and use what was granted",
    "catalogue.approve": "Decide requests for the resources of the own department; keep the catalogue",
    "sql.ask": "Ask own questions in the SQL workspace",
    "settings.read": "See the settings",
    "system.change": "Make backups and change the running system",
    "access.read": "See accounts and rights",
    "access.change": "Change accounts and rights",
    "audit.read": "Read the audit trail",
    "evidence.read": "See the security evidence",
    "account.own": "Look after the own account",
}
SEPARATED = ("system_administrator", "security_administrator", "auditor")
PRIVACY: dict[int, str] = {0: "open", 1: "internal", 2: "sensitive", 3: "personal"}
EVERY_DEPARTMENT = "*"      # of the user of the machine itself: whoever runs it owns what is on it
PERSONAL = 1        # from this level on a count of few people is suppressed outside its owner
CLEARED = 3         # this level may see single persons
FEW = 5


@dataclass(frozen=True)
class Role:
    """A bundle of capabilities; `privacy` is the level a grant of it has unless it says another."""

    id: str
    name_zh: str
    name_en: str
    capabilities: frozenset[str]
    privacy: int
    description_zh: str = ""
    description_en: str = ""


@dataclass(frozen=True)
class Grant:
    """A role, in a city ("" = every city), below a unit ("" = the whole city), up to a privacy level."""

    role: str
    city: str = ""
    unit: str = ""
    privacy: int = 0


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks. `grants` pairs each grant with the capabilities of its role.

    kind        account, local, kiosk, key, or nobody
    department  id of the department they belong to (EVERY_DEPARTMENT for the user of the machine): only the owner of an
                indicator sees its small counts
    session     short public name of the session, for the audit trail
    """

    name: str
    kind: str
    grants: tuple[tuple[Grant, frozenset[str]], ...] = ()
    department: str = ""
    session: str = ""

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """Every capability of any grant, wherever it reaches."""
        return frozenset().union(*(held for _, held in self.grants))

    def may(self, capability: str) -> bool:
        """True where at least one grant holds the capability; everybody may what is open."""
        return capability == OPEN or (capability == SIGNED_IN and self.kind != "nobody") or capability in self.capabilities

    def reach(self, capability: str) -> tuple[Grant, ...]:
        """The grants that hold a capability: where, and up to which privacy level, it may be used."""
        return tuple(grant for grant, held in self.grants if capability in held)


NOBODY = Viewer("", "nobody")


def read_roles() -> dict[str, Role]:
    """Every role by id, in registry order."""
    found = {}
    for row in registers.rows("roles"):
        held = frozenset(row["capabilities"].split("|"))
        unknown = held - set(CAPABILITIES)
        if unknown:
            raise KeyError(f"roles.csv, role {row['id']}: no such capability: {', '.join(sorted(unknown))}")
        found[row["id"]] = Role(row["id"], row["name_zh"], row["name_en"], held, int(row["privacy"]), row["description_zh"], row["description_en"])
    return found


def viewer(name: str, kind: str, grants: tuple[Grant, ...], roles: dict[str, Role], department: str = "", session: str = "") -> Viewer:
    """A viewer with the capabilities of their grants' roles; a grant of a role that is gone gives nothing.

    Only the user of the machine owns what every department owns.
    """
    if department == EVERY_DEPARTMENT and kind != "local":
        department = ""
    return Viewer(name, kind, tuple((grant, roles[grant.role].capabilities) for grant in grants if grant.role in roles), department, session)


def require(asking: Viewer, capability: str) -> None:
    """Raise Refused unless the viewer holds the capability; an unknown capability is an error of ours."""
    if capability not in CAPABILITIES:
        raise KeyError(capability)
    if not asking.may(capability):
        raise Refused("You may not do this", "Ask the security administrator for the right", right=capability)
