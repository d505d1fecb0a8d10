"""The fields of record datasets: `data/registry/fields.csv`, one row a field. From these rows come the tables of a dataset.

A record dataset is one whose rows are about keyed things: persons, enterprises, service cases, catalogue items. It has no
SQL files of its own; adding a field is adding a row, and a database that stands gets the column at its next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data import registers
from data.errors import BadInput

# what a type is in the department and base libraries; the hub keeps text
TYPES: dict[str, str] = {"text": "varchar", "code": "varchar", "integer": "bigint", "number": "double", "date": "date",
                         "time": "timestamp", "bool": "boolean"}
# the row's own columns; no field may be called like one of them
RESERVED = frozenset({"city", "valid_from", "valid_to", "source"})


@dataclass(frozen=True)
class Field:
    """One field of a dataset.

    type       text, integer, number, date, time (UTC), bool, code
    privacy    0 open, 1 internal, 2 sensitive, 3 personal: values from 2 on are masked wherever a reject shows them
    codes      the values a code may have; empty for other types
    """

    dataset: str
    name: str
    type: str
    is_key: bool
    is_required: bool
    privacy: int
    codes: tuple[str, ...]
    unit: str
    standard: str
    name_zh: str
    name_en: str

    @property
    def sql_type(self) -> str:
        """The type of its column in dept and base."""
        return TYPES[self.type]


@cache
def code_lists() -> dict[str, tuple[str, ...]]:
    """The codes of every named list."""
    found: dict[str, list[str]] = {}
    for row in registers.rows("code_lists"):
        found.setdefault(row["list"], []).append(row["code"])
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def all_fields() -> dict[str, tuple[Field, ...]]:
    """The fields of every record dataset, in registry order. Raises BadInput naming the row that does not fit."""
    found: dict[str, list[Field]] = {name: [] for name in record_datasets()}
    for row in registers.rows("fields"):
        name = row["field"]
        if row["dataset"] not in found or row["type"] not in TYPES or name in RESERVED or not name.isidentifier() or name.startswith("_"):
            raise BadInput("A row of fields.csv does not fit", "The dataset is one of kind record in datasets.csv; the type one of "
                           f"{', '.join(TYPES)}; the name a plain word", dataset=row["dataset"], value=name)
        codes = code_lists().get(row["code_list"]) or tuple(filter(None, row["code_list"].split("|")))
        found[row["dataset"]].append(Field(
            row["dataset"], name, row["type"], row["is_key"] == "true", row["is_required"] == "true", int(row["privacy"]),
            codes, row["unit"], row["standard"], row["name_zh"], row["name_en"]))
    for dataset, fields in found.items():
        if not any(field.is_key for field in fields):
            raise BadInput("A record dataset needs at least one key field", "Add its rows to fields.csv", dataset=dataset)
    return {dataset: tuple(fields) for dataset, fields in found.items()}


def fields_of(dataset: str) -> tuple[Field, ...]:
    """The fields of one record dataset."""
    return all_fields()[dataset]


@cache
def record_datasets() -> tuple[str, ...]:
    """Ids of the datasets that are made from fields.csv."""
    return tuple(row["id"] for row in registers.rows("datasets") if row["kind"] == "record")
