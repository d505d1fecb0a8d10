"""What a question finds: only units, fields and counts of the viewer's right, as of a moment, cut where it is long."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.access import Grant
from app.errors import NotFound, Refused
from app.workspace import Workspace, columns, examples
from data.workspace_process import TABLES, checked, locked
from tests import tiny
from tests.workspace.test_hostile import FILES, HOME, INSIDE

LEFT, RIGHT = "990101", "990102"
WHOLE = Grant("analyst", "tiny", "", 1)


def test_every_column_is_listed_with_its_type_and_meaning(ask):
    listed = {}
    for row in columns():
        assert row["meaning_zh"] and row["meaning_en"], row
        listed.setdefault(row["table"], []).append({"name": row["column"], "type": row["type"]})
    assert set(listed) == TABLES
    for table, expected in listed.items():
        assert list(ask(f"select * from {table}").columns) == expected, table


@pytest.mark.parametrize("example", examples(), ids=[one.title_en for one in examples()])
def test_an_example_runs(ask, example):
    ask(example.sql)


def test_a_subtree_is_all_there_is(ask):
    mine = Grant("analyst", "tiny", LEFT, 1)
    codes = {row[0] for row in ask("select code from unit", mine).rows}
    assert codes == {row["code"] for row in tiny.units() if row["code"].startswith(LEFT)}
    assert ask("select parent_code, parent_seq from unit where level = 'district'", mine).rows == [[None, None]]
    for table in ("value", "latest", "unit_attribute"):
        outside = ask(f"select count(*) from {table} t left join unit u using (level, seq) where u.code is null", mine).rows
        assert outside == [[0]] and ask(f"select count(*) from {table}", mine).rows[0][0] > 0, table
    assert ask("select level, count(*) from value where indicator = 'aqi' group by level order by level", mine).rows == [
        ["district", 1],
        ["street", 2],
    ]
    assert ask("select count(*) from flow", mine).rows == [[1]], "both ends lie inside, and five people or more"


def test_two_rights_of_different_privacy_reach_different_units(ask):
    both = (Grant("analyst", "tiny", LEFT, 2), Grant("analyst", "tiny", RIGHT, 0))
    found = ask("select distinct unit_code, attribute from unit_attribute order by all", *both).rows
    assert found == [["990101001", "address"], ["990101001", "population"], ["990101001001001B00001", "tax_state"], ["990102001", "address"]]
    energy = ask(
        "select distinct u.code from value v join unit u using (level, seq) where indicator = 'energy_use_kwh' and level = 'street'", *both
    ).rows
    assert {code[:6] for (code,) in energy} == {LEFT}
    assert ask("select count(*) from indicator where id = 'energy_use_kwh'", Grant("analyst", "tiny", "", 0)).rows == [[0]]


def test_small_counts_of_people_are_not_there(ask, system, seen):
    told = ask(
        "select u.code, v.value from value v join unit u using (level, seq) where v.indicator = 'resident_population' and v.level = 'grid'"
    ).rows
    assert all(value >= 5 for _, value in told) and 0 < len(told) < 16
    cube = seen(WHOLE).values("tiny").cube("resident_population")
    for level in ("grid", "community", "street", "district", "city"):
        shown = cube.values(level, 0)
        found = dict(ask(f"select seq, value from value where indicator = 'resident_population' and level = '{level}'").rows)
        assert found == {i + 1: value for i, value in enumerate(shown) if value == value}, level
    newest = ask("select level, seq, value from latest where indicator = 'resident_population' order by all").rows
    assert newest == ask("select level, seq, value from value where indicator = 'resident_population' order by all").rows
    least = "select min(value) from value where indicator = 'resident_population'"
    assert ask(least, WHOLE, department=system.indicators["resident_population"].owner).rows == [[2.0]]
    assert ask(least, Grant("analyst", "tiny", "", 3)).rows[0][0] >= 5
    assert ask("select count(*) from flow", Grant("analyst", "tiny", "", 3)).rows == [[3]] and ask("select count(*) from flow").rows == [[2]]


def test_values_are_those_of_the_screens(ask, seen):
    rows = ask("select seq, value, n, expected from value where indicator = 'energy_use_kwh' and level = 'grid' order by seq").rows
    cube = seen(WHOLE).values("tiny").cube("energy_use_kwh")
    n, expected = cube.coverage("grid", 0)
    assert rows == [[i + 1, value, n[i], expected[i]] for i, value in enumerate(cube.values("grid", 0).tolist())]


def test_a_city_outside_the_right_is_not_there(workspace, seen):
    with pytest.raises(NotFound):
        workspace.ask(seen(Grant("analyst", "elsewhere", "", 1)), "tiny", "select 1")
    with pytest.raises(NotFound):
        workspace.ask(seen(Grant("leader", "tiny", "", 1)), "tiny", "select 1")


def test_a_long_answer_is_cut_and_says_so(ask, workspace, seen):
    assert (len(ask("select * from range(5000)").rows), ask("select * from range(5000)").cut) == (1000, "rows")
    assert ask("select * from range(1000)").cut == "" and ask("select * from unit where false").rows == []
    assert workspace.ask(seen(WHOLE), "tiny", "select * from range(5000)", rows=3).answer.rows == [[0], [1], [2]]
    assert len(ask("select repeat('x', 100000)").rows[0][0]) == 4001


def test_values_come_as_json_can_say_them(ask):
    (row,) = ask(
        "select 1::hugeint << 100, 'NaN'::double, null, true, date '2026-01-02', timestamp '2026-01-02 03:04', [1, 2], {'a': 1}, 1.50::decimal(9,2), "
        "'x'::blob, interval 1 day, '\u5b57'"
    ).rows
    assert row[0] == str(1 << 100) and row[1:6] == ["nan", None, True, "2026-01-02", "2026-01-02 03:04:00"]
    assert row[6:9] == ["[1, 2]", "{'a': 1}", "1.50"] and row[9] == "78" and row[11] == "字" and json.dumps(row)


def test_an_error_says_where(ask):
    with pytest.raises(Exception, match=r"Did you mean|[Cc]andidate") as caught:
        ask("select nam_zh from unit")
    assert caught.value.remedy
    with pytest.raises(Refused, match="no table unitt"):
        ask("select * from unitt")


def test_a_snapshot_is_used_again_while_young_and_made_anew_when_the_city_moves(system, seen):
    fresh = Workspace(system)
    view = seen(WHOLE)
    first = fresh.ask(view, "tiny", "select count(*) from value where indicator = 'hazard_overruns'")
    (path,) = fresh.folder.glob("*.duckdb")
    assert first.answer.rows == [[0]] and path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    system.take([tiny.hand_in(Path(system.settings.home), "reading", tiny.readings("active_sites", "street", at=tiny.NOON.replace(day=19)), "later")])
    young = fresh.ask(view, "tiny", "select max(observed_at) from value where indicator = 'active_sites' and level = 'street'")
    assert young.as_of == first.as_of and young.answer.rows == [["2026-11-18 04:00:00"]]
    fresh.settings = fresh.settings.model_copy(update={"workspace_minutes": 0})
    moved = fresh.ask(view, "tiny", "select max(observed_at) from value where indicator = 'active_sites' and level = 'street'")
    assert moved.as_of > first.as_of and moved.answer.rows == [["2026-11-19 04:00:00"]]
    assert fresh.ask(view, "tiny", "select 1").as_of == moved.as_of, "nothing moved since"
    os.utime(path, (0, 0))
    fresh._clear()
    assert len(list(fresh.folder.glob("*.duckdb"))) == 1, "what no snapshot is, is removed"


@pytest.fixture(scope="module")
def snapshot_file(system, tmp_path_factory):
    from app import access

    view = system.seen_by(access.viewer("lin", "account", (WHOLE,), system.roles), "sql.ask")
    return Workspace(system).snapshot(view, "tiny").path


BARE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import workspace_process as process, duckdb
connection, open_ = process.locked(sys.argv[2], 256), []
for sql in json.load(sys.stdin):
    try:
        connection.execute(sql).fetchall()
        open_.append(sql)
    except duckdb.Error:
        pass
print(json.dumps(open_))
"""


def test_the_engine_itself_refuses_files_and_settings_even_without_the_check_of_the_text(snapshot_file, system):
    """The second lock: were the tree check wrong, the process still reaches nothing."""
    questions = [sql.replace(HOME, str(system.settings.home)) for sql in FILES if "json_execute" not in sql]
    questions += [
        "attach '/tmp/chengshu-x.duckdb'",
        "copy unit to '/tmp/chengshu-x.csv'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "reset lock_configuration",
        "set memory_limit = '99GB'",
        "set threads = 8",
        "insert into unit from unit",
        "create table snapshot.x as select 1",
        "drop table unit",
        "export database '/tmp/chengshu-x'",
        "set temp_directory = '/tmp'",
        "pragma enable_profiling",
        "set disabled_filesystems = ''",
        "create persistent secret (type s3)",
    ]
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(Path("data").resolve()), str(snapshot_file)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) in ([], ["pragma enable_profiling"])


def test_the_process_knows_nothing_of_the_server(monkeypatch, snapshot_file):
    from data import workspace

    monkeypatch.setenv("CHENGSHU_SECRET_AUDIT", "known")
    started = []
    real = subprocess.Popen

    def spy(*args, **options):
        started.append((args, options))
        return real(*args, **options)

    monkeypatch.setattr(workspace.subprocess, "Popen", spy)
    workspace.ask(snapshot_file, "select 1", workspace.Limits(2, 10, 256))
    (argv,), options = started[0]
    assert "-I" in argv and options["env"] == {"PATH": "/usr/bin:/bin"} and options["cwd"] == "/" and "CHENGSHU" not in str(options)


def test_what_is_inside_the_engine_is_refused_by_the_text_alone(snapshot_file):
    """The list of allowed tables is what keeps the engine's own views out: they would answer."""
    connection = locked(str(snapshot_file), 256)
    answered = 0
    for sql in INSIDE:
        try:
            connection.execute(sql).fetchall()
            answered += 1
        except Exception:
            continue
    assert answered > 10
    with pytest.raises(Exception, match="no table"):
        checked(connection, "select * from sqlite_master")
    connection.close()
