"""Every measure of cases counted again in plain Python from the rows; goals and shares hold for any counts."""

from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.service import state
from app.service.measures import BY_ID, MEASURES
from app.service.state import PERIODS, Choice
from tests.service.conftest import NOW

CHOICES = [Choice(period=period, **{side: name}) for period, (side, name) in product(
    ("week", "month"), [("department", ""), ("department", "water"), ("category", "noise"), ("channel", "app"), ("district", "990102")])]


def share(top, bottom):
    return 100 * top / bottom if bottom else None


def recomputed(rows, since, until):
    """The measures of rows in [since, until), by their definitions."""
    opened = [row for row in rows if since <= row["opened_at"] < until]
    closed = [row for row in rows if row["closed_at"] and since <= row["closed_at"] < until]
    promised = [row for row in closed if row["promised_at"]]
    rated = [row for row in closed if row["rating"] is not None]
    asked = [row for row in opened if row["channel"] not in ("patrol", "sensor")]
    days = [(row["closed_at"] - row["opened_at"]) / timedelta(days=1) for row in closed]
    return {
        "opened": len(opened), "completion": share(sum(bool(row["closed_at"]) and row["closed_at"] < until for row in opened), len(opened)),
        "digital": share(sum(row["channel"] in ("web", "app") for row in asked), len(asked)),
        "on_time": share(sum(row["closed_at"] <= row["promised_at"] for row in promised), len(promised)),
        "good_rating": share(sum(row["rating"] >= 3 for row in rated), len(rated)),
        "p50_days": float(np.quantile(days, 0.5)) if days else None, "p90_days": float(np.quantile(days, 0.9)) if days else None}


def chosen(rows, choice):
    wanted = {"department": choice.department, "category": choice.category, "channel": choice.channel}
    return [row for row in rows if all(word in ("", row[name]) for name, word in wanted.items()) and row["unit_code"].startswith(choice.district)]


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_measures_are_those_of_the_rows(served, choice):
    found = {row["id"]: row for row in state.now(served.seen(), "tiny", choice)["measures"]}
    until, length = NOW + timedelta(seconds=1), timedelta(days=PERIODS[choice.period])
    rows = chosen(served.rows, choice)
    now, before = recomputed(rows, until - length, until), recomputed(rows, until - 2 * length, until - length)
    for name in now:
        assert found[name]["value"] == pytest.approx(now[name], abs=1e-6), name
        # a period before without a single case counts nothing at all
        assert (found[name]["before"] or None) == pytest.approx(before[name] or None, abs=1e-6), name


def test_sides_add_up_to_the_whole(served):
    found = state.now(served.seen(), "tiny", Choice(period="quarter"))
    total = next(row for row in found["measures"] if row["id"] == "opened")["value"]
    assert total == len(served.rows) == sum(row["opened"] for row in found["days"])
    for side, rows in found["sides"].items():
        assert sum(row["opened"] for row in rows) == total, side
        for row in rows:
            key = {"district": "unit_code"}.get(side, side)
            mine = [one for one in served.rows if (one.get(key) or "")[:6 if side == "district" else None] == row["name"]]
            assert row["opened"] == len(mine) and row["share"] == pytest.approx(100 * len(mine) / total)


def test_queues_promises_and_lists_hold_the_same_cases(served):
    seen, found = served.seen(), state.now(served.seen(), "tiny")
    waiting = [row for row in served.rows if row["closed_at"] is None and row["status"] != "withdrawn"]
    over = [row for row in waiting if row["promised_at"] and row["promised_at"] < NOW]
    end = state.clock(seen, "tiny").day_end
    due = [row for row in waiting if row["promised_at"] and row["promised_at"] >= NOW and row["promised_at"].timestamp() < end]
    assert found["cases"] == {"open": len(waiting), "overdue": len(over), "due": len(due)} and over
    assert {row["case_no"] for row in found["promises"]} == {row["case_no"] for row in (*over, *due)}
    assert all((row["left_s"] < 0) == (row["case_no"] in {one["case_no"] for one in over}) for row in found["promises"])
    assert [row["left_s"] for row in found["promises"]] == sorted(row["left_s"] for row in found["promises"])
    late = [row for row in served.rows if row["closed_at"] and row["promised_at"] and row["closed_at"] > row["promised_at"]]
    poor = [row for row in served.rows if row["rating"] in (1, 2)]
    for show, rows in (("open", waiting), ("overdue", over), ("late", late), ("poor", poor), ("opened", served.rows)):
        listed = state.cases(seen, "tiny", show, Choice(period="quarter"), most=1000)
        assert {row["case_no"] for row in listed} == {row["case_no"] for row in rows}, show
    ages = [(NOW - row["opened_at"]) / timedelta(days=1) for row in waiting if (row["department"], row["unit_code"][:6]) == ("water", "990101")]
    queue = next((row for row in found["queues"] if (row["department"], row["district"]) == ("water", "990101")), None)
    assert (queue["open"], queue["mean_days"]) == (len(ages), pytest.approx(np.mean(ages))) if ages else queue is None or not queue["open"]
    with pytest.raises(BadInput):
        state.cases(seen, "tiny", "everything", Choice())
    with pytest.raises(BadInput):
        Choice(period="always")


def test_who_sees_a_district_is_told_of_its_cases_alone(served):
    found = state.now(served.seen("district"), "tiny", Choice(period="quarter"))
    mine = [row for row in served.rows if row["unit_code"].startswith("990102")]
    assert [row["name"] for row in found["sides"]["district"]] == ["990102"]
    assert next(row for row in found["measures"] if row["id"] == "opened")["value"] == len(mine)
    assert found["sources"] is None and {row["district"] for row in found["queues"]} == {"990102"}
    assert {row["case_no"] for row in state.cases(served.seen("district"), "tiny", "opened", Choice(period="quarter"), most=999)} == \
        {row["case_no"] for row in mine}


def test_an_empty_city_has_no_values_and_nothing_fails(empty):
    system, client = empty
    who = system.identity.recognise(client.get_cookie("chengshu-session").value, None, "")
    found = state.now(system.seen_by(who, "operations.read"), "tiny")
    assert all(row["value"] in (None, 0) and (row["status"] == "grey" or row["id"].startswith("api")) for row in found["measures"])
    assert found["queues"] == found["promises"] == found["days"] == [] and found["newest"] is None


@given(st.sampled_from(MEASURES), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_lies_between_nothing_and_all_and_a_better_value_is_never_worse_judged(measure, a, b):
    top, bottom = sorted((a, b))
    value = measure.value({measure.top: top, measure.bottom: bottom} if measure.bottom else {measure.top: top})
    assert value is None if measure.bottom and not bottom else not measure.bottom or 0 <= value <= measure.scale
    rank = {"green": 0, "amber": 1, "red": 2, "grey": 3}
    better = None if value is None else value + (-1 if measure.is_less_better else 1)
    assert rank[measure.status(better)] <= rank[measure.status(value)]


def test_measures_have_names():
    assert all(all(one.names.values()) for one in MEASURES) and len(BY_ID) == len(MEASURES)


def test_what_is_kept_gives_way_to_a_new_batch(tmp_path):
    from app.access import EVERY_DEPARTMENT, Grant, viewer
    from tests import homes, tiny

    system = homes.city(tmp_path / "home")
    seen = system.seen_by(viewer("local", "local", (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT), "operations.read")
    case = {"channel": "web", "category": "road", "unit_code": "990101001", "opened_at": NOW.isoformat(), "status": "open"}
    for n in (1, 2):                        # both speak of the same time
        system.take([tiny.hand_in(tmp_path, "service_case", [{**case, "case_no": f"C-{n}"}], f"c{n}", as_of=NOW)])
        assert state.now(seen, "tiny")["cases"]["open"] == state.now(seen, "tiny")["cases"]["open"] == n
    system.close()
