"""Who owns what is reported: the departments and themes of the registry."""

from __future__ import annotations

from typing import Any

from app.system import System


def departments(system: System) -> dict[str, dict[str, Any]]:
    """{id: {name_zh, name_en}}."""
    return {row["id"]: row for row in system.rows("departments")}


def themes(system: System) -> list[dict[str, Any]]:
    """The themes in their order."""
    return system.rows("themes")
