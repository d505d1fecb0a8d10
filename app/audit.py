"""The audit trail of a running server: what is noted, when it is on the disk, and what happens when it cannot be.

Refusals, failures, sign-ins and administrative acts are on the disk before `note` returns. Allowed reads wait up to half
a second in a queue; quiet ones (tiles, polls) are counted per person, action, city and minute, and their row is written
when the minute is over. So are refusals of nobody beyond 20 a minute from one address: strangers must not fill the disk.
One thread writes. A power cut can lose the last half second of reads and a minute of counts.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from app.cells import harmless
from app.chain import Chain, Verification
from app.errors import BadInput, ChengshuError, Unavailable
from app.secrets import Secrets
from app.settings import Settings
from data.trail import FOREVER, Entry, Mark, Question, Trail

# first parts of named acts that are on the disk before they are answered
ACTS = frozenset({"sign_in", "sign_out", "account", "grant", "role", "factor", "session", "key", "kiosk", "secret", "settings", "backup", "restore",
                  "audit", "import", "system", "workspace", "alert", "view"})
COLUMNS = ("number", "at", "who", "kind", "address", "action", "decision", "city", "units", "unit_count", "fields", "rows", "detail", "count", "hash")
FLUSH = 0.5             # seconds a queued row waits at most
WAIT = 15.0             # seconds a durable row waits for the disk
MOST_WAITING = 50_000   # rows
MOST_QUIET = 20_000     # counters
COUNTED = 100_000       # rows a search counts and pages through; the export has all
STRANGERS = 20          # refusals a minute of nobody, from one address at one action, that get a row each; more are counted in one
SHOWN = 50              # units and fields kept by name; all are counted
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
log = logging.getLogger("chengshu")


class _Ticket:
    """Somebody who waits for the disk."""

    def __init__(self) -> None:
        self.done, self.error = threading.Event(), None


class Audit:
    """The trail of one home."""

    def __init__(self, home: Path, secrets: Secrets, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.trail, self.chain = Trail(Path(home) / "audit.sqlite"), Chain(secrets)
        self.is_strict, self.days, self.clock = settings.audit_strict, settings.audit_days, clock
        self.checked: Verification | None = None
        self._waiting: deque[tuple[tuple[Any, ...], _Ticket | None]] = deque()
        self._quiet: dict[tuple[Any, ...], list[int]] = {}
        self._strangers: dict[tuple[str, str], list[int]] = {}
        self._lock, self._writing, self._wake = threading.Lock(), threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closed, self._failure, self._lost = False, None, 0
        self._is_cut = False
        self._next_prune = 0.0

    def note(self, who: str, kind: str, action: str, decision: str, *, address: str = "", city: str = "", units: Iterable[str] = (),
             fields: Iterable[str] = (), rows: int = 0, detail: str = "", is_quiet: bool = False) -> None:
        """Record one act. Raises Unavailable where it cannot be recorded and the setting says strict."""
        self.require()
        now = self.clock()
        is_durable = decision != "allowed" or action.partition(".")[0] in ACTS
        minute = int(now // 60)
        if is_quiet and not is_durable:
            self._count((who, kind, address if who else "", action, city, minute, decision), rows)
            return
        if not who and decision != "allowed" and self._is_flood(address, action, minute):
            self._count((who, kind, address, action, "", minute, decision), rows)
            return
        units = units if isinstance(units, list | tuple | set | frozenset) else list(units)
        entry = (int(now * 1e6), who, kind, address, action, decision, city, list(islice(units, SHOWN)), len(units), list(islice(fields, SHOWN)),
                 rows, detail, 1)
        self._start()
        ticket = _Ticket() if is_durable else None
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            if self.is_strict:
                raise Unavailable("The audit trail is behind", "Wait a moment; the log of the server says more")
            return
        self._waiting.append((entry, ticket))
        if ticket is None:
            return
        self._wake.set()
        is_done = ticket.done.wait(WAIT)
        if self.is_strict and (ticket.error is not None or not is_done):
            raise ticket.error or Unavailable("The audit trail cannot be written in time", "The disk is too slow or stuck")

    def require(self) -> None:
        """Raise Unavailable where nothing can be recorded now and the setting says strict: ask before a change is made."""
        if self._failure is not None and self.is_strict:
            raise Unavailable(self._failure.fact, self._failure.remedy, **self._failure.where)
        if self._is_closed:
            raise Unavailable("The server is shutting down", "Try again in a moment")

    def flush(self) -> None:
        """Everything noted so far onto the disk, counts of the running minute too. Raises Unavailable."""
        self._write(with_quiet=True)
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Write what waits and stop."""
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
            thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None:
            thread.join(WAIT)
        if is_first:
            self._write(with_quiet=True)
        self.trail.close()

    def verify(self) -> Verification:
        """Walk the chain (some seconds for a million rows); the answer is kept as `checked`."""
        self.checked = self.chain.verify(self.trail)
        return self.checked

    def search(self, question: Question, start: int = 0, most: int = 100) -> tuple[list[dict[str, Any]], int]:
        """(rows that fit, newest first; how many there are, counted up to COUNTED)."""
        return self.trail.search(question, start, most), self.trail.count(question, COUNTED)

    def csv(self, question: Question) -> Iterator[bytes]:
        """The rows that fit, oldest first, as pieces of a CSV file that no spreadsheet runs."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        yield b"\xef\xbb\xbf"
        for row in self.trail.walk(question):
            when = datetime.fromtimestamp(row["at"] / 1e6, UTC).isoformat(timespec="milliseconds")
            row = {**row, "at": when, "hash": row["hash"].hex()}
            writer.writerow([harmless(row[name]) for name in COLUMNS])
            if text.tell() > 60_000:
                yield text.getvalue().encode("utf-8")
                text.seek(0)
                text.truncate()
        yield text.getvalue().encode("utf-8")

    def prune(self) -> None:
        """Take rows away that are older than the setting says; a signed anchor stays. Raises Unavailable."""
        now = self.clock()
        self._next_prune = now + 86_400
        if self.trail.path.exists():
            head = self.trail.prune(int((now - self.days * 86_400) * 1e6), lambda rows: self._own(
                "audit.prune", "allowed", rows, f"older than {self.days} days"), self.chain.sign, self.chain.sign_mark)
            if head is not None:
                self._keep(head)

    def _count(self, key: tuple[Any, ...], rows: int) -> None:
        with self._lock:
            counted = self._quiet.setdefault(key, [0, 0])
            counted[0] += 1
            counted[1] += rows
        self._start()
        if len(self._quiet) > MOST_QUIET:
            self._wake.set()

    def _is_flood(self, address: str, action: str, minute: int) -> bool:
        """True once nobody from this address was turned away from this so often in a minute that the rest is only counted."""
        with self._lock:
            if len(self._strangers) > MOST_QUIET:
                self._strangers.clear()
            kept = self._strangers.setdefault((address, action), [minute, 0])
            if kept[0] != minute:
                kept[:] = minute, 0
            kept[1] += 1
            return kept[1] > STRANGERS

    def _start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._is_closed:
                    self._thread = threading.Thread(target=self._work, name="audit", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        while not self._is_closed:
            self._wake.wait(FLUSH)
            self._wake.clear()
            self._write(with_quiet=len(self._quiet) > MOST_QUIET)
            if self.clock() >= self._next_prune and self._failure is None:
                try:
                    self.prune()
                except ChengshuError as error:
                    log.error("%s", error)

    def _write(self, with_quiet: bool) -> None:
        with self._writing:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            minute = int(self.clock() // 60)
            with self._lock:
                ready = [key for key in self._quiet if with_quiet or key[5] < minute]
                counted = [(key, self._quiet.pop(key)) for key in ready]
            lost, self._lost = self._lost, 0
            entries = [_entry(given) for given, _ in taken]
            entries += [_entry((key[5] * 60_000_000, key[0], key[1], key[2], key[3], key[6], key[4], (), 0, (), rows, "", n))
                        for key, (n, rows) in counted]
            if self._failure is not None:       # also what tries whether the disk takes rows again
                entries.append(self._own("audit.resumed", "allowed", 0, self._failure.fact))
            if lost:
                entries.append(self._own("audit.lost", "failed", lost))
            if not entries:
                return
            try:
                head = self.trail.append(entries, self.chain.sign, self.chain.sign_mark)
                self._failure = None
            except ChengshuError as error:
                self._fail(error, taken, counted, lost)
                return
            except Exception as error:
                log.exception("The audit trail cannot be written")
                self._fail(Unavailable("The audit trail cannot be written", "The log of the server says more", reason=error), taken, counted, lost)
                return
            for _, ticket in taken:
                if ticket is not None:
                    ticket.done.set()
            self._keep(head)

    def _own(self, action: str, decision: str, rows: int, detail: str = "") -> Entry:
        """A row about the trail itself."""
        return _entry((int(self.clock() * 1e6), "", "nobody", "", action, decision, "", (), 0, (), rows, detail, 1))

    def _fail(self, error: ChengshuError, taken: list[tuple[tuple[Any, ...], _Ticket | None]], counted: list[tuple[tuple[Any, ...], list[int]]],
              lost: int) -> None:
        """Whoever waits is told; what waited without being told is tried again."""
        if self._failure is None:
            log.error("%s", error)
        self._failure, self._lost = error, lost + self._lost
        self._waiting.extendleft(reversed([one for one in taken if one[1] is None]))
        with self._lock:
            for key, (n, rows) in counted:
                kept = self._quiet.setdefault(key, [0, 0])
                kept[0] += n
                kept[1] += rows
        for _, ticket in taken:
            if ticket is not None:
                ticket.error = error
                ticket.done.set()

    def _keep(self, head: Mark) -> None:
        """Note the end beside the keys, unless what is noted there is not on this trail: that must go on showing."""
        try:
            kept = self.chain.kept()
            if self.chain.fits(self.trail, kept):
                if kept is None or kept.number < head.number:
                    self.chain.keep(head)
            elif not self._is_cut:
                self._is_cut = True
                log.error("The audit trail does not reach the end noted beside the keys: rows are missing. `run.py audit verify` says more")
        except ChengshuError as error:
            log.error("%s", error)


def between(since: str, until: str) -> Question:
    """A stretch of time as words say it (ISO 8601; UTC where no zone is given). Raises BadInput."""
    return Question(since=_moment(since, 0), until=_moment(until, FOREVER))


def _moment(text: str, default: int) -> int:
    try:
        when = datetime.fromisoformat(text) if text else None
        return default if when is None else int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1e6)
    except (ValueError, OverflowError) as error:
        raise BadInput("That is not a moment", "Write 2026-01-31 or 2026-01-31T08:00+08:00", value=text[:60]) from error


def _entry(given: tuple[Any, ...]) -> Entry:
    """A row as it is stored: bounded, one line, no character that hides or turns text round."""
    at, who, kind, address, action, decision, city, units, unit_count, fields, rows, detail, count = given
    return Entry(at, _text(who, 120), _text(kind, 20), _text(address, 64), _text(action, 80), _text(decision, 20), _text(city, 60),
                 " ".join(_text(unit, 60).replace(" ", "_") for unit in units), int(unit_count),
                 " ".join(_text(field, 60).replace(" ", "_") for field in fields), int(rows), _text(detail, 500), int(count))


def _text(value: Any, most: int) -> str:
    return _UNSEEN.sub(" ", str(value))[:most]
