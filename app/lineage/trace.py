"""The trace of one number: view → … → batches → rows, with time, quality and owner at each step.

A number is named by a key (layouts/components/traced.py lists them). What is answered is what this viewer may see: rows of
units in sight, fields up to their privacy level, and no single counts of people where small counts are not theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.access import require
from app.errors import BadInput, NotFound
from app.indicators.cube import length_of, step_of
from app.indicators.registry import one as indicator_of
from app.indicators.status import STATUS, of_level
from app.lineage.figures import figure, way
from app.lineage.flow import MASK, hidden_fields
from app.sight import Seen, Sight
from app.units import cards
from data import records, verbatim
from data.fields import fields_of
from data.levels import LEVELS
from data.lineage import Column, lineage

MOST_ROWS, MOST_BATCHES, MOST_CHILDREN = 100, 50, 12
RIGHTS = {"value": "map.read", "attribute": "map.read", "unit": "map.read", "batch": "data.read", "record": "data.read"}
CASES = "service_case"                  # whoever watches operations may trace a case of a unit in sight
CATALOGUE = ("item", "resource", "responsibility", "system", "demand")     # records that whoever may read the catalogue may trace


@dataclass
class Trace:
    """What is known of one number.

    number    {value, text, unit, decimals, at, n, expected, status, is_hidden}; value None where there is nothing to show
    about     what it is a number of: {indicator, unit row, attribute, …}
    path      columns from the view down to the handed-in file: [{library, column, by}]
    children  of a rolled-up value: the units next below with their values [{code, name_zh, …, value}]
    batches   who said it: rows of trace.batch with `rows_here`
    rows      the rows that said it: [{batch, row, code, …, said: {column: text}}]
    row_count how many rows there are in all
    answers   of these batches those whose channel met another, or stood in for one (data/answers.py)
    note      why rows are not shown, where they are not
    """

    key: str
    number: dict[str, Any]
    about: dict[str, Any]
    path: list[dict[str, str]] = field(default_factory=list)
    children: list[dict[str, Any]] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    row_count: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def right_of(key: str) -> str:
    """The capability that a key asks for; raises BadInput for a key of no kind."""
    kind, _, rest = key.partition("/")
    if kind == "record" and rest.split("/", 1)[0] in CATALOGUE:
        return "catalogue.read"
    if kind == "record" and rest.split("/", 1)[0] == CASES:
        return "operations.read"
    if kind == "figure":
        return figure(rest)["right"]
    if kind not in RIGHTS:
        raise BadInput("Nothing on a screen is called like this", f"A key begins with {', '.join(RIGHTS)}", value=key[:80])
    return RIGHTS[kind]


def trace(seen: Seen, city: str, key: str) -> Trace:
    """The trace of a key as `seen` may see it. Raises BadInput, NotFound, Refused."""
    require(seen.viewer, right_of(key))
    wanted = {"value": 3, "attribute": 2, "unit": 1, "batch": 1, "record": 2, "figure": 1}[key.split("/", 1)[0]]
    kind, *parts = key.split("/", wanted)
    if len(parts) != wanted:
        raise BadInput("The name of this number is not whole", "Reload the page", value=key[:80])
    ways: dict[str, Callable[..., Trace]] = {
        "value": _value, "attribute": _attribute, "unit": _unit, "batch": _batch, "record": _record, "figure": _figure}
    return ways[kind](seen, city, key, *parts)


# an indicator of a unit

def _value(seen: Seen, city: str, key: str, name: str, code: str, when: str) -> Trace:
    indicator = indicator_of(seen.indicators, name)
    unit = cards.unit(seen, city, code[:40])
    at = None if when == "latest" else _number(when, 2**34)
    sign = cards.sign(seen, city, unit, name, at)
    here = unit if sign["code"] == unit["code"] else cards.unit(seen, city, sign["code"])
    number = {"value": sign["value"], "unit": indicator.unit, "decimals": indicator.decimals, "at": sign["at"], "n": sign["n"],
              "expected": sign["expected"], "status": sign["status"], "is_hidden": sign["is_hidden"]}
    told = Trace(key, number, {"indicator": name, "unit": unit, "reported_at": here, "owner": indicator.owner, "rollup": indicator.rollup,
                               "native_level": indicator.native_level, "name_zh": indicator.name_zh, "name_en": indicator.name_en,
                               "cadence": indicator.cadence})
    rolled = here["level"] != indicator.native_level
    told.path = _path(Column("theme.value", "value"), *(["theme.rolled"] if rolled else []), "base.reading")
    if sign["at"] is None:
        return told
    since, until = interval(sign["at"], indicator.cadence, seen.city(city).timezone)
    inside = _below(seen, city, here, indicator.native_level, sign["at"])
    asked = {"city": city, "indicator": name, "level": indicator.native_level, "since": since, "until": until,
             "inside": inside.bits, "inside_offsets": inside.offsets}
    told.batches = seen.rows("trace_batches", most=MOST_BATCHES, **asked)
    told.row_count = sum(row["rows_here"] for row in told.batches)
    told.answers = _answers(seen, city, "reading", name, told.batches)
    if rolled:
        told.children = _children(seen, city, here, name, sign["at"])
    if seen.hides_few(indicator) or sign["is_hidden"]:
        told.note = "few"
        return told
    told.rows = _said(seen, "reading", seen.rows("trace_readings", most=MOST_ROWS, **asked))
    return told


def interval(at: int, cadence: str, timezone: str) -> tuple[int, int]:
    """[since, until) in epoch seconds of the cadence interval that a step (its start) stands for."""
    after = step_of(np.array([at + length_of(cadence)]), cadence, timezone)
    return at, max(int(after[0]), at + 1)


def _below(seen: Seen, city: str, unit: dict[str, Any], native: str, at: int) -> Sight:
    """The units of a level that stood under a unit at a time, as a set to bind."""
    hierarchy = seen.values(city).hierarchy(native if native == "floor" else "building")
    folds = hierarchy.trees[hierarchy.epoch_of(at)].folds
    masks: dict[str, NDArray[np.bool_]] = {level: np.zeros(hierarchy.sizes[level], bool) for level in LEVELS}
    masks[unit["level"]][unit["seq"] - 1] = True
    for above, level in zip(LEVELS[:-1], LEVELS[1:], strict=True):
        if LEVELS.index(above) < LEVELS.index(unit["level"]) or LEVELS.index(level) > LEVELS.index(native):
            continue
        parent = folds[level].parent
        stands = parent >= 0
        masks[level][: parent.size][stands] |= masks[above][parent[stands]]
    return Sight(masks)


def _children(seen: Seen, city: str, unit: dict[str, Any], name: str, at: int) -> list[dict[str, Any]]:
    """The units next below with their values at a step, the largest first."""
    cube = seen.values(city).cube(name)
    below = LEVELS[LEVELS.index(unit["level"]) + 1]
    row = cube.at(below, at)
    if row is None or int(cube.times[row]) != at:
        return []
    fold = cube.hierarchy.trees[cube.hierarchy.epoch_of(at)].folds[below]
    values = cube.values(below, row)
    mine = np.flatnonzero(fold.parent == unit["seq"] - 1)
    known = mine[np.isfinite(values[mine])]
    first = known[np.argsort(-np.abs(values[known]), kind="stable")][:MOST_CHILDREN]
    judged = of_level(cube, below, values[first], row, at, first)
    found = []
    for k, i in enumerate(first.tolist()):
        try:
            child = cards.unit_at(seen, city, below, i + 1)
        except NotFound:                # it stood then, and is gone today
            continue
        found.append({"code": child["code"], "level": below, "seq": i + 1, "name_zh": child["name_zh"], "name_en": child["name_en"],
                      "floor_no": child.get("floor_no"), "address": child.get("address"), "value": float(values[i]),
                      "status": STATUS[judged[k]], "key": f"value/{name}/{child['code']}/{at}"})
    return found


# an attribute, a unit, a batch

def _attribute(seen: Seen, city: str, key: str, code: str, name: str) -> Trace:
    unit = cards.unit(seen, city, code[:40])
    found = seen.rows("trace_attribute", city=city, level=unit["level"], seq=unit["seq"], attribute=name, most=MOST_ROWS)
    if not found:
        raise NotFound("This unit has no such attribute", "Its card lists them", value=name[:60])
    first = found[0]
    told = Trace(key, {"value": None, "text": first["value"], "unit": first["unit"] or "", "at": first["valid_from"]},
                 {"unit": unit, "attribute": name, "name_zh": first["name_zh"], "name_en": first["name_en"]})
    told.path = _path(Column("theme.unit_attribute", "value"), "base.attribute")
    told = _with_batches(seen, city, told, "attribute", found)
    told.answers = _answers(seen, city, "attribute", name, told.batches)
    return told


def _unit(seen: Seen, city: str, key: str, code: str) -> Trace:
    unit = cards.unit(seen, city, code[:40])
    found = seen.rows("trace_unit", city=city, level=unit["level"], seq=unit["seq"], most=MOST_ROWS)
    told = Trace(key, {"value": None, "text": unit["code"], "unit": "", "at": found[0]["valid_from"] if found else None}, {"unit": unit})
    told.path = _path(Column("theme.unit", "code"), "base.unit")
    return _with_batches(seen, city, told, "unit", found)


def _batch(seen: Seen, city: str, key: str, number: str) -> Trace:
    seen.require_whole(city)
    found = seen.rows("batch_by_number", city=city, batches=[_number(number)])
    if not found:
        raise NotFound("No such batch in this city", "The data page lists them", value=number)
    batch = found[0]
    told = Trace(key, {"value": batch["row_in"], "unit": "", "decimals": 0, "at": batch["received_at"]}, {"batch": batch})
    told.batches = [{**batch, "rows_here": batch["row_in"]}]
    told.row_count = batch["row_in"]
    told.path = [{"library": "base", "column": f"base.{batch['dataset']}", "by": f"base.{batch['dataset']}_merge"},
                 {"library": "dept", "column": f"dept.{batch['dataset']}", "by": f"dept.{batch['dataset']}_check"},
                 {"library": "hub", "column": f"hub.{batch['dataset']}", "by": "data/intake.py"},
                 {"library": "front", "column": "front.batch", "by": "data/intake.py"}]
    return told


def _figure(seen: Seen, city: str, key: str, name: str) -> Trace:
    seen.city(city)
    told = Trace(key, {"value": None, "text": "", "unit": "", "at": None}, {"figure": figure(name)})
    told.path = way(name)
    return told


def _record(seen: Seen, city: str, key: str, dataset: str, name: str) -> Trace:
    seen.city(city) if dataset in (*CATALOGUE, CASES) else seen.require_whole(city)
    found = records.versions(seen._door, dataset, city, name[:300], MOST_ROWS)
    if dataset == CASES and seen.sight(city) is not None:       # every place that it was ever said to be at, or it is not there
        places = {row["unit_code"] for row in found}
        found = found if len(seen.rows("units_by_codes", city=city, codes=sorted(places))) == len(places) else []
    if not found:
        raise NotFound("No such record in this city", "Its key is written as in its dataset", value=name[:80])
    hidden, fields = hidden_fields(seen, city, dataset), fields_of(dataset)
    stands = [{"field": one.name, "name_zh": one.name_zh, "name_en": one.name_en, "text": MASK if one.name in hidden else str(found[0][one.name])}
              for one in fields if found[0][one.name] is not None]
    called = MASK if any(one.name in hidden for one in fields if one.is_key) else name
    told = Trace(key, {"value": None, "text": called, "unit": "", "at": _seconds(found[0]["valid_from"])}, {"dataset": dataset, "record": stands})
    rows = [{"batch": row["_batch"], "row": row["_row"], "valid_from": _seconds(row["valid_from"]), "valid_to": _seconds(row["valid_to"])}
            for row in found]
    told.path = _path(Column(f"theme.{dataset}", fields_of(dataset)[0].name), f"base.{dataset}")
    told = _with_batches(seen, city, told, dataset, rows)
    for row in told.rows:
        row["said"] = {word: MASK if word in hidden else text for word, text in row["said"].items()}
    return told


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp())


def _with_batches(seen: Seen, city: str, told: Trace, dataset: str, rows: list[dict[str, Any]]) -> Trace:
    told.rows = _said(seen, dataset, rows)
    told.row_count = len(rows)
    counts: dict[int, int] = {}
    for row in rows:
        counts[row["batch"]] = counts.get(row["batch"], 0) + 1
    told.batches = [{**batch, "rows_here": counts[batch["batch"]]} for batch in seen.rows("batch_by_number", city=city, batches=list(counts))]
    return told


def _answers(seen: Seen, city: str, dataset: str, fact: str, batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of the batches came by a channel that another carries too."""
    return seen.rows("trace_answers", city=city, dataset=dataset, fact=fact, batches=[row["batch"] for row in batches])


def _said(seen: Seen, dataset: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what was handed in for each."""
    said = verbatim.rows(seen._door, dataset, [(row["batch"], row["row"]) for row in rows])
    return [{**row, "said": {name: text for name, text in said.get((row["batch"], row["row"]), {}).items() if text is not None}} for row in rows]


def _path(column: Column, *through: str) -> list[dict[str, str]]:
    """The way of a column down to the file, one table a library: from the SQL itself; `through` are the tables to go by where there are several."""
    known, found = lineage(), [column]
    order = {table: place for place, table in enumerate(through)}
    while True:
        here = found[-1]
        below = [one for one in known.sources.get(here, ()) if _depth(one.table) > _depth(here.table)]
        if not below:
            break
        found.append(min(below, key=lambda one, here=here: (order.get(one.table, len(order)), one.name != here.name, -_depth(one.table), str(one))))
    return [{"library": one.table.split(".")[0], "column": str(one), "by": " · ".join(known.made_by.get(one.table, ()))} for one in found]


def _depth(table: str) -> int:
    """How far down a table lies: the view, the tower's answer, base, dept, hub, the file; −1 for what lies beside the way."""
    return 1 if table == "theme.rolled" else {"theme": 0, "base": 2, "dept": 3, "hub": 4, "file": 5}.get(table.split(".")[0], -1)


def _number(text: str, most: int = 2**31) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 11 and int(text) < most):
        raise BadInput("A part of this number's name is not a whole number", "Reload the page", value=text[:40])
    return int(text)
