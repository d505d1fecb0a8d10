"""The request desk: what may follow what, who may do it, and that a grant ends when it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app.catalogue.desk import ACTS, LONGEST_DAYS, MOVES, STATES, Wish
from app.errors import BadInput, Busy, ChengshuError, NotFound, Refused
from tests.catalogue.conftest import person

NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)
WHY = Wish("For the morning brief")


def test_an_unconditional_resource_is_granted_in_the_same_breath(system, shelf):
    found = system.desk.ask(person(system, "ann", department="finance"), "tiny", shelf.resource("R1"), WHY, NOW)
    assert (found["state"], found["decided_by"], found["decided_at"]) == ("granted", "rule", found["asked_at"])
    assert found["fields"] == [one.name for one in shelf.resource("R1").information] and found["owner"] == "housing"
    assert [step["act"] for step in system.desk.life(found["request"])] == ["ask", "grant"]


def test_a_conditional_one_waits_for_its_owner(system, shelf):
    ann = person(system, "ann", department="finance")
    asked = system.desk.ask(ann, "tiny", shelf.resource("R2"), WHY, NOW)
    assert asked["state"] == "asked"
    with pytest.raises(Refused, match="not decided yet"):
        system.desk.grant_of(ann, "tiny", "R2", at=NOW)
    for nobody in (person(system, "bob", "department_user", "power_grid"), person(system, "eve", "analyst", "power_grid"), ann):
        with pytest.raises(Refused):
            system.desk.act(nobody, asked["request"], "grant", at=NOW)
    owner = person(system, "olga", "data_steward", "power_grid")
    with pytest.raises(BadInput, match="reason"):
        system.desk.act(owner, asked["request"], "refuse", " ", NOW)
    done = system.desk.act(owner, asked["request"], "grant", "", NOW + timedelta(hours=2))
    assert (done["state"], done["decided_by"]) == ("granted", "olga")
    assert system.desk.grant_of(ann, "tiny", "R2", at=NOW + timedelta(hours=3))["request"] == asked["request"]
    assert system.desk.grant_of(person(system, "colleague", department="finance"), "tiny", "R2", at=NOW + timedelta(days=1))
    with pytest.raises(Refused, match="no grant"):
        system.desk.grant_of(person(system, "other", department="tax"), "tiny", "R2", at=NOW + timedelta(days=1))


def test_nobody_grants_their_own_request(system, shelf):
    steward = person(system, "olga", "data_steward", "power_grid")
    asked = system.desk.ask(steward, "tiny", shelf.resource("R2"), WHY, NOW)
    with pytest.raises(Refused, match="own request"):
        system.desk.act(steward, asked["request"], "grant", at=NOW)


def test_a_revoked_and_an_expired_grant_end_at_once(system, shelf):
    ann, owner = person(system, "ann", department="finance"), person(system, "olga", "data_steward", "housing")
    one = system.desk.ask(ann, "tiny", shelf.resource("R1"), Wish("For a day", days=1), NOW)
    with pytest.raises(Refused, match="expired"):
        system.desk.grant_of(ann, "tiny", "R1", at=NOW + timedelta(days=1))
    assert system.desk.sweep("tiny", NOW + timedelta(days=9)) == 1
    found = system.desk.request(one["request"])
    assert (found["state"], found["ended_at"]) == ("expired", found["expires_at"])
    two = system.desk.ask(ann, "tiny", shelf.resource("R1"), WHY, NOW + timedelta(days=2))
    with pytest.raises(Busy, match="already"):
        system.desk.ask(ann, "tiny", shelf.resource("R1"), WHY, NOW + timedelta(days=3))
    system.desk.act(owner, two["request"], "revoke", "Done with", NOW + timedelta(days=4))
    with pytest.raises(Refused, match="revoked"):
        system.desk.grant_of(ann, "tiny", "R1", at=NOW + timedelta(days=4))
    with pytest.raises(Busy, match="moved on"):
        system.desk.act(owner, two["request"], "revoke", "Again", NOW + timedelta(days=5))


@pytest.mark.parametrize(
    ("code", "wish", "kind"),
    [
        ("R3", WHY, Refused),
        ("R5", WHY, Refused),
        ("R1", Wish(" a "), BadInput),
        ("R1", Wish("x" * 501), BadInput),
        ("R1", Wish("Good", fields=("id_number",)), BadInput),
        ("R2", Wish("Good", units=("990102",)), BadInput),
        ("R1", Wish("Good", days=0), BadInput),
        ("R1", Wish("Good", days=LONGEST_DAYS + 1), BadInput),
        ("R1", Wish("Good", since=NOW, until=NOW - timedelta(1)), BadInput),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(same_system, same_shelf, code, wish, kind):
    with pytest.raises(kind):
        same_system.desk.ask(person(same_system, "ann"), "tiny", same_shelf.resource(code), wish, NOW)
    assert same_system.desk.requests("tiny") == []


def test_requests_of_another_city_are_not_found(system, shelf):
    one = system.desk.ask(person(system, "ann"), "tiny", shelf.resource("R1"), WHY, NOW)
    with pytest.raises(NotFound):
        system.desk.request(one["request"], "other")
    with pytest.raises(NotFound):
        system.desk.request(99_999)


def test_months_count_decisions_and_their_days(system, shelf):
    ann, owner = person(system, "ann", department="finance"), person(system, "olga", "data_steward", "power_grid")
    system.desk.ask(ann, "tiny", shelf.resource("R1"), WHY, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
    late = system.desk.ask(ann, "tiny", shelf.resource("R2"), WHY, datetime(2026, 10, 31, 16, 1, tzinfo=UTC))
    system.desk.act(owner, late["request"], "refuse", "No", datetime(2026, 11, 4, 16, 1, tzinfo=UTC))
    gone = system.desk.ask(person(system, "bob", department="tax"), "tiny", shelf.resource("R2"), WHY, NOW)
    system.desk.act(person(system, "bob", department="tax"), gone["request"], "withdraw", at=NOW)
    found = {(row["month"].isoformat(), row["owner"]): row for row in system.catalogue.months("tiny")}
    october, november = found["2026-10-01", "housing"], found["2026-11-01", "power_grid"]
    assert (october["asked"], october["closed"], october["at_once"], october["mean_days"]) == (1, 1, 1, 0)
    assert (november["asked"], november["closed"], november["granted"], november["mean_days"]) == (2, 1, 0, 4)


def test_every_move_begins_and_ends_in_a_known_state():
    assert {state for state, _ in MOVES} | set(MOVES.values()) == set(STATES)
    assert {act for _, act in MOVES} | {"ask"} == set(ACTS)


def test_any_order_of_acts_keeps_the_machine_whole(system, shelf):
    class Life(RuleBasedStateMachine):
        @initialize(code=st.sampled_from(["R1", "R2"]))
        def begin(self, code):
            self.at, self.before = NOW, len(system.desk.requests("tiny"))
            self.who = person(system, f"p{self.before}-{datetime.now(UTC).timestamp()}")
            self.number = system.desk.ask(self.who, "tiny", shelf.resource(code), WHY, self.at)["request"]

        @precondition(lambda self: hasattr(self, "number"))
        @rule(act=st.sampled_from([*ACTS, "sign", ""]), is_owner=st.booleans(), note=st.sampled_from(["", "Because"]))
        def act(self, act, is_owner, note):
            before = system.desk.request(self.number)["state"]
            self.at += timedelta(hours=1)
            who = person(system, "owner", "data_steward") if is_owner else self.who
            try:
                after = system.desk.act(who, self.number, act, note, self.at)["state"]
            except ChengshuError:
                after = system.desk.request(self.number)["state"]
                assert after == before
            else:
                assert MOVES[before, act] == after
            steps = [step["state"] for step in system.desk.life(self.number)]
            assert steps[0] == "asked" and steps[-1] == after
            assert all((a, b) in {(was, then) for (was, _), then in MOVES.items()} for a, b in zip(steps, steps[1:], strict=False))

    Life.TestCase.settings = settings(
        max_examples=12, stateful_step_count=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    Life.TestCase("runTest").runTest()
