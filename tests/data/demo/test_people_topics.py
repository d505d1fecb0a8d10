"""People by age and sex and topics of the demo city: they add up to who lives there, are believable, and the feed goes on with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow.parquet as pq

from data.demo.city import found
from data.demo.people import AGES, PERIODS, hand_in_people, lived
from data.demo.topics import HOURS, feed_topics, hand_in_topics, running, topic

UNTIL = datetime(2026, 11, 18, 4, tzinfo=UTC)


def test_districts_end_with_the_people_who_live_there_now(tmp_path):
    city = found("small", 7)
    steps = lived(city)
    of_grid = city.blocks.district_of_street[city.blocks.street_of_grid]
    now = np.bincount(of_grid, city.residents)
    assert np.abs(steps[-1].people.sum(axis=(1, 2)) - now).max() <= AGES.size, "but for rounding"
    for before, after in zip(steps, steps[1:], strict=False):
        moved = after.births.sum() - after.deaths.sum() + after.migrants.sum()
        assert abs(after.people.sum() - before.people.sum() - moved) <= 4 * AGES.size * len(now)
    table = pq.read_table(hand_in_people(tmp_path, city, UNTIL).file).to_pylist()
    assert len(table) == (PERIODS + 1) * len(now) * 2 * AGES.size and {row["year"] for row in table} == {str(year) for year in range(2000, 2026, 5)}


def test_the_ages_are_those_of_a_chinese_city():
    people = lived(found("city", 7))[-1].people.sum(axis=0)
    share = people.sum(axis=0) / people.sum()
    assert 0.10 < share[:3].sum() < 0.18 and 0.10 < share[13:].sum() < 0.20 and people[1, 16:].sum() > people[0, 16:].sum()
    assert int(AGES[share.argmax()]) in range(30, 45), "those who moved in"


def test_the_feed_goes_on_with_the_topics(tmp_path):
    city, then = found("small", 7), UNTIL + timedelta(hours=3)

    def hours(hand_ins):
        files = [one.file for one in hand_ins if one.dataset == "topic_hour"]
        return {(row["topic"], row["hour_at"]): row["mentions"] for file in files for row in pq.read_table(file).to_pylist()}

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    whole, start = hours(hand_in_topics(tmp_path / "a", city, then)), hours(hand_in_topics(tmp_path / "b", city, UNTIL))
    now = int(UNTIL.timestamp()) // 3600
    fed = hours([one for k in (1, 2, 3) for one in feed_topics(tmp_path / "b", city, now + k, then)])
    first = min(at for _, at in whole)
    assert fed.items() <= whole.items() and {key: said for key, said in start.items() if key[1] >= first}.items() <= whole.items() and fed
    one = topic(7, 100_000, 2)
    assert one.mentions.size == HOURS + 1 and one.mentions[0] >= 1
    assert [a.code for a in running(7, one.first, one.first, 2) if a.number == one.number] == [one.code]
