"""Several channels carry one fact: the best answers, another stands in, disagreement is kept."""

from dataclasses import asdict

import pytest

from app.exchange import receiving
from app.exchange.receiving import Arrival
from app.lineage.trace import trace
from data import answers
from data.answers import Standing
from data.deliveries import now
from layouts.panels.trace import trace_panel
from layouts.reader import Reader
from tests.lineage.test_trace import seen_by
from tests.sources.conftest import STREETS, readings
from tests.tiny import NOON


def take(place, source, values, hour):
    file = place.drop(place.folder / "files", f"{source.id}-{hour}-{len(values)}.csv", readings(values, hour))
    return receiving.receive(place.system, Arrival(source, file, file.name, NOON)).receipt


@pytest.fixture
def two(place):
    return place.source("good", "upload", trust="0.95", cadence="PT1H"), place.source("poor", "upload", trust="0.4", cadence="PT1H")


def values(place, hour):
    return [row[0] for row in place.all(f"select value from base.reading where indicator = 'aqi' and hour(observed_at) = {hour} order by seq")]


def test_the_better_channel_answers_whoever_comes_last(place, two):
    good, poor = two
    take(place, poor, [10, 20], 4)
    take(place, good, [11, 40], 4)
    assert values(place, 4) == [11, 40]
    late = take(place, poor, [12, 21, 30], 4)
    assert (late.row_in, late.accepted) == (3, 3) and values(place, 4) == [11, 40, 30]        # only where the better one says nothing
    assert place.one("select count(*) from dept.reading where _batch = ?", late.batch) == (3,)
    assert place.system.unbalanced() == []


def test_disagreement_above_the_tolerance_is_kept(place, two):
    good, poor = two
    take(place, good, [100, 100], 4)
    batch = take(place, poor, [104, 160], 4).batch
    row = place.one("select channel, best, is_stand_in, compared, outvoted, disagreed, largest, example_unit, example_value, example_best "
                    "from mgmt.channel_answer where batch = ?", batch)
    assert row == ("poor", "good", False, 2, 2, 1, 60.0, STREETS[1], 160.0, 100.0)


def test_another_stands_in_while_the_best_is_silent(place, two):
    good, poor = two
    take(place, good, [100], 4)
    with place.system.db.write() as cursor:
        cursor.execute("update mgmt.carried set received_at = received_at - interval 5 hour where channel = 'good'")
    batch = take(place, poor, [90], 9).batch
    assert values(place, 9) == [90]
    assert place.one("select best, is_stand_in from mgmt.channel_answer where batch = ?", batch) == ("good", True)
    at = place.one("select epoch(max(observed_at))::bigint from base.reading where indicator = 'aqi'")[0]
    told = trace(seen_by(place.system, "map.read"), "tiny", f"value/aqi/990101/{at}")
    assert [(one["channel"], one["best"], one["is_stand_in"]) for one in told.answers] == [("poor", "good", True)]
    drawn = str(trace_panel(Reader("en"), "tiny", asdict(told), {}, False))
    assert "poor stands in for good, which is silent" in drawn
    take(place, good, [91], 9)                               # it is back: it answers again
    assert values(place, 9) == [91]
    assert place.one("select count(*) from mgmt.channel_answer where is_stand_in") == (1,)


def test_one_channel_alone_leaves_no_trace(place, two):
    take(place, two[0], [1, 2], 4)
    take(place, two[0], [3, 4], 4)
    assert values(place, 4) == [3, 4] and place.one("select count(*) from mgmt.channel_answer") == (0,)


def test_attributes_too(place):
    for name, trust, value in (("good", "0.9", "tower"), ("poor", "0.2", "shed")):
        source = place.source(name, "upload", "attribute", trust=trust)
        file = place.drop(place.folder, f"{name}.csv", f"unit_code,attribute,value\n990101001,address,{value}\n")
        receiving.receive(place.system, Arrival(source, file, file.name, NOON))
    assert place.one("select value from base.attribute where attribute = 'address'") == ("tower",)
    assert place.one("select disagreed, outvoted from mgmt.channel_answer where fact = 'address'") == (1, 1)


@pytest.mark.parametrize(("lag", "freshness", "has_failed"), [
    (0, 1, False), (3600, 1, False), (7200, 0.5, False), (7201, 0.4999, True), (99_999, 0, True),
])  # fmt: skip
def test_scores(lag, freshness, has_failed):
    one = Standing("c", "f", 3600, 0.8, 0, lag)
    assert one.freshness == pytest.approx(freshness, abs=1e-3) and one.has_failed is has_failed
    assert one.score == pytest.approx(0.5 * freshness + 0.35 * 0.8 + 0.15, abs=1e-3)


def test_standings_are_listed_best_first(place, two):
    take(place, two[1], [10], 4)
    take(place, two[0], [11], 4)
    assert [one.channel for one in answers.standings(place.system.db.cursor(), "tiny", "reading", now())] == ["good", "poor"]
