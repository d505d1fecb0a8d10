"""Units split and merge: the old ones end, the new ones say what they came from, the past keeps its tree."""

from datetime import timedelta

import numpy as np
import pytest
import shapely

from app import access
from app.alerts.rules import rule_of
from app.alerts.track import silent
from app.errors import NotFound
from app.map.values import legend
from app.units import cards
from app.units.search import search
from app.units.succession import became, came_from
from tests import homes, tiny


@pytest.fixture
def system(tmp_path):
    running = homes.city(tmp_path / "home")
    yield running
    running.close()


def value(system, indicator, level, seq=1):
    rows = system.db.rows("select value from theme.value where indicator = $1 and level = $2 and seq = $3 order by observed_at",
                          [indicator, level, seq])
    return [row["value"] for row in rows]


def halves(system, tmp_path):
    """Street 990101001 ends on the day after NOON; 990101003 has its west, 990101004 its east and the communities that stand there."""
    rows = {row["code"]: row for row in tiny.units()}
    old = shapely.from_wkb(rows.pop("990101001")["geom"])
    x0, y0, x1, y1 = old.bounds
    cut = 0.4 * x1 + 0.6 * x0
    for code, name, box in (("990101003", "西半街", (x0, y0, cut, y1)), ("990101004", "东半街", (cut, y0, x1, y1))):
        rows[code] = {**rows["990101002"], "code": code, "source_id": code, "name_zh": name, "name_en": name,
                      "geom": shapely.to_wkb(shapely.box(*box))}
    for row in rows.values():
        if row["level"] == "community" and row["parent_code"] == "990101001":
            row["parent_code"] = "990101003" if shapely.from_wkb(row["geom"]).centroid.x < cut else "990101004"
    system.take([tiny.hand_in(tmp_path, "unit", list(rows.values()), "split", as_of=tiny.NOON + timedelta(days=1), snapshot=True)])


def test_a_street_that_is_split_ends_and_says_what_it_became(system, tmp_path):
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("active_sites", "street"), "before")])
    street, district = value(system, "active_sites", "street", 1)[-1], value(system, "active_sites", "district", 1)[-1]
    halves(system, tmp_path)
    with pytest.raises(NotFound):
        cards.unit(system, "tiny", "990101001")
    west, east = (cards.unit(system, "tiny", code) for code in ("990101003", "990101004"))
    assert [cards.ancestors(system, "tiny", one)[-1]["code"] for one in (west, east)] == ["990101", "990101"]
    at = int((tiny.NOON + timedelta(days=1)).timestamp())
    assert [(one["code"], one["at"], round(one["share"], 3)) for one in came_from(system, "tiny", west)] == [("990101001", at, 0.4)]
    assert [(one["code"], round(one["share"], 3)) for one in became(system, "tiny", "990101001")] == [("990101004", 0.6), ("990101003", 0.4)]
    assert came_from(system, "tiny", cards.unit(system, "tiny", "990101002")) == [], "what stood before came from nothing"
    found = search(system, "tiny", "990101001")
    assert [one["code"] for one in found[-1]["became"]] == ["990101004", "990101003"] and found[-1]["ended_at"] == at
    assert value(system, "active_sites", "street", 1)[0] == street and value(system, "active_sites", "district", 1)[0] == district, (
        "the past keeps the old street")
    later = [{**row, "unit_code": code} for row, code in zip(tiny.readings("active_sites", "street", at=tiny.NOON + timedelta(days=2))[:2],
                                                             ("990101003", "990101004"), strict=True)]
    system.take([tiny.hand_in(tmp_path, "reading", later, "after")])
    assert value(system, "active_sites", "district", 1)[-1] == sum(row["value"] for row in later), "the new streets roll up from their first day"


def test_who_sees_no_part_of_the_ground_is_not_told_of_the_old_street(system, tmp_path):
    halves(system, tmp_path)
    own, other = (system.seen_by(access.viewer("a", "account", (access.Grant("analyst", "tiny", code),), access.read_roles()), "map.read")
                  for code in ("990101003", "990102"))
    assert [one["code"] for one in search(own, "tiny", "990101001")[-1]["became"]] == ["990101003"], "the other half is not theirs"
    assert search(other, "tiny", "990101001") == [] and became(other, "tiny", "990101001") == []


def test_streets_that_merge_come_from_both(system, tmp_path):
    rows = [row for row in tiny.units() if row["code"] not in ("990101001", "990101002")]
    both = shapely.union_all([shapely.from_wkb(row["geom"]) for row in tiny.units() if row["code"] in ("990101001", "990101002")])
    pattern = next(row for row in tiny.units() if row["code"] == "990101001")
    rows.append({**pattern, "code": "990101009", "source_id": "both", "name_zh": "合街", "name_en": "Both", "geom": shapely.to_wkb(both)})
    rows = [{**row, "parent_code": "990101009"} if row["parent_code"] in ("990101001", "990101002") else row for row in rows]
    system.take([tiny.hand_in(tmp_path, "unit", rows, "merged", as_of=tiny.NOON + timedelta(days=1), snapshot=True)])
    assert sorted((one["code"], round(one["share"], 6)) for one in came_from(system, "tiny", cards.unit(system, "tiny", "990101009"))) == [
        ("990101001", 1.0), ("990101002", 1.0)]


def test_an_ended_street_is_neither_newest_nor_silent_nor_in_the_legend(system, tmp_path):
    told = [tiny.readings("ponding_cm", "street", at=tiny.NOON + timedelta(hours=h)) for h in (0, 1)]
    system.take([tiny.hand_in(tmp_path, "reading", rows, f"p{h}") for h, rows in enumerate(told)])
    rule = rule_of({"id": "quiet", "indicator": "ponding_cm", "level": "street", "yellow": "age > PT2H"}, system.indicators)
    later = int(tiny.NOON.timestamp()) + 30 * 3600
    assert silent(rule, system.values("tiny").cube("ponding_cm"), later)[0].sum() == 4
    halves(system, tmp_path)
    cube = system.values("tiny").cube("ponding_cm")
    ended = system.db.run("select seq from mgmt.identity where code = '990101001'").fetchone()[0] - 1
    row, value, _ = cube.newest("street")
    assert row[ended] == -1 and value[ended] != value[ended] and np.isfinite(value).sum() == 3
    quiet, _ = silent(rule, cube, later)
    assert not quiet[ended] and quiet.sum() == 3, "nobody waits for a street that was split"
    found = legend(system, "tiny", "ponding_cm", "street", None, "threshold")
    assert sum(found["counts"]) == 3 and found["no_data"] == 2, "what the map draws"
