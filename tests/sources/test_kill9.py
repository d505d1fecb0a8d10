"""kill −9 on the way of a batch and a restart: nothing lost, nothing twice (the long form: `run.py bench kill9`)."""

import pytest

from benchmarks.kill9 import KILLS, SHORT, rounds


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_process_loses_nothing_and_counts_nothing_twice(tmp_path):
    for row in rounds(tmp_path / "home", SHORT):
        assert row.measured == 0, row.note


def test_the_long_form_kills_at_every_stage():
    stages = {kill.split(":")[1].split("#")[0] for kill in KILLS}
    assert len(KILLS) >= 25 and {"front", "hub", "mapped", "check", "dept", "merge", "outcome", "commit", "settle", "draw", "roll-up", "move", "ack",
                                 "answer"} <= stages  # fmt: skip
    assert {kill.split(":")[0] for kill in KILLS} == {"before", "after"}
