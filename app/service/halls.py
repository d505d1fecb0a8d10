"""The halls where citizens are served, and the hotline: what their windows, staff and lines did in a period, from the rows that come in of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.service.measures import HALL_MEASURES, judged
from app.service.workdays import EPOCH
from app.sight import Seen

Counts = dict[str, float | None]
HOTLINE = "hotline"


@dataclass(frozen=True)
class Halls:
    """`whole`: the counts of the period and of the one before it, of all halls and of the hotline; `of` the same by hall."""

    whole: tuple[Counts, Counts]
    of: dict[str, tuple[Counts, Counts]]


def told(seen: Seen, city: str, filters: dict[str, str], last: date, days: int, bounds: dict[str, int]) -> Halls:
    """Halls in sight over `days` days up to `last`; the hotline in the seconds of `bounds`, for who sees the whole city.

    Neither is told where cases are chosen by what halls and lines have no word for (a department, an item, …).
    """
    wanted = {side for side, word in filters.items() if word}
    of: dict[str, tuple[Counts, Counts]] = {}
    whole: tuple[Counts, Counts] = ({}, {})
    if wanted <= {"hall", "district"}:
        until = last.toordinal() - EPOCH + 1
        rows = seen.rows("service_halls", city=city, district=filters["district"], hall=filters["hall"], before=until - 2 * days,
                         since=until - days, until=until)
        for row in rows:
            of.setdefault(row["code"], ({}, {}))[row["period"]].update({name: row[name] for name in ("open_hours", "busy_hours", "staff")})
        for period in (0, 1):
            for name in ("open_hours", "busy_hours", "staff"):
                said = [counts[period][name] for counts in of.values() if counts[period][name] is not None]
                whole[period][name] = sum(one for one in said if one is not None) if said else None
    if (not wanted or filters == {**dict.fromkeys(filters, ""), "channel": HOTLINE}) and seen.sight(city) is None:
        for row in seen.rows("service_hotline", city=city, **{name: bounds[name] for name in ("before", "since", "until")}):
            whole[row["period"]].update({name: row[name] for name in ("incoming", "answered", "abandoned")})
    return Halls(whole, of)


def beside(halls: Halls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the side "hall" with the measures of halls beside those of their cases."""
    found = []
    for row in rows:
        now, before = halls.of.get(row["name"], ({}, {}))
        mine = {str(one["id"]): one for one in judged({**now, "at_hall": row["opened"]}, before, HALL_MEASURES)}
        found.append({**row, "measures": {**row["measures"], **mine}})
    return found


def names(seen: Seen, city: str) -> dict[str, tuple[str, str]]:
    """What the halls in sight are called, {code: (zh, en)}."""
    rows = seen.rows("service_halls", city=city, district="", hall="", before=0, since=0, until=0)         # no day: names alone
    return {row["code"]: (row["name_zh"], row["name_en"] or row["name_zh"]) for row in rows}
