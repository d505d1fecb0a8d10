"""Finding units: by name, code, address, pinyin and its initials."""

from __future__ import annotations

from typing import Any

from app.system import System
from app.units.succession import ended

MOST_ENDED = 5


def search(system: System, city: str, word: str, most: int = 20) -> list[dict[str, Any]]:
    """The units that a word finds, best first; after them those that ended, with `ended_at` and `became`. Nothing for an empty word."""
    word = " ".join(word.split()).lower()[:80]
    if not word:
        return []
    system.city(city)
    found = system.rows("search", city=city, word=word, most=most)
    return found + ended(system, city, word, min(MOST_ENDED, most - len(found))) if len(found) < most else found
