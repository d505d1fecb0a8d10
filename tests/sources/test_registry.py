"""Rows that name sources: what is wrong is told with its line, what is out of reach stays out of reach."""

import pytest

from app.access import EVERY_DEPARTMENT, Grant, Viewer
from app.errors import BadInput, NotFound, Refused
from app.exchange import sources
from data import registers
from tests.sources.conftest import HEADER

GOOD = {"id": "x", "kind": "folder", "city": "tiny", "dataset": "reading", "source": "water", "owner": "water"}


def test_the_demo_departments_have_rows():
    found = sources.read(registers._FOLDER / "nowhere")
    assert not found.wrong
    assert {row.kind for row in found.sources.values()} == {"hand_in"} and len(found.sources) > 20
    departments = {row["id"] for row in registers.rows("departments")}
    assert {row.owner for row in found.sources.values()} <= departments
    assert set(registers.rows("sources")[0]) == set(HEADER)


@pytest.mark.parametrize("change", [
    {"id": "A B"}, {"kind": "ftp"}, {"dataset": "hub"}, {"dataset": "hub.reading"}, {"dataset": "base.unit"}, {"city": ""}, {"drift": "ignore"},
    {"schedule": "often"}, {"cadence": "P1M"}, {"trust": "2"}, {"trust": "nan"}, {"latency_s": "-1"}, {"kind": "pull"}, {"kind": "mqtt"},
])  # fmt: skip
def test_a_wrong_row_is_told_with_file_line_and_column(change):
    with pytest.raises(BadInput) as told:
        sources.source_of({**GOOD, **change}, "sources.csv", 7)
    assert told.value.where["file"] == "sources.csv" and told.value.where["row"] == 7 and told.value.where["column"] in HEADER


def test_a_wrong_row_of_the_overlay_leaves_the_others_working(place):
    place.source("good", "folder")
    place.rows.append({**GOOD, "id": "bad", "dataset": "nothing"})
    place.source("good", "folder")
    found = sources.read(place.system.settings.home)
    assert "good" in found.sources and "bad" not in found.sources and "row 2" in found.wrong[0]


def test_schedules_and_lengths():
    def made(**change):
        return sources.source_of({**GOOD, **change}, "f", 2)

    assert made(schedule="PT5M").schedule_s == 300 and made(schedule="P1DT2H").schedule_s == 93_600
    assert made(schedule="02:30").clock == 150 and made(schedule="02:30").schedule_s == 86_400
    assert made(kind="table", address="sqlite:///x#t").is_whole and not made(kind="table", address="sqlite:///x#t", watermark_field="at").is_whole
    assert made(format="csv whole").is_whole and made(format="csv whole").form == "csv" and not made().is_whole


def test_only_variables_of_sources_fill_an_address(monkeypatch):
    monkeypatch.setenv("CHENGSHU_SOURCE_PG", "s3cret")
    monkeypatch.setenv("CHENGSHU_OIDC_CLIENT_SECRET", "other")
    assert sources.filled("postgresql://u:${PG}@h/d") == "postgresql://u:s3cret@h/d"
    for name in ("HOME", "CHENGSHU_OIDC_CLIENT_SECRET", "NOT_SET"):
        with pytest.raises(BadInput):
            sources.filled(f"mqtt://u:${{{name}}}@h/t")
    assert sources.shown("postgresql://u:pw@h/d?sslkey=x#t") == "postgresql://h/d"


def person(department="", *grants):
    return Viewer("p", "account", tuple((grant, held) for grant, held in grants), department)


def test_a_department_hands_in_for_itself_alone():
    one = sources.source_of({**GOOD, "kind": "upload"}, "f", 2)
    found = sources.Registry({"x": one})
    steward = (Grant("data_steward"), frozenset({"data.steward"}))
    other_city = (Grant("data_steward", "demo"), frozenset({"data.steward"}))
    below = (Grant("data_steward", "tiny", "990101"), frozenset({"data.steward"}))
    assert found.for_hand_in("x", person("water"), ("upload",)) is one
    assert found.for_hand_in("x", person("", steward), ("upload",)) is one
    assert found.for_hand_in("x", Viewer("me", "local", (), EVERY_DEPARTMENT), ("upload",)) is one
    for who in (person("tax"), person(""), person("tax", other_city), person("tax", below)):
        with pytest.raises(NotFound):
            found.for_hand_in("x", who, ("upload",))
    with pytest.raises(NotFound):
        found.for_hand_in("x", person("water"), ("mqtt",))
    off = sources.Registry({"x": sources.source_of({**GOOD, "kind": "upload", "is_active": "false"}, "f", 2)})
    with pytest.raises(Refused):
        off.for_hand_in("x", person("water"), ("upload",))
