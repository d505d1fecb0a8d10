"""The store: private, versioned, one truth for several threads and processes."""

import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest

from app.errors import Busy, Unavailable
from data.people import FIRST, FRESH_S, People


@pytest.fixture
def people(tmp_path):
    store = People(tmp_path / "access.sqlite")
    yield store
    store.close()


def test_only_its_owner_reads_it(people, tmp_path):
    people.add("link", hash="x", made_at=1, until=2)
    for path in tmp_path.glob("access.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    path = tmp_path / "access.sqlite"
    People(path).close()
    path.chmod(0o644)
    People(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_file_and_a_broken_one_are_said(tmp_path):
    newer, broken = tmp_path / "newer.sqlite", tmp_path / "broken.sqlite"
    People(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    broken.write_bytes(b"this is not a database, it only lies where one should be" * 100)
    for path in (newer, broken):
        with pytest.raises(Unavailable) as caught:
            People(path)
        assert caught.value.remedy


def test_a_file_of_an_earlier_version_is_brought_up(tmp_path):
    path = tmp_path / "access.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST + "pragma user_version = 1;")
        connection.execute("insert into account (key, name, made_at, made_by) values ('mayor', 'Mayor', 1, 'terminal')")
    connection.close()
    for _ in range(2):
        store = People(path)
        assert store.one("account", key="mayor")["is_initial"] == 0
        store.close()


def test_all_or_nothing(people):
    seen = []

    def half():
        with people.write():
            people.add("link", hash="x", made_at=1, until=2)
            seen.append(people.one("link", hash="x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert seen[0]["until"] == 2
    assert people.find("link") == []
    people.add("link", hash="x", made_at=1, until=2)
    with pytest.raises(Busy):
        people.add("link", hash="x", made_at=1, until=2)


def test_names_come_from_the_code_only(people):
    for wrong in (lambda: people.find("link", order="id; drop table link"), lambda: people.find("link", **{"1=1 or id": 1}),
                  lambda: people.add("link", **{"hash) values (1); --": 1}), lambda: people.find("sqlite_master")):
        with pytest.raises(KeyError):
            wrong()


def test_the_stamp_tells_of_changes_of_others_and_not_of_quiet_ones(people):
    other = People(people.path)
    start = people.stamp()
    assert people.stamp() == start
    other.add("link", hash="x", made_at=1, until=2)
    time.sleep(FRESH_S)
    changed = people.stamp()
    assert changed != start
    other.change("link", {"hash": "x"}, is_quiet=True, used_at=5)
    assert people.stamp() == changed and people.one("link", hash="x")["used_at"] == 5
    people.change("link", {"hash": "x"}, used_at=6)
    assert people.stamp() != changed, "a change of one's own is seen at once"
    other.close()


def test_nobody_waits_for_the_one_who_looks_and_nobody_goes_on_without_a_look(people, monkeypatch):
    start = people.stamp()
    other = People(people.path)
    other.add("link", hash="x", made_at=1, until=2)
    other.close()
    time.sleep(FRESH_S)
    found = []

    def look():
        one = threading.Thread(target=lambda: found.append(people.stamp()))
        one.start()
        one.join(0.05)
        return one

    with people._reading:
        look()
        assert found == [start], "somebody else is looking"
        monkeypatch.setattr("data.people.STALE_S", 0.0)
        waits = look()
        assert len(found) == 1
    waits.join(5)
    assert found[1] != start


WRITER = """
import sys
from pathlib import Path
from data.people import People
people = People(Path(sys.argv[1]))
for _ in range(100):
    with people.write():
        row = people.one("attempt", key="shared")
        people.change("attempt", {"key": "shared"}, count=row["count"] + 1)
people.close()
"""


def test_threads_and_a_second_process_lose_nothing(people):
    people.add("attempt", key="shared", count=0, last_at=0, until=0)

    def work():
        for _ in range(50):
            with people.write():
                row = people.one("attempt", key="shared")
                people.change("attempt", {"key": "shared"}, count=row["count"] + 1)

    other = subprocess.Popen([sys.executable, "-c", WRITER, str(people.path)])
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(timeout=60) == 0
    assert people.one("attempt", key="shared")["count"] == 300
