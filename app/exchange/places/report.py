"""What an import did, as the person who ran it and the file --report want to read it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from app.exchange.places.change import Change
from data.levels import LEVELS
from data.place.source import Note


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of an import. in = accepted + rejected + duplicate over the features considered (buildings, parts,
    boundaries, basemap features, table rows); `rejects` names each rejected one, `repairs` each taken in changed;
    `change` says what a place that was in already gets new, keeps and loses."""

    format: str
    crs: str
    units: dict[str, int]
    buildings: dict[str, int]
    count_in: int
    accepted: int
    rejected: int
    duplicate: int
    rejects: tuple[Note, ...]
    repairs: tuple[Note, ...]
    warnings: tuple[str, ...]
    seconds: float
    as_of: str
    extra: dict[str, object] = field(default_factory=dict)
    change: Change | None = None

    def to_json(self) -> dict[str, object]:
        """The report as the JSON file has it."""
        return {
            "format": self.format, "crs": self.crs, "as_of": self.as_of, "units": self.units, "buildings": self.buildings,
            "in": self.count_in, "accepted": self.accepted, "rejected": self.rejected, "duplicate": self.duplicate,
            "rejects": [note.to_json() for note in self.rejects], "repaired": len(self.repairs),
            "repairs": [note.to_json() for note in self.repairs], "warnings": list(self.warnings),
            "seconds": round(self.seconds, 3), **self.extra, **({"change": self.change.to_json()} if self.change else {}),
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The report in a few lines for a terminal."""
        units = ", ".join(f"{count} {level}" for level, count in self.units.items() if count)
        known = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in self.buildings.items() if name != "total"
        )
        text = [
            f"{self.format}, {self.crs}, as of {self.as_of}",
            f"units: {units}",
            f"buildings: {self.buildings['total']} ({known})",
            f"in {self.count_in} = accepted {self.accepted} + rejected {self.rejected} + duplicate {self.duplicate};"
            f" repaired {len(self.repairs)}",
        ]
        if self.change:
            text.append(self.change.line())
        reasons = (
            pd.Series([f"{note.kind}: {note.reason}" for note in self.rejects], dtype=object).value_counts().head(8)
        )
        text += [f"  rejected {count} × {reason}" for reason, count in reasons.items()]
        mended = pd.Series([note.reason for note in self.repairs], dtype=object).value_counts().head(8)
        text += [f"  repaired {count} × {reason}" for reason, count in mended.items()]
        return text + [f"  note: {warning}" for warning in self.warnings]


def by_level(levels: pd.Series) -> dict[str, int]:
    """How many units per level, every level named."""
    counts = levels.value_counts()
    return {level: int(counts.get(level, 0)) for level in LEVELS}
