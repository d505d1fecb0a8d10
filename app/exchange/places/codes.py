"""Codes for the units of an imported place: kept by identity, new ones the next free number in their parent."""

from __future__ import annotations

from collections.abc import Iterable

from app.exchange.places.known import Known
from app.exchange.places.nodes import Node
from app.units.codes import Code, imported_city, parse


def number(city: Node, known: Known, city_number: int = 1) -> None:
    """Give every node of the tree its code, in place. Given (GB/T) codes win, then known ones, then new ones.

    Raises BadInput when a parent is full.
    """
    city.code = (
        city.given or known.codes.get(("city", city.source_id)) or _any_city(known) or imported_city(city_number).text
    )
    taken: dict[str, int] = {}
    for code in known.used:
        _note(code, taken)
    fresh: list[Node] = []
    for node in city.walk():
        if node is not city:
            node.code = node.given or known.codes.get((node.level, node.source_id))
            if node.code is None:
                fresh.append(node)
            else:
                _note(node.code, taken)
    for node in fresh:
        parent = parse(node.parent.code)
        parent = parent if parent.level != node.level else parent.founded_in
        node.code = following(parent, taken).text


def following(parent: Code, taken: dict[str, int]) -> Code:
    """The next free child of a parent, and note it as taken."""
    at = taken.get(parent.text, 0) + 1
    taken[parent.text] = at
    return parent.child(at)


def counters(codes: Iterable[str]) -> dict[str, int]:
    """The highest number used below each parent."""
    taken: dict[str, int] = {}
    for code in codes:
        _note(code, taken)
    return taken


def _note(text: str, taken: dict[str, int]) -> None:
    code = parse(text)
    above = code.founded_in
    if above is None or code.level == "floor":
        return
    width = {"district": 2, "building": 5}.get(code.level, 3)
    taken[above.text] = max(taken.get(above.text, 0), int(text[-width:], 36 if code.is_imported else 10))


def _any_city(known: Known) -> str | None:
    """An earlier import may have drawn the city differently (hull, boundary): it is still the same city."""
    return next((code for (level, _), code in sorted(known.codes.items()) if level == "city"), None)
