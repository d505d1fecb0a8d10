"""Who did what: an append-only SQLite file of chained rows, apart from the city's data.

The storage knows order, not keys: whoever appends gives the function that signs. Triggers refuse to change, replace or
delete a row; the one way out is an anchor, a signed row that says up to which number retention has taken rows away.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import Unavailable

START = b"\0" * 32
_SCHEMA = """
create table if not exists entry (
    number integer primary key, at integer not null, who text not null, kind text not null, address text not null,
    action text not null, decision text not null, city text not null, units text not null, unit_count integer not null,
    fields text not null, rows integer not null, detail text not null, count integer not null,
    key text not null, previous blob not null, hash blob not null
) strict;
create index if not exists entry_at on entry (at);
create table if not exists anchor (
    through integer primary key, at integer not null, rows integer not null, hash blob not null, key text not null, signature blob not null
) strict;
create table if not exists head (
    id integer primary key check (id = 1), number integer not null, hash blob not null, key text not null, signature blob not null
) strict;
create trigger if not exists entry_is_last before insert on entry
    when new.number <> 1 + max((select coalesce(max(number), 0) from entry), (select coalesce(max(through), 0) from anchor))
    begin select raise(abort, 'the trail is append-only'); end;
create trigger if not exists entry_stays before update on entry begin select raise(abort, 'the trail is append-only'); end;
create trigger if not exists entry_is_kept before delete on entry
    when old.number > (select coalesce(max(through), 0) from anchor)
    begin select raise(abort, 'the trail is append-only'); end;
create trigger if not exists anchor_is_last before insert on anchor
    when new.through <= (select coalesce(max(through), 0) from anchor)
    begin select raise(abort, 'the trail is append-only'); end;
create trigger if not exists anchor_stays before update on anchor begin select raise(abort, 'the trail is append-only'); end;
create trigger if not exists anchor_is_kept before delete on anchor begin select raise(abort, 'the trail is append-only'); end;
"""
_INSERT = "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WHERE = """
where at >= :since and at < :until
  and (:decision = '' or decision = :decision) and (:city = '' or city = :city)
  and (:who = '' or who like :who escape '\\') and (:action = '' or action like :action escape '\\')
  and (:word = '' or who like :word escape '\\' or action like :word escape '\\' or address like :word escape '\\'
       or units like :word escape '\\' or fields like :word escape '\\' or detail like :word escape '\\')
"""
FOREVER = 2**62


class Entry(NamedTuple):
    """One thing that happened; `at` in microseconds since 1970 (UTC), units and fields separated by spaces."""

    at: int
    who: str
    kind: str
    address: str
    action: str
    decision: str
    city: str
    units: str
    unit_count: int
    fields: str
    rows: int
    detail: str
    count: int


class Mark(NamedTuple):
    """A signed place in the chain: the last row there was (head), or the last one taken away (anchor)."""

    number: int
    hash: bytes
    key: str
    signature: bytes


class Question(NamedTuple):
    """What to look for; empty words and the widest times find everything."""

    who: str = ""
    action: str = ""
    decision: str = ""
    city: str = ""
    word: str = ""
    since: int = 0
    until: int = FOREVER

    def bound(self) -> dict[str, Any]:
        """As parameters; who, action and word are looked for inside."""
        return {**self._asdict(), **{name: _inside(getattr(self, name)) for name in ("who", "action", "word")}}


SignRow = Callable[[int, Entry, bytes], tuple[str, bytes]]       # (number, entry, previous hash) → (key's name, hash)
SignMark = Callable[[str, int, bytes], tuple[str, bytes]]        # (head | anchor, number, hash) → (key's name, signature)


class Trail:
    """The file. One connection writes, kept open; every question opens its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def append(self, entries: Sequence[Entry], sign: SignRow, sign_mark: SignMark) -> Mark:
        """Add rows at the end, durably, all or none; returns the new head. Raises Unavailable."""
        with self._writing() as connection:
            number, last = _end(connection)
            number, last = _add(connection, entries, number, last, sign)
            return _set_head(connection, number, last, sign_mark)

    def prune(self, before: int, say: Callable[[int], Entry], sign: SignRow, sign_mark: SignMark) -> Mark | None:
        """Take away the oldest rows up to the first one of `before` or later, leaving an anchor and a row that says so."""
        with self._writing() as connection:
            first, = connection.execute("select min(number) from entry where at >= ?", [before]).fetchone()
            through, = connection.execute("select max(number) from entry where number < ?", [FOREVER if first is None else first]).fetchone()
            if through is None:
                return None
            found, = connection.execute("select hash from entry where number = ?", [through]).fetchone()
            rows, = connection.execute("select count(*) from entry where number <= ?", [through]).fetchone()
            number, last = _end(connection)
            number, last = _add(connection, [say(rows)], number, last, sign)
            connection.execute("insert into anchor values (?, ?, ?, ?, ?, ?)", [through, before, rows, found, *sign_mark("anchor", through, found)])
            connection.execute("delete from entry where number <= ?", [through])
            return _set_head(connection, number, last, sign_mark)

    def search(self, question: Question, start: int, most: int) -> list[dict[str, Any]]:
        """Rows that fit, newest first, from `start` on."""
        with self.reading() as connection:
            found = connection.execute(f"select * {_from(question)} {_WHERE} order by number desc limit :most offset :start",
                                       {**question.bound(), "start": start, "most": most})
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]

    def count(self, question: Question, most: int = 2**62) -> int:
        """How many rows fit; counts no further than `most`."""
        with self.reading() as connection:
            if question == Question():
                return min(most, connection.execute("select coalesce(max(number) - min(number) + 1, 0) from entry").fetchone()[0])
            return connection.execute(f"select count(*) from (select 1 {_from(question)} {_WHERE} limit :most)",  # noqa: S608 - our own constant
                                      {**question.bound(), "most": most}).fetchone()[0]

    def walk(self, question: Question) -> Iterator[dict[str, Any]]:
        """Rows that fit, oldest first, one by one."""
        with self.reading() as connection:
            found = connection.execute(f"select * {_from(question)} {_WHERE} order by number", question.bound())
            names = [column[0] for column in found.description]
            for row in found:
                yield dict(zip(names, row, strict=True))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own that sees one moment of the file (an empty trail where there is no file yet)."""
        try:
            with closing(self._reader()) as connection:
                connection.execute("begin")
                yield connection
        except sqlite3.Error as error:
            raise unwritable(error, self.path) from error

    def _reader(self) -> sqlite3.Connection:
        if self.path.exists():
            connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None)
            if connection.execute("select 1 from sqlite_master where name = 'head'").fetchone():       # its last table: the file is made
                return connection
            connection.close()
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(_SCHEMA)
        return connection

    def close(self) -> None:
        """Close the writer."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._writer is not None and _identity(self.path) != self._file:      # exchanged under a running server
                    self._writer.close()
                    self._writer = None
                if self._writer is None:
                    self._writer = _open(self.path)
                    self._file = _identity(self.path)
                connection = self._writer
                connection.execute("begin immediate")
                try:
                    yield connection
                    connection.execute("commit")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("rollback")
                    raise
            except (sqlite3.Error, OSError) as error:
                raise unwritable(error, self.path) from error


def head_of(connection: sqlite3.Connection) -> Mark | None:
    """The signed end of the chain."""
    row = connection.execute("select number, hash, key, signature from head").fetchone()
    return None if row is None else Mark(*row)


def anchor_of(connection: sqlite3.Connection) -> Mark | None:
    """The signed place up to which retention took rows away."""
    row = connection.execute("select through, hash, key, signature from anchor order by through desc limit 1").fetchone()
    return None if row is None else Mark(*row)


def unwritable(error: Exception, path: Path) -> Unavailable:
    """What SQLite or the system says, as ours."""
    text = str(error)
    if "full" in text or "No space" in text:
        return Unavailable("The audit trail cannot be written: the disk is full", "Free space; nothing is answered unrecorded", file=path)
    return Unavailable("The audit trail cannot be read or written", "Check the file and its rights; restore it from a backup if it is damaged",
                       file=path, reason=text)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.executescript(_SCHEMA)
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _end(connection: sqlite3.Connection) -> tuple[int, bytes]:
    row = connection.execute("select number, hash from entry order by number desc limit 1").fetchone()
    if row is None:
        row = connection.execute("select through, hash from anchor order by through desc limit 1").fetchone()
    return row or (0, START)


def _add(connection: sqlite3.Connection, entries: Sequence[Entry], number: int, last: bytes, sign: SignRow) -> tuple[int, bytes]:
    for entry in entries:
        number += 1
        key, found = sign(number, entry, last)
        connection.execute(_INSERT, (number, *entry, key, last, found))
        last = found
    return number, last


def _set_head(connection: sqlite3.Connection, number: int, last: bytes, sign_mark: SignMark) -> Mark:
    key, signature = sign_mark("head", number, last)
    connection.execute("insert or replace into head values (1, ?, ?, ?, ?)", [number, last, key, signature])
    return Mark(number, last, key, signature)


def _from(question: Question) -> str:
    """Without a stretch of time the rows are read in their order: by the index of times they would have to be sorted again."""
    return "from entry" if question.since or question.until != FOREVER else "from entry not indexed"


def _inside(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if word else ""
