"""Semantic mappings as rows: a field of a source is a standard field, exactly, closely, or as the broader of the two.

Rows of `data/registry/mappings.csv` come with the program; rows that stewards accepted lie in mgmt.mapping, a new version
ending the one before. `source` names a source of the registry or a department. `field` is a column of the dataset, or
`indicator:<id>` for a column whose values are readings of one indicator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter

import duckdb

from data import registers, units
from data.deliveries import now
from data.errors import BadInput
from data.place import crs as place_crs

RELATIONS = ("exact", "close", "broad")
INDICATOR = "indicator:"
UNITS = "@units"
"""Code map that turns a source's own id of a unit into its code."""
_PLAIN = re.compile(r"[^\x00-\x1f]{1,120}")


@dataclass(frozen=True)
class Mapping:
    """One mapping. `code_map`: a=b|c=d, or `@units`; `unit_to` empty: the unit of the field; version 0: from the program."""

    source: str
    dataset: str
    source_field: str
    field: str
    relation: str = "exact"
    unit_from: str = ""
    unit_to: str = ""
    code_map: str = ""
    crs: str = ""
    confidence: float = 1.0
    author: str = ""
    version: int = 0

    @property
    def codes(self) -> dict[str, str]:
        """The code map as a table."""
        return dict(part.split("=", 1) for part in self.code_map.split("|") if "=" in part)

    @property
    def order(self) -> tuple[int, float]:
        """Which of several mappings of one field is asked first."""
        return RELATIONS.index(self.relation), -self.confidence


@cache
def _program() -> tuple[Mapping, ...]:
    return tuple(Mapping(**{**row, "confidence": float(row["confidence"] or 1), "version": int(row["version"] or 0)})
                 for row in registers.rows("mappings"))


def standing(cursor: duckdb.DuckDBPyConnection, channel: str, source: str, dataset: str) -> list[Mapping]:
    """The mappings in force for a source: those of its row, then those of its department; accepted ones before the program's."""
    names = tuple(Mapping.__dataclass_fields__)
    accepted = [Mapping(**dict(zip(names, row, strict=True))) for row in cursor.execute(
        f"select {', '.join(names)} from mgmt.mapping where until_at is null and dataset = $1 and source in ($2, $3)",  # noqa: S608 - our own names
        [dataset, channel, source]).fetchall()]
    program = [one for one in _program() if one.dataset == dataset and one.source in (channel, source)]
    found: dict[str, Mapping] = {}
    for one in sorted([*accepted, *program], key=lambda one: (one.source != channel, one.version == 0)):
        found.setdefault(one.source_field, one)
    return [one for one in found.values() if one.field]


def columns_of(cursor: duckdb.DuckDBPyConnection, dataset: str) -> list[str]:
    """The standard fields of a dataset: the columns of its hub table that are not our own."""
    return [name for (name,) in cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'hub' and table_name = $1 order by ordinal_position",
        [dataset]).fetchall() if not name.startswith("_")]


def unit_of(cursor: duckdb.DuckDBPyConnection, dataset: str, field: str) -> str:
    """The unit that values of a standard field are in; empty where it has none."""
    if field.startswith(INDICATOR):
        found = cursor.execute("select unit from catalogue.indicator where id = $1", [field.removeprefix(INDICATOR)]).fetchone()
    else:
        found = next(((row["unit"],) for row in registers.rows("fields") if row["dataset"] == dataset and row["field"] == field), None)
    return (found[0] or "") if found else ""


def check(cursor: duckdb.DuckDBPyConnection, mappings: list[Mapping]) -> None:
    """Raise BadInput for what cannot be: unknown fields, units and systems, one field into many, a circle."""
    taken: dict[tuple[str, str], str] = {}
    for one in mappings:
        _check_one(cursor, one)
        before = taken.setdefault((one.dataset, one.source_field), one.field)
        if before != one.field:
            raise BadInput("One field of a source cannot become two standard fields", f"Keep {before} or {one.field}: end the other mapping",
                           source=one.source, value=one.source_field)
    edges: dict[str, set[str]] = {}
    for one in mappings:
        if one.source_field != one.field and not one.field.startswith(INDICATOR):
            edges.setdefault(one.field, set()).add(one.source_field)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        raise BadInput("The mappings go in a circle", "End one of them", value=" → ".join(reversed(error.args[1]))) from error


def _check_one(cursor: duckdb.DuckDBPyConnection, one: Mapping) -> None:
    where = {"source": one.source, "value": one.source_field}
    if not _PLAIN.fullmatch(one.source_field) or one.source_field.startswith("_"):
        raise BadInput("A source field has 1 to 120 characters and does not begin with _", "Correct its name", **where)
    if one.relation not in RELATIONS:
        raise BadInput("A relation is exact, close or broad", "Choose one of them", **where)
    if not 0 <= one.confidence <= 1:
        raise BadInput("A confidence is a number from 0 to 1", "Correct it", **where)
    if one.field.startswith(INDICATOR):
        known = cursor.execute("select 1 from catalogue.indicator where id = $1", [one.field.removeprefix(INDICATOR)]).fetchone()
        if one.dataset != "reading" or not known:
            raise BadInput("There is no such indicator, or the dataset is not reading", "Choose an indicator of the registry", **where)
    elif one.field not in columns_of(cursor, one.dataset):
        raise BadInput(f"Dataset {one.dataset} has no such field", f"Fields: {', '.join(columns_of(cursor, one.dataset))}", source=one.source,
                       value=one.field)
    if one.unit_from:
        units.conversion(one.unit_from, one.unit_to or unit_of(cursor, one.dataset, one.field) or one.unit_from)
    if one.code_map and one.code_map != UNITS and len(one.codes) != len(one.code_map.split("|")):
        raise BadInput("A code map is written a=b|c=d, or @units", "Correct it", source=one.source, value=one.code_map)
    if one.crs:
        place_crs.resolve(one.crs)
        if one.field not in ("lon", "lat"):
            raise BadInput("Only lon and lat have a coordinate system", "Leave it empty", **where)


def accept(cursor: duckdb.DuckDBPyConnection, one: Mapping, by: str, channel: str = "", department: str = "") -> Mapping:
    """A mapping comes into force as the next version of its source field. Raises BadInput for one that cannot be."""
    others = [other for other in standing(cursor, channel or one.source, department or one.source, one.dataset)
              if other.source_field != one.source_field]
    check(cursor, [*others, one])
    version = cursor.execute("select coalesce(max(version), 0) + 1 from mgmt.mapping where source = $1 and dataset = $2 and source_field = $3",
                             [one.source, one.dataset, one.source_field]).fetchone()[0]
    made = replace(one, author=by, version=version)
    _put(cursor, made, by)
    return made


def end(cursor: duckdb.DuckDBPyConnection, source: str, dataset: str, source_field: str, by: str) -> None:
    """A mapping ends; a row of the program is ended by a version without a field. Raises BadInput where there is none."""
    found = [one for one in standing(cursor, source, source, dataset) if one.source_field == source_field]
    if not found:
        raise BadInput("There is no such mapping", "Reload the page", source=source, value=source_field)
    if any(one.source_field == source_field and one.source == source and one.dataset == dataset for one in _program()):
        version = cursor.execute("select coalesce(max(version), 0) + 1 from mgmt.mapping where source = $1 and dataset = $2 and source_field = $3",
                                 [source, dataset, source_field]).fetchone()[0]
        _put(cursor, replace(found[0], field="", author=by, version=version), by)
        return
    _until(cursor, source, dataset, source_field, by)


def _put(cursor: duckdb.DuckDBPyConnection, one: Mapping, by: str) -> None:
    _until(cursor, one.source, one.dataset, one.source_field, by)
    cursor.execute(
        "insert into mgmt.mapping (source, dataset, source_field, field, relation, unit_from, unit_to, code_map, crs, confidence, author, version, "
        "since_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [one.source, one.dataset, one.source_field, one.field, one.relation, one.unit_from, one.unit_to, one.code_map, one.crs, one.confidence,
         by, one.version, now()])


def _until(cursor: duckdb.DuckDBPyConnection, source: str, dataset: str, source_field: str, by: str) -> None:
    cursor.execute("update mgmt.mapping set until_at = $4, ended_by = $5 "
                   "where source = $1 and dataset = $2 and source_field = $3 and until_at is null",
                   [source, dataset, source_field, now(), by])
