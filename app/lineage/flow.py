"""The six libraries as a flow: what came in, what became of it, how far behind each stage is; and batches with their rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from app.access import CLEARED
from app.cells import lines, sheet
from app.errors import BadInput, NotFound
from app.indicators.cube import length_of
from app.sight import Seen
from data import registers, standing, verbatim
from data.fields import fields_of, record_datasets
from data.verbatim import OUTCOMES

HOUR, DAY = 3600, 86_400
PERIODS = {"day": (DAY, HOUR), "month": (30 * DAY, DAY)}       # how far back, and in which steps the course goes
COUNTS = ("batches", "row_in", "accepted", "rejected", "duplicate")
FEW_REJECTS, MANY_REJECTS = 0.01, 0.05                          # shares of rows from which a stage is amber, red
WAITS = 600                                                     # seconds that batches may wait for the tower before it is red
PAGE_ROWS = 100
BLOCK = 20_000
MASK = "•••"


def flow(seen: Seen, city: str, now: int | None = None) -> dict[str, Any]:
    """Counts, course and state of every stage, for the last 24 hours (`day`) and 30 days (`month`).

    {now, day, month: {totals: {…}, datasets: […], course: {row_in: […], …}}, standing: {dataset: rows}, waiting: {batches, since}, newest,
    late: [dataset], state: {stage: colour}}. A dataset is late when nothing of it came for twice its cadence.
    """
    now = int(time.time()) if now is None else now
    told: dict[str, Any] = {"now": now}
    for period, (long, step) in PERIODS.items():
        since = (now - long) // step * step
        datasets = seen.rows("flow_totals", city=city, since=since)
        course = _course(seen.rows("flow_course", city=city, since=since, step=step), (now - since) // step + 1)
        totals = {name: sum(row[name] or 0 for row in datasets) for name in COUNTS}
        told[period] = {"datasets": datasets, "totals": totals, "hours": long / HOUR, "course": course}
    told["standing"] = standing.counts(seen._door, city)
    told["waiting"] = seen.rows("flow_waiting", city=city)[0]
    told["newest"] = seen.newest(city)
    told["late"] = _late(told["month"]["datasets"], now)
    told["state"] = _state(told, now)
    return told


def batches(
    seen: Seen, city: str, dataset: str = "", source: str = "", rejects: bool = False, before: int = 0, most: int = 100
) -> list[dict[str, Any]]:
    """Batches of a city, the newest first; `before` a batch number to go on from."""
    return seen.rows("batch_list", city=city, dataset=dataset, source=source, rejects=rejects, before=before, most=most)


def batch(seen: Seen, city: str, number: int) -> dict[str, Any]:
    """One batch of a city; raises NotFound."""
    found = seen.rows("batch_by_number", city=city, batches=[number])
    if not found:
        raise NotFound("No such batch in this city", "The data page lists them", value=number)
    return found[0]


def batch_rows(
    seen: Seen, city: str, number: int, only: str = "", since: int = 1, most: int = PAGE_ROWS, until: int = 2**31 - 1
) -> list[dict[str, Any]]:
    """Rows of a batch as they came, with what became of each; fields above the viewer's privacy level are masked."""
    if only and only not in OUTCOMES:
        raise BadInput("No such outcome", f"Outcomes are {', '.join(OUTCOMES)}", value=only)
    dataset = batch(seen, city, number)["dataset"]
    hidden = hidden_fields(seen, city, dataset)
    rows = verbatim.outcomes(seen._door, dataset, number, only, since, until, most)
    return [{name: MASK if name in hidden and text is not None else text for name, text in row.items()} for row in rows]


def rule_rows(seen: Seen, city: str, dataset: str, rule: str, most: int = 500) -> list[dict[str, Any]]:
    """The rows of a city that broke a rule of a dataset, rejected or warned of, the newest batch first; values masked."""
    return seen.rows("rule_rows", city=city, dataset=dataset, rule=rule, most=most)


def batch_csv(seen: Seen, city: str, number: int, only: str = "") -> Iterator[bytes]:
    """The rows of a batch as CSV (UTF-8 with a mark for spreadsheets), block by block; no cell is a formula."""
    found = batch(seen, city, number)
    names = verbatim.columns(seen._door, found["dataset"])
    yield sheet(["row", *names, "extra", "outcome", "rule", "column"], [])
    for since in range(1, found["row_in"] + 1, BLOCK):
        yield lines([row["_row"], *(row[name] for name in names), row["_extra"], row["_outcome"], row["_rule"], row["_column"]]
                    for row in batch_rows(seen, city, number, only, since, BLOCK, since + BLOCK))


def hidden_fields(seen: Seen, city: str, dataset: str) -> frozenset[str]:
    """The columns of a dataset above the viewer's privacy level; what the source called otherwise is for cleared viewers alone."""
    most = seen.privacy(city)
    if dataset in record_datasets():
        hidden = {field.name for field in fields_of(dataset) if field.privacy > most}
    elif dataset == "attribute":
        hidden = {"value"} if most < max(int(row["privacy"]) for row in registers.rows("attributes")) else set()
    elif dataset in ("reading", "flow"):
        hidden = {"value", "weight", "count"} if most < max(int(row["privacy"]) for row in registers.rows("indicators")) else set()
    else:
        hidden = set()
    return frozenset(hidden | ({"_extra"} if most < CLEARED else set()))


def _course(rows: list[dict[str, Any]], steps: int) -> dict[str, list[int]]:
    found = {name: [0] * steps for name in COUNTS[1:]}
    for row in rows:
        if 0 <= row["bucket"] < steps:
            for name in COUNTS[1:]:
                found[name][row["bucket"]] = row[name] or 0
    return found


def _late(datasets: list[dict[str, Any]], now: int) -> list[str]:
    cadence = {row["id"]: row["cadence"] for row in registers.rows("datasets")}
    return [row["dataset"] for row in datasets if now - row["received_at"] > 2 * length_of(cadence[row["dataset"]])]


def _state(told: dict[str, Any], now: int) -> dict[str, str]:
    """A colour per stage; grey where nothing came in 30 days."""
    month, day = told["month"], told["day"]
    if not month["datasets"]:
        return dict.fromkeys(("front", "hub", "dept", "mgmt", "base", "theme"), "grey")
    totals = day["totals"] if day["totals"]["row_in"] else month["totals"]
    share = totals["rejected"] / totals["row_in"] if totals["row_in"] else 0.0
    rejects = "green" if share < FEW_REJECTS else "amber" if share < MANY_REJECTS else "red"
    waiting = told["waiting"]
    return {
        "front": "green" if not told["late"] else "amber" if len(told["late"]) < len(month["datasets"]) else "red",
        "hub": "green" if all(row["is_balanced"] for row in month["datasets"]) else "red",
        "dept": rejects,
        "mgmt": rejects,
        "base": "green" if told["newest"] is None or now - told["newest"] <= 2 * HOUR else "amber" if now - told["newest"] <= DAY else "red",
        "theme": "green" if not waiting["batches"] else "amber" if now - waiting["since"] < WAITS else "red",
    }

