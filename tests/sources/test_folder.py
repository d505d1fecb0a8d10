"""Folder drop: what is finished is taken, what is still written is not, what is bad waits with its reason."""

import json
import os
import time

from app.exchange.channels import collect, folder
from app.exchange.scheduler import Scheduler
from tests.sources.conftest import readings


def names(path):
    return sorted(one.name for one in path.iterdir()) if path.is_dir() else []


def test_finished_files_are_taken_in_the_order_they_came(place):
    source = place.source("drop", "folder")
    inbox = folder.inbox(place.system, source)
    place.drop(inbox, "second.csv", readings([5, 6], 5), age=10)
    place.drop(inbox, "first.csv", readings([1, 2], 4), age=20)
    done = collect(place.system, source)
    assert [one.outcome for one in done] == ["taken", "taken"]
    batches = place.all("select file_name, channel, row_count from front.batch where channel = 'drop' order by batch")
    assert batches == [("first.csv", "drop", 2), ("second.csv", "drop", 2)]
    assert [row[0] for row in place.all("select value from base.reading where indicator = 'aqi' order by observed_at, seq")] == [1, 2, 5, 6]
    assert len(names(inbox.parent / "done")) == 2 and names(inbox) == [] and names(inbox.parent / "working") == []


def test_a_file_still_being_written_is_not_taken(place):
    source = place.source("drop", "folder")
    inbox = folder.inbox(place.system, source)
    path = place.drop(inbox, "slow.csv", readings([1])[:30])
    with path.open("ab") as writer:                         # old enough, and open for writing
        os.utime(path, (time.time() - 60,) * 2)
        assert collect(place.system, source) == [] and names(inbox) == ["slow.csv"]
        writer.write(readings([1])[30:].encode())
    assert collect(place.system, source) == []              # closed a moment ago: not yet quiet
    os.utime(path, (time.time() - 60,) * 2)
    place.drop(inbox, "upload.csv.part", "x")
    place.drop(inbox, ".hidden", "x")
    assert [one.outcome for one in collect(place.system, source)] == ["taken"]
    assert names(inbox) == [".hidden", "upload.csv.part"]


def test_a_link_out_of_the_folder_is_not_followed(place, tmp_path):
    source = place.source("drop", "folder")
    secret = place.drop(tmp_path, "secret.csv", readings([1]))
    inbox = folder.inbox(place.system, source)
    inbox.mkdir(parents=True)
    (inbox / "link.csv").symlink_to(secret)
    assert collect(place.system, source) == [] and secret.is_file()


def test_a_bad_file_waits_with_its_reason_beside_it(place):
    source = place.source("drop", "folder")
    inbox = folder.inbox(place.system, source)
    place.drop(inbox, "nul.csv", b"unit_code,indicator\n\0,aqi\n")
    place.drop(inbox, "other.csv", "a,b\n1,2\n")
    assert [one.outcome for one in collect(place.system, source)] == ["held", "held"]
    held = names(inbox.parent / "held")
    assert len(held) == 4 and sum(name.endswith(".reason.json") for name in held) == 2
    told = json.loads(next((inbox.parent / "held").glob("*nul.csv.reason.json")).read_text())
    assert "NUL" in told["reason"] and told["file"] == "nul.csv"
    assert place.one("select count(*) from front.batch where channel = 'drop'") == (0,)
    assert place.all("select file_name, state from mgmt.held order by 1") == [("nul.csv", "waiting"), ("other.csv", "waiting")]
    assert [row[0] for row in place.all("select outcome from front.delivery where channel = 'drop'")] == ["failed", "failed"]


def test_what_a_killed_process_left_is_taken_up(place):
    source = place.source("drop", "folder")
    working = folder.inbox(place.system, source).parent / "working"
    place.drop(working / "1", "left.csv", readings([1, 2]))
    assert [one.outcome for one in collect(place.system, source)] == ["taken"]
    place.drop(working / "2", "left.csv", readings([1, 2]))      # killed after the commit, before the move
    assert [one.outcome for one in collect(place.system, source)] == ["replay"]
    assert place.one("select count(*) from base.reading where indicator = 'aqi'") == (2,)
    assert [name.endswith("left.csv") for name in names(working.parent / "done")] == [True, True]


def test_the_scheduler_asks_what_is_due(place):
    source = place.source("drop", "folder", schedule="PT5M")
    inbox = folder.inbox(place.system, source)
    place.drop(inbox, "a.csv", readings([1]))
    clock = Scheduler(place.system)
    clock.turn()
    assert place.one("select count(*) from front.batch where channel = 'drop'") == (1,)
    place.drop(inbox, "b.csv", readings([2], 5))
    clock.turn()                                            # not due
    assert names(inbox) == ["b.csv"]
    assert Scheduler(place.system).is_due(source) is False    # a restart remembers the last try
    clock._tried["drop"] -= 301
    clock.turn()
    assert names(inbox) == []
    place.source("drop", "folder", schedule="PT5M", is_active="false")
    os.utime(place.system.settings.home / "registry" / "sources.csv", (1, 1))
    clock._tried["drop"] -= 301
    place.drop(inbox, "c.csv", readings([3], 6))
    clock.turn()
    assert names(inbox) == ["c.csv"]


def test_it_starts_and_stops(place):
    place.source("drop", "folder", schedule="PT1S")
    place.drop(folder.inbox(place.system, place.source("drop", "folder", schedule="PT1S")), "a.csv", readings([1]))
    clock = Scheduler(place.system)
    clock.start()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and place.one("select count(*) from front.batch where channel = 'drop'") == (0,):
        time.sleep(0.1)
    clock.stop()
    assert not clock._thread.is_alive() and place.one("select count(*) from front.batch where channel = 'drop'") == (1,)


def test_a_reading_missing_from_a_whole_table_ends_and_is_not_erased(place):
    source = place.source("whole", "folder", format="csv whole")
    inbox = folder.inbox(place.system, source)
    place.drop(inbox, "one.csv", readings([1, 2, 3], 4))
    collect(place.system, source)
    place.drop(inbox, "two.csv", readings([1, 2], 4))
    done = collect(place.system, source)[0]
    assert (done.changes.deleted, done.receipt.accepted, done.receipt.row_in) == (1, 1, 1)
    assert place.all("select value from base.reading where indicator = 'aqi' order by seq") == [(1.0,), (2.0,)]
    assert place.all("select value, _ended_by from base.reading_ended") == [(3.0, done.receipt.batch)]
    assert place.all("select unit_code, _deleted from hub.reading where _batch = $1", done.receipt.batch) == [("990102001", "true")]
