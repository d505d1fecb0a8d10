"""The settings page."""

from __future__ import annotations

from typing import Any

from app.settings import rows
from app.sight import Seen
from callbacks.page import Page
from layouts.pages.settings import settings_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:  # noqa: ARG001 - every page is built from the same
    """Every setting with its value and where it came from."""
    return settings_page(r, rows(seen.settings))


PAGE = Page("settings", "/settings", "settings.read", build)
