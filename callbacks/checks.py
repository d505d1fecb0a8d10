"""What comes from a browser is checked before it is used: each check returns the plain value or raises BadInput."""

from __future__ import annotations

from typing import Any

from app.errors import BadInput


def text(value: Any, name: str, most: int = 200) -> str:
    """A short text."""
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise BadInput(f"{name} is not a text of at most {most} characters", "Reload the page", value=repr(value)[:60])
    return value


def choice(value: Any, name: str, allowed: tuple[str, ...]) -> str:
    """A word of a closed list."""
    if value not in allowed or not isinstance(value, str):
        raise BadInput(f"{name} is one of {', '.join(allowed)}", "Reload the page", value=repr(value)[:60])
    return value


def whole(value: Any, name: str, low: int = 0, high: int = 2**40) -> int:
    """A whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or not low <= value <= high or int(value) != value:
        raise BadInput(f"{name} is not a whole number from {low} to {high}", "Reload the page", value=repr(value)[:60])
    return int(value)


def digits(value: Any, name: str, most: int = 10**9) -> int:
    """A whole number that comes as text, of an address or a form."""
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12 and int(value) <= most):
        raise BadInput(f"{name} is not a whole number from 0 to {most}", "Reload the page", value=repr(value)[:60])
    return int(value)


def moment(value: Any) -> int | None:
    """A time in epoch seconds, or None for the newest."""
    return None if value is None else whole(value, "time", 0, 2**34)


def table(value: Any, name: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BadInput(f"{name} is not an object", "Reload the page", value=repr(value)[:60])
    return value


def codes(value: Any, most: int = 5000) -> list[str]:
    """Unit codes, each at most 40 characters."""
    if not isinstance(value, list) or len(value) > most:
        raise BadInput(f"Units are a list of at most {most} codes", "Select fewer units")
    return [text(code, "unit code", 40) for code in value]
