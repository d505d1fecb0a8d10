"""Who may do what to an alert and when, what is written down of it, and what is told again when nobody does anything."""

import pytest

from app.access import Grant, viewer
from app.alerts import board, life
from app.errors import BadInput, Busy, NotFound, Refused
from app.settings import load
from app.system import System
from data.trail import Question
from tests import tiny
from tests.alerts.raised import put


@pytest.fixture
def system(tmp_path):
    system = System(load(home=tmp_path / "home", demo="off"))
    system.take(tiny.whole(tmp_path))
    system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("ponding_cm", "street") + tiny.readings("active_sites", "street"))])
    yield system
    system.close()


def who(system, role, unit="", department="", name="wang"):
    return system.seen_by(viewer(name, "account", (Grant(role, "tiny", unit, 2),), system.roles, department), "operations.read")


def test_an_alert_goes_through_its_life_and_every_step_is_written_down(system):
    number, = put(system, "tiny", {})
    officer, version = who(system, "duty_officer"), system.alerts.version("tiny")
    row = board.alert(officer, "tiny", number)
    assert (row["state"], row["owner"], row["is_overdue"], row["name_en"]) == ("raised", "water", False, "Water on the road")
    for what, note, to, after in (
            ("acknowledge", "", "", "acknowledged"), ("assign", "pump truck", "water", "assigned"), ("handle", "pumped", "", "handled"),
            ("return", "still wet", "", "assigned"), ("handle", "pumped again", "", "handled"), ("verify", "", "", "verified"),
            ("close", "", "", "closed")):
        assert life.act(system, officer, "tiny", number, what, note, to)["state"] == after
        assert system.alerts.version("tiny") > version
        version = system.alerts.version("tiny")
    events = board.alert(officer, "tiny", number)["events"]
    assert [(one["act"], one["who"]) for one in events] == [
        ("raise", "system"), *((what, "wang") for what in ("acknowledge", "assign", "handle", "return", "handle", "verify", "close"))]
    assert [one["note"] for one in events][2:4] == ["water: pump truck", "pumped"]
    system.audit.flush()
    assert "alert.close" in b"".join(system.audit.csv(Question())).decode()
    assert board.alerts(officer, "tiny") == [] and board.counts(officer, "tiny")["states"]["closed"] == 1


def test_who_may_do_what(system):
    number, = put(system, "tiny", {})
    with pytest.raises(Refused):
        life.act(system, who(system, "department_user", "", "police"), "tiny", number, "acknowledge")
    with pytest.raises(Refused):
        life.act(system, who(system, "department_user", "", "water"), "tiny", number, "dismiss", "no")
    with pytest.raises(NotFound):
        life.act(system, who(system, "duty_officer", "990102"), "tiny", number, "acknowledge")
    with pytest.raises(NotFound):
        life.act(system, who(system, "analyst"), "tiny", number, "acknowledge")
    assert life.acts_for(who(system, "analyst").viewer, board.alert(who(system, "analyst"), "tiny", number)) == []
    assert board.alerts(who(system, "analyst", "990102"), "tiny") == [] and board.counts(who(system, "analyst", "990102"), "tiny")["open"] == 0
    assert life.act(system, who(system, "department_user", "", "water"), "tiny", number, "acknowledge")["state"] == "acknowledged"
    officer = who(system, "duty_officer")
    with pytest.raises(Busy):
        life.act(system, officer, "tiny", number, "verify")
    with pytest.raises(BadInput):
        life.act(system, officer, "tiny", number, "handle", "  ")
    with pytest.raises(BadInput):
        life.act(system, officer, "tiny", number, "assign", "", "nobody")
    with pytest.raises(BadInput):
        life.act(system, officer, "tiny", number, "burn")


def test_one_act_moves_a_whole_group(system):
    numbers = put(system, "tiny", {}, {"seq": 2, "code": "990101002"}, {"seq": 3, "code": "990102001", "state": "assigned"})
    officer = who(system, "duty_officer")
    life.act(system, officer, "tiny", numbers[0], "acknowledge", with_group=True)
    assert [board.alert(officer, "tiny", number)["state"] for number in numbers] == ["acknowledged", "acknowledged", "assigned"]


def test_what_is_overdue_is_told_again_but_not_for_ever(system):
    number, = put(system, "tiny", {})
    officer, at = who(system, "duty_officer"), system.newest("tiny")
    assert life.escalate(system, "tiny", at + 1800) == []
    for k in range(5):
        assert life.escalate(system, "tiny", at + 1801 + k * 100_000) == ([number] if k < life.MOST_TOLD else [])
    row = board.alert(officer, "tiny", number)
    assert row["escalation"] == life.MOST_TOLD and [one["act"] for one in row["events"]] == ["raise", "escalate", "escalate", "escalate"]
    assert life.act(system, officer, "tiny", number, "acknowledge")["escalation"] == 0
