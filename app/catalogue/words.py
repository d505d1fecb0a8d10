"""What our fields are called in the catalogues of others: frequencies, access rights, dates, languages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.catalogue.entries import Resource

# our cadence → the word of the European frequency vocabulary that DCAT-AP asks for
FREQUENCIES: dict[str, str] = {
    "PT1M": "CONT", "PT5M": "CONT", "PT10M": "CONT", "PT15M": "CONT", "PT30M": "CONT", "PT1H": "HOURLY", "PT6H": "DAILY_2", "P1D": "DAILY",
    "P7D": "WEEKLY", "P1M": "MONTHLY", "P3M": "QUARTERLY", "P6M": "ANNUAL_2", "P1Y": "ANNUAL",
}  # fmt: skip
CADENCES: dict[str, str] = {
    "cont": "PT1M", "update_cont": "PT1M", "hourly": "PT1H", "daily_2": "PT6H", "daily": "P1D", "weekly": "P7D", "monthly": "P1M", "quarterly": "P3M",
    "annual_2": "P6M", "biannual": "P6M", "semiannual": "P6M", "annual": "P1Y", "annually": "P1Y", "yearly": "P1Y", "r/p1d": "P1D", "r/p1w": "P7D",
    "r/p1m": "P1M", "r/p3m": "P3M", "r/p6m": "P6M", "r/p1y": "P1Y", "r/pt1h": "PT1H",
}  # fmt: skip
RIGHTS: dict[str, str] = {"unconditional": "PUBLIC", "conditional": "RESTRICTED", "none": "NON_PUBLIC"}
FIELDS = ("code", "name_zh", "name_en", "department", "provider", "category", "theme", "abstract", "format", "information_items", "sharing",
          "sharing_condition", "sharing_basis", "openness", "open_condition", "cadence", "published_on", "confirmed_on", "linked_items", "covers",
          "stands_for", "status", "contact", "keywords")  # fmt: skip


def cadence_of(said: str) -> str:
    """Our cadence of a frequency that a catalogue says as a word, an interval or the address of a vocabulary; "" for another."""
    word = re.split(r"[/#]", said.strip().rstrip("/"))[-1].lower()
    return CADENCES.get(said.strip().lower()) or CADENCES.get(word) or ""


def rights_of(said: str) -> str:
    """Our sharing type of an access right of the European vocabulary; "" for another."""
    word = re.split(r"[/#]", said.strip())[-1].upper()
    return next((ours for ours, theirs in RIGHTS.items() if theirs == word), "")


def day(said: str) -> str:
    """The day of a date or a time; "" for what is neither."""
    try:
        return date.fromisoformat(said.strip()[:10]).isoformat()
    except ValueError:
        return ""


def is_chinese(text: str) -> bool:
    """True where a text has Chinese signs."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def plain_fields(one: Resource) -> dict[str, str]:
    """The fields of an entry as text, dates as days; nothing said is empty."""
    return {name: value.isoformat() if isinstance(value := getattr(one, name), date) else value or "" for name in FIELDS}


def was_of(row: dict[str, Any]) -> dict[str, str]:
    """What a row said when it came, to see later what was changed."""
    return {name: row[name] for name in FIELDS if row.get(name)}


def set_fields(row: dict[str, Any], said: dict[str, Any]) -> None:
    """Take over what a catalogue says in our own words."""
    for name in FIELDS:
        if isinstance(said.get(name), str):
            row[name] = said[name]
