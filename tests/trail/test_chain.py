"""An unbroken chain is told from a changed, removed, inserted, cut, exchanged or forged one; retention keeps it whole."""

import os
import shutil
import sqlite3

import pytest

from app.chain import mark_hash, row_hash
from app.secrets import Secrets, fingerprint
from data.trail import Entry, Question

DROPPED = "drop trigger entry_is_last; drop trigger entry_stays; drop trigger entry_is_kept;"
REST = ", ".join(Entry._fields)


def tamper(audit, script):
    """What somebody does who can write the file but has no key."""
    audit.flush()
    with sqlite3.connect(audit.trail.path) as other:
        other.executescript(script)
    other.close()


@pytest.mark.parametrize("script", ["update entry set who = 'nobody' where number = 3", "delete from entry where number = 3",
                                    "delete from entry", "insert or replace into entry select * from entry where number = 3",
                                    f"insert into entry select number + 40, {REST}, key, previous, hash from entry where number = 3",
                                    "update anchor set through = 9"])
def test_the_file_itself_refuses_changes(told, script):
    if "anchor" in script:
        tamper(told, "insert into anchor values (1, 0, 1, x'00', '', x'00')")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        tamper(told, script)


def test_a_whole_trail_is_intact(told):
    found = told.verify()
    assert found.is_intact and found.rows == found.last == 12 and found.broken is None and len(found.head) == 64


def test_an_empty_trail_is_intact(audit):
    assert audit.verify().is_intact and audit.verify().rows == 0 and audit.search(Question()) == ([], 0)


@pytest.mark.parametrize("column, value", [("who", "'eve'"), ("at", "at + 1"), ("decision", "'allowed '"), ("rows", "rows + 1"), ("units", "''"),
                                           ("detail", "'x'"), ("count", "2"), ("previous", "x'00'"), ("hash", "x'00'"), ("address", "'10.0.0.9'")])
def test_a_changed_row_is_named(told, column, value):
    tamper(told, f"{DROPPED} update entry set {column} = {value} where number = 5")
    found = told.verify()
    assert not found.is_intact and found.broken == 5 and found.reason == "changed"


def test_a_removed_row_is_named(told):
    tamper(told, f"{DROPPED} delete from entry where number = 4")
    assert (told.verify().broken, told.verify().reason) == (4, "missing")


def test_a_removed_row_is_named_when_the_rest_moves_up(told):
    tamper(told, f"{DROPPED} delete from entry where number = 4; update entry set number = number - 1 where number > 4;")
    assert (told.verify().broken, told.verify().reason) == (4, "changed")


def test_an_inserted_row_is_named(told):
    tamper(told, f"{DROPPED} insert into entry select 13, {REST}, key, hash, x'00' from entry where number = 12")
    assert (told.verify().broken, told.verify().reason) == (13, "changed")


@pytest.mark.parametrize("script", ["delete from entry where number > 9", "delete from entry where number > 9; delete from head",
                                    "delete from entry; delete from head"])
def test_a_cut_end_is_named(told, script):
    tamper(told, DROPPED + script)
    found = told.verify()
    assert not found.is_intact and found.reason in ("cut", "head") and found.broken in (12, 9)


def test_an_older_copy_of_the_whole_file_shows_and_goes_on_showing(told, tmp_path, open_audit, clock):
    told.close()
    shutil.copy(tmp_path / "audit.sqlite", tmp_path / "older")
    again = open_audit()
    for _ in range(3):
        again.note("eve", "account", "grant.add", "allowed")
    again.close()
    shutil.copy(tmp_path / "older", tmp_path / "audit.sqlite")
    clock.now += 3600
    later = open_audit()
    assert (later.verify().reason, later.verify().broken) == ("cut", 15)
    for _ in range(6):
        later.note("eve", "account", "grant.add", "allowed")
    assert not later.verify().is_intact and later.verify().broken == 15


def test_a_trail_taken_away_under_a_running_server_shows(told, tmp_path):
    for path in tmp_path.glob("audit.sqlite*"):
        path.unlink()
    for _ in range(20):
        told.note("eve", "account", "grant.add", "allowed")
    found = told.verify()
    assert not found.is_intact and found.broken == 12


def test_a_row_forged_with_a_key_of_ones_own_is_named(told):
    told.flush()
    key = os.urandom(32)
    row = told.search(Question())[0][0]
    entry = Entry(row["at"], "eve", *[row[name] for name in Entry._fields[2:]])
    forged = row_hash(key, 13, entry, row["hash"])
    with sqlite3.connect(told.trail.path) as other:
        other.execute("insert into entry values (" + ", ".join("?" * 17) + ")", (13, *entry, fingerprint(key), row["hash"], forged))
        other.execute("update head set number = 13, hash = ?, key = ?, signature = ?", (forged, fingerprint(key), mark_hash(key, "head", 13, forged)))
    other.close()
    assert (told.verify().broken, told.verify().reason) == (13, "key")


def test_rows_before_and_after_a_rotation_verify(told, tmp_path):
    Secrets(tmp_path).rotate("audit")
    told.note("admin", "account", "secret.rotate", "allowed", detail="audit")
    found = told.verify()
    assert found.is_intact and found.rows == 13
    (tmp_path / "secrets" / "audit.earlier").unlink()
    assert (told.verify().broken, told.verify().reason) == (1, "key")


def test_retention_takes_the_oldest_away_and_the_chain_still_verifies(told, clock):
    clock.now += 399 * 86_400
    told.note("lin", "account", "sign_in", "allowed")
    told.prune()
    assert told.verify().rows == 13, "nothing is older than 400 days yet"
    clock.now += 2 * 86_400
    told.note("lin", "account", "sign_in", "allowed")
    told.prune()
    found = told.verify()
    assert found.is_intact and found.rows == 3 and found.last == 15
    row = told.search(Question(action="audit.prune"))[0][0]
    assert row["rows"] == 12 and row["number"] in (14, 15)
    told.note("lin", "account", "sign_in", "allowed")
    assert told.verify().is_intact and told.verify().last == 16


def test_rows_taken_away_without_the_key_are_no_retention(told):
    tamper(told, "insert into anchor select 6, at, 6, hash, key, hash from entry where number = 6; delete from entry where number <= 6;")
    assert (told.verify().broken, told.verify().reason) == (6, "anchor")


def test_everything_can_be_taken_away_by_age_and_the_numbers_go_on(told, clock):
    clock.now += 1000 * 86_400
    told.prune()
    found = told.verify()
    assert found.is_intact and found.rows == 1 and found.last == 13
