"""Conflicts between sources as a viewer may see them, and the decision of a steward."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.errors import NotFound
from app.quality.work import _whole
from app.sight import Seen
from app.system import System
from data import conflicts

MOST = 200
STATES = ("open", "decided", "rule")


def listing(seen: Seen, city: str, state: str = "") -> list[dict[str, Any]]:
    """Conflicts of a city, open ones first; keys of personal records masked by the viewer's right."""
    found = seen.rows("conflicts", city=_whole(seen, city), state=state, most=MOST)
    for row in found:
        row["key"] = masked(row["key"], row["key_privacy"] or 0, seen.privacy(city))
    return found


def counts(seen: Seen, city: str) -> list[dict[str, Any]]:
    """How many conflicts there are per dataset, field and state."""
    return seen.rows("conflict_counts", city=_whole(seen, city))


def one(seen: Seen, city: str, number: int) -> dict[str, Any]:
    """A conflict with what each source says (`told`: source, value, as_of, batch, row, file_name). Raises NotFound."""
    row = next((found for found in listing(seen, city) if found["conflict"] == number), None)
    if row is None:
        raise NotFound("No such conflict", "Reload the page", value=number)
    _, told = conflicts.said(seen._door, number)      # the whole city may be seen: `listing` asked for it
    most = seen.privacy(city)
    return {**row, "told": [{**claim, "value": masked(claim["value"], row["privacy"] or 0, most)} for claim in told],
            "order": list(conflicts.priorities().get((row["dataset"], row["field"]), conflicts.Priority()).sources)}


def decide(system: System, seen: Seen, city: str, number: int, source: str, reason: str) -> dict[str, Any]:
    """A steward says which source is right. Raises NotFound, BadInput, Busy."""
    one(seen, city, number)
    conflicts.decide(system.db, number, source, seen.viewer.name, reason.strip()[:500], datetime.now(UTC).replace(tzinfo=None))
    return one(seen, city, number)


def masked(value: str | None, privacy: int, most: int) -> str:
    """A value as a viewer with a right up to privacy level `most` may see it: four characters of what is above."""
    text = value or ""
    if privacy <= most or privacy < 2:
        return text
    return text[:4] + "*" * min(len(text) - 4, 16) if len(text) > 4 else text[:1] + "*" * (len(text) - 1)
