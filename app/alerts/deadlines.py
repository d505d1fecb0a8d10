"""By when the next step of an alert is due (data/registry/alert_deadlines.csv)."""

from __future__ import annotations

from functools import cache

from data import registers
from data.alerts import OPEN


@cache
def deadlines() -> dict[str, dict[str, int]]:
    """{severity: {state: seconds that it may stand in it}}."""
    return {row["severity"]: {state: int(row[state]) * 60 for state in OPEN} for row in registers.rows("alert_deadlines")}


def due(severity: str, state: str, since: int) -> int | None:
    """When the next step of an alert is due (the city's time); never for a closed one."""
    return None if state == "closed" else since + deadlines()[severity][state]
