"""What is noted, when it is on the disk, and what happens when it cannot be."""

import contextlib
import csv
import io
import sqlite3
import stat
import statistics
import threading
import time

import pytest

from app.audit import Audit
from app.errors import Unavailable
from app.secrets import Secrets
from app.settings import load
from data.trail import Question


def test_a_row_says_who_when_from_where_what_which_units_and_fields_and_how_many(told):
    rows, total = told.search(Question(action="units.card"))
    assert total == 10 and [row["number"] for row in rows] == list(range(10, 0, -1))
    newest = rows[0]
    names = ("who", "kind", "address", "city", "units", "fields", "rows", "decision")
    assert [newest[name] for name in names] == ["lin", "account", "10.0.0.7", "demo", "990109", "population", 9, "allowed"]
    assert newest["at"] == int(1_780_000_010.0 * 1e6)


def test_the_file_is_for_this_user_alone(told, tmp_path):
    for path in [*tmp_path.glob("audit.sqlite*"), tmp_path / "secrets" / "audit.head"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("action, decision", [("units.card", "refused"), ("units.card", "failed"), ("sign_in", "allowed"),
                                              ("account.create", "allowed"), ("backup", "allowed")])
def test_refusals_and_acts_are_on_the_disk_before_the_answer(audit, tmp_path, action, decision):
    audit.note("wang", "account", action, decision, is_quiet=True)
    with sqlite3.connect(tmp_path / "audit.sqlite") as other:
        assert other.execute("select action, decision from entry").fetchall() == [(action, decision)]
    other.close()


def test_a_read_is_written_within_a_second(audit):
    audit.note("lin", "account", "units.card", "allowed")
    until = time.monotonic() + 10            # it is within a second where nothing else runs
    while audit.trail.count(Question()) == 0 and time.monotonic() < until:
        time.sleep(0.02)
    assert audit.trail.count(Question()) == 1


def test_quiet_reads_are_counted_per_person_action_city_and_minute(audit, clock):
    clock.now = 1_780_000_020.0
    for _minute in range(2):
        for _ in range(300):
            audit.note("lin", "account", "tiles.tile", "allowed", city="demo", rows=2, is_quiet=True)
        audit.note("lin", "account", "tiles.tile", "allowed", city="other", is_quiet=True)
        audit.note("wang", "account", "tiles.tile", "allowed", city="demo", is_quiet=True)
        clock.now += 60
    audit.flush()
    found = sorted((row["at"] // 60_000_000, row["who"], row["city"], row["count"], row["rows"]) for row in audit.search(Question())[0])
    first = 1_780_000_020 // 60
    expected = (("lin", "demo", 300, 600), ("lin", "other", 1, 0), ("wang", "demo", 1, 0))
    assert found == sorted((first + minute, *one) for minute in range(2) for one in expected)


def test_strangers_cannot_fill_the_disk(audit):
    for _ in range(500):
        audit.note("", "nobody", "units.card", "refused", address="203.0.113.9", detail="Nobody is signed in")
    audit.note("", "nobody", "units.card", "refused", address="203.0.113.10")
    for _ in range(60):
        audit.note("wang", "account", "units.card", "refused", address="203.0.113.9")
    audit.flush()
    rows = audit.search(Question(who="", word="203.0.113.9"))[0]
    mine = [row for row in rows if not row["who"]]
    assert len(mine) == 21 and sum(row["count"] for row in mine) == 500 and {row["decision"] for row in mine} == {"refused"}
    assert audit.search(Question(who="wang"))[1] == 60 and audit.search(Question(word="203.0.113.10"))[1] == 1
    assert audit.verify().is_intact


def test_units_are_kept_by_name_up_to_a_number_and_counted_beyond(audit):
    audit.note("lin", "account", "export.rows", "allowed", units=[f"u{i}" for i in range(4000)])
    audit.flush()
    row = audit.search(Question())[0][0]
    assert row["unit_count"] == 4000 and row["units"].split() == [f"u{i}" for i in range(50)]


def test_nothing_noted_can_break_a_line_or_the_chain(audit):
    audit.note("a\nb\x00\u202e\ud800", "account", "x" * 5000, "refused", detail="\x1b[31m" + "字" * 2000, units=["a b", None, 7])
    row = audit.search(Question())[0][0]
    assert row["who"] == "a b " and len(row["action"]) == 80 and "\x1b" not in row["detail"] and row["units"] == "a_b None 7"
    assert audit.verify().is_intact


def test_closing_writes_what_waits(open_audit, tmp_path):
    first = open_audit()
    first.note("lin", "account", "units.card", "allowed")
    first.note("lin", "account", "tiles.tile", "allowed", is_quiet=True)
    first.close()
    with pytest.raises(Unavailable, match="shutting down"):
        first.note("lin", "account", "units.card", "allowed")
    assert open_audit().search(Question())[1] == 2


def test_many_threads_and_two_processes_worth_of_writers_make_one_chain(open_audit):
    writers = [open_audit(), open_audit()]

    def work(audit, name):
        for i in range(40):
            audit.note(name, "account", "units.card" if i % 4 else "account.change", "allowed")

    threads = [threading.Thread(target=work, args=(writers[i % 2], f"t{i}")) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.flush()
    found = writers[0].verify()
    assert found.is_intact and found.rows == found.last == 320


def test_noting_a_read_costs_next_to_nothing(audit):
    units, spent = [f"99010000{i}" for i in range(30)], []
    for i in range(3000):
        started = time.thread_time()        # the machine may be busy with others
        audit.note("lin", "account", "units.card", "allowed", address="10.0.0.7", city="demo", units=units, fields=("aqi",), is_quiet=i % 2 == 0)
        spent.append(time.thread_time() - started)
    audit.flush()
    assert statistics.median(spent) < 50e-6


def _fill_the_disk(audit):
    audit.flush()
    audit.trail._writer.execute("pragma max_page_count = 1")       # SQLite's own "disk is full"


def _note_much(audit):
    for _ in range(200):
        audit.note("lin", "account", "account.change", "allowed", detail="x" * 400)


def test_a_full_disk_refuses_acts_until_it_has_room(told):
    _fill_the_disk(told)
    with pytest.raises(Unavailable, match="disk is full"):
        _note_much(told)
    with pytest.raises(Unavailable, match="disk is full"):
        told.note("lin", "account", "units.card", "allowed")
    with pytest.raises(Unavailable, match="disk is full"):
        told.require()
    for _ in range(20):         # the last page takes some small rows yet
        with contextlib.suppress(Unavailable):
            told.flush()
            told.note("lin", "account", "account.change", "allowed")
    for _ in range(6):          # from now on trying again changes nothing
        time.sleep(0.2)
        with pytest.raises(Unavailable, match="disk is full"):
            told.require()
    told.trail._writer.execute("pragma max_page_count = 1000000")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            told.note("lin", "account", "account.change", "allowed", detail="again")
            break
        except Unavailable:
            time.sleep(0.05)
    assert told.search(Question(word="again"))[1] == 1 and told.verify().is_intact
    assert "disk is full" in told.search(Question(action="audit.resumed"))[0][0]["detail"], "the gap is in the trail"


def test_without_strict_the_reads_wait_and_nothing_is_refused(open_audit):
    audit = open_audit(audit_strict=False)
    audit.note("lin", "account", "account.change", "allowed")
    _fill_the_disk(audit)
    for _ in range(100):
        audit.note("lin", "account", "account.change", "allowed", detail="x" * 400)
        audit.note("lin", "account", "units.card", "allowed", detail="y" * 400)
    audit.trail._writer.execute("pragma max_page_count = 1000000")
    audit.flush()
    assert audit.search(Question(action="units.card"))[1] == 100 and audit.verify().is_intact


def test_a_folder_that_cannot_be_made_refuses(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    secrets = Secrets(tmp_path)
    audit = Audit(tmp_path / "file", secrets, load(home=tmp_path))
    with pytest.raises(Unavailable, match="audit trail"):
        audit.note("lin", "account", "sign_in", "refused")
    audit.close()


def test_search_takes_words_literally(told):
    assert told.search(Question(word="%"))[1] == 0
    assert told.search(Question(word="990104"))[1] == 1
    assert told.search(Question(who="WAN", decision="refused"))[1] == 1
    assert told.search(Question(city="demo", since=int(1_780_000_009e6)))[1] == 2
    assert told.search(Question(word="' or 1=1 --"))[1] == 0
    assert [row["number"] for row in told.search(Question(), 2, 3)[0]] == [10, 9, 8]


def test_the_file_that_leaves_holds_no_formula(told):
    told.note("=HYPERLINK(\"x\")", "account", "units.card", "refused", detail="@SUM(A1)")
    text = b"".join(told.csv(Question())).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 13 and rows[-1]["who"].startswith("'=") and rows[-1]["detail"].startswith("'@") and len(rows[-1]["hash"]) == 64
    assert rows[0]["at"].endswith("+00:00")
