"""Finding units: by name, code, address, pinyin and its initials."""

from __future__ import annotations

from typing import Any

from app.system import System


def search(system: System, city: str, word: str, most: int = 20) -> list[dict[str, Any]]:
    """The units that a word finds, best first; nothing for an empty word."""
    word = " ".join(word.split()).lower()[:80]
    if not word:
        return []
    system.city(city)
    return system.rows("search", city=city, word=word, most=most)
