"""Counts of service cases over arrays (app/service/cases.py): periods and sides, queues, days, and who is named.

Every count is of cases that fit the chosen sides. `tests/service/oracle` says the same in SQL, and a test holds both equal.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.service import workdays
from app.service.cases import NEVER, Cases

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SIDES = ("department", "category", "channel", "district", "hall", "item")
DIGITAL, UNASKED = ("web", "app"), ("patrol", "sensor")
DAY_US = 86_400_000_000
GOOD = 3                    # a rating from which on it is good
PUT_RIGHT_DAYS = 15         # working days within which a poor rating is put right
FRACTIONS = ("cost",)       # what is no whole number


def chosen(cases: Cases, filters: dict[str, str]) -> Cases:
    """The cases that fit the sides; the same object where all of them do."""
    fits = cases.fits(filters)
    return cases if fits is None else cases.only(fits)


def periods(cases: Cases, before: int, since: int, until: int, zone: str) -> list[dict[str, Any]]:
    """Of the period [since, until) (0) and the one before it (1): what was opened, closed, on time, …, of all cases (side "") and by every side.

    `completed` is of those opened in the period, closed by its end; the rest from closed on is of those closed in it.
    """
    return _periods(cases, before, since, until, zone, SIDES)


def whole(cases: Cases, before: int, since: int, until: int, zone: str) -> list[dict[str, Any]]:
    """The same of all cases alone."""
    return _periods(cases, before, since, until, zone, ())


def _periods(cases: Cases, before: int, since: int, until: int, zone: str, sides: tuple[str, ...]) -> list[dict[str, Any]]:
    found = []
    for period, low, high in ((0, since, until), (1, before, since)):
        opened = np.arange(cases.size)[cases.between(low, high)]
        closed = np.flatnonzero((cases.closed >= low * 1_000_000) & (cases.closed < high * 1_000_000))
        if not opened.size and not closed.size:
            continue
        flags = _flags(cases, opened, closed, high * 1_000_000) | _spent(cases, opened, closed) | _mended(cases, closed, high, zone)
        spent = (cases.closed[closed] - cases.opened[closed]) / DAY_US
        found.append({"period": period, "side": "", "name": "", **{name: _number(name, flag.sum()) for name, (_, flag) in flags.items()},
                      **_quantiles(spent)})
        for side in sides:
            found += _by_side(cases, side, period, opened, closed, flags, spent)
    return found


def queues(cases: Cases, since: int, now: int, day_end: int) -> list[dict[str, Any]]:
    """Of each department in each district: open cases, how old, overdue, due by the end of the day; opened and closed in [since, now)."""
    moment, low, end = now * 1_000_000, since * 1_000_000, day_end * 1_000_000
    pair, names = _pairs(cases)
    is_open = cases.is_open & (cases.opened <= moment)
    age = (moment - cases.opened) / DAY_US
    size = len(names)

    def count(flag: NDArray[np.bool_]) -> Ints:
        return np.bincount(pair[flag], minlength=size)

    open_, promised = count(is_open), cases.promised != NEVER
    overdue = count(is_open & promised & (cases.promised < moment))
    due = count(is_open & promised & (cases.promised >= moment) & (cases.promised < end))
    came, went = cases.opened >= low, (cases.closed >= low) & (cases.closed != NEVER)
    opened, closed = count(came & (cases.opened < moment)), count(went & (cases.closed < moment))
    total = np.bincount(pair[is_open], weights=age[is_open], minlength=size)
    oldest = np.full(size, -np.inf)
    np.maximum.at(oldest, pair[is_open], age[is_open])
    shown = np.flatnonzero((open_ > 0) | (count(came) > 0) | (count(went) > 0))
    found = [{"department": names[k][0], "district": names[k][1], "open": int(open_[k]), "overdue": int(overdue[k]), "due": int(due[k]),
              "mean_days": float(total[k] / open_[k]) if open_[k] else None, "oldest_days": float(oldest[k]) if open_[k] else None,
              "opened": int(opened[k]), "closed": int(closed[k])} for k in shown.tolist()]
    return sorted(found, key=lambda row: (-row["overdue"], -row["open"], row["department"], row["district"]))


def days(cases: Cases, since: int, until: int, zone: str) -> dict[date, dict[str, int]]:
    """Of each day on the city's clock in [since, until): opened and what they were, closed and how. Days without any are not there."""
    opened = np.arange(cases.size)[cases.between(since, until)]
    closed = np.flatnonzero((cases.closed >= since * 1_000_000) & (cases.closed < until * 1_000_000))
    if not opened.size and not closed.size:
        return {}
    flags = _flags(cases, opened, closed, until * 1_000_000)
    day = (_local_days(cases.opened[opened], zone), _local_days(cases.closed[closed], zone))
    first = min(int(one.min()) for one in day if one.size)
    size = max(int(one.max()) for one in day if one.size) - first + 1
    told = {name: np.bincount(day[which] - first, weights=flag, minlength=size) for name, (which, flag) in flags.items() if name != "completed"}
    shown = np.flatnonzero((told["opened"] > 0) | (told["closed"] > 0))
    return {date.fromordinal(date(1970, 1, 1).toordinal() + first + k): {name: int(row[k]) for name, row in told.items()} for k in shown.tolist()}


def named(cases: Cases) -> tuple[list[str], list[str]]:
    """(departments, districts) that a case names."""
    departments = {cases.names["department"][k] for k in np.unique(cases.department).tolist()} - {""}
    districts = {cases.names_of("district")[k] for k in np.unique(cases.places_of("district")).tolist()}
    return sorted(departments), sorted(districts)


def now(cases: Cases, moment_s: int, day_end: int) -> dict[str, int]:
    """How many cases are open, overdue, due by the end of the day."""
    moment, waiting = moment_s * 1_000_000, cases.is_open & (cases.opened <= moment_s * 1_000_000)
    promised = cases.promised[waiting]
    return {"open": int(waiting.sum()), "overdue": int((promised < moment).sum()),
            "due": int(((promised >= moment) & (promised < day_end * 1_000_000)).sum())}


def _flags(cases: Cases, opened: Ints, closed: Ints, until: int) -> dict[str, tuple[int, Floats]]:
    """{count: (0 of the cases opened, 1 of those closed; a 1 for each case that counts)}."""
    channel = cases.names["channel"]
    asked, digital = (np.asarray([(name in words) != is_not for name in channel] or [False], np.float64)[cases.channel[opened]]
                      for words, is_not in ((UNASKED, True), (DIGITAL, False)))
    promised = cases.promised[closed]
    return {
        "opened": (0, np.ones(opened.size)), "completed": (0, (cases.closed[opened] < until).astype(np.float64)), "asked": (0, asked),
        "digital": (0, digital), "closed": (1, np.ones(closed.size)), "promised": (1, (promised != NEVER).astype(np.float64)),
        "on_time": (1, ((promised != NEVER) & (cases.closed[closed] <= promised)).astype(np.float64)),
        "rated": (1, (cases.rating[closed] >= 0).astype(np.float64)), "good": (1, (cases.rating[closed] >= GOOD).astype(np.float64))}


def _spent(cases: Cases, opened: Ints, closed: Ints) -> dict[str, tuple[int, Floats]]:
    """What cases cost: money and trips of those closed, switches of channel of those opened; of those that say it."""
    cost, trips, switches = cases.cost[closed], cases.trips[closed], cases.switches[opened]
    at_hall = np.asarray([name != "" for name in cases.names["hall"]] or [False])[cases.hall[opened]]
    return {
        "costed": (1, np.isfinite(cost).astype(np.float64)), "cost": (1, np.nan_to_num(cost)),
        "trips_told": (1, (trips >= 0).astype(np.float64)), "trips": (1, np.maximum(trips, 0).astype(np.float64)),
        "switch_told": (0, (switches >= 0).astype(np.float64)), "switches": (0, np.maximum(switches, 0).astype(np.float64)),
        "at_hall": (0, at_hall.astype(np.float64))}


def _mended(cases: Cases, closed: Ints, until_s: int, zone: str) -> dict[str, tuple[int, Floats]]:
    """Of the poor ratings: who was called back, what was put right within its working days, and of how many that can be said by the end."""
    found = {name: np.zeros(closed.size) for name in ("poor", "called_back", "poor_due", "put_right")}
    rating = cases.rating[closed]
    which = np.flatnonzero((rating >= 0) & (rating < GOOD))
    mine = closed[which]
    if mine.size:
        until = until_s * 1_000_000
        last = workdays.after(_local_days(cases.closed[mine], zone), PUT_RIGHT_DAYS)
        mended, called = cases.put_right[mine], cases.called_back[mine]
        is_mended = mended < until
        day = np.where(is_mended, _local_days(np.where(is_mended, mended, 0), zone), np.iinfo(np.int64).max)
        is_over = last < _local_days(np.asarray([until - 1]), zone)[0]
        found["poor"][which], found["called_back"][which] = 1, called < until
        found["poor_due"][which], found["put_right"][which] = is_over | is_mended, day <= last
    return {name: (1, flag) for name, flag in found.items()}


def _number(name: str, value: float) -> float | int:
    return float(value) if name in FRACTIONS else int(value)


def _by_side(cases: Cases, side: str, period: int, opened: Ints, closed: Ints, flags: dict[str, tuple[int, Floats]],
             spent: Floats) -> list[dict[str, Any]]:
    names, place = cases.names_of(side), (cases.places_of(side, opened), cases.places_of(side, closed))
    told = {name: np.bincount(place[which], weights=flag, minlength=len(names)) for name, (which, flag) in flags.items()}
    shown = np.flatnonzero((told["opened"] > 0) | (told["closed"] > 0)).tolist()
    order = np.argsort(place[1], kind="stable")
    ends = np.cumsum(told["closed"]).astype(np.int64)
    sorted_days = spent[order]
    found = []
    for k in sorted(shown, key=lambda k: names[k]):
        mine = sorted_days[ends[k] - int(told["closed"][k]) : ends[k]]
        found.append({"period": period, "side": side, "name": names[k], **{name: _number(name, row[k]) for name, row in told.items()},
                      **_quantiles(mine)})
    return found


def _quantiles(spent: Floats) -> dict[str, float | None]:
    if not spent.size:
        return {"p50_days": None, "p90_days": None}
    half, most = np.quantile(spent, [0.5, 0.9])
    return {"p50_days": float(half), "p90_days": float(most)}


def _pairs(cases: Cases) -> tuple[Ints, list[tuple[str, str]]]:
    """(the pair of department and district of each case, what each pair is)."""
    departments, districts = cases.names["department"], cases.names_of("district")
    pair = cases.department.astype(np.int64) * max(len(districts), 1) + cases.places_of("district")
    return pair, [(department, district) for department in departments for district in (districts or ("",))]


def _local_days(times: Ints, zone: str) -> Ints:
    """The day (since 1970-01-01, on the clock of a zone) of times in microseconds: looked up a quarter of an hour at a time."""
    block, inverse = np.unique(times // 900_000_000, return_inverse=True)
    local = pd.DatetimeIndex((block * 900).astype("datetime64[s]"), tz="UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy().astype("datetime64[D]").astype(np.int64)[inverse]
