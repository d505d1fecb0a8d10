"""Passwords: what is taken (NIST SP 800-63B §5.1.1: length, not composition) and how it is kept (argon2id)."""

from __future__ import annotations

import threading
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import BadInput

SHORTEST, LONGEST = 12, 128
# what is common at this length: the lists' favourites, doubled, counted on or walked along the keyboard
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())


class Passwords:
    """Hashes and checks. A check costs the same whether there is a hash or not."""

    def __init__(self, time_cost: int = 3, memory_kib: int = 65536) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._hasher.hash("nobody has this password")
        self._room = threading.BoundedSemaphore(4)

    def hash(self, password: str) -> str:
        """The argon2id hash with its salt and costs in it."""
        with self._room:
            return self._hasher.hash(_plain(password))

    def verify(self, kept: str, password: str) -> bool:
        """True when it is the one; an empty `kept` is checked against a hash that nobody's password has."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, _plain(password[: 8 * LONGEST])) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """True when the hash was made with smaller costs than today's."""
        return self._hasher.check_needs_rehash(kept)


def check(password: str, name: str = "") -> None:
    """Raise BadInput for a password that is too short, too long, the name, or among the first that are tried."""
    text = _plain(password[: 8 * LONGEST])
    if len(text) < SHORTEST:
        raise BadInput("A password has at least 12 characters", "A sentence is easy to keep in mind")
    if len(text) > LONGEST:
        raise BadInput("A password has at most 128 characters", "Shorten it")
    low = text.casefold()
    if name and len(low.replace(_plain(name).casefold(), "")) < 8:
        raise BadInput("The password is the name", "Take something that does not follow from the name")
    around = 10 if low.isdecimal() else 0x110000        # after 9 comes 0
    steps = {(ord(after) - ord(before)) % around for before, after in zip(low, low[1:], strict=False)}
    if low in COMMON or len(set(low)) < 4 or len(steps) == 1:
        raise BadInput("This password is among the first that are tried", "Take something that nobody else would")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
