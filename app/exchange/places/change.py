"""What a file of a place that is in already changes: units kept, new and ended; and when that looks like a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from app.errors import BadInput
from data.levels import LEVELS

FEWEST_KEPT = 0.5       # of the buildings that stand: below it, the file is hardly one of the same place


@dataclass(frozen=True)
class Change:
    """Units by level: how many stay, come and end, and how many stood before."""

    kept: dict[str, int]
    new: dict[str, int]
    ended: dict[str, int]
    stood: dict[str, int]

    def to_json(self) -> dict[str, dict[str, int]]:
        """As the report has it."""
        return {"kept": self.kept, "new": self.new, "ended": self.ended}

    def line(self) -> str:
        """One line for a terminal."""
        return "against what is in: " + ", ".join(f"{sum(counts.values())} {word}" for word, counts in self.to_json().items())


def change(units: pd.DataFrame, known: pd.DataFrame, is_whole: bool) -> Change:
    """`units` as a plan builds them, `known` as the query known_units gives them; a file that is not whole ends nothing. Floors are left out."""
    counts: dict[str, dict[str, int]] = {word: dict.fromkeys(LEVELS[:-1], 0) for word in ("kept", "new", "ended", "stood")}
    standing = known[known["valid_to"].isna()]
    for level in LEVELS[:-1]:
        before, now = (set(frame["code"][frame["level"] == level]) for frame in (standing, units))
        counts["stood"][level] = len(before)
        counts["kept"][level], counts["new"][level] = len(before & now), len(now - before)
        counts["ended"][level] = len(before - now) if is_whole and now else 0
    return Change(**counts)


def check_change(found: Change, as_of: datetime, newest: datetime | None) -> None:
    """Raise BadInput where a whole file is older than what is in, or knows hardly any of the buildings that stand."""
    if newest is not None and as_of < newest:
        raise BadInput(f"The file is as of {as_of:%Y-%m-%d %H:%M}, what is in is newer: {newest:%Y-%m-%d %H:%M}",
                       "Import the newer file, or say --force to go back to this one")
    stood, kept = found.stood["building"], found.kept["building"]
    if stood and kept < FEWEST_KEPT * stood:
        raise BadInput(f"The file knows {kept} of the {stood} buildings that stand in this city: the others would end",
                       "Import another place under another --city, or say --force if this file is meant")
