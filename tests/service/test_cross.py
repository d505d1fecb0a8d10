"""Counts over arrays are those of SQL over the same rows, for every viewer, after every batch; linked histograms are those of plain filters."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.service import counts, state
from app.service.cases import Cases, gather
from app.service.cross import SIDES, Cross
from app.service.shelf import CHECK_S
from app.service.state import Choice
from tests import homes, tiny
from tests.service.conftest import NOW, PLACES, made, told

ORACLE = {file.stem: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "oracle").glob("*.sql")}
CHOICES = [Choice(), Choice(period="week", department="water"), Choice(period="quarter", district="990102"), Choice(category="noise", channel="web"),
           Choice(department="nobody"), Choice(period="day")]
ZONE = "Asia/Shanghai"


def sql(seen, name, **params):
    """The oracle's rows: the SQL of tests/service/oracle as far as the viewer may see."""
    text = re.sub(r"--.*", "", ORACLE[name])
    bound = seen._bound({"city": "tiny", **params})
    return seen._door.rows(text, {key: bound[key] for key in dict.fromkeys(re.findall(r"\$(\w+)", text))})


def same(one, other):
    """Equal words and counts, times to a part in a thousand million."""
    return one.keys() == other.keys() and all(value == pytest.approx(other[name], rel=1e-9) if isinstance(value, float) else value == other[name]
                                              for name, value in one.items())


@pytest.mark.parametrize("who", ["", "district"])
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_counts_are_those_of_sql(served, choice, who):
    seen = served.seen(who)
    at = state.clock(seen, "tiny")
    bounds, every = at.bounds(choice), state.held(seen, "tiny", at)
    mine = counts.chosen(every, choice.filters)
    asked = {**choice.filters, **bounds}
    found = {(row["period"], row["side"], row["name"]): row for row in counts.periods(mine, bounds["before"], bounds["since"], bounds["until"], ZONE)
             if row["side"] not in ("hall", "item")}             # those, and what cases cost, stand in test_resources.py
    right = {(row["period"], row["side"], row["name"]): row for row in sql(seen, "service_counts", **asked)}
    assert found.keys() == right.keys() and (found or choice.department == "nobody")
    for key, row in right.items():
        assert same({name: found[key][name] for name in row}, row), key
    queues = {**asked, "since": at.now - 7 * 86_400, "until": at.now}
    for mine_, theirs in zip(counts.queues(mine, queues["since"], at.now, at.day_end), sql(seen, "service_queues", **queues), strict=True):
        assert same(mine_, theirs)
    days = {row["day"]: {name: value for name, value in row.items() if name != "day"} for row in sql(seen, "service_days", **asked)}
    assert counts.days(mine, bounds["since"], bounds["until"], ZONE) == days
    named = sql(seen, "service_names")
    assert counts.named(every) == (sorted({row["department"] for row in named} - {""}), sorted({row["district"] for row in named}))
    total = {name: sum(row[name] for row in sql(seen, "service_queues", **queues)) for name in ("open", "overdue", "due")}
    assert counts.now(mine, at.now, at.day_end) == total


def test_a_look_tells_what_the_page_tells(served):
    for choice in CHOICES:
        page, look = state.now(served.seen(), "tiny", choice), state.brief(served.seen(), "tiny", choice)
        assert look["cases"] == page["cases"]
        mine, theirs = ({row["id"]: row["value"] for row in one["measures"] if not row["id"].startswith("api")} for one in (look, page))
        assert mine == theirs


def word_of(row, side):
    if side == "hour":
        return str(row["opened_at"].astimezone(ZoneInfo(ZONE)).hour)
    return (row["unit_code"][: {"district": 6, "street": 9}[side]] if side in ("district", "street") else row[side]) or ""


def plain(rows, since, until, filters):
    """The linked histograms of rows, one by one."""
    inside = [row for row in rows if since <= row["opened_at"].timestamp() < until]

    def fits(row, but=""):
        return all(word_of(row, side) == word for side, word in filters.items() if side != but)

    return {side: dict(Counter(word_of(row, side) for row in inside if fits(row, side))) for side in SIDES}, sum(map(fits, inside))


FILTERS = [{}, {"district": "990102"}, {"district": "990101", "hour": "8"}, {"street": "990102001", "category": "noise"}, {"status": "handling"},
           {"department": "water", "channel": "web", "category": "road"}, {"category": "nothing"}, {"hour": "25"},
           {"district": "990102", "street": "990101001"}]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_every_side_follows_the_filters_of_the_others(served, filters):
    seen, until = served.seen(), int(NOW.timestamp()) + 1
    cross = seen.cases.crossed(seen, "tiny", state.clock(seen, "tiny").batch)
    for days in (7, 30, 80):
        found = cross.linked(until - days * 86_400, until, filters)
        assert (found.sides, found.total) == plain(served.rows, until - days * 86_400, until, filters)


def test_who_sees_a_district_is_told_of_its_cases(served):
    seen = served.seen("district")
    cross = seen.cases.crossed(seen, "tiny", state.clock(seen, "tiny").batch)
    until = int(NOW.timestamp()) + 1
    found = cross.linked(until - 80 * 86_400, until, {})
    rows = [row for row in served.rows if row["unit_code"].startswith("990102")]
    assert (found.sides, found.total) == plain(rows, until - 80 * 86_400, until, {}) and set(found.sides["district"]) == {"990102"}


def test_batches_withdrawals_and_a_moving_clock_leave_what_a_fresh_count_says(tmp_path, monkeypatch):
    system = homes.city(tmp_path / "home")
    shelf, rows = system.cases, {row["case_no"]: row for row in made(90, 5)}
    until = int(NOW.timestamp()) + 1

    def take(some, name, **more):
        receipt = system.take([tiny.hand_in(tmp_path, "service_case", told(some), name, source="urban_management", **more)])[0]
        assert receipt.rejected == 0
        return receipt.batch

    batch = take(rows.values(), "a", as_of=NOW)
    first = shelf.whole("tiny", batch)
    cross = Cross(first, ZONE)
    cross.linked(until - 30 * 86_400, until, {})
    changed = [{**row, "category": "water", "unit_code": PLACES[0]} for row in list(rows.values())[:7]]
    more = [{**row, "case_no": f"D-{i}", "unit_code": f"99010200{2 + i % 2}", "department": "police" if i % 2 else "water",
             "opened_at": row["opened_at"] - timedelta(days=2)} for i, row in enumerate(made(30, 8))]
    read = []
    monkeypatch.setattr("app.service.shelf.gather", lambda db, city, after=-1: read.append(after) or gather(db, city, after))
    second_batch = take([*changed, *[row for row in more if row["unit_code"] in PLACES]], "b", as_of=NOW + timedelta(hours=1))
    rows |= {row["case_no"]: row for row in [*changed, *more] if row["unit_code"] in PLACES}
    second = shelf.whole("tiny", second_batch)
    assert read == [batch], "only what the batch said was read"
    assert_same(second, gather(system.db, "tiny"))
    cross.follow(first.merged(gather(system.db, "tiny", batch)))
    for days in (30, 80):
        for end in (until, until - 3 * 86_400, until - 86_400):
            found = cross.linked(end - days * 86_400, end, {"category": "water"})
            assert (found.sides, found.total) == plain(rows.values(), end - days * 86_400, end, {"category": "water"})
    gone = list(rows)[3]
    with system.db.write() as cursor:            # as a withdrawal or a decision does it: without a batch of cases
        cursor.execute("update base.service_case set valid_to = now()::timestamp where case_no = $1 and valid_to is null", [gone])
    assert shelf.whole("tiny", second_batch) is second, "asked for again within the minute"
    monkeypatch.setattr("app.service.shelf.CHECK_S", -CHECK_S)
    assert shelf.whole("tiny", second_batch).size == second.size - 1
    system.close()


def assert_same(one: Cases, other: Cases):
    """The same cases, whatever places their words have."""
    def plain_rows(cases):
        words = {name: np.asarray(cases.names[name], object)[getattr(cases, name)] for name in cases.names}
        return sorted(zip(cases.id.tolist(), cases.opened.tolist(), cases.promised.tolist(), cases.closed.tolist(), cases.rating.tolist(),
                          *(words[name].tolist() for name in sorted(words)), strict=True))

    assert plain_rows(one) == plain_rows(other)
