"""Finding entries of the catalogue: by words (Chinese, pinyin, English), department, theme, sharing type, and a shape on the map."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from app.catalogue.entries import Item, Resource
from app.catalogue.shelf import Found, Shelf

SORTS = ("best", "name", "newest")


@dataclass(frozen=True)
class Question:
    """What is looked for; empty means any. `shape`: the area on the map (EPSG:4326)."""

    word: str = ""
    kind: str = ""
    department: str = ""
    topic: str = ""
    sharing: str = ""
    shape: shapely.Geometry | None = None


@dataclass(frozen=True)
class Answer:
    """`entries` from first to last of the page, `total` of all; how many each choice of a filter would leave (`counts`)."""

    entries: list[Resource | Item]
    total: int
    counts: dict[str, dict[str, int]]


def search(shelf: Shelf, asked: Question, first: int = 0, most: int = 50) -> Answer:
    """The entries that fit, best first: what the words name before what they only mention.

    The counts of a filter are those of the entries that fit everything else, so a choice shows what it would bring.
    """
    words = asked.word.lower().split()[:8]
    near = _near(shelf, asked.shape)
    fits: list[Found] = []
    counts: dict[str, dict[str, int]] = {name: {} for name in ("kind", "department", "topic", "sharing")}
    wanted = {"kind": asked.kind, "department": asked.department, "topic": asked.topic, "sharing": asked.sharing}
    chosen = [name for name, value in wanted.items() if value]
    for one in shelf.index:
        if near is not None and (isinstance(one.entry, Item) or one.area not in near):
            continue
        if words and not all(word in one.text for word in words):
            continue
        facts = one.facts
        missed = [name for name in chosen if facts[name] != wanted[name]]
        for name, value in facts.items():
            if value and (not missed or missed == [name]):
                counts[name][value] = counts[name].get(value, 0) + 1
        if not missed:
            fits.append(one)
    if words:  # without words the order of the shelf stands: resources, then items, by code
        fits.sort(key=lambda one: (_rank(one, words), one.entry.code))
    return Answer([one.entry for one in fits[first : first + most]], len(fits), counts)


def _near(shelf: Shelf, shape: shapely.Geometry | None) -> set[int] | None:
    """The numbers of the areas that meet a shape; the resources are many, their areas few."""
    if shape is None:
        return None
    shapely.prepare(shape)
    return {number for number, area in enumerate(shelf.areas) if area is not None and shape.intersects(area)}


def _rank(one: Found, words: list[str]) -> int:
    if not words:
        return 0
    names = [one.entry.name_zh.lower(), one.entry.name_en.lower(), one.entry.code.lower()]
    whole = " ".join(words)
    if whole in names:
        return 0
    if any(name.startswith(whole) for name in names):
        return 1
    return 2 if all(word in one.names for word in words) else 3
