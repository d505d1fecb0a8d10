"""A column added, gone, renamed, retyped: seen, and treated as the source's rule says."""

import json

import pyarrow as pa
import pytest

from app.errors import NotFound
from app.exchange import holding
from app.exchange.channels import collect, folder
from data import drift
from tests.sources.conftest import STREETS, readings


def look(**columns):
    return drift.look(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


NUMBERS, WORDS = [str(n) for n in range(40)], [f"word {n}" for n in range(40)]


@pytest.mark.parametrize(("now", "changes"), [
    ({"id": NUMBERS, "name": WORDS}, []),
    ({"name": WORDS, "id": NUMBERS}, []),
    ({"id": NUMBERS, "name": WORDS, "more": NUMBERS}, [("added", "more")]),
    ({"id": NUMBERS}, [("gone", "name")]),
    ({"id": NUMBERS, "full_name": WORDS}, [("renamed", "full_name")]),
    ({"id": NUMBERS, "label": WORDS}, [("renamed", "label")]),                      # another word, the same values
    ({"id": NUMBERS, "zzz": [f"other {n}" for n in range(40)]}, [("added", "zzz"), ("gone", "name")]),
    ({"id": WORDS, "name": WORDS}, [("retyped", "id")]),
    ({"id": [f"{n}.5" for n in range(40)], "name": WORDS}, []),                     # numbers among which none was broken
    ({"id": [None] * 40, "name": WORDS}, []),                                       # an empty column says nothing
])  # fmt: skip
def test_what_changed(now, changes):
    found = drift.compare(look(id=NUMBERS, name=WORDS), look(**now))
    assert sorted((one.change, one.column) for one in found) == changes


@pytest.mark.parametrize(("texts", "kind"), [
    (["1", "-2", "+3"], "integer"), (["1", "2.5", "1e3"], "number"), (["2026-01-01", "2026/2/3"], "date"),
    (["2026-01-01T00:00:00Z", "2026-01-01 08:00"], "time"), (["2026-01-01", "2026-01-01 08:00"], "time"), (["true", "false"], "bool"),
    (["是", "否"], "bool"), (["a", "1"], "text"), ([], "empty"), (["310101199001010000X"], "text"),
])  # fmt: skip
def test_kinds(texts, kind):
    assert drift.kind_of(texts) == kind


RENAMED = readings([7, 8], 6).replace("value", "val")


def noted(text):
    """The same with one column more."""
    head, *rows = text.splitlines()
    return "\n".join([f"{head},note", *(f"{row},n{i}" for i, row in enumerate(rows))]) + "\n"


def drop(place, rule, *texts):
    source = place.source("drop", "folder", drift=rule)
    inbox, done = folder.inbox(place.system, source), []
    for n, text in enumerate(texts):
        place.drop(inbox, f"{n}.csv", text)
        done += collect(place.system, source)
    return source, done


def values(place):
    return sorted(row[0] for row in place.all("select value from base.reading where indicator = 'aqi'"))


def test_accept_takes_the_file_as_it_comes(place):
    _, done = drop(place, "accept", readings([1, 2], 4), noted(readings([3, 4], 5)))
    assert [one.outcome for one in done] == ["taken", "taken"]
    assert place.all("select change, column_name, rule, state from mgmt.drift") == [("added", "note", "accept", "accepted")]
    _, done = drop(place, "accept", noted(readings([5, 6], 7)))
    assert place.one("select count(*) from mgmt.drift") == (1,)            # known by now


def test_map_lets_a_renamed_column_go_on(place):
    _, done = drop(place, "map", readings([1, 2], 4), RENAMED, readings([9, 10], 8).replace("value", "val"))
    assert [one.outcome for one in done] == ["taken"] * 3 and values(place) == [1, 2, 7, 8, 9, 10]
    assert place.all("select change, column_name, was, state from mgmt.drift") == [("renamed", "val", "value", "mapped")]
    assert place.all("select source, source_field, field, author, version from mgmt.mapping") == [("drop", "val", "value", "rule", 1)]


def test_map_holds_what_no_mapping_can_mend(place):
    _, done = drop(place, "map", readings([1, 2], 4), "unit_code,indicator,at\n" + f"{STREETS[0]},aqi,2026-11-18T05:00:00Z\n")
    assert [one.outcome for one in done] == ["taken", "held"]


def test_hold_waits_until_a_steward_lets_the_file_in(place):
    source, done = drop(place, "hold", readings([1, 2], 4), RENAMED)
    assert [one.outcome for one in done] == ["taken", "held"] and values(place) == [1, 2]
    number = done[1].held
    held = folder.inbox(place.system, source).parent / "held"
    told = json.loads(next(held.glob("*.reason.json")).read_text())
    assert told["changes"] == [{"change": "renamed", "column": "val", "was": "value", "now": "val"}]
    entered = holding.enter(place.system, source, number, "keeper", is_mapped=True)
    assert entered.outcome == "taken" and entered.receipt.accepted == 2 and values(place) == [1, 2, 7, 8]
    assert list(held.iterdir()) == []
    assert place.one("select state, decided_by, batch from mgmt.held") == ("entered", "keeper", entered.receipt.batch)
    assert place.one("select state, decided_by from mgmt.drift") == ("entered", "keeper")
    with pytest.raises(NotFound):
        holding.enter(place.system, source, number, "keeper")
    _, done = drop(place, "hold", readings([9, 10], 9).replace("value", "val"))          # the new columns are the known ones now
    assert done[0].outcome == "taken"


def test_a_refused_file_never_enters(place):
    source, done = drop(place, "hold", readings([1, 2], 4), RENAMED)
    holding.refuse(place.system, source, done[1].held, "keeper")
    assert values(place) == [1, 2] and place.one("select state from mgmt.held") == ("refused",)
    assert len(list((folder.inbox(place.system, source).parent / "refused").iterdir())) == 2
    with pytest.raises(NotFound):
        holding.refuse(place.system, source, done[1].held, "keeper")


def test_an_empty_export_does_not_close_a_library(place):
    source = place.source("drop", "folder", "person", format="csv whole")
    inbox = folder.inbox(place.system, source)
    rows = "\n".join(f"{n},Name {n},{STREETS[0]},alive" for n in range(30))
    place.drop(inbox, "a.csv", f"id_number,name,unit_code,status\n{rows}\n")
    place.drop(inbox, "b.csv", "id_number,name,unit_code,status\n", age=5)
    assert [one.outcome for one in collect(place.system, source)] == ["taken", "held"]
    assert "more than half" in place.one("select reason from mgmt.held")[0]
