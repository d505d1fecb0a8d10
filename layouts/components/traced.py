"""A number on screen that tells where it came from: a click (or Enter) opens its way back to batches and rows.

The key says which number it is; app/lineage answers it and assets/screen/trace.js opens the answer:

    value/<indicator>/<unit code>/<at>     an indicator of a unit; <at> in epoch seconds, or `latest`
    attribute/<unit code>/<attribute>      an attribute of a unit as it stands
    unit/<unit code>                       the unit itself: name, shape, parent
    record/<dataset>/<key>                 a record of the base library by its key
    batch/<number>                         a batch and its rows
    figure/<id>                            a figure of a page: a row of data/registry/figures.csv

Where a number stands inside something that is clicked for another reason (a row that drills), `within` marks it: a right
click, a long press, or a click in trace mode (key L, or the button at the top) opens it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from layouts.reader import Reader


def value_key(indicator: str, code: str, at: int | None) -> str:
    """The key of an indicator's value at a unit; `at` None: the newest."""
    return f"value/{indicator}/{code}/{'latest' if at is None else at}"


def within(key: str) -> dict[str, str]:
    """The mark of a number inside a button."""
    return {"data-trace-in": key}


def point_keys(r: Reader, indicator: str, code: str, days: Iterable[date | str]) -> dict[str, Any] | None:
    """What a chart's points are values of, each at its local day; None without a unit."""
    starts = [datetime.fromisoformat(str(day)[:10]).replace(tzinfo=ZoneInfo(r.zone)) for day in days]
    return {"trace": f"value/{indicator}/{code}", "times": [int(start.timestamp()) for start in starts]} if code else None


def traced(r: Reader, children: Any, key: str, class_name: str = "") -> html.Span:
    """`children` as something that can be clicked for its source."""
    return html.Span(
        children,
        className=f"cs-traced {class_name}".strip(),
        role="button",
        tabIndex=0,
        title=r.t("Where this number comes from"),
        **{"data-trace": key},
    )
