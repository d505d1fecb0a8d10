"""One database file, a cursor per thread, one serialized writer.

DuckDB facts this rests on (measured, see ARCHITECTURE → Decisions): a connection shared by threads returns wrong
rows, so every thread gets its own cursor; one process holds the file, so a second one gets a clear refusal; a
commit survives kill −9 and an uncommitted transaction leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from data.errors import BadInput, Busy, ChengshuError, Unavailable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LIBRARIES = ("front", "hub", "dept", "mgmt", "base", "theme", "tiles", "catalogue", "ledger", "trace")


class Database:
    """The one door to DuckDB. Readers run side by side; writers queue."""

    def __init__(self, path: Path | str, memory_limit: str = "4GB", threads: int = 2) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._writing = threading.RLock()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        in_memory = str(path) == ":memory:"
        config = {"memory_limit": memory_limit, "threads": threads, "preserve_insertion_order": True,
                  "autoinstall_known_extensions": False, "autoload_known_extensions": False}
        try:
            if not in_memory:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                config["temp_directory"] = str(self.path.parent / "spill")
            self._root = duckdb.connect(str(path), config=config)
        except (duckdb.Error, OSError) as error:
            raise explain(error, self.path) from error
        load_spatial(self._root)
        self._root.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        for library in LIBRARIES:
            self._root.execute(f"create schema if not exists {library}")  # names from the constant above

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's cursor; never pass it to another thread."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._root.cursor()
            cursor.execute("set timezone = 'UTC'")
            self._cursors.append(cursor)
        return cursor

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction with the writer's right: all of it is kept, or none of it.

        Nested use joins the outer transaction. Errors of the engine come out as the error tree.
        """
        with self._writing:
            cursor, depth = self.cursor(), getattr(self._local, "depth", 0)
            self._local.depth = depth + 1
            try:
                if depth == 0:
                    cursor.execute("begin")
                yield cursor
                if depth == 0:
                    cursor.execute("commit")
            except BaseException as error:
                if depth == 0:
                    with_rollback(cursor)
                if isinstance(error, duckdb.Error) and not isinstance(error, ChengshuError):
                    raise explain(error, self.path) from error
                raise
            finally:
                self._local.depth = depth

    def run(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Run one statement on this thread's cursor; values only ever as bound parameters."""
        try:
            return self.cursor().execute(sql, params) if params is not None else self.cursor().execute(sql)
        except duckdb.Error as error:
            raise explain(error, self.path) from error

    def rows(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> list[dict[str, Any]]:
        """The answer as a list of dicts."""
        result = self.run(sql, params)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def frame(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> pd.DataFrame:
        """The answer as a pandas frame."""
        return self.run(sql, params).df()

    def arrow(self, sql: str, params: dict[str, Any] | list[Any] | None = None) -> pa.Table:
        """The answer as an Arrow table."""
        return self.run(sql, params).to_arrow_table()

    def checkpoint(self, tries: int = 20) -> bool:
        """Fold the write-ahead log into the file; False where readers kept it busy: the engine does it at a later commit.

        A reader that looks a row up by its primary key (a tile) holds the engine's checkpoint lock for that moment.
        """
        with self._writing:
            for _ in range(tries):
                with suppress(Unavailable):
                    self.run("checkpoint")
                    return True
                time.sleep(0.02)
        return False

    def copy(self, target: Path) -> None:
        """The file as it stands between two transactions, with the log that is not folded in yet, as another file."""
        with self._writing:
            with suppress(Unavailable):         # somebody reads an older moment: then the log is copied beside the file
                self.run("checkpoint")
            log = self.path.with_name(self.path.name + ".wal")
            try:
                for source, copied in ((self.path, target), (log, target.with_name(target.name + ".wal"))):
                    if source.exists():
                        shutil.copyfile(source, copied)
                        copied.chmod(0o600)
            except OSError as error:
                raise explain(error, self.path) from error

    def close(self) -> None:
        """Wait for the writer, then close every cursor and the file."""
        with self._writing:
            for cursor in self._cursors:
                cursor.close()
            self._cursors.clear()
            self._root.close()
            self._local = threading.local()


def load_spatial(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the spatial extension from the installed wheel, offline; from the network only where that is missing."""
    try:
        from duckdb_extensions import import_extension

        import_extension("spatial", con=connection)
        connection.load_extension("spatial")
    except (ImportError, duckdb.Error, OSError):
        try:
            connection.install_extension("spatial")
            connection.load_extension("spatial")
        except (duckdb.Error, OSError) as error:
            raise Unavailable("DuckDB's spatial extension cannot be loaded",
                              "Run `make setup`: it installs duckdb-extension-spatial in the version of duckdb",
                              duckdb=duckdb.__version__, reason=error) from error


def with_rollback(cursor: duckdb.DuckDBPyConnection) -> None:
    """Roll back; an engine that already did so is not an error."""
    try:
        cursor.execute("rollback")
    except duckdb.Error:
        return


def explain(error: Exception, path: Path) -> ChengshuError:
    """The engine's or the system's error as one of ours, with the remedy."""
    text = str(error)
    if "Could not set lock on file" in text or "being used by another process" in text:
        holder = re.search(r"PID (\d+)", text)
        return Busy("Another process holds the database", "Stop it, or give this one its own CHENGSHU_HOME",
                    file=path, pid=holder.group(1) if holder else None)
    if "No space left" in text or "not enough space" in text.lower():
        return Unavailable("The disk is full; nothing of this step was kept", "Free space and try again", file=path)
    if "Out of Memory" in text or isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable("The step needs more memory than allowed", "Raise CHENGSHU_MEMORY_LIMIT", reason=text)
    if isinstance(error, PermissionError) or "Permission denied" in text:
        return Unavailable("The database folder cannot be written", "Give this user the right, or set CHENGSHU_HOME",
                           file=path)
    if isinstance(error, duckdb.SerializationException | duckdb.FatalException) or "not a valid DuckDB" in text:
        return Unavailable("The database file is damaged or from another version",
                           "Move it away and rebuild, or restore a backup", file=path, reason=text)
    if isinstance(error, duckdb.ConversionException | duckdb.InvalidInputException):
        return BadInput("A value does not fit", reason=text)
    return Unavailable("The database refused a step", file=path, reason=text)
