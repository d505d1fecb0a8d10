"""What people talk about in the demo city: topics that rise and fade within two days, hour by hour.

A topic's whole course is a function of the seed and its number, so that the feed goes on with it where the history stopped: its size is
log-normal, it rises to a peak after some hours and fades by a power of time (Crane and Sornette 2008), by the clock of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.demo.calendar import OFFSET_H
from data.demo.city import KEY, City
from data.demo.noise import generator
from data.demo.parquet import write
from data.handin import HandIn

DAYS, HOURS, A_DAY = 30, 48, 5          # of history; hours a topic is followed after its first; new ones a day
_CLOCK = 0.15 + 0.85 / (1 + np.exp(-(np.arange(24) - 7) * 1.1)) / (1 + np.exp((np.arange(24) - 23) * 1.1))
_ABOUT = (("地铁新线试运行", "New metro line on trial"), ("夜市扰民", "Noise of a night market"), ("学区划分调整", "School districts redrawn"),
          ("老旧小区加装电梯", "Lifts for old housing"), ("暴雨积水", "Water after heavy rain"), ("食堂食品卫生", "Hygiene of a canteen"),
          ("停车收费上调", "Parking fees raised"), ("公园免费开放", "A park opens free of charge"), ("供暖温度偏低", "Heating too low"),
          ("旅游景点限流", "Limits at a sight"), ("道路施工绕行", "Detours at road works"), ("电动车充电安全", "Charging of e-bikes"),
          ("马拉松路线公布", "Marathon course announced"), ("医院排队时间", "Queues at hospitals"), ("共享单车乱停", "Shared bikes left about"))


@dataclass(frozen=True)
class Topic:
    """One topic: its number, the hour (since 1970) it was first seen, the district it is about (index), mentions of that hour and those after."""

    number: int
    first: int
    district: int
    mentions: np.ndarray

    @property
    def code(self) -> str:
        """As it is handed in."""
        return f"HT{self.number:07d}"


def topic(seed: int, number: int, districts: int) -> Topic:
    """The topic of a number: A_DAY of them begin each day of the city's clock."""
    rng = generator(seed, "topic", number)
    day, hour = number // A_DAY, int(rng.choice(24, p=_CLOCK / _CLOCK.sum()))
    first = day * 24 + hour - OFFSET_H
    size, peak = float(np.exp(rng.normal(5.4, 1.0))), float(np.exp(rng.normal(1.5, 0.6)))
    age = np.arange(HOURS + 1) + 0.5
    course = (age / peak) ** 1.4 / (1 + (age / peak) ** (2.6 + 0.5 * rng.random()))
    course = course * _CLOCK[(hour + np.arange(HOURS + 1)) % 24] * np.exp(0.25 * rng.standard_normal(HOURS + 1))
    mentions = rng.poisson(size * course / course.sum())
    mentions[0] = max(1, int(mentions[0]))
    return Topic(number, first, int(rng.integers(districts)), mentions)


def running(seed: int, since: int, until: int, districts: int) -> list[Topic]:
    """The topics with an hour in since … until (hour numbers)."""
    first, last = (since - HOURS + OFFSET_H) // 24, (until + OFFSET_H) // 24
    found = (topic(seed, number, districts) for number in range(first * A_DAY, (last + 1) * A_DAY))
    return [one for one in found if one.first <= until and one.first + HOURS >= since]


def hand_in_topics(folder: Path, city: City, until: datetime) -> Iterator[HandIn]:
    """The topics of the last weeks and all their hours up to `until`."""
    now = int(until.timestamp()) // 3600
    found = running(city.seed, now - 24 * DAYS, now, len(city.blocks.district_code))
    yield HandIn(KEY, "publicity", "topic", _topics(folder / "record_topic_publicity_start.parquet", city, found), until)
    yield HandIn(KEY, "publicity", "topic_hour", _hours(folder / "record_topic_hour_publicity_start.parquet", found, 0, now), until)


def feed_topics(folder: Path, city: City, hour: int, as_of: datetime) -> Iterator[HandIn]:
    """What became of the topics in one hour, and those first seen in it."""
    found, stamp = running(city.seed, hour, hour, len(city.blocks.district_code)), datetime.fromtimestamp(hour * 3600, UTC).strftime("%Y%m%dT%H")
    new = [one for one in found if one.first == hour]
    if new:
        yield HandIn(KEY, "publicity", "topic", _topics(folder / f"feed_{stamp}_topic.parquet", city, new), as_of)
    if found:
        yield HandIn(KEY, "publicity", "topic_hour", _hours(folder / f"feed_{stamp}_topic_hour.parquet", found, hour, hour), as_of)


def _topics(file: Path, city: City, found: list[Topic]) -> Path:
    zh, en = city.district_names
    codes = [bytes(one).decode() for one in city.blocks.district_code]
    about = [_ABOUT[one.number * 7 % len(_ABOUT)] for one in found]
    return write(file, {
        "code": [one.code for one in found], "name_zh": [f"（示例）{zh[one.district]}{what[0]}" for one, what in zip(found, about, strict=True)],
        "name_en": [f"(Made up) {en[one.district]}: {what[1]}" for one, what in zip(found, about, strict=True)],
        "unit_code": [codes[one.district] for one in found], "first_seen_at": [_said(one.first) for one in found]})


def _hours(file: Path, found: list[Topic], since: int, until: int) -> Path:
    rows = [(one.code, _said(one.first + k), str(int(count))) for one in found for k, count in enumerate(one.mentions)
            if since <= one.first + k <= until]
    return write(file, {name: [row[k] for row in rows] for k, name in enumerate(("topic", "hour_at", "mentions"))})


def _said(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).isoformat()
