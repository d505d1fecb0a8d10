"""Runs `data/sql/**` in dependency order and rebuilds only what changed.

A file is one thing: `data/sql/<library>/<name>.sql` makes `<library>.<name>`. The line `-- kind:` of its head says how:

    stored            a table that keeps what batches bring (`create table if not exists`)
    drawn             a table that is filled from others by code, and can be again: made anew, empty, when its text changed
    registry <file>   a table read from `data/registry/<file>.csv`
    view              a select, kept as a view
    table             a select, materialised; made again when its text or its inputs changed
    step              a part of the way of a batch, run by `data/intake.py`
    query             a named question of a capability, run by `data/queries.py`
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv

from data import records
from data.connection import LIBRARIES, Database
from data.errors import BadInput, ChengshuError, Unavailable

SQL = Path(__file__).parent / "sql"
REGISTRY = Path(__file__).parent / "registry"
_NAME = re.compile(rf"\b({'|'.join(LIBRARIES)})\.([a-z_0-9]+)\b")


@dataclass(frozen=True)
class Piece:
    """One file of `data/sql`: `name` is library.view, `reads` are the names its text mentions."""

    name: str
    kind: str
    argument: str
    text: str
    reads: frozenset[str]

    @property
    def library(self) -> str:
        """The library (schema) it belongs to."""
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Built:
    """What the build did with one piece, and how long it took."""

    name: str
    action: str
    seconds: float


@cache
def pieces() -> dict[str, Piece]:
    """Every SQL file by name. Raises ChengshuError where a head comment is missing."""
    found = {}
    for path in sorted(SQL.glob("*/*.sql")):
        text = path.read_text(encoding="utf-8")
        head = re.search(r"^-- kind: (\w+)(?: (\w+))?$", text, re.M)
        if head is None:
            raise ChengshuError("A SQL file does not say its kind", "Add a line `-- kind: view`", file=path)
        name = f"{path.parent.name}.{path.stem}"
        mentioned = frozenset(".".join(match) for match in _NAME.findall(code(text))) - {name}
        found[name] = Piece(name, head[1], head[2] or "", text, mentioned)
    return found


def code(text: str) -> str:
    """The SQL without its comments."""
    return re.sub(r"--[^\n]*", "", text)


def ordered() -> list[Piece]:
    """The pieces that stand in the database, each after what it reads."""
    known = {name: piece for name, piece in pieces().items() if piece.kind not in ("step", "query")}
    graph = {name: piece.reads & known.keys() for name, piece in known.items()}
    try:
        return [known[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ChengshuError(f"SQL files read each other in a circle: {' → '.join(error.args[1])}") from error


def build(db: Database, progress: Callable[[str], None] | None = None) -> list[Built]:
    """Bring the database to what the files say; returns one row per piece with what was done.

    Raises Unavailable when a stored table was made by a different version of its file.
    """
    done: list[Built] = []
    with db.write() as cursor:
        for statement in statements((SQL / "macros.sql").read_text(encoding="utf-8")):
            cursor.execute(statement)
        cursor.execute("create table if not exists mgmt.build_state "
                       "(name varchar primary key, hash varchar, built_at timestamp, seconds double)")
        known = dict(cursor.execute("select name, hash from mgmt.build_state").fetchall())
        rebuilt: set[str] = set(records.make_tables(cursor))
        for piece in ordered():
            started = time.perf_counter()
            digest = _digest(piece)
            stale = known.get(piece.name) != digest or (piece.kind == "table" and bool(piece.reads & rebuilt))
            if not stale:
                done.append(Built(piece.name, "kept", 0.0))
                continue
            if piece.kind == "stored" and piece.name in known and not _got_columns(cursor, piece):
                raise Unavailable(f"{piece.name} was made by another version of Chengshu",
                                  "Start with a fresh CHENGSHU_HOME, or run `python run.py build --fresh`",
                                  file=db.path)
            _make(cursor, piece)
            rebuilt.add(piece.name)
            seconds = time.perf_counter() - started
            cursor.execute("insert or replace into mgmt.build_state values ($1, $2, now()::timestamp, $3)",
                           [piece.name, digest, seconds])
            done.append(Built(piece.name, "made" if piece.name not in known else "made again", seconds))
            if progress:
                progress(f"{piece.name}: {done[-1].action}, {seconds * 1000:.0f} ms")
        for statement in statements((SQL / "checks.sql").read_text(encoding="utf-8")):
            cursor.execute(statement)
    return done


def statements(text: str) -> list[str]:
    """The statements of a file, without comments."""
    return [part for part in (part.strip() for part in code(text).split(";")) if part]


def run_step(cursor: duckdb.DuckDBPyConnection, name: str, into: str = "", **params: object) -> None:
    """Run a `step` file with the parameters it mentions; `into` keeps its answer as a temporary table."""
    for statement in statements(pieces()[name].text):
        wanted = {key: params[key] for key in re.findall(r"\$(\w+)", statement)}
        sql = f"create or replace temp table {into} as {statement}" if into else statement  # into: our own constant
        cursor.execute(sql, wanted) if wanted else cursor.execute(sql)


def registry(name: str) -> pa.Table:
    """A registry file as text columns. Raises BadInput naming the file."""
    path = REGISTRY / f"{name}.csv"
    try:
        with path.open("rb") as handle:
            header = handle.readline().decode("utf-8-sig").strip().split(",")
        return pyarrow.csv.read_csv(
            path, convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]))
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise BadInput("A registry file cannot be read", "Save it as UTF-8 CSV with a header row",
                       file=path, reason=error) from error


def _digest(piece: Piece) -> str:
    digest = hashlib.sha256(code(piece.text).encode())
    if piece.kind == "registry":
        digest.update((REGISTRY / f"{piece.argument}.csv").read_bytes())
    return digest.hexdigest()


def _got_columns(cursor: duckdb.DuckDBPyConnection, piece: Piece) -> bool:
    """True where a stored table of an earlier version only lacks columns at its end; it gets them, empty."""
    scratch = duckdb.connect()
    try:
        scratch.execute(f"create schema {piece.library}")
        for statement in statements(piece.text):
            scratch.execute(statement)
        asked = ("select column_name, data_type from duckdb_columns() where schema_name = $1 and table_name = $2 "
                 "order by column_index")
        wanted, stands = (door.execute(asked, piece.name.split(".")).fetchall() for door in (scratch, cursor))
    except duckdb.Error:
        return False
    finally:
        scratch.close()
    if not stands or wanted[: len(stands)] != stands:
        return False
    for column, kind in wanted[len(stands):]:
        cursor.execute(f'alter table {piece.name} add column "{column}" {kind}')
    return True


def _make(cursor: duckdb.DuckDBPyConnection, piece: Piece) -> None:
    if piece.kind == "drawn":
        cursor.execute(f"drop table if exists {piece.name}")
    if piece.kind in ("stored", "drawn"):
        for statement in statements(piece.text):
            cursor.execute(statement)
    elif piece.kind == "registry":
        cursor.register("registry_file", registry(piece.argument))
        try:
            cursor.execute(statements(piece.text)[0])
        except duckdb.ConversionException as error:
            raise BadInput("A value of a registry file is not of its column's kind", "Correct it and build again",
                           file=REGISTRY / f"{piece.argument}.csv", reason=str(error).splitlines()[0]) from error
        finally:
            cursor.unregister("registry_file")
    elif piece.kind in ("view", "table"):
        cursor.execute(f"create or replace {piece.kind} {piece.name} as {statements(piece.text)[0]}")
    else:
        raise ChengshuError(f"Unknown kind {piece.kind!r}", file=piece.name)
