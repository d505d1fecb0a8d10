"""What changed in a whole table: against a plain comparison in Python, for every table."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import diff
from data.errors import BadInput

ROW = st.fixed_dictionaries({"id": st.sampled_from(["1", "2", "3", "4", "", "\x1e", "a\x1f", None]), "part": st.sampled_from(["x", "y", None]),
                             "value": st.sampled_from(["1", "2", None, ""])})


def table(rows):
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in ("id", "part", "value")})


def plain(before, now, key):
    """{key: row} of each, the last row of a key winning, and the three counts."""
    old, new = ({tuple(row[name] for name in key): row for row in rows} for rows in (before, now))
    return (len(new.keys() - old.keys()), sum(old[k] != new[k] for k in old.keys() & new.keys()), len(old.keys() - new.keys()))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=st.lists(st.lists(ROW, max_size=8), min_size=1, max_size=4), key=st.sampled_from([["id"], ["id", "part"], ["id", "part", "value"]]))
def test_the_counts_are_those_of_a_plain_comparison(db, tables, key):
    cursor, before = db.cursor(), []
    diff.forget(cursor, "c")
    for rows in tables:
        found = diff.compare(cursor, "c", table(rows), key)
        assert (found.inserted, found.updated, found.deleted) == plain(before, rows, key)
        handed, fresh = diff.changed_rows(cursor, "c", table(rows), key)
        assert fresh.num_rows == found.inserted + found.updated and handed.num_rows == fresh.num_rows + found.deleted
        if found.deleted:
            gone = {tuple(row[name] for name in key) for row in handed.to_pylist() if row["_deleted"] == "true"}
            assert len(gone) == found.deleted
        diff.remember(cursor, "c", fresh, key)
        before = rows
    assert diff.compare(cursor, "c", table(before), key).any is False


def test_moving_a_column_changes_no_row_and_channels_do_not_mix(db):
    cursor, rows = db.cursor(), table([{"id": "1", "part": "x", "value": "5"}])
    assert diff.compare(cursor, "c", rows, ["id"]).inserted == 1
    diff.remember(cursor, "c", rows, ["id"])
    assert not diff.compare(cursor, "c", rows.select(["value", "id", "part"]), ["id"]).any
    assert diff.compare(cursor, "other", rows, ["id"]).inserted == 1


def test_a_key_that_is_not_there_is_told(db):
    with pytest.raises(BadInput, match="key is missing"):
        diff.compare(db.cursor(), "c", table([]), ["number"])
