"""How the rules are kept: per rule the share of rows that pass, and its way over the last thirty days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.quality.work import _whole
from app.sight import Seen
from data.rules import all_rules

DAYS = 30


def rates(seen: Seen, city: str, today: date | None = None) -> list[dict[str, Any]]:
    """Every rule of a dataset that came in within thirty days: what it is, rows asked, broken, pass rate in %, and the rate per day.

    `trend` has one value a day, the oldest first; None on a day without rows. A row stops at its first broken rule of severity
    reject, so a row counts against one of those at most.
    """
    today = today or datetime.now(UTC).date()
    days = [today - timedelta(days=DAYS - 1 - i) for i in range(DAYS)]
    since = int(datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC).timestamp())
    came: dict[str, dict[date, int]] = {}
    for row in seen.rows("rows_by_day", city=_whole(seen, city), since=since):
        came.setdefault(row["dataset"], {})[_day(row["day"])] = int(row["row_in"])
    broke: dict[tuple[str, str, str], dict[date, int]] = {}
    for row in seen.rows("rule_breaks", city=city, since=since):
        broke.setdefault((row["dataset"], row["rule"], row["column_name"]), {})[_day(row["day"])] = int(row["n"])
    found = []
    for dataset, rows in came.items():
        for rule in all_rules()[dataset]:
            mine = broke.get((dataset, rule.id, rule.column), {})
            asked, bad = sum(rows.values()), sum(mine.values())
            found.append({
                "dataset": dataset, "rule": rule.id, "kind": rule.kind, "column": rule.column, "severity": rule.severity,
                "is_mandatory": rule.is_mandatory, "owner": rule.owner, "basis": rule.basis, "message_zh": rule.message_zh,
                "message_en": rule.message_en, "asked": asked, "broken": bad, "rate": 100 * (1 - bad / asked) if asked else None,
                "trend": [100 * (1 - mine.get(day, 0) / rows[day]) if rows.get(day) else None for day in days]})
    return sorted(found, key=lambda row: (row["rate"] if row["rate"] is not None else 100, row["dataset"], row["rule"]))


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value
