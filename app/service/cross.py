"""Service cases counted along many sides at once, each side under the filters of all the others: a click on a district, and every histogram follows.

Every case is one number: which combination of department, category, channel and state it is (few exist), in which street, at
which hour of the day it was opened. A period's cases counted by that number are a dense array [combination × street × hour];
a filtered histogram is a sum over a part of it, whatever the number of cases. The array of a period is kept, moves along with
the clock by what entered and left, and takes a batch in by the cases that are new or changed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.service.cases import Cases, Change

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
FACTS = ("department", "category", "channel", "status")
SIDES = (*FACTS, "district", "street", "hour")
HOURS = tuple(str(hour) for hour in range(24))
ROOM = 64           # streets that may be new before everything is counted afresh
CHUNK = 1_000_000   # cases counted at a time
MOST_WINDOWS = 8


@dataclass(frozen=True)
class Linked:
    """`sides` {side: {word: how many}} each under the filters of the other sides, words without any left out; `total` under all filters."""

    sides: dict[str, dict[str, int]]
    total: int


@dataclass(frozen=True)
class _Layout:
    """What the numbers mean: the words of each fact per combination, the streets and their districts."""

    facts: dict[str, Ints]              # fact → place of its word, per combination
    lookup: Ints                        # combined place of the four facts → combination, −1: not seen
    sizes: tuple[int, ...]              # words of each fact that `lookup` has room for
    street_of: Ints                     # unit → street
    streets: tuple[str, ...]
    room: int                           # streets there is room for


class Cross:
    """The counts of one set of cases, on the clock of one zone."""

    def __init__(self, cases: Cases, zone: str) -> None:
        self.cases, self._zone = cases, zone
        self._lock = threading.Lock()
        self._windows: dict[int, tuple[int, int, NDArray[np.int32]]] = {}       # length in seconds → since, until, counts
        self._begin(cases)

    def _begin(self, cases: Cases) -> None:
        sizes = tuple(max(2 * len(cases.names[fact]), 4) for fact in FACTS)
        streets, street_of = _streets(cases.names["unit"], ())
        layout = _Layout({fact: np.zeros(0, np.int64) for fact in FACTS}, np.full(int(np.prod(sizes)), -1, np.int64), sizes, street_of, streets,
                         len(streets) + ROOM)
        self._layout, self._key = self._numbered(layout, cases)
        self._windows.clear()

    def follow(self, change: Change) -> None:
        """Take a batch of cases in: what it changed is taken out of the counts and what it says is counted."""
        with self._lock:
            cases, layout = change.cases, self._layout
            streets, street_of = _streets(cases.names["unit"], layout.streets)
            if len(streets) > layout.room or any(len(cases.names[fact]) > size for fact, size in zip(FACTS, layout.sizes, strict=True)):
                self.cases = cases
                return self._begin(cases)
            grown = _Layout(layout.facts, layout.lookup, layout.sizes, street_of, streets, layout.room)
            self._layout, fresh = self._numbered(grown, change.new)
            gone = self._key[~change.stays] if change.stays is not None else self._key[:0]
            gone_at = self.cases.opened[~change.stays] if change.stays is not None else self.cases.opened[:0]
            kept = self._key[change.stays] if change.stays is not None else self._key
            self._key, self.cases = np.insert(kept, change.where, fresh), cases
            for length, (since, until, counts) in list(self._windows.items()):
                counts = self._grown(counts)
                for keys, at, sign in ((gone, gone_at, -1), (fresh, change.new.opened, 1)):
                    inside = keys[(at >= since * 1_000_000) & (at < until * 1_000_000)]
                    if inside.size:
                        counts += (sign * np.bincount(inside, minlength=counts.size)).astype(np.int32)
                self._windows[length] = (since, until, counts)
        return None

    def linked(self, since: int, until: int, filters: Mapping[str, str]) -> Linked:
        """The cases opened in [since, until), seconds since 1970: every side counted under the filters of the other sides."""
        with self._lock:
            counts, layout, words = self._window(since, until), self._layout, self.cases.names
        cube = counts.reshape(-1, layout.room, 24)
        masks = {fact: _mask(layout.facts[fact], words[fact], filters.get(fact, "")) for fact in FACTS}
        street = _mask(np.arange(len(layout.streets)), layout.streets, filters.get("street", ""))
        district = None if not filters.get("district") else np.asarray([
            name[:6] == filters["district"] for name in layout.streets], bool)
        hour = _mask(np.arange(24), HOURS, filters.get("hour", ""))
        place, places = _both(street, district), cube[:, : len(layout.streets)]
        inside = places if place is None else places[:, place]
        inside = inside if hour is None else inside[:, :, hour]
        of_facts = inside.sum(axis=(1, 2), dtype=np.int64)
        every = _both(*masks.values())
        of_places = (places if every is None else places[every]).sum(axis=0, dtype=np.int64)
        by_street = of_places.sum(axis=1) if hour is None else of_places[:, hour].sum(axis=1)
        sides = {fact: _told(words[fact], np.bincount(layout.facts[fact], weights=_kept(of_facts, _both(*(
            mask for name, mask in masks.items() if name != fact))), minlength=len(words[fact]))) for fact in FACTS}
        districts = sorted({name[:6] for name in layout.streets})
        at = np.asarray([districts.index(name[:6]) for name in layout.streets], np.int64)
        sides["district"] = _told(districts, np.bincount(at, weights=_kept(by_street, street), minlength=len(districts)))
        sides["street"] = _told(layout.streets, _kept(by_street, district))
        sides["hour"] = _told(HOURS, (of_places if place is None else of_places[place]).sum(axis=0))
        return Linked(sides, int(_kept(of_facts, every).sum()))

    def _numbered(self, layout: _Layout, cases: Cases) -> tuple[_Layout, NDArray[np.int32]]:
        """(the layout with every combination of these cases, the number of each case)."""
        combined = np.zeros(cases.size, np.int64)
        for fact, size in zip(FACTS, layout.sizes, strict=True):
            combined *= size
            combined += getattr(cases, fact)
        seen = np.flatnonzero(np.bincount(combined, minlength=layout.lookup.size)) if cases.size else np.zeros(0, np.int64)
        new = seen[layout.lookup[seen] < 0]
        lookup = layout.lookup.copy()
        lookup[new] = next(iter(layout.facts.values())).size + np.arange(new.size)
        places = dict(zip(FACTS, np.unravel_index(new, layout.sizes), strict=True))
        facts = {fact: np.r_[layout.facts[fact], places[fact]].astype(np.int64) for fact in FACTS}
        key = lookup[combined] * layout.room
        key += layout.street_of[cases.unit] if cases.size else 0
        key *= 24
        key += _hours(cases.opened, self._zone)
        return _Layout(facts, lookup, layout.sizes, layout.street_of, layout.streets, layout.room), key.astype(np.int32)

    def _grown(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        size = self._layout.facts[FACTS[0]].size * self._layout.room * 24
        return np.concatenate([counts, np.zeros(size - counts.size, np.int32)])

    def _window(self, since: int, until: int) -> NDArray[np.int32]:
        """The counts of a period: those kept, moved by what entered and left, else counted."""
        kept = self._windows.get(until - since)
        if kept is not None and kept[:2] == (since, until):
            return kept[2]
        if kept is not None and abs(since - kept[0]) < (until - since) // 2:
            counts = kept[2].copy()
            first, last = sorted((kept[0], since)), sorted((kept[1], until))
            sign = 1 if since > kept[0] else -1
            self._add(counts, first[0], first[1], -sign)
            self._add(counts, last[0], last[1], sign)
        else:
            counts = np.zeros(self._layout.facts[FACTS[0]].size * self._layout.room * 24, np.int32)
            self._add(counts, since, until, 1)
        self._windows[until - since] = (since, until, counts)
        if len(self._windows) > MOST_WINDOWS:
            self._windows.pop(next(iter(self._windows)))
        return counts

    def _add(self, counts: NDArray[np.int32], since: int, until: int, sign: int) -> None:
        mine = self.cases.between(since, until)
        for begin in range(mine.start, mine.stop, CHUNK):
            counts += (sign * np.bincount(self._key[begin : min(begin + CHUNK, mine.stop)], minlength=counts.size)).astype(np.int32)


def _streets(units: tuple[str, ...], known: tuple[str, ...]) -> tuple[tuple[str, ...], Ints]:
    """(the streets in which units were founded, those known first; the street of each unit); a unit above a street counts by its own code."""
    places = {name: place for place, name in enumerate(known)}
    found = np.asarray([places.setdefault(code[:9], len(places)) for code in units], np.int64)
    return tuple(places), found


def _hours(opened: Ints, zone: str) -> Ints:
    """The hour of the day of times in microseconds, in order: looked up once a quarter of an hour."""
    if not opened.size:
        return np.zeros(0, np.int64)
    block = opened // 900_000_000
    begins = np.r_[0, np.flatnonzero(np.diff(block)) + 1]
    local = pd.DatetimeIndex((block[begins] * 900).astype("datetime64[s]"), tz="UTC").tz_convert(zone)
    return np.repeat(np.asarray(local.hour, np.int64), np.diff(np.r_[begins, block.size]))


def _mask(places: Ints, words: Any, word: str) -> Flags | None:
    """Which of the places have a word; None without one."""
    if not word:
        return None
    return places == words.index(word) if word in words else np.zeros(places.size, bool)


def _both(*masks: Flags | None) -> Flags | None:
    """What fits all of the masks that there are."""
    some = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(some) if some else None


def _kept(counts: Ints, mask: Flags | None) -> Ints:
    return counts if mask is None else np.where(mask, counts, 0)


def _told(words: Any, counts: NDArray[Any]) -> dict[str, int]:
    return {word: int(count) for word, count in zip(words, counts, strict=True) if count}
