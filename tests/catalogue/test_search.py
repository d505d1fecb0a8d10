"""Finding entries: words in three spellings, filters with their counts, and a shape on the map, against a naive search."""

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalogue.search import Question, search

FEW = settings(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def codes(answer):
    return [one.code for one in answer.entries]


def test_words_find_in_chinese_pinyin_and_english(same_shelf):
    for word in ("在建工地", "zaijiangongdi", "zjgd", "building sites", "BUILDING SITES", "R1"):
        assert codes(search(same_shelf, Question(word)))[0] == "R1", word
    assert "R1" in codes(search(same_shelf, Question("建设局"))), "the name of the department"
    assert codes(search(same_shelf, Question("用电 power"))) == ["R2"], "every word must be found"
    assert codes(search(same_shelf, Question("施工许可"))) == ["I1"]
    assert search(same_shelf, Question("nowhere")).total == 0


def test_a_shape_finds_what_covers_it(same_shelf):
    low, high = shapely.box(118.0, 30.0, 118.15, 30.05), shapely.box(118.0, 30.1, 118.15, 30.15)
    assert set(codes(search(same_shelf, Question(shape=low)))) == {"R1", "R2", "R3", "R5"}
    assert set(codes(search(same_shelf, Question(shape=high)))) == {"R1", "R3", "R4", "R5"}
    assert codes(search(same_shelf, Question(shape=shapely.box(10, 10, 11, 11)))) == []


def test_counts_say_what_each_choice_would_leave(same_shelf):
    found = search(same_shelf, Question(sharing="unconditional"))
    assert found.total == 3 and found.counts["sharing"] == {"unconditional": 3, "conditional": 1, "none": 1}
    assert found.counts["department"] == {"housing": 3}


WORDS = st.lists(st.sampled_from(["工地", "zj", "electricity", "r", "x", "construction", "许可"]), max_size=2).map(" ".join)
PICK = st.fixed_dictionaries(
    {
        "word": WORDS,
        "kind": st.sampled_from(["", "resource", "item"]),
        "department": st.sampled_from(["", "housing", "police"]),
        "topic": st.sampled_from(["", "power", "construction"]),
        "sharing": st.sampled_from(["", "unconditional", "none"]),
    }
)


@FEW
@given(asked=PICK)
def test_it_finds_what_a_look_at_every_entry_finds(same_shelf, asked):
    wanted = {name: value for name, value in asked.items() if name != "word" and value}
    naive = [
        one.entry.code
        for one in same_shelf.index
        if all(word in one.text for word in asked["word"].split()) and all(one.facts[name] == value for name, value in wanted.items())
    ]
    found = search(same_shelf, Question(**asked), 0, 100)
    assert sorted(codes(found)) == sorted(naive) and found.total == len(naive)
    assert codes(search(same_shelf, Question(**asked), 1, 2)) == codes(found)[1:3]


def test_the_shelf_is_read_again_when_a_batch_comes(system, shelf, tmp_path):
    from tests import tiny
    from tests.catalogue.conftest import WHOLE

    assert system.catalogue.shelf("tiny") is shelf
    system.take([tiny.hand_in(tmp_path, "resource", [{**WHOLE, "code": "NEW"}], "n", source="housing")])
    assert "NEW" in system.catalogue.shelf("tiny").resources
