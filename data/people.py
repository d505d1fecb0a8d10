"""People and what opens doors to them: accounts, grants, sessions, keys, kiosks, links, failed attempts; saved views. SQLite, `access.sqlite`.

They stand apart from the city's file: a city may be built anew without anybody losing an account, a command of the terminal
can change them while the server runs, and the analyst's SQL never comes near them. Times are epoch seconds; whatever opens a
door is kept as its hash only. One connection reads, one writes, each behind its lock; `stamp` tells when something that
matters changed, also by another process.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.errors import Busy, Unavailable

FRESH_S, STALE_S, NEVER = 0.01, 0.1, float("-inf")      # how long nobody looks whether another process wrote, and at most

FIRST = """
create table account (
    id integer primary key, key text not null unique, name text not null, department text not null default '',
    issuer text not null default '', subject text not null default '', password text not null default '', password_at integer,
    is_active integer not null default 1, made_at integer not null, made_by text not null, seen_at integer,
    factor text not null default '', factor_pending text not null default '', factor_at integer, factor_step integer not null default 0);
create unique index account_subject on account (issuer, subject) where issuer <> '';
create table role_grant (
    id integer primary key, account integer not null references account, role text not null, city text not null, unit text not null,
    privacy integer not null, made_at integer not null, made_by text not null, ended_at integer, ended_by text);
create unique index role_grant_active on role_grant (account, role, city, unit) where ended_at is null;
create table session (
    id integer primary key, hash text not null unique, kind text not null, account integer references account, kiosk integer references kiosk,
    stage text not null, is_strong integer not null default 0, made_at integer not null, seen_at integer not null, until integer not null,
    address text not null, agent text not null, ended_at integer);
create index session_account on session (account);
create table recovery (id integer primary key, account integer not null references account, hash text not null, used_at integer);
create table api_key (
    id integer primary key, hash text not null unique, account integer not null references account, name text not null, start text not null,
    scope text not null default '', made_at integer not null, until integer, seen_at integer, ended_at integer);
create table kiosk (
    id integer primary key, hash text not null unique, name text not null, city text not null, unit text not null,
    made_at integer not null, made_by text not null, until integer not null, ended_at integer);
create table link (id integer primary key, hash text not null unique, made_at integer not null, until integer not null, used_at integer);
create table oidc_flow (
    id integer primary key, state text not null unique, browser text not null, nonce text not null, verifier text not null,
    next text not null, back text not null, until integer not null, used_at integer);
create table attempt (id integer primary key, key text not null unique, count integer not null, last_at integer not null, until integer not null);
create table epoch (id integer primary key, number integer not null);
insert into epoch values (1, 1);
"""
VIEWS = """
create table saved_view (
    id integer primary key, owner text not null, page text not null, name text not null, words text not null,
    is_shared integer not null default 0, is_start integer not null default 0, made_at integer not null, changed_at integer not null);
create unique index saved_view_name on saved_view (owner, name);
create unique index saved_view_start on saved_view (owner) where is_start = 1;
"""
# one script a version, in order: a file of an earlier version runs those it has not had
VERSIONS = (FIRST, "alter table account add column is_initial integer not null default 0;\n", VIEWS)


class People:
    """The one door to `access.sqlite`. Columns and tables come from the code, values only ever as bound parameters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._reading, self._writing = threading.RLock(), threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
            self._writer, self._reader = self._open(), self._open()
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"The file of the accounts cannot be opened: {error}", "Check its rights, or restore a backup", file=path) from error
        self._migrate()
        self._columns = {
            table: {row[1] for row in self._reader.execute(f"pragma table_info({table})")}
            for (table,) in self._reader.execute("select name from sqlite_master where type = 'table'").fetchall()
        }
        self._seen_version, self._epoch, self._looked_at = -1, 0, NEVER

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "trusted_schema = off", "secure_delete = on"):
            connection.execute(f"pragma {pragma}")
        return connection

    def _migrate(self) -> None:
        with self.write(is_quiet=True):
            version = self._writer.execute("pragma user_version").fetchone()[0]
            if version > len(VERSIONS):
                raise Unavailable("The file of the accounts was written by a newer Chengshu", "Start that one, or restore a backup", file=self.path)
            for script in VERSIONS[version:]:
                for statement in filter(str.strip, script.split(";\n")):
                    self._writer.execute(statement)
            self._writer.execute(f"pragma user_version = {len(VERSIONS)}")

    @contextmanager
    def write(self, is_quiet: bool = False) -> Iterator[None]:
        """A transaction with the writer's right, also against other processes; what is read inside is read within it.

        Nested use joins the outer one. `is_quiet` (of the outermost): nobody who keeps a copy needs to read again.
        """
        with self._writing:
            depth = getattr(self._local, "depth", 0)
            self._local.depth = depth + 1
            try:
                if depth == 0:
                    self._run(self._writer, "begin immediate")
                yield
                if depth == 0:
                    if not is_quiet:
                        self._run(self._writer, "update epoch set number = number + 1")
                    self._run(self._writer, "commit")
                    with self._reading:
                        self._looked_at = NEVER
            except BaseException:
                if depth == 0 and self._writer.in_transaction:
                    self._writer.execute("rollback")
                raise
            finally:
                self._local.depth = depth

    def stamp(self) -> int:
        """A number that changes with every change that is not quiet: of this process at once, of others after STALE_S at most.

        A look at the file gives way to other threads while it holds the lock: hundreds of requests a second would queue for it. So one looks
        every FRESH_S, and nobody waits for the one who does unless it takes longer.
        """
        now = time.monotonic()
        age = now - self._looked_at
        if age < FRESH_S or not self._reading.acquire(blocking=age >= STALE_S):
            return self._epoch
        try:
            version = self._run(self._reader, "pragma data_version").fetchone()[0]
            if version != self._seen_version:
                self._epoch = self._run(self._reader, "select number from epoch").fetchone()[0]
                self._seen_version = version
            self._looked_at = now
            return self._epoch
        finally:
            self._reading.release()

    def find(self, table: str, order: str = "id", **where: Any) -> list[dict[str, Any]]:
        """Rows whose columns equal the values; None means empty."""
        self._check(table, {order})
        clause, values = self._where(table, where)
        statement = f"select * from {table}{clause} order by {order}"  # noqa: S608 names are checked against the schema
        if getattr(self._local, "depth", 0):
            return [dict(row) for row in self._run(self._writer, statement, values).fetchall()]
        with self._reading:
            return [dict(row) for row in self._run(self._reader, statement, values).fetchall()]

    def one(self, table: str, **where: Any) -> dict[str, Any] | None:
        """The row, or None."""
        found = self.find(table, **where)
        return found[0] if found else None

    def add(self, table: str, **values: Any) -> int:
        """A new row; returns its id. Raises Busy where one with the same key is there."""
        self._check(table, values.keys())
        marks = ", ".join("?" * len(values))
        with self.write():
            statement = f"insert into {table} ({', '.join(values)}) values ({marks})"  # noqa: S608 names are checked against the schema
            return int(self._run(self._writer, statement, list(values.values())).lastrowid or 0)

    def change(self, table: str, where: dict[str, Any], is_quiet: bool = False, **values: Any) -> int:
        """Set columns of the rows that match; returns how many did. The match and the change are one step."""
        self._check(table, values.keys())
        clause, bound = self._where(table, where)
        sets = ", ".join(f"{column} = ?" for column in values)
        with self.write(is_quiet):
            return self._run(self._writer, f"update {table} set {sets}{clause}", [*values.values(), *bound]).rowcount  # noqa: S608 as above

    def remove(self, table: str, **where: Any) -> int:
        """Delete the rows that match; returns how many."""
        clause, bound = self._where(table, where)
        with self.write():
            return self._run(self._writer, f"delete from {table}{clause}", bound).rowcount  # noqa: S608 names are checked against the schema

    def sweep(self, table: str, column: str, before: float) -> int:
        """Delete the rows whose time lies before; quiet, since they count for nothing any more."""
        self._check(table, {column})
        with self.write(is_quiet=True):
            return self._run(self._writer, f"delete from {table} where {column} < ?", [int(before)]).rowcount  # noqa: S608 as above

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()

    def _check(self, table: str, columns: Set[str]) -> None:
        unknown = columns - self._columns[table]
        if unknown:
            raise KeyError(f"{table} has no {', '.join(unknown)}")

    def _where(self, table: str, where: dict[str, Any]) -> tuple[str, list[Any]]:
        self._check(table, where.keys())
        parts = [f"{column} is ?" for column in where]
        return (" where " + " and ".join(parts) if parts else ""), list(where.values())

    def _run(self, connection: sqlite3.Connection, statement: str, values: list[Any] | None = None) -> sqlite3.Cursor:
        try:
            return connection.execute(statement, values or [])
        except sqlite3.IntegrityError as error:
            raise Busy("This stands in the file of the accounts already", "Look again: somebody was faster", file=self.path.name) from error
        except sqlite3.Error as error:
            raise Unavailable(f"The file of the accounts does not answer: {error}", "Check the disk, or restore a backup", file=self.path) from error
