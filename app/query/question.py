"""A question as it stands in an address: JSON of a fixed shape, checked word by word before anything is made of it.

    {"subject": "latest", "show": ["unit", "value"],
     "where": [{"column": "level", "op": "any", "values": ["street"]}, {"column": "value", "op": "ge", "values": [5]}],
     "group": [{"column": "at", "step": "day"}], "measures": [{"how": "avg", "column": "value"}],
     "sort": [{"by": "avg.value", "down": true}], "limit": 500}

With a group or a measure the rows are counted together and `show` says nothing; without both they are rows of the subject.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import BadInput
from app.query.subjects import SUBJECTS, Column, Subject

LONGEST, MOST = 4000, 100_000
MOST_COLUMNS, MOST_FILTERS, MOST_VALUES, MOST_GROUPS, MOST_MEASURES, TEXT_LONGEST = 24, 12, 60, 4, 8, 120
OPS: dict[str, dict[str, tuple[int, int]]] = {
    "number": {
        "eq": (1, 1),
        "ne": (1, 1),
        "lt": (1, 1),
        "le": (1, 1),
        "gt": (1, 1),
        "ge": (1, 1),
        "between": (2, 2),
        "empty": (0, 0),
        "filled": (0, 0),
    },
    "time": {"since": (1, 1), "until": (1, 1), "between": (2, 2), "last_days": (1, 1), "empty": (0, 0), "filled": (0, 0)},
    "text": {"is": (1, 1), "has": (1, 1), "begins": (1, 1), "empty": (0, 0), "filled": (0, 0)},
    "choice": {"any": (1, MOST_VALUES), "none": (1, MOST_VALUES), "empty": (0, 0), "filled": (0, 0)},
    "unit": {"within": (1, 1), "any": (1, MOST_VALUES), "begins": (1, 1)},
}
"""Filters by the kind of a column: {kind: {op: (fewest, most values)}}. `within` is the unit and all below it."""
STEPS = ("hour", "day", "week", "month", "year", "hour_of_day", "weekday")
HOWS: dict[str, tuple[str, ...]] = {
    "count": (),
    "distinct": ("text", "choice", "unit", "number", "time"),
    "sum": ("number",),
    "avg": ("number",),
    "median": ("number",),
    "min": ("number", "time"),
    "max": ("number", "time"),
}
"""Aggregates and the kinds of columns that they take; `count` takes none."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_CODE = re.compile(r"[0-9A-Za-z._-]{1,40}")


@dataclass(frozen=True)
class Filter:
    """One condition; all conditions hold together."""

    column: Column
    op: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Group:
    """What rows are counted together by; a time by a `step`, on the city's clock."""

    column: Column
    step: str = ""

    @property
    def id(self) -> str:
        """What the answer calls it."""
        return f"{self.column.id}.{self.step}" if self.step else self.column.id


@dataclass(frozen=True)
class Measure:
    """What is told of each group."""

    how: str
    column: Column | None = None

    @property
    def id(self) -> str:
        """What the answer calls it."""
        return f"{self.how}.{self.column.id}" if self.column else self.how


@dataclass(frozen=True)
class Question:
    """A checked question."""

    subject: Subject
    show: tuple[Column, ...]
    where: tuple[Filter, ...]
    group: tuple[Group, ...]
    measures: tuple[Measure, ...]
    sort: tuple[tuple[int, bool], ...]  # (place in the answer, downwards)
    limit: int

    @property
    def is_counted(self) -> bool:
        """True where rows are counted together."""
        return bool(self.group or self.measures)

    @property
    def columns(self) -> tuple[str, ...]:
        """What the answer's columns are called, in order."""
        return (*(one.id for one in self.group), *(one.id for one in self.measures)) if self.is_counted else tuple(one.id for one in self.show)


def parse(text: str) -> Question:
    """The question that an address holds. Raises BadInput, saying what of it is not understood."""
    if len(text) > LONGEST:
        raise BadInput("The question is too long", "Take some of its conditions away", value=len(text))
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("This is no question", "Build it on the page, or open a link that was not cut") from error
    if not isinstance(given, dict):
        raise BadInput("This is no question", "Build it on the page")
    subject = SUBJECTS.get(_text(given.get("subject"), "subject"))
    if subject is None:
        raise BadInput("There is no such subject", "Choose one of the list", value=str(given.get("subject"))[:40])
    shown = _list(given, "show", MOST_COLUMNS) or list(subject.first)
    show = tuple(dict.fromkeys(_column(subject, one) for one in shown))
    where = tuple(_filter(subject, one) for one in _list(given, "where", MOST_FILTERS))
    group = tuple(dict.fromkeys(_group(subject, one) for one in _list(given, "group", MOST_GROUPS)))
    measures = tuple(dict.fromkeys(_measure(subject, one) for one in _list(given, "measures", MOST_MEASURES)))
    if group and not measures:
        measures = (Measure("count"),)
    limit = given.get("limit", 1000)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:
        raise BadInput("So many rows cannot be asked for", "Ask for 1 to 100 000 rows", value=str(limit)[:40])
    draft = Question(subject, show, where, group, measures, (), limit)
    places = {name: place for place, name in enumerate(draft.columns)}
    sort = []
    for one in _list(given, "sort", 4):
        by = _text(_table(one).get("by"), "by")
        if by not in places:
            raise BadInput("Rows are sorted by a column of the answer", "Choose one of the list", value=by[:60])
        sort.append((places[by], _table(one).get("down") is True))
    return Question(subject, show, where, group, measures, tuple(sort), limit)


def units_named(text: str) -> set[str]:
    """The units that a question names: whoever may not see one of them is not offered the question. Empty for what is no question."""
    try:
        found = parse(text)
    except BadInput:
        return set()
    return {str(value) for one in found.where if one.column.kind == "unit" and one.op in ("within", "any") for value in one.values}


def _filter(subject: Subject, given: Any) -> Filter:
    row = _table(given)
    column, op = _column(subject, row.get("column")), _text(row.get("op"), "op")
    allowed = OPS[column.kind]
    if op not in allowed:
        raise BadInput("This column cannot be compared that way", "Choose one of the list", column=column.id, value=op[:40])
    values = _list(row, "values", MOST_VALUES)
    fewest, most = allowed[op]
    if not fewest <= len(values) <= most:
        raise BadInput("A condition has too few or too many values", "Fill it in, or take the condition away", column=column.id, value=len(values))
    return Filter(column, op, tuple(_value(column, op, one) for one in values))


def _value(column: Column, op: str, given: Any) -> Any:
    if column.kind == "number" or op == "last_days":
        is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
        if (
            not is_number
            or not math.isfinite(given)
            or abs(given) > 1e15
            or (op == "last_days" and not (isinstance(given, int) and 1 <= given <= 3660))
        ):
            raise BadInput("A condition needs a number", "Type digits", column=column.id, value=str(given)[:40])
        return given
    text = _text(given, column.id)
    if column.kind == "time":
        try:
            moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        except ValueError:
            moment = None
        if moment is None or not 1900 <= moment.year <= 2200:
            raise BadInput("A condition needs a time", "Write it as 2026-11-18 08:00, on the city's clock", column=column.id, value=text[:40])
        return moment
    if column.kind == "unit" and not _CODE.fullmatch(text):
        raise BadInput("This is no code of a unit", "Take it from a unit's card", value=text[:40])
    if not text:
        raise BadInput("A condition has too few or too many values", "Fill it in, or take the condition away", column=column.id)
    return text


def _group(subject: Subject, given: Any) -> Group:
    row = _table(given)
    column, step = _column(subject, row.get("column")), _text(row.get("step", ""), "step")
    if (column.kind == "time") != bool(step) or (step and step not in STEPS):
        raise BadInput(
            "Rows cannot be grouped that way", "A time is grouped by hour, day, week, month, …; nothing else is", column=column.id, value=step[:40]
        )
    return Group(column, step)


def _measure(subject: Subject, given: Any) -> Measure:
    row = _table(given)
    how = _text(row.get("how"), "how")
    if how not in HOWS:
        raise BadInput("There is no such aggregate", "Choose one of the list", value=how[:40])
    if how == "count":
        return Measure(how)
    column = _column(subject, row.get("column"))
    if column.kind not in HOWS[how]:
        raise BadInput("This column has no such aggregate", "Choose a column of numbers", column=column.id, value=how)
    return Measure(how, column)


def _column(subject: Subject, given: Any) -> Column:
    name = _text(given, "column")
    if name not in subject.columns:
        raise BadInput("The subject has no such column", "Choose one of the list", value=name[:40])
    return subject.columns[name]


def _list(given: dict[str, Any], name: str, most: int) -> list[Any]:
    found = given.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise BadInput("A part of the question has too many entries, or is no list", "Build the question on the page", part=name)
    return found


def _table(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadInput("A part of the question is not understood", "Build it on the page", value=str(given)[:40])
    return given


def _text(given: Any, name: str) -> str:
    if not isinstance(given, str) or len(given) > TEXT_LONGEST or any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in given):
        raise BadInput("A text of the question is too long, or no text", "Build the question on the page", part=name, value=repr(given)[:40])
    return given
