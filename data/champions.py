"""Which forecasting model was chosen for an indicator at a level, on what data and with what scores: rows of mgmt.champion."""

from __future__ import annotations

import json
from typing import Any

from data import queries
from data.connection import Database

_COLUMNS = ("city", "indicator", "level", "chosen_at", "model", "params", "data_from", "data_until", "series", "steps", "horizon", "method",
            "scores", "seconds", "who")


def keep(db: Database, row: dict[str, Any]) -> None:
    """Write one choice; `params` and `scores` are plain values (kept as JSON), times epoch seconds."""
    values = [json.dumps(row[name], ensure_ascii=False, allow_nan=False) if name in ("params", "scores") else row[name] for name in _COLUMNS]
    with db.write() as cursor:
        cursor.execute(f"insert into mgmt.champion ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})", values)  # noqa: S608 - our own names


def standing(db: Database, city: str) -> list[dict[str, Any]]:
    """The newest choice of every indicator and level of a city."""
    return [_read(row) for row in queries.rows(db, "champions", city=city)]


def history(db: Database, city: str, indicator: str, level: str) -> list[dict[str, Any]]:
    """Every choice ever made for an indicator at a level, the newest first."""
    return [_read(row) for row in queries.rows(db, "champion_history", city=city, indicator=indicator, level=level)]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "params": json.loads(row["params"]), "scores": json.loads(row["scores"])}
