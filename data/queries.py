"""Named questions: `data/sql/query/<name>.sql`, asked with bound parameters only."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from data.build import pieces, statements
from data.connection import Database


@cache
def _text(name: str, library: str = "query") -> tuple[str, tuple[str, ...]]:
    sql = statements(pieces()[f"{library}.{name}"].text)[0]
    return sql, tuple(dict.fromkeys(re.findall(r"\$(\w+)", sql)))


def _bound(name: str, library: str, params: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    sql, wanted = _text(name, library)
    return sql, {key: params[key] for key in wanted} or None


def rows(db: Database, name: str, library: str = "query", **params: Any) -> list[dict[str, Any]]:
    """The answer as a list of dicts."""
    return db.rows(*_bound(name, library, params))


def frame(db: Database, name: str, library: str = "query", **params: Any) -> pd.DataFrame:
    """The answer as a pandas frame."""
    return db.frame(*_bound(name, library, params))


def arrow(db: Database, name: str, library: str = "query", **params: Any) -> pa.Table:
    """The answer as an Arrow table."""
    return db.arrow(*_bound(name, library, params))


def columns(db: Database, name: str, library: str = "query", **params: Any) -> dict[str, Any]:
    """The answer as {column: NumPy array}."""
    return db.run(*_bound(name, library, params)).fetchnumpy()


def batches(db: Database, name: str, size: int, library: str = "query", **params: Any) -> pa.RecordBatchReader:
    """The answer block by block, for more rows than should be in memory; read it before this thread asks anything else."""
    return db.run(*_bound(name, library, params)).to_arrow_reader(size)
