"""The service cases of a city as arrays, in the order of opening: what every count of them is made from. app/service/shelf.py keeps them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data import queries
from data.connection import Database

Ints = NDArray[np.int64]
NEVER = 2**62               # microseconds since 1970 of what has not happened
NAMED = ("unit", "category", "channel", "department", "status", "hall", "item")
ENDED = ("closed", "withdrawn")
BLOCK = 500_000


@dataclass(frozen=True)
class Cases:
    """One row a case, in the order of opening.

    names                       {column of NAMED: its words}; the columns hold places in them
    opened, promised, closed, called_back, put_right    microseconds since 1970, NEVER where there is none
    rating, trips, switches     −1 where there is none
    cost                        CNY, NaN where there is none
    """

    names: dict[str, tuple[str, ...]]
    id: NDArray[np.uint64]
    unit: NDArray[np.int32]
    category: NDArray[np.int16]
    channel: NDArray[np.int16]
    department: NDArray[np.int16]
    status: NDArray[np.int16]
    opened: Ints
    promised: Ints
    closed: Ints
    rating: NDArray[np.int8]
    hall: NDArray[np.int16]
    item: NDArray[np.int16]
    trips: NDArray[np.int8]
    switches: NDArray[np.int8]
    cost: NDArray[np.float64]
    called_back: Ints
    put_right: Ints

    @property
    def size(self) -> int:
        """How many cases there are."""
        return self.opened.size

    @cached_property
    def is_open(self) -> NDArray[np.bool_]:
        """Neither closed nor withdrawn."""
        ended = np.asarray([name in ENDED for name in self.names["status"]] or [False])
        return (self.closed == NEVER) & ~ended[self.status] if self.size else np.zeros(0, bool)

    @cached_property
    def _districts(self) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        """(the districts in which the units were founded, by their codes; the place of each unit's)."""
        found = [name[:6] for name in self.names["unit"]]
        names = tuple(sorted(set(found)))
        return names, np.asarray([names.index(one) for one in found], np.int16)

    def names_of(self, side: str) -> tuple[str, ...]:
        """The words of a side: department, category, channel, hall, item, district."""
        return self._districts[0] if side == "district" else self.names[side]

    def places_of(self, side: str, chosen: Any = slice(None)) -> Ints:
        """The place of each case's word among names_of(side), of some cases."""
        if side == "district":
            return self._districts[1][self.unit[chosen]].astype(np.int64)
        return getattr(self, side)[chosen].astype(np.int64)

    def between(self, since: int, until: int) -> slice:
        """The cases opened in [since, until), in seconds since 1970."""
        low, high = np.searchsorted(self.opened, [since * 1_000_000, until * 1_000_000])
        return slice(int(low), int(high))

    def fits(self, filters: dict[str, str]) -> NDArray[np.bool_] | None:
        """Which cases have the words of the sides; an empty word is any. None where all of them fit."""
        found: NDArray[np.bool_] | None = None
        for side, word in filters.items():
            if not word:
                continue
            names = self.names_of(side)
            mine = self.places_of(side) == names.index(word) if word in names else np.zeros(self.size, bool)
            found = mine if found is None else found & mine
        return found

    def only(self, chosen: NDArray[np.bool_]) -> Cases:
        """Some of the cases, by a flag each."""
        return replace(self, **{one.name: getattr(self, one.name)[chosen] for one in fields(self) if one.name != "names"})

    def merged(self, new: Cases) -> Change:
        """These with `new` among them; a case that comes again is what it is in `new`."""
        names, moved = {}, {}
        for name in NAMED:
            known = {word: place for place, word in enumerate(self.names[name])}
            places = np.asarray([known.setdefault(word, len(known)) for word in new.names[name]], np.int64)
            names[name] = tuple(known)
            moved[name] = places[getattr(new, name)].astype(_TYPES[name]) if new.size else getattr(new, name)
        new = replace(new, names=names, **moved)
        stays = ~np.isin(self.id, new.id) if new.size else None
        if stays is None or stays.all():
            stays = None
        kept = self if stays is None else self.only(stays)
        where = np.searchsorted(kept.opened, new.opened, side="right")
        columns = {one.name: np.insert(getattr(kept, one.name), where, getattr(new, one.name)) for one in fields(self) if one.name != "names"}
        return Change(Cases(names, **columns), new, stays, where)


@dataclass(frozen=True)
class Change:
    """What a batch did: `cases` afterwards, the `new` ones (words as in `cases`), which of the old ones stay (None: all), and where
    among those the new ones were put in.
    """

    cases: Cases
    new: Cases
    stays: NDArray[np.bool_] | None
    where: Ints


def gather(db: Database, city: str, after: int = -1) -> Cases:
    """The cases that batches after one have said, block by block, with words as places."""
    known: dict[str, dict[str, int]] = {name: {} for name in NAMED}
    parts: list[dict[str, Any]] = []
    for block in queries.batches(db, "service_columns", BLOCK, city=city, after=after):
        parts.append({name: _column(block.column(_FROM.get(name, name)), known.get(name), kind) for name, kind in _TYPES.items()})
    columns = {name: np.concatenate([part[name] for part in parts]) if parts else np.zeros(0, kind) for name, kind in _TYPES.items()}
    return Cases({name: tuple(words) for name, words in known.items()}, **columns)


_TYPES: dict[str, Any] = {"id": np.uint64, "unit": np.int32, "category": np.int16, "channel": np.int16, "department": np.int16, "status": np.int16,
                          "opened": np.int64, "promised": np.int64, "closed": np.int64, "rating": np.int8,
                          "hall": np.int16, "item": np.int16, "trips": np.int8, "switches": np.int8, "cost": np.float64, "called_back": np.int64,
                          "put_right": np.int64}
_FROM = {"unit": "unit_code"}


def _column(cells: Any, words: dict[str, int] | None, kind: Any) -> NDArray[Any]:
    if words is None:
        return (cells.fill_null(NEVER) if cells.null_count else cells).to_numpy(zero_copy_only=False).astype(kind)
    coded = cells.dictionary_encode() if not pa.types.is_dictionary(cells.type) else cells
    places = np.asarray([words.setdefault(word, len(words)) for word in coded.dictionary.to_pylist()], np.int64)
    return places[coded.indices.to_numpy(zero_copy_only=False)].astype(kind)
