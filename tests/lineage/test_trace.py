"""The trace of a number: it adds up, it ends at the rows as they came, and it shows no more than the viewer may see."""

from datetime import UTC, datetime

import pytest

from app import access
from app.access import EVERY_DEPARTMENT, Grant
from app.errors import BadInput, NotFound, Refused
from app.lineage.history import unit_as_of
from app.lineage.trace import interval, trace
from tests import homes, tiny

STREETS = ["990101001", "990101002", "990102001", "990102002"]
AT = int(tiny.NOON.timestamp())


def seen_by(system, right, *grants):
    """A view under a right: of the local user, or of an account with grants."""
    grants = grants or (Grant("local", "", "", 3),)
    is_local = grants[0].role == "local"
    who = access.viewer("x", "local" if is_local else "account", grants, system.roles, EVERY_DEPARTMENT if is_local else "")
    return system.seen_by(who, right)


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trace")
    system = homes.city(folder / "home")
    values = dict(zip(STREETS, (1.0, 2.0, 4.0, 8.0), strict=True))
    system.take([tiny.hand_in(folder, "reading", tiny.readings("active_sites", "street", values), "sites", source="housing")])
    late = [{"unit_code": STREETS[3], "indicator": "active_sites", "at": tiny.NOON.isoformat(), "value": 9.0, "weight": None}]
    system.take([tiny.hand_in(folder, "reading", late, "late", source="housing")])
    system.take([tiny.hand_in(folder, "attribute", [
        {"unit_code": "990101001001001B00001", "attribute": "address", "value": "中山路一号", "valid_from": None}], "a")])
    yield system
    system.close()


@pytest.fixture(scope="module")
def everything(system):
    return seen_by(system, "map.read")


def test_a_rolled_up_value_opens_down_to_the_rows_it_is_made_of(everything):
    told = trace(everything, "tiny", f"value/active_sites/990100/{AT}")
    assert told.number["value"] == 16.0 and (told.number["n"], told.number["expected"]) == (4, 4)
    assert [row["said"]["value"] for row in told.rows] == ["9.0", "4.0", "2.0", "1.0"]
    assert sum(float(row["said"]["value"]) for row in told.rows) == told.number["value"]
    assert {row["code"] for row in told.rows} == set(STREETS)
    assert [child["value"] for child in told.children] == [13.0, 3.0]
    assert sum(batch["rows_here"] for batch in told.batches) == told.row_count == 4
    assert [hop["library"] for hop in told.path] == ["theme", "theme", "base", "dept", "hub", "file"]
    assert told.path[1]["column"] == "theme.rolled.value"


def test_a_corrected_reading_is_traced_to_the_batch_that_corrected_it(everything):
    told = trace(everything, "tiny", f"value/active_sites/{STREETS[3]}/latest")
    assert told.number["value"] == 9.0
    assert [(batch["file_name"], batch["rows_here"]) for batch in told.batches] == [("late.parquet", 1)]
    assert told.rows[0]["said"] == {"unit_code": STREETS[3], "indicator": "active_sites", "at": told.rows[0]["said"]["at"], "value": "9.0"}
    assert "theme.rolled" not in str(told.path) and told.children == []


def test_a_unit_without_the_indicator_traces_the_one_it_lies_in(everything):
    told = trace(everything, "tiny", f"value/active_sites/990101001001/{AT}")
    assert told.about["reported_at"]["code"] == STREETS[0] and told.number["value"] == 1.0


def test_a_unit_and_an_attribute_open_their_rows(everything):
    said = trace(everything, "tiny", "attribute/990101001001001B00001/address")
    assert said.number["text"] == "中山路一号" and said.rows[0]["said"]["value"] == "中山路一号" and said.batches[0]["file_name"] == "a.parquet"
    unit = trace(everything, "tiny", f"unit/{STREETS[0]}")
    assert unit.rows[0]["said"]["code"] == STREETS[0] and unit.batches[0]["dataset"] == "unit"
    assert "geom" not in unit.rows[0]["said"]


def test_a_part_of_the_city_sees_its_own_rows_and_no_others(system):
    some = seen_by(system, "map.read", Grant("leader", "tiny", "990101", 3))
    told = trace(some, "tiny", f"value/active_sites/990101/{AT}")
    assert told.number["value"] == 3.0 and {row["code"] for row in told.rows} == set(STREETS[:2])
    with pytest.raises(NotFound):
        trace(some, "tiny", f"value/active_sites/{STREETS[2]}/{AT}")


def test_batches_are_for_who_may_see_the_whole_city(system):
    whole = seen_by(system, "data.read", Grant("analyst", "tiny", "", 1))
    assert trace(whole, "tiny", "batch/3").number["value"] == 4
    part = seen_by(system, "data.read", Grant("analyst", "tiny", "990101", 1))
    with pytest.raises(Refused):
        trace(part, "tiny", "batch/3")
    with pytest.raises(Refused):
        trace(seen_by(system, "map.read", Grant("leader", "tiny", "", 1)), "tiny", "batch/3")


@pytest.mark.parametrize("key", ["", "gossip/x", "value/active_sites", "value/active_sites/990100/soon", "batch/x", "batch/-1", "value/a/b/c/d"])
def test_a_name_that_is_none_is_refused(everything, key):
    with pytest.raises((BadInput, NotFound)):
        trace(everything, "tiny", key)


def test_a_step_is_as_long_as_its_cadence_on_the_citys_clock():
    assert interval(3600, "PT1H", "Asia/Shanghai") == (3600, 7200)
    day = 1_790_092_800         # midnight in Shanghai
    since, until = interval(day, "P1D", "Asia/Shanghai")
    assert until - since == 86_400
    spring = 1_774_738_800     # 2026-03-29 00:00 in Berlin: the day of 23 hours
    assert interval(spring, "P1D", "Europe/Berlin")[1] - spring == 23 * 3600


def test_a_record_opens_its_versions_and_hides_what_is_personal(system, tmp_path):
    row = {"id_number": "11010519491231002X", "name": "李四", "sex": "2", "unit_code": "990101001001001B00001", "status": "active"}
    for name, more in (("p1", {}), ("p2", {"name": "李思"})):
        system.take([tiny.hand_in(tmp_path, "person", [{**row, **more}], name, source="police")])
    stood = system.db.run("select id_number from base.person where valid_to is null").fetchall()
    assert stood == [(row["id_number"],)], system.db.run("select * from mgmt.reject").fetchall()
    told = trace(seen_by(system, "data.read"), "tiny", f"record/person/{row['id_number']}")
    assert [one["said"]["name"] for one in told.rows] == ["李思", "李四"] and told.rows[0]["valid_to"] is None
    assert {one["field"]: one["text"] for one in told.about["record"]}["name"] == "李思"
    some = trace(seen_by(system, "data.read", Grant("analyst", "tiny", "", 1)), "tiny", f"record/person/{row['id_number']}")
    assert "李" not in str(some.rows) and "李" not in str(some.about) and some.number["text"] == "•••"
    with pytest.raises(Refused):
        trace(seen_by(system, "data.read", Grant("analyst", "tiny", "990101", 1)), "tiny", f"record/person/{row['id_number']}")
    with pytest.raises(NotFound):
        trace(seen_by(system, "data.read"), "tiny", "record/person/nobody")
    with pytest.raises(NotFound):
        trace(seen_by(system, "data.read"), "tiny", "record/reading/x")


def test_records_answer_as_they_stood_and_hide_what_is_personal(system, tmp_path):
    from app.lineage.history import as_of

    row = {"id_number": "110105194912310011", "name": "王五", "unit_code": "990101001001001B00001", "status": "active"}
    system.take([tiny.hand_in(tmp_path, "person", [row], "w", source="police")])
    after, before = int(tiny.AS_OF.timestamp()) + 60, int(tiny.AS_OF.timestamp()) - 60
    everybody = seen_by(system, "data.read")
    assert "王五" in [one["name"] for one in as_of(everybody, "tiny", "person", after)["rows"]]
    assert as_of(everybody, "tiny", "person", before)["total"] == 0
    assert as_of(everybody, "tiny", "person", after, known_at=after)["total"] == 0, "it was handed in later than that"
    few = as_of(seen_by(system, "data.read", Grant("analyst", "tiny", "", 1)), "tiny", "person")
    assert few["total"] >= 1 and "王五" not in str(few["rows"]) and row["id_number"] not in str(few["rows"])
    with pytest.raises(Refused):
        as_of(seen_by(system, "data.read", Grant("analyst", "tiny", "990101", 1)), "tiny", "person")
    with pytest.raises(NotFound):
        as_of(everybody, "tiny", "reading")


def test_every_figure_of_a_page_says_how_it_is_counted_and_from_what(system):
    from app.access import CAPABILITIES
    from app.lineage.figures import figures
    from data.lineage import lineage

    everybody = seen_by(system, "map.read")
    for name, row in figures().items():
        tables = set(row["tables"].split("|"))
        # the program's own requests are counted in memory and stand in no table: their trace says so
        assert row["right"] in CAPABILITIES and (tables <= set(lineage().columns) or tables == {"memory.requests"}), name
        told = trace(everybody, "tiny", f"figure/{name}")
        assert told.path and told.about["figure"]["formula_zh"] and told.about["figure"]["formula_en"]
    with pytest.raises(NotFound):
        trace(everybody, "tiny", "figure/none")
    with pytest.raises(Refused):
        trace(seen_by(system, "map.read", Grant("leader", "tiny", "", 1)), "tiny", "figure/rejected_rows")


def test_every_figure_that_a_page_names_is_registered():
    import re
    from pathlib import Path

    from app.lineage.figures import figures
    from app.service.measures import MEASURES

    named = {one.key.removeprefix("figure/") for one in MEASURES}
    root = Path(__file__).resolve().parents[2]
    for file in [*(root / "layouts").rglob("*.py"), *(root / "app" / "brief").rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        named |= set(re.findall(r'"figure/([a-z_0-9]+)"', text)) | {name for name in figures() if f'"{name}"' in text}
    assert named == set(figures())


def test_a_unit_is_told_as_it_was_known(system):
    seen, now = seen_by(system, "data.read"), int(datetime.now(UTC).timestamp()) + 1
    told = unit_as_of(seen, "tiny", STREETS[3])
    assert told["unit"]["code"] == STREETS[3] and [row["value"] for row in told["readings"] if row["indicator"] == "active_sites"] == [9.0]
    with pytest.raises(NotFound):
        unit_as_of(seen, "tiny", STREETS[3], now, now - 86_400)                 # before anything had come in, nothing was known
    part = seen_by(system, "data.read", Grant("analyst", "tiny", STREETS[0], 1))
    assert unit_as_of(part, "tiny", STREETS[0])["unit"]["level"] == "street"
    with pytest.raises(NotFound):
        unit_as_of(part, "tiny", STREETS[3])
