"""What may be asked about: subjects, the tables each reads and their columns (data/registry/query_columns.csv).

Every table and column is one of the SQL workspace (data/registry/workspace.csv), which holds only what the asker may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data import registers

KINDS = ("number", "time", "text", "choice", "unit")


@dataclass(frozen=True)
class Column:
    """One column of a subject: `alias`.`column` of its tables. `choices` names the list that its values come from."""

    id: str
    alias: str
    column: str
    kind: str
    choices: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Join:
    """Another table, by pairs (its column, alias and column it equals). `is_left`: rows without a partner stay."""

    table: str
    alias: str
    on: tuple[tuple[str, str, str], ...]
    is_left: bool = False


@dataclass(frozen=True)
class Subject:
    """One thing to ask about. `first`: columns shown where none are chosen; names of both languages."""

    id: str
    table: str
    alias: str
    name_zh: str
    name_en: str
    first: tuple[str, ...]
    joins: tuple[Join, ...] = ()

    @property
    def columns(self) -> dict[str, Column]:
        """Its columns by id, in order."""
        return _columns()[self.id]

    @property
    def tables(self) -> dict[str, str]:
        """{alias: table} of everything it reads."""
        return {self.alias: self.table, **{join.alias: join.table for join in self.joins}}


def _at_unit(alias: str) -> Join:
    return Join("unit", "u", (("level", alias, "level"), ("seq", alias, "seq")))


SUBJECTS: dict[str, Subject] = {
    one.id: one
    for one in (
        Subject(
            "latest",
            "latest",
            "l",
            "最新指标值",
            "Newest values",
            ("indicator", "level", "unit", "unit_zh", "unit_en", "at", "value", "measured_in"),
            (_at_unit("l"), Join("indicator", "i", (("id", "l", "indicator"),))),
        ),
        Subject(
            "value",
            "value",
            "v",
            "历史指标值",
            "Values over time",
            ("indicator", "level", "unit", "unit_zh", "unit_en", "at", "value", "measured_in"),
            (_at_unit("v"), Join("indicator", "i", (("id", "v", "indicator"),))),
        ),
        Subject(
            "unit",
            "unit",
            "u",
            "单元",
            "Units",
            ("unit", "unit_zh", "unit_en", "level", "place_type", "area_m2", "floors_above", "height_m"),
            (Join("unit", "p", (("code", "u", "parent_code"),), is_left=True),),
        ),
        Subject(
            "unit_attribute",
            "unit_attribute",
            "a",
            "单元属性",
            "Attributes of units",
            ("unit", "unit_zh", "unit_en", "attribute", "value", "measured_in"),
            (Join("unit", "u", (("code", "a", "unit_code"),)),),
        ),
        Subject(
            "service_case",
            "service_case",
            "c",
            "服务工单",
            "Service cases",
            ("case_no", "category", "channel", "department", "status", "unit_zh", "unit_en", "opened_at", "closed_at", "rating"),
            (Join("unit", "u", (("code", "c", "unit_code"),)),),
        ),
        Subject(
            "flow",
            "flow",
            "f",
            "人员流动",
            "Flows between units",
            ("at", "level", "origin_zh", "origin_en", "destination_zh", "destination_en", "trips"),
            (
                Join("unit", "o", (("level", "f", "level"), ("seq", "f", "origin_seq"))),
                Join("unit", "d", (("level", "f", "level"), ("seq", "f", "destination_seq"))),
            ),
        ),
        Subject(
            "indicator", "indicator", "i", "指标目录", "Indicators", ("indicator", "name_zh", "name_en", "theme", "measured_in", "cadence", "owner")
        ),
    )
}


@cache
def _columns() -> dict[str, dict[str, Column]]:
    found: dict[str, dict[str, Column]] = {}
    for row in registers.rows("query_columns"):
        found.setdefault(row["subject"], {})[row["id"]] = Column(
            row["id"], row["alias"], row["column"], row["kind"], row["choices"], row["name_zh"], row["name_en"]
        )
    return found


@cache
def attributes() -> dict[str, tuple[str, str]]:
    """What each attribute is called, {id: (zh, en)}."""
    return {row["id"]: (row["name_zh"], row["name_en"]) for row in registers.rows("attributes")}


@cache
def codes_of(attribute: str) -> dict[str, tuple[str, str]]:
    """The codes of an attribute, {code: (zh, en)}."""
    cell = next((row["codes"] for row in registers.rows("attributes") if row["id"] == attribute), "")
    return {code: (zh, en) for code, zh, en in (part.split(":") for part in cell.split("|") if part)}
