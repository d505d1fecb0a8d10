"""The error tree. Every message says the fact, then the remedy, and names the place.

ChengshuError
├── BadInput      what came in is wrong: a file, a row, a column, a value
│   └── Unreadable    a file cannot be read as what it claims to be
├── NotFound      what was asked for is not here
├── Refused       the viewer has no right to it
├── Busy          somebody else holds what is needed; trying later can help
└── Unavailable   a part this machine needs is missing, full or broken
"""

from __future__ import annotations


class ChengshuError(Exception):
    """A fact, a remedy, and where: `raise BadInput("Column 'lon' is missing", "Name it with --lon-field", file=path)`."""

    def __init__(self, fact: str, remedy: str = "", **where: object) -> None:
        self.fact, self.remedy = fact.rstrip("."), remedy.rstrip(".")
        self.where = {key: value for key, value in where.items() if value is not None}
        super().__init__(fact)

    def __str__(self) -> str:
        place = ", ".join(f"{key} {_short(value)}" for key, value in self.where.items())
        text = f"{self.fact} ({place})." if place else f"{self.fact}."
        return f"{text} {self.remedy}." if self.remedy else text


class BadInput(ChengshuError):
    """What came in is wrong."""


class Unreadable(BadInput):
    """A file cannot be read as what it claims to be."""


class NotFound(ChengshuError):
    """What was asked for is not here."""


class Refused(ChengshuError):
    """The viewer has no right to it."""


class SignedOut(Refused):
    """Nobody is signed in, and it is not open to everybody."""


class Busy(ChengshuError):
    """Somebody else holds what is needed."""


class Unavailable(ChengshuError):
    """A part this machine needs is missing, full or broken."""


def _short(value: object, limit: int = 120) -> str:
    text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
