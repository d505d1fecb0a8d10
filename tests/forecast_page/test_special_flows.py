"""Flows expected between units on the forecast page and over the API: sums that agree, parts that are seen, and what is not said."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from app.access import Grant
from tests import tiny
from tests.forecast_page.test_special import LEFT, RIGHT, STREET, STREETS, panel, said
from tests.signed_in import account, signed_in
from tests.wall.test_routes import running

DAYS = 6
BEGIN = tiny.NOON - timedelta(days=DAYS) + timedelta(hours=1)
PAIRS = [(a, b) for a in range(4) for b in range(4) if a != b]
SIZE = {pair: 40 * (1 + k) for k, pair in enumerate(PAIRS)} | {(0, 3): 3}      # of one pair too few to be told


def flows(hours: int = 24 * DAYS):
    rng = np.random.default_rng(2)
    return [{"origin_code": STREETS[a], "destination_code": STREETS[b], "at": (BEGIN + timedelta(hours=k)).isoformat(),
             "count": int(max(1, SIZE[a, b] * (1 + 0.5 * np.sin(2 * np.pi * k / 24)) + rng.normal(0, 1)))} for k in range(hours) for a, b in PAIRS]


def net():
    return [row for k in range(24 * DAYS) for row in tiny.readings("net_flow_persons_h", "street", at=BEGIN + timedelta(hours=k))]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moves")
    system, server = running(folder, tiny.hand_in(folder, "reading", net(), "r"))
    system.take([tiny.hand_in(folder, "flow", flows(), "f")])
    grants = {"analyst": Grant("analyst", "tiny", "", 1), "left": Grant("analyst", "tiny", LEFT, 1)}
    yield system, {**{name: signed_in(system, server, account(system, name, grant)) for name, grant in grants.items()},
                   "local": signed_in(system, server)}
    system.close()


def test_what_leaves_and_arrives_is_the_sum_of_where_it_goes(served):
    found = said(served[1]["local"], "flows", unit=STREET, sign="net_flow_persons_h", k=5)
    newest = int(tiny.NOON.timestamp())
    assert found["cutoff"] == newest and found["at"] == newest + 6 * 3600 and len(found["course"]) == 24
    here = next(row for row in found["course"] if row["at"] == found["at"])
    for side in ("out", "in"):
        rows = [row for row in found["rows"] if row["direction"] == side]
        assert len(rows) == 3 and {row["code"] for row in rows} == set(STREETS[1:])
        assert sum(row["count"] for row in rows) + found["elsewhere"][side] == pytest.approx(found["total"][side], abs=0.2)
        assert here[side] == pytest.approx(found["total"][side]) and here[f"{side}_lo90"] <= here[side] <= here[f"{side}_hi90"]
    assert found["gap"] < 1e-6
    usual = sum(SIZE[0, b] for b in (1, 2, 3))
    assert np.mean([row["out"] for row in found["course"]]) == pytest.approx(usual, rel=0.15)


def test_a_district_adds_up_what_crosses_its_border_and_a_city_its_parts(served):
    client = served[1]["local"]
    district, city = said(client, "flows", unit=LEFT, sign="net_flow_persons_h"), said(client, "flows", sign="net_flow_persons_h")
    assert [(row["direction"], row["code"]) for row in district["rows"]] == [("out", RIGHT), ("in", RIGHT)]
    each = [said(client, "flows", unit=code, sign="net_flow_persons_h")["rows"] for code in STREETS[:2]]
    across = sum(row["count"] for rows in each for row in rows if row["direction"] == "out" and row["code"].startswith(RIGHT))
    assert district["total"]["out"] == pytest.approx(across, abs=0.3)
    assert city["parts"] == "district" and city["total"]["between"] == pytest.approx(district["total"]["out"] + district["total"]["in"], rel=1e-6)
    below = said(client, "flows", unit="990101001001", sign="net_flow_persons_h")
    assert below["is_stand_in"] and below["code"] == STREET
    arc = max(district["arcs"], key=lambda arc: arc["count"])
    assert {arc["origin"], arc["destination"]} == {LEFT, RIGHT} and len(arc["source"]) == 2
    drawn = client.get("/api/forecast/tiny/panels.json", query_string={"sign": "net_flow_persons_h", "unit": LEFT}).json["map"]["layers"]
    assert [layer["@@type"] for layer in drawn] == ["ArcLayer"] and len(drawn[0]["data"]) == len(district["arcs"]) == 2
    english, chinese = panel(client, "net_flow_persons_h", unit=STREET), panel(client, "net_flow_persons_h", "zh")
    assert "They go to" in english and "doubly constrained" in english and "Unit 002" in english
    assert "各区之间的主要流量" in chinese and "双约束" in chinese


def test_few_people_and_units_out_of_sight_are_not_told(served):
    whole, part = (said(served[1][who], "flows", unit=STREET, sign="net_flow_persons_h") for who in ("analyst", "left"))
    assert {row["code"] for row in whole["rows"] if row["direction"] == "out"} == set(STREETS[1:3]) and whole["elsewhere"]["out"] is None
    assert {row["code"] for row in part["rows"]} == {STREETS[1]} and part["elsewhere"]["out"] > 5
    assert part["total"]["out"] == pytest.approx(whole["total"]["out"])
    assert said(served[1]["left"], "flows", 404, unit=RIGHT, sign="net_flow_persons_h")
    assert "fewer than 5" in panel(served[1]["analyst"], "net_flow_persons_h", unit=STREET)
    assert RIGHT not in panel(served[1]["left"], "net_flow_persons_h", unit=STREET)


def test_what_cannot_be_said_is_said(served, tmp_path):
    client = served[1]["local"]
    assert "of now alone" in panel(client, "net_flow_persons_h", at=str(int((tiny.NOON - timedelta(days=2)).timestamp())))
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "reading", net(), "r"))
    mine = signed_in(system, server)
    assert "no_flows" in str(said(mine, "flows", 404, sign="net_flow_persons_h")) and "no flows between units" in panel(mine, "net_flow_persons_h")
    system.take([tiny.hand_in(tmp_path, "flow", flows(5), "f")])
    assert "few_flows" in str(said(mine, "flows", 404, unit=STREET, sign="net_flow_persons_h"))
    assert "无法给出：流量数据的小时数还太少" in panel(mine, "net_flow_persons_h", "zh", unit=STREET)
    system.close()
