"""Persons, enterprises and service cases of the demo city: made up, in numbers a person can look through, with planted errors.

Two sources speak of the same things and do not always agree: police and health of persons, market and tax of enterprises, the
hotline and urban management of cases. Regions of numbers begin with 99, names say that they are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from data.demo import halls
from data.demo.city import KEY, City, found
from data.demo.noise import generator
from data.demo.numbers import credit_code, id_number
from data.demo.parquet import write
from data.demo.people import hand_in_people
from data.demo.terrain import lonlat
from data.demo.topics import hand_in_topics
from data.handin import HandIn

Row = dict[str, Any]
_CATEGORIES = ("road", "lighting", "waste", "water", "noise", "parking", "greening", "safety", "property", "permit")
_TITLES = ("路面坑洞", "路灯不亮", "垃圾未清运", "井盖冒水", "夜间噪声", "占道停车", "绿地被毁", "线缆垂落", "物业收费", "办证咨询")
_OFFICES = ("transport", "urban_management", "urban_management", "water", "ecology_env", "traffic_police", "urban_management", "emergency",
            "housing", "data_bureau")
_INDUSTRIES = (("C", "制造"), ("F", "商贸"), ("H", "餐饮"), ("I", "信息技术"), ("E", "建筑"), ("M", "科技服务"), ("O", "便民服务"), ("G", "物流"))
_STARS = (5, 4, 5, 3, 4, 5, 2, 5, 4, 5, 3, 1, 4)
_STEMS = "云浦临江青岚望湖钟台锦川东陵西屏南渡北辰和洲"


@dataclass(frozen=True)
class Given:
    """One hand-in, and the rows of it that were wrong, mended (None where nothing was)."""

    hand_in: HandIn
    mended: Path | None = None


def hand_in_records(folder: Path, size: str, seed: int, until: datetime) -> Iterator[Given]:
    """Every hand-in of records in the order of time: a first set 45 days ago, then what changed, to the day before `until`."""
    folder.mkdir(parents=True, exist_ok=True)
    many, days, wrong = (0.1, 6, 0.15) if size == "small" else (1.0, 30, 0.03)
    maker = _Maker(folder, found(size, seed), seed, until)
    persons = maker.persons(int(6000 * many))
    firms = maker.firms(int(2500 * many), persons)
    cases = maker.cases(int(12_000 * many))
    first = until - timedelta(days=45)
    yield maker.hand_in("police", "person", "start", persons, first, maker.wrong_person, 0.006)
    yield maker.hand_in("market", "enterprise", "start", firms, first, maker.wrong_firm, 0.008)
    begun = until - timedelta(days=days)
    older = [row for row in cases if row["opened_at"] < begun]
    yield maker.hand_in("urban_management", "service_case", "start", older, begun, maker.wrong_case, 0.01)
    yield maker.hand_in("health", "person", "start", maker.retold(persons, 0.5, maker.other_person, 0.05), first + timedelta(days=2), None, 0)
    yield maker.hand_in("tax", "enterprise", "start", maker.retold(firms, 0.8, maker.other_firm, 0.06), first + timedelta(days=3), None, 0)
    places = halls.halls(maker.units)
    yield maker.hand_in("data_bureau", "hall", "start", places, first, None, 0)
    for word, since, end in (("start", first, begun), (f"{until:%Y%m%d}", begun, until)):
        yield maker.hand_in("data_bureau", "hall_day", word, halls.hall_days(places, since, end), end, None, 0)
        yield maker.hand_in("data_bureau", "hotline_hour", word, halls.hotline_hours(since, end), end, None, 0)
    if size != "mega":                      # which keeps no buildings in memory, and so nobody who lives in them
        yield Given(hand_in_people(folder, maker.city, until))
    yield from map(Given, hand_in_topics(folder, maker.city, until))
    for day in range(days):
        since, end = begun + timedelta(days=day), begun + timedelta(days=day + 1)
        today = [row for row in cases if since <= row["opened_at"] < end]
        if today:                   # a small city has days without a case: nobody hands in an empty file
            yield maker.hand_in("urban_management", "service_case", f"{end:%Y%m%d}", today, end, maker.wrong_case, wrong)
        if day % 7 == 3:
            yield maker.hand_in("police", "person", f"{end:%Y%m%d}", maker.moved(persons, 60 * many), end, maker.wrong_person, 0.05)
            if again := maker.retold(today, 0.6, maker.other_case, 0.2):
                yield maker.hand_in("data_bureau", "service_case", f"{end:%Y%m%d}", again, end, None, 0)


class _Maker:
    """Rows with their chances; every word of a row is a function of the seed and its number."""

    def __init__(self, folder: Path, city: City, seed: int, until: datetime) -> None:
        self.folder, self.city, self.until, self.rng = folder, city, until, generator(seed, "records")
        blocks = city.blocks
        chosen = np.sort(self.rng.choice(len(blocks.grid_code), min(1500, len(blocks.grid_code)), replace=False))
        self.units = [bytes(code).decode() for code in blocks.grid_code[chosen]]
        points = lonlat(shapely.get_coordinates(shapely.point_on_surface(blocks.grid_shape[chosen])))
        self.points = [(round(float(x), 6), round(float(y), 6)) for x, y in points]

    def persons(self, n: int) -> list[Row]:
        rows = []
        for i in range(n):
            born = date(1938, 1, 1) + timedelta(days=int(self.rng.integers(0, (self.until.date() - date(1938, 1, 1)).days - 400)))
            unit = self.units[int(self.rng.integers(len(self.units)))]
            order = i % 1000
            rows.append({
                "id_number": id_number(unit[:6], born, order), "name": f"示例居民{i:05d}", "sex": "1" if order % 2 else "2",
                "birth_date": born.isoformat(), "mobile": f"1990{i:07d}", "unit_code": unit, "address": f"示例路{i % 400 + 1}号",
                "residence": ("registered", "registered", "resident", "floating")[i % 4], "status": "active",
                "registered_on": (self.until.date() - timedelta(days=60 + i % 3000)).isoformat()})
        return rows

    def firms(self, n: int, persons: list[Row]) -> list[Row]:
        rows = []
        for i in range(n):
            unit, (industry, word) = self.units[int(self.rng.integers(len(self.units)))], _INDUSTRIES[i % len(_INDUSTRIES)]
            head = persons[int(self.rng.integers(len(persons)))]
            rows.append({
                "credit_code": credit_code("92" if i % 3 == 0 else "91", unit[:6], f"MA{i:06d}"),
                "name": f"示例{_STEMS[i % 20]}{_STEMS[(i // 20) % 20]}{word}{i:04d}号", "kind": "individual" if i % 3 == 0 else "company",
                "legal_person": head["name"], "legal_person_id": head["id_number"], "mobile": head["mobile"],
                "capital_cny": str(int(self.rng.integers(3, 5000)) * 10_000), "industry": industry,
                "established_on": (self.until.date() - timedelta(days=200 + int(self.rng.integers(0, 6000)))).isoformat(),
                "status": "open" if i % 25 else ("suspended", "abnormal", "cancelled")[i % 3], "unit_code": unit,
                "address": f"示例大道{i % 900 + 1}号", "employees": str(int(self.rng.integers(1, 300)))})
        return rows

    def cases(self, n: int) -> list[Row]:
        rows = []
        opened = np.sort(self.rng.integers(0, 365 * 24 * 60, n))
        for i, minute in enumerate(opened.tolist()):
            at, kind, place = self.until - timedelta(days=365) + timedelta(minutes=minute), i * 7 % 10, int(self.rng.integers(len(self.units)))
            took = timedelta(hours=float(self.rng.gamma(2.0, 16.0)))
            is_closed = at + took < self.until
            rows.append({
                "case_no": f"GD{at:%Y%m%d}{i:05d}", "channel": ("hotline", "hotline", "hotline", "app", "patrol", "web", "window")[i % 7],
                "category": _CATEGORIES[kind], "title": f"（示例）{_TITLES[kind]}", "unit_code": self.units[place],
                "lon": str(self.points[place][0]), "lat": str(self.points[place][1]), "department": _OFFICES[kind], "opened_at": at,
                "promised_at": at + timedelta(hours=72), "closed_at": at + took if is_closed else None,
                "status": "closed" if is_closed else "handling", "rating": str(_STARS[i % 13]) if is_closed and i % 3 else None,
                "reporter_mobile": f"1990{i % 6000:07d}"})
            rows[-1] |= halls.served(i, rows[-1], self.until)
        return rows

    # what is wrong, and what another source says

    def wrong_person(self, row: Row, k: int) -> Row:
        number, last = row["id_number"][:17], row["id_number"][17]
        return ({**row, "id_number": number + ("1" if last != "1" else "2")}, {**row, "birth_date": "1990-02-30"},
                {**row, "mobile": row["mobile"][:10]}, {**row, "unit_code": "990199001001001"}, {**row, "id_number": row["id_number"][:17] + "Ⅹ"},
                {**row, "birth_date": "1971-01-01"})[k % 6]

    def wrong_firm(self, row: Row, k: int) -> Row:
        last = row["credit_code"][17]
        return ({**row, "credit_code": row["credit_code"][:17] + ("0" if last != "0" else "1")}, {**row, "capital_cny": "-1"},
                {**row, "employees": "约20"}, {**row, "legal_person_id": "不详"}, {**row, "status": "在营"})[k % 5]

    def wrong_case(self, row: Row, k: int) -> Row:
        return ({**row, "rating": "10"}, {**row, "closed_at": row["opened_at"] - timedelta(days=2)}, {**row, "lon": "116.4"},
                {**row, "unit_code": "未知"}, {**row, "category": "其他"}, {**row, "reporter_mobile": "12345"})[k % 6]

    def other_person(self, row: Row, k: int) -> Row:
        unit = self.units[k % len(self.units)]
        return ({**row, "mobile": f"1991{k:07d}"}, {**row, "address": f"示例巷{k + 1}号"}, {**row, "unit_code": unit})[k % 3]

    def other_firm(self, row: Row, k: int) -> Row:
        return ({**row, "status": "cancelled"}, {**row, "employees": str(int(row["employees"]) + 40)}, {**row, "name": row["name"] + "（税务）"},
                {**row, "industry": "F" if row["industry"] != "F" else "C"})[k % 4]

    def other_case(self, row: Row, k: int) -> Row:
        return ({**row, "department": "housing"}, {**row, "category": "property"})[k % 2]

    def retold(self, rows: list[Row], share: float, other: Callable[[Row, int], Row], differs: float) -> list[Row]:
        """What a second source says of some of the rows: mostly the same."""
        told = []
        for k, row in enumerate(rows):
            if self.rng.random() < share:
                told.append(other(row, k) if self.rng.random() < differs else dict(row))
        return told

    def moved(self, persons: list[Row], n: float) -> list[Row]:
        """Persons who moved to another unit, or away."""
        found = []
        for i in self.rng.choice(len(persons), max(int(n), 8), replace=False).tolist():
            unit = self.units[int(self.rng.integers(len(self.units)))]
            persons[i] = {**persons[i], "unit_code": unit} if i % 5 else {**persons[i], "status": "moved"}
            found.append(persons[i])
        return found

    def hand_in(self, source: str, dataset: str, word: str, rows: list[Row], at: datetime, wrong: Callable[[Row, int], Row] | None,
                share: float) -> Given:
        """Write the rows, some of them wrong, and the wrong ones mended beside them."""
        told, mended = [], []
        for row in rows:
            if wrong is not None and self.rng.random() < share:
                told.append(wrong(row, len(mended)))
                mended.append(row)
            else:
                told.append(row)
        stem = f"record_{dataset}_{source}_{word}"
        file = write(self.folder / f"{stem}.parquet", _columns(told, rows))
        better = write(self.folder / f"{stem}_mended.parquet", _columns(mended, rows)) if mended else None
        return Given(HandIn(KEY, source, dataset, file, at), better)


def _columns(rows: list[Row], like: list[Row]) -> dict[str, pa.Array]:
    names = list(like[0]) if like else list(rows[0]) if rows else []
    return {name: pa.array([_text(row[name]) for row in rows], pa.string()) for name in names}


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value
