"""Rules raise what they should when data arrives, again and late, and ten thousand alerts at once are a readable few."""

import csv
from datetime import timedelta

import numpy as np
import pytest

from app.alerts import board, rules
from app.alerts.rules import Reading
from app.alerts.track import Track
from app.errors import BadInput
from app.settings import load
from app.system import System
from tests import homes, tiny
from tests.alerts.test_life import who

STREETS = ["990101001", "990101002", "990102001", "990102002"]


@pytest.fixture
def system(tmp_path):
    system = homes.city(tmp_path / "home")
    yield system
    system.close()


def rule(system, **cells):
    row = {"id": "r", "indicator": "ponding_cm", "level": "street", "yellow": "value >= 15", **cells}
    return rules.rule_of(row, system.indicators)


def hand(system, folder, hour, values, indicator="ponding_cm"):
    rows = tiny.readings(indicator, "street", values, tiny.NOON + timedelta(hours=hour))
    system.take([tiny.hand_in(folder, "reading", rows, f"h{hour}{len(values)}")])


def steps(track, values):
    """(raised, lifted, ended) of each step of one unit."""
    return [tuple(part.size for part in (found.raised, found.lifted, found.ended))
            for k, value in enumerate(values) for found in [track.step(k * 3600, Reading(np.asarray([value], float)))]]


def test_duration_hysteresis_and_graver_colours(system):
    one = rule(system, orange="value >= 27", duration="PT2H", hysteresis="5")
    found = steps(Track(one, 1, "PT1H"), [16, 14, 16, 16, 30, 30, 12, 11, 9, 16])
    assert found == [(0, 0, 0)] * 3 + [(1, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0)]
    track = Track(one, 1, "PT1H")
    track.step(0, Reading(np.asarray([20.0])))
    track.step(0, Reading(np.asarray([20.0])))                      # the same step again is one step
    assert track.pending() == 1 and track.step(-3600, Reading(np.asarray([20.0]))).raised.size == 0
    assert track.step(3600, Reading(np.asarray([np.nan]))).raised.size == 0
    assert track.step(7200, Reading(np.asarray([20.0]))).raised.size == 1


@pytest.mark.parametrize("cells", [
    {"indicator": "nothing"}, {"level": "building"}, {"yellow": ""}, {"yellow": "value is high"}, {"yellow": "class >= 9"}, {"yellow": "age > 6"},
    {"yellow": "age > PT6H", "red": "value > 1"}, {"no_data": "panic"}, {"quiet": "25:00-06:00"}, {"told": "shout"},
    {"duration": "long"}, {"id": "R 1"}])
def test_a_row_that_is_no_rule_says_where_and_why(system, cells):
    with pytest.raises(BadInput):
        rule(system, **cells)


def test_every_condition_means_what_it_says(system):
    from app.indicators.learnt import Band

    value = np.asarray([10.0, 20.0, 40.0])
    reading = Reading(value, Band(np.asarray([10.0, 10, 10]), np.asarray([2.0, 2, 2])), {10800: np.asarray([10.0, 10, 20])})
    for text, expected in (("value > 10", [0, 1, 1]), ("class >= 2", [0, 0, 1]), ("score >= 5", [0, 1, 1]), ("above >= 30", [0, 0, 1]),
                           ("change(PT3H) >= 20", [0, 0, 1]), ("change_pct(PT3H) >= 100", [0, 1, 1]), ("score >= 5 and value < 30", [0, 1, 0])):
        assert rule(system, yellow=text).hits(reading)[0].tolist() == [bool(one) for one in expected], text
    night = rule(system, quiet="22:00-06:00")
    assert [night.is_quiet(hour * 3600) for hour in (21, 22, 3, 6)] == [False, True, True, False]


def test_data_that_arrives_raises_lifts_and_ends_an_alert_once(system, tmp_path):
    officer = who(system, "duty_officer")
    hand(system, tmp_path, 0, {STREETS[0]: 3.0, STREETS[1]: 3.0})
    assert board.alerts(officer, "tiny") == []
    hand(system, tmp_path, 1, {STREETS[0]: 20.0})
    row, = board.alerts(officer, "tiny")
    told = (row["rule"], row["severity"], row["value"], row["limit"], row["unit_code"], row["state"])
    assert told == ("road_ponding", "yellow", 20.0, 15.0, STREETS[0], "raised")
    hand(system, tmp_path, 1, {STREETS[1]: 2.0, STREETS[2]: 30.0})          # later reports of the same hour
    assert {one["unit_code"]: one["severity"] for one in board.alerts(officer, "tiny")} == {STREETS[0]: "yellow", STREETS[2]: "orange"}
    hand(system, tmp_path, 2, {STREETS[0]: 45.0})
    hand(system, tmp_path, 3, {STREETS[0]: 2.0, STREETS[2]: 12.0, STREETS[3]: 1.0})
    first = board.alert(officer, "tiny", row["number"])
    assert (first["severity"], first["peak"], first["last_value"], first["ended_at"] is None) == ("red", 45.0, 2.0, False)
    assert [event["act"] for event in first["events"]] == ["raise", "lift", "end"]
    again = type(system.alerts)(system)                              # a restart changes nothing
    assert again.take_up("tiny") == 0 and len(board.alerts(officer, "tiny")) == 2


def test_ten_thousand_alerts_at_once_are_a_readable_few(system, tmp_path):
    overlay = rules.overlay(system.settings.home)
    overlay.parent.mkdir(exist_ok=True)
    names = ["id", "indicator", "level", "yellow"]
    with overlay.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([names, *([f"storm_{k}", "building_count", "building", "value >= 1"] for k in range(420))])
    system.alerts = type(system.alerts)(system)
    buildings = [row["code"] for row in tiny.units() if row["level"] == "building"]
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("building_count", "building", dict.fromkeys(buildings, 1.0)), "b")])
    seen = system.seen_by(who(system, "duty_officer").viewer, "operations.read")
    counts = board.counts(seen, "tiny")
    assert counts["open"] == 420 * len(buildings) >= 10_000
    groups = board.cards(seen, "tiny")
    assert sum(len(column) for column in groups.values()) <= board.MOST_CARDS
    assert sum(card["alerts"] for column in groups.values() for card in column) == counts["open"]


def overlaid(folder, **cells):
    """The tiny city with one rule of its own, instead of those of the registry on the same indicator."""
    row = {"id": "road_ponding", "name_zh": "积水", "name_en": "Water", "indicator": "ponding_cm", "level": "street", "yellow": "value >= 15",
           "no_data": "raise", "told": "screen", **cells}
    home = folder / "home"
    homes.city(home).close()
    (home / "registry").mkdir(exist_ok=True)
    with (home / "registry" / "alert_rules.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    return System(load(home=home, demo="off", second_factor=False))


def standing(system):
    """{(street, is it silence): its state and whether it goes on}."""
    rows = system.db.rows("select code, last_value, ended_at, state, severity, value from mgmt.alert where rule = 'road_ponding' order by alert")
    return [(row["code"], row["last_value"], row["ended_at"] is None) for row in rows]


def test_a_unit_that_falls_silent_is_an_alert_until_it_reports_again(tmp_path):
    system = overlaid(tmp_path)
    calm = dict.fromkeys(STREETS, 1.0)
    hand(system, tmp_path, 0, calm)
    some = dict.fromkeys(STREETS[1:], 1.0)
    for hour in (1, 2):
        hand(system, tmp_path, hour, some)
    assert standing(system) == [], "two intervals and a quarter are allowed"
    hand(system, tmp_path, 3, some)
    assert standing(system) == [(STREETS[0], None, True)]
    row = system.db.rows("select severity, value, limit_value, began_at from mgmt.alert")[0]
    assert (row["severity"], row["value"], row["limit_value"]) == ("yellow", None, None)
    assert board.alerts(who(system, "duty_officer"), "tiny")[0]["last_value"] is None
    hand(system, tmp_path, 4, some)
    assert len(standing(system)) == 1, "it is one alert"
    system.close()
    system = System(load(home=tmp_path / "home", demo="off", second_factor=False))      # what was raised for silence is known after a restart
    system.alerts.take_up("tiny")
    hand(system, tmp_path, 5, calm)
    assert standing(system) == [(STREETS[0], 1.0, False)]
    system.close()


def test_silence_that_ends_in_what_the_rule_is_about_goes_on_as_one_alert(tmp_path):
    system = overlaid(tmp_path, orange="value >= 27")
    some = dict.fromkeys(STREETS[1:], 1.0)
    hand(system, tmp_path, 0, dict.fromkeys(STREETS, 1.0))
    hand(system, tmp_path, 3, some)
    assert standing(system) == [(STREETS[0], None, True)]
    hand(system, tmp_path, 4, {STREETS[0]: 30.0, **some})
    assert standing(system) == [(STREETS[0], 30.0, True)]
    assert system.db.rows("select severity, value, peak from mgmt.alert") == [{"severity": "orange", "value": 30.0, "peak": 30.0}]
    hand(system, tmp_path, 5, {STREETS[0]: 35.0, **some})
    hand(system, tmp_path, 6, {STREETS[0]: 2.0, **some})
    assert standing(system) == [(STREETS[0], 2.0, False)]
    hand(system, tmp_path, 9, some)                             # silent again within hours: the same alert
    assert standing(system) == [(STREETS[0], None, True)]
    system.close()


def test_without_the_word_silence_raises_nothing_and_a_learnt_rule_can_have_it(tmp_path):
    system = overlaid(tmp_path, yellow="score >= 6")
    hand(system, tmp_path, 0, dict.fromkeys(STREETS, 1.0))
    hand(system, tmp_path, 4, {STREETS[1]: 1.0})
    assert [code for code, _, _ in standing(system)] == [STREETS[0], *STREETS[2:]]
    system.close()
    quiet = overlaid(tmp_path / "quiet", no_data="keep")
    hand(quiet, tmp_path / "quiet", 0, dict.fromkeys(STREETS, 1.0))
    hand(quiet, tmp_path / "quiet", 4, {STREETS[1]: 1.0})
    assert standing(quiet) == []
    quiet.close()


def test_what_arrives_before_all_is_in_does_not_take_the_first_days_from_the_rules(system, tmp_path):
    system.progress["is_whole"] = False                # the start still takes data in
    for hour in (-30, 0):
        hand(system, tmp_path, hour, {STREETS[0]: 40})
    assert system.db.run("select count(*) from mgmt.alert_mark").fetchone() == (0,), "what is judged once is never looked back at"
    assert system.alerts.take_up("tiny", None, 7 * 86_400) == 1
    first = system.db.run("select min(began_at) from mgmt.alert").fetchone()[0]
    assert first == int(tiny.NOON.timestamp()) - 30 * 3600, "from the first hour on"
    system.progress["is_whole"] = True
    hand(system, tmp_path, 1, {STREETS[1]: 40})
    assert system.db.run("select count(*) from mgmt.alert").fetchone() == (2,), "from then on as it arrives"
