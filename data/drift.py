"""Did the columns of a source change since its last accepted file: added, gone, renamed, retyped.

What is kept of a column is its name, the kind of its values, and hashes of some of them (mgmt.column_seen). A column that
went and one that came are the same one renamed when their names and what they hold are alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

SKETCH, LOOKED_AT = 128, 4000
RENAMED = 0.5
"""From this likeness on, a column that went and one that came are one."""
_KINDS = (
    ("bool", re.compile(r"(?i)true|false|yes|no|是|否")),
    ("integer", re.compile(r"[+-]?\d{1,18}")),
    ("number", re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")),
    ("time", re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}.*")),
    ("date", re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")),
)
_WIDER = {("integer", "number"), ("number", "integer"), ("date", "time"), ("time", "date")}
"""Changes of kind that are none: whole numbers among numbers, midnight among moments."""
_NEW = ("integer", "number", "time", "date")


@dataclass(frozen=True)
class Column:
    """A column as far as it is remembered; `sketch`: the smallest hashes of its values."""

    name: str
    kind: str
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True)
class Drift:
    """One change: added | gone | renamed | retyped; `column` is the name now (gone: the name before)."""

    change: str
    column: str
    was: str = ""
    now: str = ""
    confidence: float = 1.0


def look(table: pa.Table) -> list[Column]:
    """The columns of a file: from up to 4 000 rows spread over it."""
    step = max(1, table.num_rows // LOOKED_AT)
    some = table.take(pa.array(range(0, table.num_rows, step), pa.int64())) if step > 1 else table
    return [_column(name, some.column(name)) for name in table.column_names if name != "_deleted"]


def _column(name: str, values: pa.ChunkedArray) -> Column:
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return Column(name, "shape")
    texts = [text.strip() for text in pc.unique(values.cast(pa.string()).drop_null()).to_pylist()[:1000] if text.strip()]
    hashes = sorted({int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") for text in texts})
    return Column(name, kind_of(texts), tuple(hashes[:SKETCH]))


def kind_of(texts: Iterable[str]) -> str:
    """The narrowest kind that fits all of some values: empty, bool, integer, number, time, date or text."""
    texts = list(texts)
    if not texts:
        return "empty"
    for kind, pattern in _KINDS:
        if all(pattern.fullmatch(text) for text in texts):
            return kind
    return "time" if all(_KINDS[3][1].fullmatch(text) or _KINDS[4][1].fullmatch(text) for text in texts) else "text"


def known(cursor: duckdb.DuckDBPyConnection, channel: str, dataset: str) -> list[Column]:
    """The columns last accepted; none before the first file."""
    return [Column(name, kind, tuple(sketch or ())) for name, kind, sketch in cursor.execute(
        "select column_name, kind, sketch from mgmt.column_seen where channel = $1 and dataset = $2 order by position",
        [channel, dataset]).fetchall()]


def compare(before: list[Column], now: list[Column]) -> list[Drift]:
    """What changed; nothing where there is no file before."""
    if not before:
        return []
    old, new = {one.name: one for one in before}, {one.name: one for one in now}
    gone, came = [one for one in before if one.name not in new], [one for one in now if one.name not in old]
    pairs = sorted(((likeness(a, b), a, b) for a in gone for b in came), key=lambda pair: -pair[0])
    found, paired = [], set()
    for alike, a, b in pairs:
        if alike >= RENAMED and not {a.name, b.name} & paired:
            paired |= {a.name, b.name}
            found.append(Drift("renamed", b.name, a.name, b.name, round(alike, 3)))
    found += [Drift("gone", one.name, one.kind) for one in gone if one.name not in paired]
    found += [Drift("added", one.name, "", one.kind) for one in came if one.name not in paired]
    for name, one in old.items():
        kinds = (one.kind, new[name].kind) if name in new else ("", "")
        if kinds[0] != kinds[1] and "empty" not in kinds and kinds not in _WIDER:
            found.append(Drift("retyped", name, *kinds))
    return found


def together(before: list[Column], now: list[Column]) -> list[Column]:
    """The columns of a stream whose messages differ: those known, as they come now where they come, and the new ones."""
    new = {one.name: one for one in now}
    return [new.pop(one.name, one) for one in before] + list(new.values())


def likeness(a: Column, b: Column) -> float:
    """0 to 1: half how alike the names are, half how many values they share; another kind of values counts against it."""
    names = SequenceMatcher(None, _plain(a.name), _plain(b.name)).ratio()
    if a.kind != b.kind and "empty" not in (a.kind, b.kind) and (a.kind, b.kind) not in _WIDER:
        return 0.3 * names
    least = min(len(a.sketch), len(b.sketch))
    if not least:
        return names
    top = sorted({*a.sketch, *b.sketch})[:SKETCH]         # bottom-k sketches: the share of common ones estimates the overlap
    shared = len(set(top) & set(a.sketch) & set(b.sketch)) / max(1, min(len(top), least))
    # measured values and moments are new in every file: there the name must do
    return max(0.5 * names + 0.5 * min(1.0, shared), 0.8 * names if a.kind in _NEW and b.kind in _NEW else 0.0)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"([a-z])([A-Z])", r"\1 \2", name)).lower()


def accept(cursor: duckdb.DuckDBPyConnection, channel: str, dataset: str, columns: list[Column]) -> None:
    """From now on these are the columns of the source. An empty column keeps the kind it had."""
    before = {one.name: one for one in known(cursor, channel, dataset)}
    if [(one.name, one.kind) for one in before.values()] == [(one.name, one.kind) for one in columns]:
        return
    cursor.execute("delete from mgmt.column_seen where channel = $1 and dataset = $2", [channel, dataset])
    for position, one in enumerate(columns):
        kept = before.get(one.name) if one.kind == "empty" else None
        cursor.execute("insert into mgmt.column_seen values ($1, $2, $3, $4, $5, $6, $7)",
                       [channel, dataset, position, one.name, kept.kind if kept else one.kind, list(kept.sketch if kept else one.sketch), _now()])


def note(cursor: duckdb.DuckDBPyConnection, channel: str, dataset: str, found: list[Drift], rule: str, state: str, held: int | None = None) -> None:
    """Write changes down with what the rule did: accepted, mapped, or held (by the file that waits)."""
    for one in found:
        cursor.execute("insert into mgmt.drift (channel, dataset, seen_at, change, column_name, was, now, confidence, rule, state, held) "
                       "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                       [channel, dataset, _now(), one.change, one.column, one.was, one.now, one.confidence, rule, state, held])


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
