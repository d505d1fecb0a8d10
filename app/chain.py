"""The chain of the audit trail: how a row is signed, and what an unbroken chain is.

hash(n) = HMAC-SHA256(key "audit", hash(n − 1) ‖ canonical row n). The end is signed too, in the file and again beside the
keys (`var/secrets/audit.head`), so that rows cut off the end, or an older copy of the whole file, show.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from functools import lru_cache

import orjson

from app.secrets import Secrets, fingerprint, write_private
from data.trail import START, Entry, Mark, Trail, anchor_of, head_of

KEY = "audit"
REASONS = {
    "changed": "row {n} was changed, or written without the key",
    "missing": "row {n} is missing",
    "cut": "rows are missing at the end: the trail ends before row {n}",
    "anchor": "the anchor of retention at row {n} is not signed by this installation",
    "head": "the signed end at row {n} does not fit the last row",
    "key": "row {n} was signed with a key that is not here",
}


@dataclass(frozen=True)
class Verification:
    """What a walk over the whole chain found; `reason` is a key of REASONS, empty where it is intact."""

    is_intact: bool
    rows: int
    first_at: int | None        # microseconds since 1970
    last: int                   # number of the last row
    head: str                   # its hash; noted elsewhere it proves later that nothing before it was rewritten
    broken: int | None
    reason: str
    checked_at: float
    seconds: float

    @property
    def sentence(self) -> str:
        """For the command line."""
        if self.is_intact:
            return f"intact: {self.rows} rows, last number {self.last}, head {self.head or '-'} ({self.seconds:.2f} s)"
        return f"BROKEN: {REASONS[self.reason].format(n=self.broken)}"


class Chain:
    """Signs and verifies with the keys of an installation."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self.file = secrets.folder / "audit.head"

    def sign(self, number: int, entry: Entry, previous: bytes) -> tuple[str, bytes]:
        """(name of the key, hash) of a row."""
        key = self.secrets.key(KEY)
        return _named(key), row_hash(key, number, entry, previous)

    def sign_mark(self, kind: str, number: int, found: bytes) -> tuple[str, bytes]:
        """(name of the key, signature) of a head or an anchor."""
        key = self.secrets.key(KEY)
        return _named(key), mark_hash(key, kind, number, found)

    def keep(self, head: Mark) -> None:
        """Write the signed end beside the keys."""
        write_private(self.file, [f"{head.number} {head.hash.hex()} {head.key} {head.signature.hex()}"], is_durable=False)

    def kept(self) -> Mark | None:
        """The signed end beside the keys; a damaged one is number −1, which fits nothing."""
        try:
            number, found, key, signature = self.file.read_text(encoding="ascii").split()
            return Mark(int(number), bytes.fromhex(found), key, bytes.fromhex(signature))
        except FileNotFoundError:
            return None
        except (ValueError, OSError):
            return Mark(-1, b"", "", b"")

    def fits(self, trail: Trail, mark: Mark | None) -> bool:
        """True where the end kept beside the keys lies on the trail as it is now."""
        if mark is None:
            return True
        with trail.reading() as connection:
            row = connection.execute("select hash from entry where number = ?", [mark.number]).fetchone()
            anchor = anchor_of(connection)
        return self._is_signed("head", mark) and (row == (mark.hash,) or (anchor is not None and mark.number <= anchor.number))

    def verify(self, trail: Trail) -> Verification:
        """Walk the whole chain of one moment; names the first broken row."""
        started, kept = time.perf_counter(), self.kept()     # the end beside the keys first: the trail may only be ahead of it
        keys = {_named(key): key for key in self.secrets.keys(KEY)}
        rows, first_at, last, number, broken, reason = 0, None, START, 0, None, ""
        with trail.reading() as connection:
            head, anchor = head_of(connection), anchor_of(connection)
            if anchor is not None:
                number, last = anchor.number, anchor.hash
                if not self._is_signed("anchor", anchor):
                    broken, reason = anchor.number, "anchor"
            is_met = kept is None or (anchor is not None and 0 <= kept.number <= anchor.number)
            for found, *rest, key, previous, signed in [] if reason else connection.execute("select * from entry order by number"):
                entry = Entry(*rest)
                if found != number + 1:
                    broken, reason = number + 1, "missing"
                elif key not in keys:
                    broken, reason = found, "key"
                elif previous != last or not hmac.compare_digest(row_hash(keys[key], found, entry, previous), signed):
                    broken, reason = found, "changed"
                if reason:
                    break
                number, last, rows = found, signed, rows + 1
                first_at = entry.at if first_at is None else first_at
                is_met = is_met or (kept is not None and kept.number == number and kept.hash == last)
        if not reason and head is not None and head.number > number:
            broken, reason = head.number, "cut"
        if not reason and (head is not None or number):
            is_end = head is not None and (head.number, head.hash) == (number, last) and self._is_signed("head", head)
            broken, reason = (None, "") if is_end else (number, "head")
        if not reason and kept is not None and (not is_met or not self._is_signed("head", kept)):
            broken, reason = kept.number, "cut" if kept.number > number else "head"
        return Verification(not reason, rows, first_at, number, last.hex() if number else "", broken, reason, time.time(),
                            time.perf_counter() - started)

    def _is_signed(self, kind: str, mark: Mark) -> bool:
        return any(_named(key) == mark.key and hmac.compare_digest(mark_hash(key, kind, mark.number, mark.hash), mark.signature)
                   for key in self.secrets.keys(KEY))


_named = lru_cache(maxsize=64)(fingerprint)


def row_hash(key: bytes, number: int, entry: Entry, previous: bytes) -> bytes:
    """HMAC of the hash before and the row as JSON in a fixed order."""
    return hmac.digest(key, previous + orjson.dumps([number, *entry]), "sha256")


def mark_hash(key: bytes, kind: str, number: int, found: bytes) -> bytes:
    """HMAC of a place in the chain."""
    return hmac.digest(key, f"{kind} {number} ".encode() + found, "sha256")

