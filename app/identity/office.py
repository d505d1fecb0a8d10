"""What every part of the identity holds: the store, the settings, the secrets, the roles, the clock and who writes acts down."""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from app.access import Role
    from app.settings import Settings
    from data.people import People


class Sealer(Protocol):
    """What is asked of app.secrets.Secrets."""

    def keys(self, name: str) -> tuple[bytes, ...]: ...
    def seal(self, name: str, text: bytes) -> str: ...
    def unseal(self, name: str, text: str) -> bytes: ...


@dataclass
class Office:
    """Shared by accounts, grants, sessions and all that opens a door."""

    people: People
    settings: Settings
    secrets: Sealer
    roles: dict[str, Role]
    clock: Callable[[], float]
    witness: Callable[..., Any] = field(default=lambda *_, **__: None)

    def now(self) -> int:
        """The time in epoch seconds."""
        return int(self.clock())

    def note(self, who: str, kind: str, action: str, decision: str, **facts: Any) -> None:
        """Write an act down: as app.audit.Audit.note takes it."""
        self.witness(who, kind, action, decision, **facts)


def token(start: str = "") -> str:
    """256 random bits as text, after a start that says what it opens."""
    return start + randomness.token_urlsafe(32)


def hash_of(text: str) -> str:
    """What is kept of a token. Its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
