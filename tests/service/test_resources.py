"""What serving costs and where it is done, counted again in pandas: halls, hotline, trips, cost, switches, licences, poor ratings put right."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.service import state, workdays
from app.service.measures import CASE_MEASURES, HALL_MEASURES
from app.service.state import Choice
from data.registers import rows as register
from tests import homes, tiny
from tests.service.conftest import NOW, PLACES, made, told

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = NOW.astimezone(ZONE).date()
HALLS = {"DT-1": "990101001001001", "DT-2": "990102001001001"}
ITEMS = ("SX-1", "SX-2", None)


def cases():
    """Those of the other tests, two hundred of them, with what serving them cost."""
    rng, rows = np.random.default_rng(9), made(200, seed=5)
    for i, row in enumerate(rows):
        closed = row["closed_at"]
        row |= {"item": ITEMS[i % 3], "hall": ("DT-1", "DT-2")[i // 6 % 2] if row["channel"] == "window" else None,
                "trips": int(rng.integers(0, 4)) if i % 4 else None, "cost_cny": round(float(rng.uniform(5, 90)), 2) if i % 5 else None,
                "channel_switches": int(rng.integers(0, 3)) if i % 3 else None, "called_back_at": None, "put_right_at": None}
        if closed and row["rating"] is not None and row["rating"] < 3:
            row["called_back_at"] = closed + timedelta(hours=5) if i % 3 else None
            row["put_right_at"] = closed + timedelta(days=int(rng.integers(1, 33))) if i % 7 else None
    return rows


def days():
    """Seventy days of two halls; staff is not said every day."""
    rng = np.random.default_rng(2)
    return [{"hall": hall, "day": TODAY - timedelta(days=back), "open_hours": 80.0, "busy_hours": round(float(rng.uniform(10, 80)), 1),
             "staff": int(rng.integers(8, 14)) if back % 6 else None} for hall in HALLS for back in range(70)]


def calls():
    """Thirty days of the hotline by the hour, up to now."""
    rng, rows = np.random.default_rng(4), []
    for back in range(30 * 24):
        incoming = int(rng.integers(0, 60))
        given_up = int(rng.integers(0, 1 + incoming // 8))
        rows.append({"hour_at": NOW - timedelta(hours=back), "incoming": incoming, "answered": incoming - given_up - int(incoming > 50),
                     "abandoned": given_up})
    return rows


def text(rows):
    """Rows as they are handed in."""
    return [{name: None if value is None else value.isoformat() if isinstance(value, datetime | date) else str(value) for name, value in row.items()}
            for row in rows]


class Place:
    def __init__(self, folder):
        self.cases, self.days, self.calls = cases(), days(), calls()
        self.system = homes.city(folder / "home")
        halls = [{"code": code, "name_zh": f"大厅{code}", "name_en": code, "unit_code": unit, "windows": "10"} for code, unit in HALLS.items()]
        extra = ("trips", "cost_cny", "channel_switches", "called_back_at", "put_right_at")
        rows = [{**row, **text([{name: row[name] for name in extra}])[0]} for row in told(self.cases)]
        items = [{"code": f"SX-{n}", "name_zh": f"事项{n}", "department": "water", "status": "active", "is_licence_eligible": str(n < 4).lower(),
                  "is_licence_used": str(n < 3).lower()} for n in range(1, 6)]
        receipts = self.system.take([tiny.hand_in(folder, dataset, given, dataset, as_of=NOW, source="data_bureau") for dataset, given in (
            ("service_case", rows), ("hall", halls), ("hall_day", text(self.days)), ("hotline_hour", text(self.calls)), ("item", items))])
        assert [receipt.rejected for receipt in receipts] == [0] * 5

    def seen(self, unit=""):
        grant = Grant("local", privacy=3) if not unit else Grant("duty_officer", "tiny", unit)
        return self.system.seen_by(viewer("somebody", "account", (grant,), self.system.roles, EVERY_DEPARTMENT), "operations.read")

    def values(self, unit="", **choice):
        found = state.now(self.seen(unit), "tiny", Choice(**choice))
        return {row["id"]: row["value"] for row in found["measures"]}, found


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    found = Place(tmp_path_factory.mktemp("resources"))
    yield found
    found.system.close()


def workday(day):
    special = {row["date"]: row["kind"] == "workday" for row in register("holidays")}
    return special.get(day.isoformat(), day.weekday() < 5)


def due(closed):
    """The last day of fifteen working days, one after the other."""
    day, left = closed.astimezone(ZONE).date(), 15
    while left:
        day += timedelta(days=1)
        left -= workday(day)
    return day


def recounted(rows, length):
    """The measures of cases of the last `length` days in pandas, by their definitions."""
    frame, until = pd.DataFrame(rows), NOW + timedelta(seconds=1)
    since = until - timedelta(days=length)
    opened = frame[(frame["opened_at"] >= since) & (frame["opened_at"] < until)]
    closed = frame[frame["closed_at"].notna()]
    closed = closed[(closed["closed_at"] >= since) & (closed["closed_at"] < until)]
    poor = closed[closed["rating"].isin([1, 2])].copy()
    poor["due"] = [due(at) for at in poor["closed_at"]]
    mended = [at if pd.notna(at) and at < until else None for at in poor["put_right_at"]]
    in_time = [at is not None and at.astimezone(ZONE).date() <= last for at, last in zip(mended, poor["due"], strict=True)]
    decided = [at is not None or last < TODAY for at, last in zip(mended, poor["due"], strict=True)]
    called = [pd.notna(at) and at < until for at in poor["called_back_at"]]
    return {
        "cost": closed["cost_cny"].astype(float).mean(), "trips": closed["trips"].astype(float).mean(),
        "switches": opened["channel_switches"].astype(float).mean(),
        "called_back": 100 * np.mean(called) if called else None, "put_right": 100 * sum(in_time) / sum(decided) if any(decided) else None}


@pytest.mark.parametrize("side", ["", "hall", "item", "department"])
@pytest.mark.parametrize("period, length", [("month", 30), ("quarter", 90)])
def test_what_cases_cost_is_that_of_the_rows(place, side, period, length):
    word = {"": "", "hall": "DT-1", "item": "SX-2", "department": "water"}[side]
    values, _ = place.values(period=period, **({side: word} if side else {}))
    right = recounted([row for row in place.cases if not side or row[side] == word], length)
    for name, value in right.items():
        assert values[name] == (None if value is None or np.isnan(value) else pytest.approx(value)), name
    assert (values["cost"] is not None and values["put_right"] is not None) or side == "hall"


def test_halls_and_hotline_are_those_of_their_days(place):
    values, found = place.values(period="month")
    frame = pd.DataFrame(place.days)
    month = frame[frame["day"] > TODAY - timedelta(days=30)]
    assert values["windows"] == pytest.approx(100 * month["busy_hours"].sum() / month["open_hours"].sum())
    opened = [row for row in place.cases if row["hall"] and row["opened_at"] > NOW - timedelta(days=30)]
    staff = month.groupby("hall")["staff"].mean()
    assert values["staff"] == pytest.approx(10_000 * staff.sum() / len(opened))
    lines = pd.DataFrame(place.calls)
    assert values["connect"] == pytest.approx(100 * lines["answered"].sum() / lines["incoming"].sum())
    assert values["abandon"] == pytest.approx(100 * lines["abandoned"].sum() / lines["incoming"].sum())
    assert values["licence"] == pytest.approx(100 * 2 / 3)
    for row in found["sides"]["hall"]:
        mine = month[month["hall"] == row["name"]]
        told_ = row["measures"]["windows"]["value"]
        assert told_ == (pytest.approx(100 * mine["busy_hours"].sum() / mine["open_hours"].sum()) if row["name"] else None)
    one, _ = place.values(period="month", hall="DT-2")
    mine = month[month["hall"] == "DT-2"]
    assert one["windows"] == pytest.approx(100 * mine["busy_hours"].sum() / mine["open_hours"].sum()) and one["connect"] is None


def test_sides_by_hall_and_item_add_up(place):
    _, found = place.values(period="quarter")
    for side in ("hall", "item"):
        opened = pd.Series([row[side] or "" for row in place.cases]).value_counts().to_dict()
        assert {row["name"]: row["opened"] for row in found["sides"][side]} == opened
        assert all(set(CASE_MEASURES) <= set(row["measures"]) for row in found["sides"][side])
    assert all(set(HALL_MEASURES) <= set(row["measures"]) for row in found["sides"]["hall"])


def test_who_sees_a_district_is_told_of_its_hall_alone_and_nothing_of_the_hotline(place):
    values, found = place.values("990102", period="month")
    month = pd.DataFrame(place.days).query("hall == 'DT-2'")
    month = month[month["day"] > TODAY - timedelta(days=30)]
    assert values["windows"] == pytest.approx(100 * month["busy_hours"].sum() / month["open_hours"].sum())
    assert values["connect"] is None and values["abandon"] is None
    assert set(state.labels(place.seen("990102"), "tiny", found["districts"])["hall"]) == {"DT-2"}
    assert PLACES[2].startswith("990102")


def test_rows_that_cannot_be_are_rejected(place, tmp_path):
    wrong = (("hall_day", {"hall": "DT-1", "day": "2026-11-01", "open_hours": "8", "busy_hours": "9"}),
             ("hotline_hour", {"hour_at": "2026-11-01T00:00:00Z", "incoming": "5", "answered": "4", "abandoned": "2"}),
             ("hall", {"code": "DT-9", "name_zh": "x", "unit_code": "990199001"}))
    receipts = place.system.take([tiny.hand_in(tmp_path, dataset, [row], dataset, source="data_bureau") for dataset, row in wrong])
    assert [(receipt.accepted, receipt.rejected) for receipt in receipts] == [(0, 1)] * 3


def test_working_days_are_counted_one_after_the_other():
    first = date(2025, 1, 1)
    days_ = np.asarray([(first + timedelta(days=k) - date(1970, 1, 1)).days for k in range(500)])
    found = workdays.after(days_, 15)
    for day, last in zip(days_.tolist(), found.tolist(), strict=True):
        here = date(1970, 1, 1) + timedelta(days=day)
        assert due(datetime(here.year, here.month, here.day, 12, tzinfo=ZONE)) == date(1970, 1, 1) + timedelta(days=last)
    assert workdays.after(np.zeros(0, np.int64), 15).size == 0
