"""A table of somebody else's database, read through SQLAlchemy: PostgreSQL, MySQL and MariaDB, SQLite.

Reading only: the session is set read-only where the server can. Every value becomes the text that the hub keeps. With a
watermark column only rows from the last watermark on are read, in its order; the rows that stand exactly at it may have got
company since, so they are read again and those already handed in are left out by their hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from data.errors import BadInput, NotFound, Unavailable
from data.tables import as_text

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg",
           "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "sqlite": "sqlite"}
BLOCK, EDGE_MOST = 20_000, 100_000
WAIT_SECONDS = 10


@dataclass(frozen=True)
class Read:
    """What was read: rows in the file, the watermark reached, the hashes of the rows that stand at it (JSON)."""

    rows: int
    watermark: str
    edge: str


def read_table(address: str, target: Path, watermark_field: str = "", watermark: str = "", edge: str = "") -> Read:
    """Write the rows of `scheme://user:password@host/database#schema.table` (from the watermark on) as Parquet of text.

    Raises BadInput (no such driver, no table named), NotFound (no such table or column), Unavailable (the database does not answer).
    """
    url, name = _parts(address)
    engine = None
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=_patience(url))
        with engine.connect() as door:
            _read_only(door)
            table = _reflected(door, name)
            columns = list(table.columns)
            if watermark_field and watermark_field not in table.columns:
                raise NotFound("The watermark column is not in the table", f"Columns: {', '.join(one.name for one in columns)[:200]}",
                               table=name, value=watermark_field)
            question = sa.select(*columns)
            if watermark_field:
                mark = table.columns[watermark_field]
                question = question.where(mark.is_not(None)).order_by(mark)
                if watermark:
                    question = question.where(mark >= _typed(mark, watermark))
            elif table.primary_key.columns:
                question = question.order_by(*table.primary_key.columns)
            result = door.execution_options(stream_results=True, yield_per=BLOCK).execute(question)
            return _write(result, [one.name for one in columns], target, watermark_field, watermark, edge)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadInput("This is not an address of a database", "It looks like postgresql://user:${NAME}@host:5432/database#schema.table",
                       reason=_plain(error)) from error
    except SQLAlchemyError as error:
        raise Unavailable("The database of the source does not answer", "Check its address, its account and the network", table=name,
                          reason=_plain(error)) from error
    finally:
        if engine is not None:
            engine.dispose()


def _parts(address: str) -> tuple[sa.URL, str]:
    text, _, name = address.partition("#")
    try:
        url = sa.make_url(text)
    except ArgumentError as error:
        raise BadInput("This is not an address of a database", "It looks like postgresql://user:${NAME}@host:5432/database#schema.table") from error
    driver = DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise BadInput("There is no driver for this database", f"Known are {', '.join(DRIVERS)}", value=url.drivername)
    if not name:
        raise BadInput("The address names no table", "Write it after #: …/database#schema.table")
    if driver == "sqlite" and not Path(url.database or "").is_file():
        raise Unavailable("There is no such database file", "Check the path", file=url.database)
    return url.set(drivername=driver), name


def _patience(url: sa.URL) -> dict[str, Any]:
    if url.drivername.startswith("postgresql"):
        return {"connect_timeout": WAIT_SECONDS}
    if url.drivername.startswith("mysql"):
        return {"connect_timeout": WAIT_SECONDS, "charset": "utf8mb4"}
    return {"timeout": WAIT_SECONDS}


def _read_only(door: sa.Connection) -> None:
    if door.dialect.name in ("postgresql", "mysql"):
        door.exec_driver_sql("set transaction read only" if door.dialect.name == "postgresql" else "start transaction read only")


def _reflected(door: sa.Connection, name: str) -> sa.Table:
    schema, _, table = name.rpartition(".")
    try:
        return sa.Table(table, sa.MetaData(), schema=schema or None, autoload_with=door, resolve_fks=False)
    except NoSuchTableError as error:
        raise NotFound("There is no such table or view in the database, or its account may not read it", "Check the name after #",
                       table=name) from error


def _typed(mark: sa.Column, text: str) -> Any:
    """The watermark as a value that the database compares as its own column does."""
    kind = mark.type
    try:
        if isinstance(kind, sa.DateTime | sa.Date):
            from datetime import datetime

            found = datetime.fromisoformat(text)
            return found.date() if isinstance(kind, sa.Date) else found
        if isinstance(kind, sa.Integer):
            return int(text)
        if isinstance(kind, sa.Numeric):
            from decimal import Decimal

            return Decimal(text)
    except ValueError as error:
        raise BadInput("The watermark is no value of its column any more", "Begin anew: the page of the sources forgets it", value=text) from error
    return text


def _write(result: sa.CursorResult, names: list[str], target: Path, field: str, watermark: str, edge: str) -> Read:
    known = set(json.loads(edge)) if edge else set()
    shape = pa.schema([(name, pa.string()) for name in names])
    place = names.index(field) if field else -1
    total, reached, at_edge = 0, watermark, set(known)
    with pq.ParquetWriter(target, shape, compression="zstd") as writer:
        for rows in _blocks(result):
            texts = [[as_text(value) for value in row] for row in rows]
            if field:
                kept = []
                for row in texts:
                    mark = row[place] or ""
                    digest = _digest(row)
                    if mark == watermark and digest in known:
                        continue
                    if mark != reached:
                        reached, at_edge = mark, set()
                    at_edge.add(digest)
                    kept.append(row)
                texts = kept
            total += len(texts)
            writer.write_table(pa.table([pa.array([row[i] for row in texts], pa.string()) for i in range(len(names))], schema=shape))
    if len(at_edge) > EDGE_MOST:
        raise BadInput("Too many rows stand at one watermark", "Choose a finer watermark column, or none", rows=len(at_edge), value=reached)
    return Read(total, reached, json.dumps(sorted(at_edge)) if field else "")


def _blocks(result: sa.CursorResult) -> Iterator[list[Any]]:
    while rows := result.fetchmany(BLOCK):
        yield rows


def _digest(row: list[str | None]) -> str:
    return hashlib.blake2b(json.dumps(row, ensure_ascii=False).encode(), digest_size=8).hexdigest()


def _plain(error: Exception) -> str:
    """What the driver says, without a password that its text might repeat."""
    text = str(getattr(error, "orig", None) or error).splitlines()[0]
    return re.sub(r"//[^/@\s]*@", "//", text)[:200]
