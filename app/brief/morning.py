"""The morning brief as statements: what is said, and the numbers it rests on. The words are layouts' part.

A statement without a number cannot be made, and a city without data has none. The same data at the same time give the same
statements: nothing here asks the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.alerts import board
from app.brief import facts
from app.indicators.status import now_of
from app.lineage.flow import flow
from app.service import state as service
from app.sight import Seen

MOST_THEMES, MOST_CHANGES, MOST_ALERTS, MOST_AHEAD, MOST_OLD, MOST_QUEUES = 5, 6, 6, 4, 5, 3
WORTH_SAYING = 0.1         # chance of passing a limit from which on the brief speaks of it
ROWS = ("row_in", "accepted", "rejected", "duplicate")
STATES = ("raised", "acknowledged", "assigned", "handled", "verified", "closed")


@dataclass(frozen=True)
class Number:
    """A number of a statement: `key` opens where it comes from; `indicator` says unit and decimals (None: a count or a score)."""

    value: float
    key: str
    indicator: dict[str, Any] | None = None
    decimals: int = 0
    is_signed: bool = False


@dataclass(frozen=True)
class Statement:
    """One sentence to be: its kind, what it is about, and its numbers by name. Raises ValueError without a number."""

    kind: str
    about: dict[str, Any]
    numbers: dict[str, Number]

    def __post_init__(self) -> None:
        if not self.numbers:
            raise ValueError(f"A statement of kind {self.kind} rests on no number")


@dataclass(frozen=True)
class Section:
    """A heading with its statements; `courses` and `maps` are what its figures show."""

    id: str
    statements: tuple[Statement, ...]
    courses: tuple[dict[str, Any], ...] = ()
    maps: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Brief:
    """The whole brief of a city at a time (epoch seconds); `sections` is empty where there is nothing to say."""

    city: str
    name_zh: str
    name_en: str
    is_synthetic: bool
    timezone: str
    at: int
    sections: tuple[Section, ...] = field(default=())


def compose(seen: Seen, city: str) -> Brief:
    """The brief of what a viewer may see of a city now. Raises NotFound."""
    row, at = seen.city(city), now_of(seen, city)
    found: list[Section] = []
    if seen.newest(city) is not None:
        for make in (_headline, _changes, _alerts, _service, _quality, _outlook):
            section = make(seen, city, at)
            if section.statements:
                found.append(section)
    return Brief(city, row.name_zh, row.name_en, row.is_synthetic, row.timezone, at, tuple(found))


def _headline(seen: Seen, city: str, at: int) -> Section:  # noqa: ARG001 - one signature for all of them
    told = facts.headline(seen, city)
    if not told["judged"]:
        return Section("headline", ())
    counts = {color: Number(told["counts"][color], "figure/themes_by_color") for color in ("green", "amber", "red")}
    signs = {color: Number(told["signs"][color], "figure/signs_by_color") for color in ("amber", "red")}
    said = [Statement("city", {"status": told["status"]}, {"score": Number(told["score"], "figure/health_score", decimals=0), **counts}),
            Statement("signs", {}, {"all": Number(sum(told["signs"].values()), "figure/signs_by_color"), **signs})]
    for theme in [theme for theme in told["themes"] if theme["status"] in ("red", "amber")][:MOST_THEMES]:
        numbers = {"score": Number(theme["score"], "figure/health_score")}
        said.append(Statement("theme", {"theme": theme, "signs": [one["indicator"] for one in theme["signs"]]}, numbers))
    return Section("headline", tuple(said))


def _changes(seen: Seen, city: str, at: int) -> Section:  # noqa: ARG001
    said, courses, maps = [], [], []
    for row in facts.changes(seen, city, MOST_CHANGES):
        one, key = row["indicator"], f"value/{row['indicator']['id']}/{row['code']}/{row['at']}"
        numbers = {name: Number(row[name], key, one) for name in ("value", "low", "high")}
        said.append(Statement("beyond", {"indicator": one, "at": row["at"], "more": row["score"] > 0}, numbers))
        if row["change"] is not None and row["where"]:
            unit = row["where"][0]
            source = f"value/{one['id']}/{unit['code']}/{row['at']}"
            moved = {"change": Number(row["change"], key, one, is_signed=True), "moved": Number(unit["moved"], source, one, is_signed=True)}
            said.append(Statement("moved", {"indicator": one, "unit": unit}, moved))
        if len(courses) < 4:
            times, values = facts.course(seen, city, one["id"], 72)
            courses.append({"indicator": one, "times": times, "values": values, "ahead": []})
        areas = facts.small_map(seen, city, one["id"]) if len(maps) < 2 else []
        if areas:
            maps.append({"indicator": one, "areas": areas})
    return Section("changes", tuple(said), tuple(courses), tuple(maps))


def _alerts(seen: Seen, city: str, at: int) -> Section:  # noqa: ARG001
    counts = board.counts(seen, city)
    numbers = {name: Number(counts[name], "figure/open_alerts") for name in ("open", "overdue")}
    said = [Statement("alerts" if counts["open"] else "no_alerts", {}, numbers if counts["open"] else {"open": numbers["open"]})]
    owners = facts.departments(seen)
    for row in facts.alerts(seen, city, MOST_ALERTS):
        if row["last_value"] is None:           # a unit that is silent: there is no number to say, and the counts above hold it
            continue
        value = Number(row["last_value"], f"value/{row['indicator']}/{row['unit_code']}/{row['last_at']}", row["sign"])
        said.append(Statement("alert", {"alert": row, "owner": owners.get(row["owner"])}, {"value": value}))
    handled = {name: Number(counts["states"][name], "figure/open_alerts") for name in STATES}
    if any(number.value for number in handled.values()):
        said.append(Statement("handling", {}, handled))
    return Section("alerts", tuple(said))


def _service(seen: Seen, city: str, at: int) -> Section:  # noqa: ARG001
    told = service.now(seen, city)
    if told["newest"] is None:
        return Section("service", ())
    said = [Statement("service", {}, {name: Number(told["cases"][name], f"figure/service_{name}") for name in ("open", "overdue", "due")})]
    labels = service.labels(seen, city, tuple(told["districts"]))
    for row in [row for row in told["queues"] if row["is_building"]][:MOST_QUEUES]:
        about = {side: labels[side].get(row[side], (row[side], row[side])) for side in ("department", "district")}
        said.append(Statement("queue", about, {name: Number(row[name], "figure/service_open") for name in ("open", "growth")}))
    return Section("service", tuple(said))


def _quality(seen: Seen, city: str, at: int) -> Section:
    said = []
    signs = [row for row in facts.signs(seen, city) if row["is_judged"]]
    old = sorted((row for row in signs if row["is_old"]), key=lambda row: (row["at"], row["indicator"]["id"]))
    if signs:
        said.append(Statement("fresh", {}, {"fresh": Number(len(signs) - len(old), "figure/signs_by_color"),
                                            "all": Number(len(signs), "figure/signs_by_color")}))
    for row in old[:MOST_OLD]:
        key = f"value/{row['indicator']['id']}/{row['code']}/{row['at']}"
        said.append(Statement("old", {"indicator": row["indicator"], "at": row["at"]}, {"value": Number(row["value"], key, row["indicator"])}))
    if seen.sight(city) is None:
        day = flow(seen, city, at)["day"]["totals"]
        if day["row_in"]:
            said.append(Statement("rows", {}, {name: Number(day[name], "figure/rows_handed_in") for name in ROWS}))
    return Section("quality", tuple(said))


def _outlook(seen: Seen, city: str, at: int) -> Section:  # noqa: ARG001
    said, courses = [], []
    for row in facts.expected(seen, city, most=MOST_AHEAD):
        one, last = row["indicator"], row["hours"][-1]
        key = f"value/{one['id']}/{row['code']}/{row['at']}"
        numbers = {"value": Number(row["value"], key, one), **{name: Number(last[name], key, one) for name in ("low", "high")}}
        if row["kind"] == "forecast":
            numbers["usual"] = Number(last["usual"], key, one)
            if row["breach"] is not None and row["breach"]["chance"] >= WORTH_SAYING:
                numbers |= {"chance": Number(100 * row["breach"]["chance"], key), "limit": Number(row["breach"]["limit"], key, one)}
        else:
            numbers["days"] = Number(last["learnt_from"], key)
        about = {"indicator": one, "at": row["at"], "until": last["at"], "model": row.get("model"), "breach": row.get("breach")}
        said.append(Statement("ahead" if row["kind"] == "usual" else "forecast", about, numbers))
        times, values = facts.course(seen, city, one["id"], 48)
        courses.append({"indicator": one, "times": times, "values": values, "ahead": row["hours"]})
    return Section("outlook", tuple(said), tuple(courses))
