"""How the city serves its citizens now: measures with the period before them, what is failing, where queues build, which promises break today.

Everything is asked through the viewer's `Seen`: cases of units in sight only; sources only for who sees the whole city. A city that is
made up counts time by the newest word on its cases, a real one by the clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.catalogue.names import names
from app.errors import BadInput
from app.exchange import sources
from app.exchange.desk import LATE, SILENT
from app.service import counts, halls
from app.service.cases import Cases
from app.service.measures import BY_ID, CASE_MEASURES, SIDES, judged
from app.sight import Seen
from app.units.directory import by_codes

PERIODS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
SHOWS = ("due", "overdue", "open", "opened", "closed", "late", "poor")
MOST, MOST_OUT = 100, 100_000
GROWS_BY, GROWS_TO = 5, 1.2         # a queue builds where it grew by so many cases and to so many times its size within a week
DAY = 86_400
RANK = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(frozen=True)
class Choice:
    """What is asked for: "" is all of them. `period` is a word of PERIODS, the days up to now."""

    department: str = ""
    category: str = ""
    channel: str = ""
    district: str = ""
    hall: str = ""
    item: str = ""
    period: str = "month"

    def __post_init__(self) -> None:
        if self.period not in PERIODS:
            raise BadInput("There is no such period", "Choose one of the list", value=self.period[:40])

    @property
    def filters(self) -> dict[str, str]:
        """The sides that cases are chosen by."""
        return {name: getattr(self, name) for name in SIDES}


def choice_of(words: dict[str, str]) -> Choice:
    """The choice that the words of an address make; a period nobody knows is the usual one."""
    said = {one.name: words.get(one.name, "")[:60] for one in fields(Choice)}
    return Choice(**{**said, "period": said["period"] if said["period"] in PERIODS else "month"})


@dataclass(frozen=True)
class Clock:
    """The city's time in epoch seconds: now, when its day ends; `newest` word on its cases (None: none ever), their newest batch."""

    now: int
    day_end: int
    newest: int | None
    batch: int

    def bounds(self, choice: Choice) -> dict[str, int]:
        """before ≤ since < until of the questions: the period, and one of the same length before it."""
        length = PERIODS[choice.period] * DAY
        return {"until": self.now + 1, "since": self.now + 1 - length, "before": self.now + 1 - 2 * length, "day_end": self.day_end}


def clock(seen: Seen, city: str) -> Clock:
    """The time of a city. Raises NotFound."""
    row, told = seen.city(city), seen.rows("service_clock", city=city)[0]
    now = told["told_at"] if row.is_synthetic and told["told_at"] is not None else int(time.time())
    here = datetime.fromtimestamp(now, ZoneInfo(row.timezone))
    end = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Clock(now, int(end.timestamp()), told["told_at"], told["batch"])


def now(seen: Seen, city: str, choice: Choice | None = None) -> dict[str, Any]:
    """Everything that the page and the wall show:

    measures   of all cases chosen (app/service/measures.py: judged)
    sides      {department, category, channel, district, hall, item: [{name, opened, measures by id: value}]}, the worst on time first
    days       [{day, opened, asked, digital, closed, promised, on_time, rated, good}] without gaps
    queues     [{department, district, open, overdue, due, mean_days, oldest_days, growth, is_building}]
    cases      {open, overdue, due}: counts now
    promises   the open cases whose promise is broken or ends today, most urgent first (at most MOST)
    sources    [{id, name_zh, name_en, status, lag_s, cadence_s, p95_s, …}] that are late, silent or failing; None for a part of a city
    api        this program's own requests of the last quarter of an hour by group
    failing    what needs somebody, worst first: {kind, status, …, key or show}
    """
    choice = choice or Choice()
    at = clock(seen, city)
    key = (seen.scope, city, seen.city(city).geometry_version, at.batch, at.now // 60, choice)
    counted = seen.service.get(key, lambda: _counted(seen, city, choice, at))
    ways, api = interfaces(seen, city), own_api(seen)
    beside, places = _beside(seen, city, choice, at, ways, api), _halls(seen, city, choice, at)
    now_, before = ({**one, **more, **place} for one, more, place in zip(counted["whole"], beside, places.whole, strict=True))
    found = {
        **counted, "sides": {**counted["sides"], "hall": halls.beside(places, counted["sides"]["hall"])},
        "choice": choice, "now": at.now, "newest": at.newest, "measures": judged(now_, before),
        "sources": None if ways is None else [row for row in ways if row["status"] != "green"], "api": api}
    return {**found, "failing": _failing(found)}


def brief(seen: Seen, city: str, choice: Choice) -> dict[str, Any]:
    """The few figures that the operations page shows: `cases`, `measures`, `newest`, `now` as `now` has them. What is not of cases (requests,
    sources, own answers) may be a minute old.
    """
    at = clock(seen, city)
    bounds, mine = at.bounds(choice), counts.chosen(held(seen, city, at), choice.filters)
    kept = (seen.scope, city, choice.department, choice.period, at.batch, int(time.time()) // 60)
    beside = seen.service.get(("beside", *kept), lambda: _beside(seen, city, choice, at, interfaces(seen, city), own_api(seen)))
    whole = {row["period"]: row for row in counts.whole(mine, bounds["before"], bounds["since"], bounds["until"], seen.city(city).timezone)}
    places = _halls(seen, city, choice, at).whole
    now_, before = ({**whole.get(back, {}), **more, **places[back]} for back, more in enumerate(beside))
    return {"cases": counts.now(mine, at.now, at.day_end), "newest": at.newest, "now": at.now, "measures": judged(now_, before)}


def held(seen: Seen, city: str, at: Clock) -> Cases:
    """The cases in sight, as arrays."""
    return seen.cases.seen(seen, city, at.batch)


def _beside(seen: Seen, city: str, choice: Choice, at: Clock, ways: list[dict[str, Any]] | None,
            api: list[dict[str, Any]]) -> list[dict[str, float | None]]:
    """The counts of what is no case, of the period and the one before."""
    decided = [row for row in seen.desk.requests(city, most=MOST_OUT) if row["decided_at"] and choice.department in ("", row["owner"])]
    rates = [row for row in seen.catalogue.trend(city, choice.department) if row["rate"] == "fresh"]
    beside = [_in_time(choice, at, decided, rates, back) for back in (0, 1)]
    beside[0] |= _today(seen, city, choice.department, ways, api)
    return beside


def _halls(seen: Seen, city: str, choice: Choice, at: Clock) -> halls.Halls:
    """What halls and hotline did, a minute old at most."""
    last = datetime.fromtimestamp(at.now, ZoneInfo(seen.city(city).timezone)).date()
    return seen.service.get(("halls", seen.scope, city, choice, at.now // 60, int(time.time()) // 60), lambda: halls.told(
        seen, city, choice.filters, last, PERIODS[choice.period], at.bounds(choice)))


def _counted(seen: Seen, city: str, choice: Choice, at: Clock) -> dict[str, Any]:
    """What the cases chosen say: `whole` (counts of the period, of the one before), sides, queues, days, cases, promises, and who is named."""
    every, bounds = held(seen, city, at), at.bounds(choice)
    mine = counts.chosen(every, choice.filters)
    rows = counts.periods(mine, bounds["before"], bounds["since"], bounds["until"], seen.city(city).timezone)
    whole = {row["period"]: row for row in rows if row["side"] == ""}
    queues = [_queue(row) for row in counts.queues(mine, at.now - 7 * DAY, at.now, at.day_end)]
    departments, districts = counts.named(every)
    return {
        "whole": (whole.get(0, {}), whole.get(1, {})), "sides": _sides(rows), "queues": queues, "days": _days(seen, city, mine, bounds),
        "cases": counts.now(mine, at.now, at.day_end),
        "promises": cases(seen, city, "due", choice, at, MOST), "departments": departments, "districts": districts}


def cases(seen: Seen, city: str, show: str, choice: Choice, at: Clock | None = None, most: int = MOST) -> list[dict[str, Any]]:
    """The cases behind a number (SHOWS), each with `left_s`: seconds until its promise ends, below zero where it is broken.

    Raises BadInput, NotFound.
    """
    if show not in SHOWS:
        raise BadInput("There is no such list of cases", "Choose one of the page", value=show[:40])
    at = at or clock(seen, city)
    asked = {**choice.filters, **at.bounds(choice), **({"until": at.now} if show in ("open", "due", "overdue") else {})}
    found = seen.rows("service_cases", city=city, show=show, most=most, **asked)
    for row in found:
        row["left_s"] = None if row["promised_at"] is None or row["closed_at"] is not None else row["promised_at"] - at.now
        row["key"] = f"record/service_case/{row['case_no']}"
    return found


def interfaces(seen: Seen, city: str) -> list[dict[str, Any]] | None:
    """Every active source of a city with a cadence: on time, late, silent or failing, by the real clock. None for who sees a part of the city."""
    if seen.sight(city) is not None:
        return None
    now_s = int(time.time())
    rows = seen.rows("service_sources", city=city, since=now_s - 7 * DAY)
    by_channel = {row["channel"]: row for row in rows if row["channel"]}
    by_hand = {(row["source"], row["dataset"]): row for row in rows if not row["channel"]}
    found = []
    for one in sources.read(seen.settings.home).sources.values():
        if one.city != city or not one.is_active or not one.cadence_s:
            continue
        row = by_channel.get(one.id) or (by_hand.get((one.source, one.dataset)) if one.kind == "hand_in" else None) or {}
        came = row.get("came_at")
        lag = None if came is None else max(0, now_s - came)
        status = "red" if row.get("outcome") == "failed" else "grey" if lag is None else \
            "green" if lag <= LATE * one.cadence_s else "amber" if lag <= SILENT * one.cadence_s else "red"
        found.append({"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en, "owner": one.owner, "status": status, "lag_s": lag,
                      "cadence_s": one.cadence_s, "tries": row.get("tries", 0), "failed": row.get("failed", 0), "p95_s": row.get("p95_s")})
    return sorted(found, key=lambda row: (RANK[row["status"]], row["id"]))


def own_api(seen: Seen) -> list[dict[str, Any]]:
    """This program's own requests of the last quarter of an hour: group, calls, failed, refused, p50_s, p95_s."""
    return [{"group": group, "calls": told.count, "failed": told.outcomes["failed"], "refused": told.outcomes["refused"],
             "success": told.success, "p50_s": told.quantile(0.5), "p95_s": told.quantile(0.95)}
            for group, told in seen.watch.told(recent=True).items()]


def labels(seen: Seen, city: str, districts: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """What the words of the sides are called, {side: {id: (zh, en)}}; districts and halls as far as they are in sight."""
    known: Any = names()
    units = by_codes(seen, city, districts).values()
    return {"department": known["departments"], "category": known["codes"]["case_category"], "channel": known["codes"]["case_channel"],
            "hall": halls.names(seen, city),
            "item": {code: (one.name_zh or code, one.name_en or one.name_zh or code) for code, one in seen.catalogue.shelf(city).items.items()},
            "district": {row["code"]: (row["name_zh"] or row["code"], row["name_en"] or row["name_zh"] or row["code"]) for row in units}}


def _in_time(choice: Choice, at: Clock, decided: list[dict[str, Any]], rates: list[dict[str, Any]], back: int) -> dict[str, float | None]:
    """The counts of what is no case in a period (`back` 1: the one before): requests for data, freshness at its end."""
    since, until = (at.now + 1 - (back + 1 - i) * PERIODS[choice.period] * DAY for i in (0, 1))
    closed = [row for row in decided if since <= _seconds(row["decided_at"]) < until]
    waits = [(row["decided_at"] - row["asked_at"]).total_seconds() / DAY for row in closed]
    found: dict[str, float | None] = {"requests_closed": len(closed), "request_days": sum(waits) / len(waits) if waits else None}
    last = datetime.fromtimestamp(until, UTC).date()
    mine = [row for row in rates if _day(row["day"]) <= last]
    return {**found, "fresh_met": mine[-1]["met"], "fresh_total": mine[-1]["total"]} if mine else found


def _today(seen: Seen, city: str, department: str, ways: list[dict[str, Any]] | None, api: list[dict[str, Any]]) -> dict[str, float | None]:
    """What is only known of now: items, sources on time, this program's own answers."""
    items = [one for one in seen.catalogue.shelf(city).items.values() if one.is_active and department in ("", one.department)]
    timed = [one for one in items if one.statutory_days and one.promised_days is not None]
    data = next(row for row in api if row["group"] == "api")
    eligible = [one for one in items if one.is_licence_eligible]
    some = [row for row in ways or () if department in ("", row["owner"]) and row["status"] != "grey"]
    return {
        "items": len(items), "items_online": sum(bool(one.is_online) for one in items),
        "licence_eligible": len(eligible), "licence_used": sum(bool(one.is_licence_used) for one in eligible),
        "statutory_days": sum(one.statutory_days or 0 for one in timed), "promised_days": sum(one.promised_days or 0 for one in timed),
        "api_calls": data["calls"], "api_answered": data["calls"] - data["failed"],
        "api_p95_ms": None if data["p95_s"] is None else 1000 * data["p95_s"],
        "sources": len(some), "sources_up": sum(row["status"] == "green" for row in some)}


def _sides(rows_: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By each side its names with the measures of cases, the worst on time first; the share of all opened."""
    total = sum(row["opened"] for row in rows_ if row["side"] == "" and row["period"] == 0)
    then = {(row["side"], row["name"]): row for row in rows_ if row["period"] == 1}
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for row in rows_:
        if row["period"] == 0 and row["side"]:
            told = {str(one["id"]): one for one in judged(row, then.get((row["side"], row["name"]), {}), CASE_MEASURES)}
            found[row["side"]].append({"name": row["name"], "opened": row["opened"], "closed": row["closed"], "measures": told,
                                       "share": 100 * row["opened"] / total if total else None})
    for rows in found.values():
        rows.sort(key=lambda row: (row["measures"]["on_time"]["value"] is None, row["measures"]["on_time"]["value"] or 0, row["name"]))
    return found


def _days(seen: Seen, city: str, mine: Cases, bounds: dict[str, int]) -> list[dict[str, Any]]:
    """The days of the period, one after the other; a day without cases has zeros."""
    zone = seen.city(city).timezone
    rows = counts.days(mine, bounds["since"], bounds["until"], zone)
    day, last = (datetime.fromtimestamp(at, ZoneInfo(zone)).date() for at in (bounds["since"], bounds["until"] - 1))
    names = ("opened", "asked", "digital", "closed", "promised", "on_time", "rated", "good")
    found = []
    while rows and day <= last:
        row = rows.get(day, {})
        found.append({"day": day.isoformat(), **{name: int(row.get(name, 0)) for name in names}})
        day += timedelta(days=1)
    return found


def _queue(row: dict[str, Any]) -> dict[str, Any]:
    growth = row["opened"] - row["closed"]
    return {**row, "growth": growth, "is_building": growth >= GROWS_BY and row["open"] >= GROWS_TO * max(row["open"] - growth, 1)}


def _failing(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What needs somebody: broken promises, those of today, measures off their goal, queues that build, sources, the own API."""
    rows: list[dict[str, Any]] = []
    waiting = found["cases"]
    if waiting["overdue"]:
        rows.append({"kind": "overdue", "status": "red", "n": waiting["overdue"], "show": "overdue"})
    if waiting["due"]:
        rows.append({"kind": "due", "status": "amber", "n": waiting["due"], "show": "due"})
    rows += [{"kind": "measure", "status": one["status"], "measure": one, "key": one["key"]}
             for one in found["measures"] if one["status"] in ("red", "amber")]
    rows += [{"kind": "queue", "status": "amber", "queue": row, "show": "open"} for row in found["queues"] if row["is_building"]]
    rows += [{"kind": "source", "status": row["status"], "source": row} for row in found["sources"] or () if row["status"] in ("red", "amber")]
    rows += [{"kind": "group", "status": "red", "group": row} for row in found["api"]
             if row["failed"] and (row["success"] or 0) < BY_ID["api_success"].good / 100]  # type: ignore[operator]
    return sorted(rows, key=lambda row: RANK[row["status"]])


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
