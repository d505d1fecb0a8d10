"""The program watches itself: its own requests by group and outcome, and how long they took, counted in memory.

Every thread counts into a shard of its own, so that nobody waits for a lock and nothing is lost; whoever asks adds the shards up.
A request costs about a microsecond. Times go into buckets whose edges grow by √2, so a quantile is right to within a fifth.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass

GROUPS = ("api", "tiles", "callbacks", "pages", "polls", "assets")
OUTCOMES = ("ok", "refused", "failed")
FIRST_S, BUCKETS = 0.0005, 36
EDGES: tuple[float, ...] = tuple(FIRST_S * 2 ** (i / 2) for i in range(BUCKETS))
"""Upper edges of the buckets in seconds, 0.5 ms to 92 s; one more bucket holds what took longer."""
_WIDE = len(OUTCOMES) + BUCKETS + 2             # outcomes, buckets, what took longer, seconds in all
MARK_S, MARKS = 60.0, 16


@dataclass(frozen=True)
class Told:
    """The requests of one group: by outcome, by bucket (one more than EDGES), and their seconds together."""

    outcomes: dict[str, int]
    buckets: tuple[int, ...]
    seconds: float

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())

    @property
    def success(self) -> float | None:
        """Share (0 to 1) that did not break inside; a refusal is an answer. None where nothing was asked."""
        return 1 - self.outcomes["failed"] / self.count if self.count else None

    def quantile(self, share: float) -> float | None:
        """Seconds within which a share of the requests was answered, straight between the edges of a bucket; None where nothing was asked."""
        total, low = sum(self.buckets), 0.0
        if not total:
            return None
        wanted = share * total
        for i, n in enumerate(self.buckets):
            if n and low + n >= wanted:
                bottom = EDGES[i - 1] if i else 0.0
                return bottom + (EDGES[i] - bottom) * (wanted - low) / n if i < BUCKETS else EDGES[-1]
            low += n
        return EDGES[-1]


class Watch:
    """Counts of this process since it started, and of its last quarter of an hour."""

    def __init__(self) -> None:
        self.started = time.time()
        self._local, self._lock = threading.local(), threading.Lock()
        self._shards: list[tuple[threading.Thread, list[float]]] = []
        self._gone = [0.0] * (_WIDE * len(GROUPS))
        self._marks: deque[tuple[float, list[float]]] = deque([(time.monotonic(), list(self._gone))], MARKS)

    def note(self, group: str, status: int, seconds: float) -> None:
        """One request: its group (GROUPS), HTTP status, and how long it took."""
        try:
            mine = self._local.counts
        except AttributeError:
            mine = self._local.counts = self._shard()
        base = GROUPS.index(group) * _WIDE
        mine[base + (2 if status >= 500 else 1 if status >= 400 else 0)] += 1
        mine[base + len(OUTCOMES) + bucket_of(seconds)] += 1
        mine[base + _WIDE - 1] += seconds
        if time.monotonic() - self._marks[-1][0] > MARK_S:
            self._mark()

    def told(self, recent: bool = False) -> dict[str, Told]:
        """Every group since the start, or (`recent`) of about the last quarter of an hour."""
        counts = self._sum()
        if recent:
            counts = [now - then for now, then in zip(counts, self._marks[0][1], strict=True)]
        found = {}
        for number, group in enumerate(GROUPS):
            mine = counts[number * _WIDE:(number + 1) * _WIDE]
            outcomes = {name: int(n) for name, n in zip(OUTCOMES, mine, strict=False)}
            found[group] = Told(outcomes, tuple(int(n) for n in mine[len(OUTCOMES):-1]), mine[-1])
        return found

    def _shard(self) -> list[float]:
        counts = [0.0] * (_WIDE * len(GROUPS))
        with self._lock:
            for thread, old in [one for one in self._shards if not one[0].is_alive()]:       # what ended threads counted is kept in one
                self._gone = [a + b for a, b in zip(self._gone, old, strict=True)]
                self._shards.remove((thread, old))
            self._shards.append((threading.current_thread(), counts))
        return counts

    def _sum(self) -> list[float]:
        with self._lock:
            return [sum(some) for some in zip(self._gone, *(counts for _, counts in self._shards), strict=True)]

    def _mark(self) -> None:
        counts = self._sum()
        with self._lock:
            if time.monotonic() - self._marks[-1][0] > MARK_S:
                self._marks.append((time.monotonic(), counts))


def bucket_of(seconds: float) -> int:
    """The first bucket whose upper edge is not below a time."""
    if seconds <= FIRST_S:
        return 0
    return min(math.ceil(2 * math.log2(seconds / FIRST_S) - 1e-9), BUCKETS)
