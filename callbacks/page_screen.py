"""The wall: one page without anything around it, which keeps itself going (assets/screen/wall.js)."""

from __future__ import annotations

from typing import Any

from app.sight import Seen
from app.wall.scenes import HEAD_U, WIDE
from callbacks.page import Page, city_asked, city_row
from layouts.pages.screen import screen_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The frame of the wall of a city; what stands in it the wall asks for by itself."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    return screen_page(r, city_row(seen, city), WIDE, HEAD_U, _milliseconds(words.get("poll", "")))


def _milliseconds(text: str) -> int:
    """How often the wall asks: every second, unless the address says another pace (a wall at speed, for the tests)."""
    return min(60_000, max(50, int(text))) if text.isascii() and text.isdigit() and len(text) < 7 else 1000


PAGE = Page("screen", "/screen", "operations.read", build, is_bare=True)
