"""The reader of a callback: language, theme and clock as the page says, checked."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.errors import BadInput
from callbacks.checks import choice, table, text
from layouts.reader import Reader
from layouts.text import LANGUAGES
from layouts.theme import THEMES


def reader(value: Any) -> Reader:
    """The reader a page's store names; raises BadInput."""
    given = table(value, "reader")
    zone = text(given.get("zone"), "time zone", 60)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput("No such time zone", "Reload the page", value=zone) from error
    return Reader(choice(given.get("language"), "language", LANGUAGES), choice(given.get("theme"), "theme", THEMES), zone)
