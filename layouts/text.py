"""Words of the screens in Chinese and English: catalogues under layouts/locale, read at start, no compile step.

A message id is the English sentence. `Words` is called with one and answers it in its language; every id that the
code uses stands in both catalogues (tests/layouts/test_text.py reads the code and checks).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).resolve().parent / "locale"


@cache
def catalogue(language: str) -> dict[str, str]:
    """{message id: text} of a language, from every file of its folder; raises KeyError for a message that two files say."""
    found: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            mine = {message.id: message.string for message in read_po(file, locale=language) if message.id}
        if found.keys() & mine.keys():
            raise KeyError(f"{path}: said elsewhere too: {sorted(found.keys() & mine.keys())}")
        found |= mine
    return found


class Words:
    """One language: `t("Search")`, `t("{n} of {total} report", n=3, total=4)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._known = catalogue(language)

    def __call__(self, message: str, **parts: object) -> str:
        text = self._known.get(message) or message
        return text.format(**parts) if parts else text


@cache
def words(language: str) -> Words:
    """The words of a language (one object each)."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])
