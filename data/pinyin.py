"""Pinyin of names: the full spelling and the initials, for people who type letters."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


def spell(name: str) -> str:
    """`江海区` → `jianghaiqu jhq`; what is not Chinese stays as it is, in lower case."""
    syllables = [_syllable(character) for character in name]
    return f"{''.join(syllables)} {''.join(s[:1] for s in syllables)}"


@lru_cache(maxsize=30_000)
def _syllable(character: str) -> str:
    found = lazy_pinyin(character, style=Style.NORMAL)
    return found[0].lower() if found else ""
