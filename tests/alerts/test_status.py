"""One judge for every colour, the band it learns, and a tree whose contributions add up."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.indicators import learnt
from app.indicators.health import contributions, health, movers
from app.indicators.status import allowance, judge, judge_all, now_of
from app.settings import load
from app.system import System
from tests import tiny

STREETS = ["990101001", "990101002", "990102001", "990102002"]
AT = int(tiny.NOON.timestamp())


def everything(system, role="local"):
    return system.seen_by(viewer("x", "local", (Grant(role, "", "", 3),), system.roles, EVERY_DEPARTMENT), "operations.read")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("status")
    system = System(load(home=folder / "home", demo="off"))
    system.take(tiny.whole(folder))
    rows = []
    for day in range(12, -1, -1):
        at, usual = tiny.NOON - timedelta(days=day), (day % 3) - 1
        rows += tiny.readings("power_load_mw", "street", dict(zip(STREETS, (100 + usual, 50 + usual, 20 + usual, 10 + (90 if day == 0 else usual)),
                                                                    strict=True)), at)
        for k, code in enumerate(STREETS):
            share, weight = (0.7, 100) if day else ((0.7, 0.7, 0.99, 0.5)[k], (100, 100, 300, 50)[k])
            rows += tiny.readings("load_ratio_pct", "street", {code: share * weight}, at, weight=weight)
        if day < 2:
            rows += tiny.readings("ponding_cm", "street", dict(zip(STREETS, (3, 4, 30 if day == 0 else 5, 1), strict=True)), at)
    system.take([tiny.hand_in(folder, "reading", rows, "readings")])
    yield system
    system.close()


def test_every_style_is_judged_and_old_values_are_grey(system):
    aqi, speed, load_, power = (system.indicators[name] for name in ("aqi", "asai_pct", "temperature_c", "power_load_mw"))
    assert [judge(v, AT, AT, aqi) for v in (50, 51, 100, 101, None, float("nan"))] == ["green", "amber", "amber", "red", "grey", "grey"]
    assert [judge(v, AT, AT, speed) for v in (99.96, 99.92, 99.0)] == ["green", "amber", "red"]
    assert [judge(v, AT, AT, load_) for v in (20, 40)] == ["green", "amber"]
    band = learnt.Band(100.0, 2.0)
    assert [judge(v, AT, AT, power, band) for v in (105, 107, 93, 113, 80)] == ["green", "amber", "amber", "red", "red"]
    assert [judge(v, AT, AT, replace(power, direction="down"), band) for v in (80, 107)] == ["green", "amber"]
    assert judge(100, AT, AT, power) == "grey" and judge(1, AT, AT, system.indicators["building_count"], band) == "grey"
    late = AT + allowance("PT1H")
    assert (judge(10, AT, late, aqi), judge(10, AT, late + 1, aqi), judge(10, AT, None, aqi)) == ("green", "grey", "green")
    values = np.asarray([50.0, 51, 101, np.nan])
    assert judge_all(values, AT, AT, aqi).tolist() == [1, 2, 3, 0]


def test_a_band_is_learnt_from_the_past_at_the_same_hour_and_day():
    hours = np.arange(24 * 35, dtype=np.int64) * 3600 + 1_762_000_000 // 86_400 * 86_400
    row = hours.size - 1
    rows = learnt.like(hours, row, "PT1H", "Asia/Shanghai")
    same_hour = (hours - hours[row]) % 86_400 == 0
    local = (hours + 8 * 3600) // 86_400                        # 1970-01-01 was a Thursday
    weekend = (local + 3) % 7 >= 5
    assert rows.tolist() == np.flatnonzero(same_hour & (weekend == weekend[row]) & (hours < hours[row])).tolist()
    rng = np.random.default_rng(1)
    past = rng.normal(50, 4, (9, 40))
    past[rng.random(past.shape) < 0.2] = np.nan
    past[:6, 3] = np.nan
    for i in (0, 3, 7):
        known = past[~np.isnan(past[:, i]), i]
        if known.size < learnt.LEAST:
            assert np.isnan(learnt.median(past)[i])
        else:
            assert learnt.median(past)[i] == pytest.approx(np.median(known))
    assert learnt.like(hours[:40], 39, "PT1H", "UTC").size >= learnt.LEAST      # two days: the hours beside count too
    assert learnt.like(hours[:3], 2, "PT1H", "UTC").size == 0


def test_no_screen_has_a_second_opinion(system):
    from app.indicators.latest import latest
    from app.units import cards
    from app.units.detail import children
    from app.units.table import rows

    seen = everything(system)
    street = cards.unit(seen, "tiny", STREETS[3])
    for name, expected in (("power_load_mw", "red"), ("load_ratio_pct", "green")):
        told = {cards.sign(seen, "tiny", street, name)["status"], latest(seen, "tiny", "street", street["seq"])[name]["status"],
                next(row["status"] for row in rows(seen, "tiny", "street", name)[0] if row["code"] == street["code"]),
                next(row["status"] for row in children(seen, "tiny", cards.parent(seen, "tiny", street), name, None)["children"]
                     if row["code"] == street["code"]),
                movers(seen, "tiny", name, street["parent_code"]).find(street["code"]).status}
        assert told == {expected}, name


def test_contributions_add_up_to_the_change_of_the_parent(system):
    seen = everything(system)
    load_ = movers(seen, "tiny", "load_ratio_pct")
    before = 70.0
    now = 100 * (70 + 70 + 297 + 25) / 550
    assert load_.value == pytest.approx(now) and load_.change == pytest.approx(now - before)
    assert sum(child.moved for child in load_.children) == pytest.approx(load_.change)
    assert sum(child.share for child in load_.children) == pytest.approx(1)
    sums = movers(seen, "tiny", "power_load_mw")
    assert sums.change == pytest.approx(sum(child.change for child in sums.children)) and sums.change > 80
    assert [child.id for child in sums.children] == ["990102", "990101"]
    assert movers(seen, "tiny", "power_load_mw", "990102").children[0].id == STREETS[3]
    highest = movers(seen, "tiny", "ponding_cm")
    assert (highest.status, highest.change, highest.children[0].id, highest.children[0].moved) == ("red", 25.0, "990102", 25.0)


def test_contributions_against_a_plain_loop():
    rng = np.random.default_rng(4)
    for _ in range(50):
        w, v = rng.random((2, 6)), rng.normal(size=(2, 6))
        w[0, rng.integers(6)] = 0.0
        w[1, rng.integers(6)] = 0.0
        share = w / w.sum(axis=1, keepdims=True)
        moved = contributions(share[1], np.where(w[1] > 0, v[1], np.nan), share[0], np.where(w[0] > 0, v[0], np.nan))
        assert moved.sum() == pytest.approx(float(share[1] @ v[1] - share[0] @ v[0]))
    assert contributions(np.asarray([0.5, 0.5]), np.asarray([4.0, 1.0]), np.asarray([0.5, 0.5]), np.asarray([2.0, 1.0])).tolist() == [1.0, 0.0]


def test_the_tree_explains_its_colours(system):
    tree = health(everything(system), "tiny")
    assert tree.kind == "city" and {theme.id for theme in tree.children} == {"power", "water"}
    assert sum(theme.moved for theme in tree.children) == pytest.approx(tree.change)
    for theme in tree.children:
        assert sum(child.moved for child in theme.children) == pytest.approx(theme.change)
        assert set(theme.why) == {child.id for child in theme.children if child.status in ("red", "amber")}
    assert tree.find("water").status == "red" and tree.find("ponding_cm").counts == {"green": 1, "amber": 0, "red": 1, "grey": 0}
    assert tree.find("ponding_cm").why == ("990102",)
    assert health(everything(system), "tiny", "990101").status == "green"
    assert now_of(system, "tiny") == AT


def test_a_city_without_anything_is_grey(tmp_path):
    system = System(load(home=tmp_path / "home", demo="off"))
    system.take(tiny.whole(tmp_path)[:1])
    assert health(everything(system), "tiny").status == "grey"
    system.take(tiny.whole(tmp_path)[1:])
    assert health(everything(system), "tiny").status == "grey" and movers(everything(system), "tiny", "aqi").status == "grey"
    system.close()
