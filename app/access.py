"""Who may see what: the one gateway that every route, callback and download asks.

Today one local viewer stands behind the loopback address and may see everything; the shape (a viewer, a capability,
a city and a unit) is what accounts, roles and subtrees fill in. `scope` goes into every cache key, so nothing that
one viewer was shown is ever served to another who may see less.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Refused

CAPABILITIES: dict[str, str] = {
    "map.read": "See the map, units, values and floors",
    "export.rows": "Take rows and pictures out",
    "system.read": "See health, versions and settings",
}


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks: a name and the capabilities they hold."""

    name: str
    capabilities: frozenset[str]

    @property
    def scope(self) -> str:
        """Two viewers with one scope may be shown the same bytes."""
        return "all" if self.capabilities == frozenset(CAPABILITIES) else ",".join(sorted(self.capabilities))


LOCAL = Viewer("local", frozenset(CAPABILITIES))


def require(viewer: Viewer, capability: str) -> None:
    """Raise Refused unless the viewer holds the capability; an unknown capability is an error of ours."""
    if capability not in CAPABILITIES:
        raise KeyError(capability)
    if capability not in viewer.capabilities:
        raise Refused(f"You may not {CAPABILITIES[capability].lower()}", "Ask the administrator for the right",
                      right=capability)
