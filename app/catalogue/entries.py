"""What the catalogue holds, as plain values: resources and items after GB/T 21063.3, and the rows of the three lists.

A resource says what it stands for (`stands_for`): `indicator/<id>`, `attribute/<id>`, `record/<dataset>`, or nothing where its data
do not lie in this city's libraries (a paper register, a file of another house).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

SHARING = ("unconditional", "conditional", "none")
OPENNESS = ("open", "conditional", "closed")
CATEGORIES = ("base", "theme", "department")
KINDS = ("indicator", "attribute", "record")
TYPES = ("text", "integer", "number", "date", "time", "bool", "code", "geometry")
CYCLE_DAYS: dict[str, float] = {
    "PT1M": 1 / 1440, "PT5M": 5 / 1440, "PT10M": 1 / 144, "PT15M": 1 / 96, "PT30M": 1 / 48, "PT1H": 1 / 24, "PT6H": 0.25, "P1D": 1, "P7D": 7,
    "P1M": 31, "P3M": 92, "P6M": 184, "P1Y": 366,
}  # fmt: skip


@dataclass(frozen=True)
class Information:
    """One information item (信息项) of a resource: a column of its rows."""

    name: str
    name_zh: str = ""
    name_en: str = ""
    type: str = "text"
    unit: str = ""
    privacy: int = 0


@dataclass(frozen=True)
class Resource:
    """One entry of the resource catalogue as it stands; `batch` and `row` say where it came from. Empty text: not said."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    department: str = ""
    provider: str = ""
    category: str = ""
    theme: str = ""
    abstract: str = ""
    format: str = ""
    information_items: str = ""
    sharing: str = ""
    sharing_condition: str = ""
    sharing_basis: str = ""
    openness: str = ""
    open_condition: str = ""
    cadence: str = ""
    published_on: date | None = None
    confirmed_on: date | None = None
    linked_items: str = ""
    covers: str = ""
    stands_for: str = ""
    status: str = ""
    contact: str = ""
    keywords: str = ""
    kept: str = ""
    valid_from: datetime | None = None
    batch: int = 0
    row: int = 0

    @cached_property
    def information(self) -> tuple[Information, ...]:
        """Its information items; empty where the text is not a list of them."""
        return read_information(self.information_items)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Codes of the units it covers; empty for the whole city, also where it says so by the city's own code."""
        found = parts(self.covers)
        return () if any(len(code) == 6 and code.endswith("00") for code in found) else found

    @property
    def is_active(self) -> bool:
        """True unless it was retired."""
        return self.status != "retired"

    @property
    def is_shareable(self) -> bool:
        """True where it is active and its sharing type lets others have it, at once or on request."""
        return self.is_active and self.sharing in ("unconditional", "conditional")

    @property
    def source(self) -> tuple[str, str]:
        """(kind, name) of the data it stands for; ("", "") where they do not lie here."""
        kind, _, name = self.stands_for.partition("/")
        return (kind, name) if kind in KINDS and name else ("", "")

    def name(self, language: str) -> str:
        """Its name, the other language where one is missing."""
        return (self.name_zh or self.name_en if language == "zh" else self.name_en or self.name_zh) or self.code


@dataclass(frozen=True)
class Item:
    """One entry of the item catalogue (事项目录) as it stands."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    department: str = ""
    kind: str = ""
    basis: str = ""
    status: str = ""
    is_online: bool | None = None
    is_licence_eligible: bool | None = None
    is_licence_used: bool | None = None
    statutory_days: int | None = None
    promised_days: int | None = None
    uses: str = ""
    produces: str = ""
    system: str = ""
    published_on: date | None = None
    valid_from: datetime | None = None
    batch: int = 0
    row: int = 0

    @property
    def is_active(self) -> bool:
        """True unless it was abolished."""
        return self.status != "abolished"

    def name(self, language: str) -> str:
        """Its name, the other language where one is missing."""
        return (self.name_zh or self.name_en if language == "zh" else self.name_en or self.name_zh) or self.code


Made = TypeVar("Made", Resource, Item)


def made(kind: type[Made], row: dict[str, Any]) -> Made:
    """An entry of a row of the library: missing text is empty, `_batch` and `_row` go along."""
    known = {
        name: (row.get(name) if row.get(name) is not None else field.default)
        for name, field in kind.__dataclass_fields__.items()
        if name in row and name != "code"
    }
    return kind(code=row["code"], **{**known, "batch": row.get("_batch") or 0, "row": row.get("_row") or 0})


def parts(text: str | None) -> tuple[str, ...]:
    """`a|b` as ("a", "b")."""
    return tuple(part for part in (one.strip() for one in (text or "").split("|")) if part)


def read_information(text: str) -> tuple[Information, ...]:
    """The information items of a JSON list; what is not one is left out."""
    try:
        rows = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(rows, list):
        return ()
    found = []
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("name"), str) and row["name"]:
            kind = row.get("type") if row.get("type") in TYPES else "text"
            said = {name: row[name] for name in ("name_zh", "name_en", "unit") if isinstance(row.get(name), str)}
            privacy = row.get("privacy")
            found.append(Information(row["name"], type=kind, privacy=privacy if isinstance(privacy, int) and 0 <= privacy <= 3 else 0, **said))
    return tuple(found)


def write_information(items: tuple[Information, ...]) -> str:
    """Information items as the JSON list that hand-ins carry."""
    return json.dumps(
        [
            {name: getattr(one, name) for name in Information.__dataclass_fields__ if getattr(one, name) not in ("", 0) or name == "name"}
            for one in items
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
