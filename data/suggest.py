"""Which standard field an unmapped field of a source may be: by its name, by its values, by the words people use for it.

A suggestion is never taken by itself: a person accepts it (app/exchange/desk.py). The confidence is 0 to 1 and made of how
well the name fits (the registry of synonyms, Chinese and English), and how many of the values are what the field holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

import duckdb

from data import drift, registers, units
from data.fields import fields_of, record_datasets
from data.mapping_rows import INDICATOR, UNITS, Mapping

LEAST, CERTAIN, VALUES_MOST = 0.5, 0.97, 400
_SHAPES = {
    "id_number": re.compile(r"\d{17}[\dXx]"), "legal_person_id": re.compile(r"\d{17}[\dXx]"), "credit_code": re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}"),
    "mobile": re.compile(r"1[3-9]\d{9}"), "reporter_mobile": re.compile(r"1[3-9]\d{9}"), "unit_code": re.compile(r"\d{6}(\d{3}){0,3}([A-Z]\d{3,5})*"),
}  # fmt: skip
_RANGES = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0), "rating": (0.0, 100.0)}


@dataclass(frozen=True)
class Wanted:
    """A standard field that may be suggested: its words, what its values are, its unit."""

    field: str
    words: tuple[str, ...]
    type: str = "text"
    codes: tuple[str, ...] = ()
    unit: str = ""


def suggest(cursor: duckdb.DuckDBPyConnection, channel: str, dataset: str, values: dict[str, list[str]], taken: set[str]) -> list[Mapping]:
    """One suggestion at most per field of `values` ({name: some of its values}); a standard field is suggested once.

    `taken`: standard fields that already have a source. The best pairs first; below a confidence of 0.5 nothing.
    """
    wanted = [one for one in _wanted(cursor, dataset) if one.field not in taken]
    known = {code for (code,) in cursor.execute("select code from mgmt.identity using sample 20000 rows").fetchall()}
    ids = {one for (one,) in cursor.execute("select source_id from mgmt.identity where source_id is not null using sample 20000 rows").fetchall()}
    pairs = []
    for name, given in values.items():
        some = [value.strip() for value in given[:VALUES_MOST] if value and value.strip()]
        bare, unit = _unit_in(name)
        for one in wanted:
            by_name = max(_alike(bare, word) for word in one.words)
            if by_name < 0.35 and one.field not in _SHAPES:
                continue
            by_values = _fits(one, some, known, ids)
            score = by_name * 0.6 + by_values * 0.4 if some else by_name * 0.9
            if by_values >= CERTAIN and one.field in _SHAPES and some:
                score = max(score, 0.7)
            if by_values < 0.5 and some:        # a name that says it all, and codes of their own: a code map is missing
                score = 0.55 if one.codes and by_name >= 0.95 else score * 0.5
            if score >= LEAST:
                pairs.append((round(min(score, 0.99), 2), name, one, unit, _codes(one, some, ids)))
    found: list[Mapping] = []
    used: set[str] = set()
    for score, name, one, unit, codes in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].field)):
        if name not in used and one.field not in used:
            used |= {name, one.field}
            relation = "exact" if score >= 0.9 and not unit and not codes else "close"
            found.append(Mapping(channel, dataset, name, one.field, relation, _usable(unit, one.unit), "", codes, "", score))
    return found


def _wanted(cursor: duckdb.DuckDBPyConnection, dataset: str) -> list[Wanted]:
    words = _synonyms()
    if dataset in record_datasets():
        return [Wanted(one.name, (one.name, one.name_zh, one.name_en, *words.get(one.name, ())), one.type, one.codes, one.unit)
                for one in fields_of(dataset)]
    columns = [name for (name,) in cursor.execute(
        "select column_name from information_schema.columns where table_schema = 'hub' and table_name = $1", [dataset]).fetchall() if name[0] != "_"]
    types = {"at": "time", "value": "number", "weight": "number", "lon": "number", "lat": "number", "count": "number", "valid_from": "time"}
    found = [Wanted(name, (name, *words.get(name, ())), types.get(name, "text")) for name in columns if name != "geom"]
    if dataset == "reading":
        found += [Wanted(INDICATOR + name, (name, zh, en), "number", (), unit or "")
                  for name, zh, en, unit in cursor.execute("select id, name_zh, name_en, unit from catalogue.indicator").fetchall()]
    return found


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    return {row["field"]: tuple(row["words"].split("|")) for row in registers.rows("synonyms")}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", re.sub(r"([a-z\d])([A-Z])", r"\1 \2", name)).strip().lower()


def _unit_in(name: str) -> tuple[str, str]:
    """(name without the unit it ends with, that unit): `temp_F`, `温度(℃)`, `speed [km/h]`."""
    bracket = re.fullmatch(r"(.+?)\s*[\[(（]\s*([^\])）]+?)\s*[\])）]", name)
    if bracket and units.known(bracket[2]):
        return bracket[1], bracket[2]
    head, sign, tail = name.rpartition("_")
    if sign and head and tail in units.units() and tail not in ("1", "d", "s", "t", "h"):
        return head, tail
    return name, ""


def _usable(given: str, wanted: str) -> str:
    a, b = units.known(given) if given else None, units.known(wanted) if wanted else None
    return a.unit if a and b and a.dimension == b.dimension and a.unit != b.unit else ""


def _alike(name: str, word: str) -> float:
    a, b = _plain(name), _plain(word)
    if not a or not b:
        return 0.0
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return 1.0
    first, second = set(a.split()), set(b.split())
    together = len(first & second) / len(first | second)
    inside = 0.75 if len(min(a, b, key=len)) >= 2 and (a in b or b in a) and not a.isascii() else 0.0
    return max(SequenceMatcher(None, a, b).ratio() * 0.85, together, inside)


def _fits(one: Wanted, some: list[str], known: set[str], ids: set[str]) -> float:
    """The share of values that the field could hold."""
    if not some:
        return 0.0
    if one.codes:
        return sum(value in one.codes for value in some) / len(some)
    if one.field == "unit_code" and known:
        return max(sum(value in known for value in some), sum(value in ids for value in some)) / len(some)
    if one.field in _SHAPES:
        return sum(_SHAPES[one.field].fullmatch(value) is not None for value in some) / len(some)
    if one.field in _RANGES:
        low, high = _RANGES[one.field]
        return sum(_is_between(value, low, high) for value in some) / len(some)
    if one.type in ("integer", "number"):
        return sum(drift.kind_of([value]) in ("integer", "number", "bool") and _is_between(value, -1e15, 1e15) for value in some) / len(some)
    if one.type in ("date", "time"):
        return sum(drift.kind_of([value]) in ("date", "time") or _is_american(value) for value in some) / len(some)
    return 0.8 if drift.kind_of(some) == "text" else 0.55


def _is_between(value: str, low: float, high: float) -> bool:
    try:
        return low <= float(value) <= high
    except ValueError:
        return False


def _is_american(value: str) -> bool:
    return re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}( .*)?", value) is not None


def _codes(one: Wanted, some: list[str], ids: set[str]) -> str:
    """A code map that the values ask for: ids of units; codes in other letters."""
    if one.field == "unit_code" and some and sum(value in ids for value in some) > 0.5 * len(some):
        return UNITS
    if not one.codes:
        return ""
    lower = {code.lower(): code for code in one.codes}
    found = {value: lower[value.lower()] for value in some if value not in one.codes and value.lower() in lower}
    return "|".join(f"{a}={b}" for a, b in sorted(found.items()))


def samples(rows: Iterable[dict[str, object]]) -> dict[str, list[str]]:
    """{field: distinct values} of rows as their `_extra` tells them."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None and not isinstance(value, (dict, list)):
                found.setdefault(name, {})[str(value)] = None
            else:
                found.setdefault(name, {})
    return {name: list(values)[:VALUES_MOST] for name, values in found.items()}
