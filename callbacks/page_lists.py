"""The page of the three lists and the three rates; everything on it is asked for by its address."""

from __future__ import annotations

from typing import Any

from app.catalogue import lists, rates
from app.catalogue.entries import parts
from app.catalogue.names import names
from app.sight import Seen
from callbacks.page import Page, city_asked
from callbacks.page_requests import epoch
from callbacks.resources import shelf_of
from layouts.pages.lists import LISTS, lists_page
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """Rates, what fails them, the lists."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    asked = {"department": words.get("department", ""), "rate": words.get("rate", ""), "list": words.get("list", "demand")}
    asked["rate"] = asked["rate"] if asked["rate"] in rates.RATES else ""
    asked["list"] = asked["list"] if asked["list"] in LISTS else "demand"
    shelf, only = shelf_of(seen, city.city), asked["department"]
    asked["department"] = only if only in shelf.departments else ""
    only = asked["department"]
    judged = seen.catalogue.judge(city.city)
    mine = {name: [row for row in rows if only in ("", row.department)] for name, rows in judged.items()}
    gaps = [gap for gap in lists.gaps(shelf) if only in ("", gap.department)]
    rows = {name: [row for row in some if only in ("", row["department"])] for name, some in shelf.lists.items()}
    departments: dict[str, dict[str, tuple[int, int]]] = {}
    for name, some in judged.items():
        for department, one in rates.by_department(name, some).items():
            departments.setdefault(department, {})[name] = (one.met, one.total)
    state = {
        "rates": {name: (one.met, one.total) for name, some in mine.items() for one in [rates.rate(name, some)]},
        "departments": dict(sorted(departments.items())),
        "failing": [{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "changed_at": epoch(row.changed_at)}
                    for row in mine.get(asked["rate"], []) if not row.is_met],
        "days": seen.catalogue.trend(city.city, only), "target": rates.TARGET,
        "code": city.code,
        "counts": {**{name: len(some) for name, some in rows.items()}, "gaps": len(gaps)},
        "rows": shown(shelf, asked["list"], gaps, rows),
    }  # fmt: skip
    return lists_page(r, city.city, asked, state, names())


def shown(shelf: Any, which: str, gaps: list[lists.Gap], rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of the list that is open, as the page shows them."""
    if which == "gaps":
        return [{name: getattr(gap, name) for name in gap.__dataclass_fields__} for gap in gaps]
    if which == "system":
        return [{**row, "count": len(parts(row["resources"]))} for row in rows["system"]]
    found = lists.by_resource(shelf, rows[which])
    return [
        {**row, "entry": (row["entry"].name_zh, row["entry"].name_en) if row["entry"] is not None and row["entry"].is_active else None}
        for row in found
    ]


PAGE = Page("lists", "/lists", "catalogue.read", build)
