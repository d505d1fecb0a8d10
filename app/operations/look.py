"""What the operations page looks at: a unit, a theme, a vital sign, a severity, a period, service cases: its address, which filters every panel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.errors import NotFound
from app.indicators.health import SINCE, root
from app.indicators.latest import latest
from app.sight import Seen
from app.units import cards
from data.alerts import SEVERITIES
from data.levels import LEVELS

FIRST = ("congestion_index", "aqi", "power_load_mw", "crowd_density")
DEEPEST = "community"       # finer units are for the map page
WORDS_LONGEST = 200     # characters of a word of the address
SIDES = ("department", "category", "channel", "status", "hour")       # of service cases; the district or street is the unit looked at
_WORD = re.compile(r"[A-Za-z0-9_-]{0,40}")


@dataclass(frozen=True)
class Look:
    """`unit` is the row of the unit looked at, `root` of the one where the viewer's sight begins (None: no units yet)."""

    root: dict[str, Any] | None
    unit: dict[str, Any] | None
    theme: str = ""
    indicator: str = ""
    severity: str = ""
    since: str = "day"
    cases: tuple[tuple[str, str], ...] = ()

    @property
    def told_cases(self) -> str:
        """Which service cases, as the address says it."""
        return ";".join(f"{side}:{word}" for side, word in self.cases)

    @property
    def seconds(self) -> int:
        """The length of the period that is compared with the one before."""
        return SINCE[self.since]

    @property
    def is_part(self) -> bool:
        """True where a unit below the root is looked at."""
        return self.unit is not None and self.root is not None and self.unit["code"] != self.root["code"]

    @property
    def below(self) -> str:
        """The level of the units that the map and the list show; empty where the page does not go deeper."""
        if self.unit is None or self.unit["level"] in (DEEPEST, *LEVELS[LEVELS.index(DEEPEST) :]):
            return ""
        return LEVELS[LEVELS.index(self.unit["level"]) + 1]


def look(seen: Seen, city: str, words: Mapping[str, str]) -> Look:
    """What an address asks to look at; words that it does not know become the default, never an error."""
    top = root(seen, city)
    unit = top
    if top is not None and words.get("unit"):
        try:
            unit = cards.unit(seen, city, words["unit"][:40])
        except NotFound:
            unit = top
    theme = words.get("topic", "") if words.get("topic", "") in {one.theme for one in seen.indicators.values()} else ""
    severity = words.get("severity", "") if words.get("severity", "") in SEVERITIES else ""
    since = words.get("since", "") if words.get("since", "") in SINCE else "day"
    return Look(top, unit, theme, _indicator(seen, city, unit, theme, words.get("sign", "")), severity, since, cases_of(words.get("cases", "")))


def cases_of(text: str) -> tuple[tuple[str, str], ...]:
    """The sides of service cases that an address filters by, each once; what is no side or no word is left out."""
    parts = (part.partition(":") for part in text[:WORDS_LONGEST].split(";"))
    found = {side: word for side, _, word in parts if side in SIDES and word and _WORD.fullmatch(word)}
    return tuple((side, found[side]) for side in SIDES if side in found)


def _indicator(seen: Seen, city: str, unit: dict[str, Any] | None, theme: str, wanted: str) -> str:
    """The sign that colours the map: the one asked for, else the first with data (of the theme); empty without any."""
    if wanted in seen.indicators and (not theme or seen.indicators[wanted].theme == theme):
        return wanted
    known = latest(seen, city, unit["level"], unit["seq"]) if unit else {}
    mine = [name for name in (*FIRST, *known) if name in known and (not theme or seen.indicators[name].theme == theme)]
    return mine[0] if mine else ""


class Place:
    """Which unit of a level another unit stands in today."""

    def __init__(self, seen: Seen, city: str) -> None:
        self._hierarchy = seen.values(city).hierarchy

    def above(self, level: str, seq: int, wanted: str) -> int:
        """The seq of the unit of level `wanted` that holds a unit; 0 where there is none."""
        if level not in LEVELS or LEVELS.index(level) < LEVELS.index(wanted):
            return 0
        folds = self._hierarchy("floor" if level == "floor" else "building").trees[-1].folds
        while level != wanted:
            parent = folds[level].parent if level in folds else np.empty(0, np.int64)
            if not 0 < seq <= parent.size or parent[seq - 1] < 0:
                return 0
            seq, level = int(parent[seq - 1]) + 1, LEVELS[LEVELS.index(level) - 1]
        return seq

    def holds(self, unit: dict[str, Any], level: str, seq: int) -> bool:
        """True where a unit is `unit` or stands in it."""
        return self.above(level, seq, unit["level"]) == unit["seq"]
