"""Pinyin of names: the full spelling and the initials, for people who type letters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin


def spell(name: str) -> str:
    """`江海区` → `jianghaiqu jhq`; what is not Chinese stays as it is, in lower case."""
    syllables = [_syllable(character) for character in name]
    return f"{''.join(syllables)} {''.join(s[:1] for s in syllables)}"


def letters(name: str) -> str:
    """`广州` → `guangzhou`, `São Paulo` → `sao paulo`: the full spelling alone, without accents."""
    spelt = unicodedata.normalize("NFKD", "".join(_syllable(character) for character in name))
    return "".join(sign for sign in spelt if not unicodedata.combining(sign))


@lru_cache(maxsize=30_000)
def _syllable(character: str) -> str:
    found = lazy_pinyin(character, style=Style.NORMAL)
    return found[0].lower() if found else ""
