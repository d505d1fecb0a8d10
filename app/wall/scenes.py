"""The scenes of the wall: registry files that say which panels stand where, and for how long.

`data/registry/scenes/<name>.toml`, or `<home>/registry/scenes/<name>.toml` of an installation: title_zh, title_en, order,
dwell_s, rotates, and `[[panels]]` with show (a file layouts/panels/wall_<show>.py), `at` = [column, row, columns, rows] on a
canvas of 12 × 12, `wide` = the same on walls wider than 2.6 : 1, and what else the panel wants to know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import BadInput
from data import registers

COLUMNS = ROWS = 12
WIDE = 2.6              # width ÷ height from which a wall is wide
HEAD_U = 3.0            # height of the strip at the top, in text sizes; a wall is 45 text sizes high
TALL_U = 45.0
DWELL_S = (5, 3600)
TAKEOVER = "takeover"

At = tuple[int, int, int, int]


@dataclass(frozen=True)
class Place:
    """A panel of a scene: `at` and `wide` are where it stands; None where it is not shown on such a wall."""

    id: str
    show: str
    at: At | None
    wide: At | None
    options: dict[str, Any] = field(default_factory=dict)

    def size(self, is_wide: bool) -> tuple[float, float] | None:
        """(columns, height in text sizes) on such a wall."""
        at = self.wide if is_wide else self.at
        return None if at is None else (float(at[2]), at[3] * (TALL_U - HEAD_U) / ROWS)


@dataclass(frozen=True)
class Scene:
    """What the wall shows for `dwell_s` seconds; one that does not rotate comes only when it is called."""

    name: str
    title_zh: str
    title_en: str
    dwell_s: float
    rotates: bool
    places: tuple[Place, ...]


def read(home: Path | None = None) -> dict[str, Scene]:
    """Every scene by name, in their order. Raises BadInput naming the file and what is wrong in it."""
    try:
        found = registers.documents("scenes", home)
    except ValueError as error:
        raise BadInput("A scene of the wall cannot be read", str(error)) from error
    ordered = sorted(found.items(), key=lambda item: (item[1].get("order", 99), item[0]))
    return {name: _scene(name, told) for name, told in ordered}


def _scene(name: str, told: dict[str, Any]) -> Scene:
    def wrong(what: str) -> BadInput:
        return BadInput("A scene of the wall is wrong", f"scenes/{name}.toml: {what}")

    if not isinstance(told.get("title_zh"), str) or not isinstance(told.get("title_en"), str):
        raise wrong("title_zh and title_en say what it is called")
    dwell = told.get("dwell_s", 30)
    if not isinstance(dwell, (int, float)) or not DWELL_S[0] <= dwell <= DWELL_S[1]:
        raise wrong(f"dwell_s is {DWELL_S[0]} to {DWELL_S[1]} seconds")
    places = []
    for number, panel in enumerate(told.get("panels", [])):
        show = panel.get("show", "")
        if not isinstance(show, str) or not show.isidentifier():
            raise wrong("every panel says what it shows")
        at, wide = _at(panel.get("at")), _at(panel.get("wide", panel.get("at")))
        if at is None and wide is None:
            raise wrong(f"panel {show} stands nowhere: at = [column, row, columns, rows], within {COLUMNS} × {ROWS}")
        places.append(Place(f"{show}-{number}", show, at, wide, {key: value for key, value in panel.items() if key not in ("show", "at", "wide")}))
    if not places:
        raise wrong("it has no panels")
    for is_wide in (False, True):
        taken: set[tuple[int, int]] = set()
        for place in places:
            at = place.wide if is_wide else place.at
            cells = set() if at is None else {(x, y) for x in range(at[0], at[0] + at[2]) for y in range(at[1], at[1] + at[3])}
            if taken & cells:
                raise wrong(f"panel {place.show} stands on another")
            taken |= cells
    return Scene(name, told["title_zh"], told["title_en"], float(dwell), bool(told.get("rotates", True)), tuple(places))


def _at(given: Any) -> At | None:
    if not isinstance(given, list) or len(given) != 4 or not all(isinstance(part, int) for part in given):
        return None
    x, y, w, h = given
    return (x, y, w, h) if x >= 1 and y >= 1 and w >= 1 and h >= 1 and x + w <= COLUMNS + 1 and y + h <= ROWS + 1 else None
