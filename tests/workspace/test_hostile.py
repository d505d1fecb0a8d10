"""No question finds a way out of its snapshot, and none hurts the server."""

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access import Grant
from app.errors import BadInput, Busy, ChengshuError, Refused

ANALYST = Grant("analyst", "tiny", "", 1)
HOME = "{home}"

FILES = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('{home}/x.parquet')",
    "select * from parquet_scan('/tmp/x')",
    "select * from parquet_metadata('/tmp/x')",
    "select * from read_json('/etc/passwd')",
    "select * from read_json_auto('/etc/passwd')",
    "select * from read_ndjson_objects('/etc/passwd')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from glob('/**')",
    "select * from '/etc/passwd'",
    "select * from 'file.csv'",
    'select * from "file.parquet"',
    "from '{home}/chengshu.duckdb'",
    "select * from 'https://127.0.0.1:1/x.csv'",
    "select * from read_csv('http://169.254.169.254/latest/meta-data')",
    "select * from 's3://bucket/x.parquet'",
    "select * from st_read('/etc/passwd')",
    "select * from sqlite_scan('{home}/audit.sqlite', 'entry')",
    "select * from '{home}/audit.sqlite'",
    "select * from arrow_scan(1, 2, 3)",
    "select * from pandas_scan(1)",
    "select * from python_map_function(1)",
    "select * from json_execute_serialized_sql('x')",
    "select * from read_duckdb('{home}/chengshu.duckdb')",
    "select content from read_text('/proc/self/environ')",
]
STATEMENTS = [
    "copy unit to '/tmp/chengshu-out.csv'",
    "copy (select 1) to '/tmp/chengshu-out.csv'",
    "copy unit from '/etc/passwd'",
    "export database '/tmp/chengshu-out'",
    "import database '/tmp/chengshu-out'",
    "attach '{home}/chengshu.duckdb' as main_db",
    "attach ':memory:' as m",
    "detach snapshot",
    "use system",
    "install httpfs",
    "force install spatial from community",
    "load httpfs",
    "load '/tmp/evil.duckdb_extension'",
    "pragma database_list",
    "pragma enable_profiling",
    "pragma version",
    "set threads = 8",
    "set enable_external_access = true",
    "set global memory_limit = '100GB'",
    "reset enable_external_access",
    "reset lock_configuration",
    "set lock_configuration = false",
    "call pragma_version()",
    "call duckdb_functions()",
    "explain select 1",
    "explain analyze select 1",
    "create table t as select 1",
    "create view v as select 1",
    "create macro f(x) as x",
    "create secret (type s3)",
    "create or replace temp table unit as select 1",
    "create function f(x) as x",
    "create type t as enum ('a')",
    "create sequence s",
    "insert into unit select * from unit",
    "update unit set name_zh = ''",
    "delete from unit",
    "truncate unit",
    "drop table unit",
    "alter table unit add column x int",
    "prepare p as select 1",
    "execute p",
    "deallocate p",
    "begin",
    "commit",
    "rollback",
    "checkpoint",
    "vacuum",
    "analyze",
    "show tables",
    "show all tables",
    "describe unit",
    "summarize unit",
    "show databases",
    "comment on table unit is 'x'",
    "set variable x = 1",
    "merge into unit using unit u on true when matched then delete",
    "explain (format json) select 1",
    "pivot unit on level using count(*)",
    "copy from database snapshot to x",
    "update extensions",
    "from (show tables)",
    "select * from (describe unit)",
    "select * from (summarize unit)",
    "with x as (show tables) select * from x",
]
STACKED = [
    "select 1; select 2",
    "select 1; drop table unit",
    "select 1;; copy unit to '/tmp/chengshu-out.csv'",
    "select 1 /* ; */; attach 'x'",
    "select ';'; set threads = 2",
    "select 1 -- x\n; select 2",
    "; ; select 1; select 2",
    "select $$;$$; select 1",
]
INSIDE = [
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from duckdb_databases()",
    "select * from duckdb_tables()",
    "select * from duckdb_functions()",
    "select * from duckdb_extensions()",
    "select * from duckdb_logs()",
    "select * from duckdb_memory()",
    "select * from duckdb_temporary_files()",
    "select * from which_secret('s3://x', 's3')",
    "select * from pragma_database_list()",
    "select * from pragma_database_size()",
    "select * from pragma_table_info('unit')",
    "select * from pragma_storage_info('unit')",
    "select * from information_schema.tables",
    "select * from information_schema.columns",
    "select * from sqlite_master",
    "select * from sqlite_schema",
    "select * from pg_catalog.pg_tables",
    "select * from pg_tables",
    "select * from pg_class",
    "select * from duckdb_tables",
    "select * from duckdb_views",
    "select * from main.duckdb_tables",
    "select * from system.main.duckdb_tables",
    "select * from system.information_schema.tables",
    "select * from snapshot.pg_catalog.pg_tables",
    "select * from temp.main.x",
    "select * from base.reading",
    "select * from mgmt.reject",
    "select * from hub.reading",
    "select * from theme.value",
    "select * from chengshu.theme.value",
    "select * from pragma_version()",
    "select * from query('select 1')",
    "select * from query_table('duckdb_tables')",
    "select * from query_table(['unit'])",
    "select * from test_all_types()",
    "select * from summary(table unit)",
    "select * from checkpoint()",
    "select * from force_checkpoint()",
    "select * from enable_logging()",
    "select * from duckdb_variables()",
    "select * from read_duckdb_log()",
    "select * from seq_scan('unit')",
    "select * from icu_calendar_names()",
    "select * from pg_timezone_names()",
    "select * from repeat_row(1, num_rows = 10)",
]
TELLING = [
    "select getenv('PATH')",
    "select current_setting('memory_limit')",
    "select current_setting('secret_directory')",
    "select getvariable('x')",
    "select pg_get_viewdef(1)",
    "select current_query()",
    "select current_user()",
    "select txid_current()",
    "select nextval('s')",
    "select json_serialize_plan('select 1')",
    "select json_serialize_sql('select 1')",
    "select json_deserialize_sql(json_serialize_sql('select 1'))",
    "select write_log('x')",
    "select parse_duckdb_log_message('x', 'y')",
    "select main.current_setting('threads')",
    "select system.main.current_setting('threads')",
    "select Current_Setting('threads')",
    "select \"current_setting\"('threads')",
    "select [x for x in [current_setting('threads')]]",
    "select 'threads'.current_setting()",
    "select case when true then current_setting('threads') end",
    "select sum(1) filter (current_setting('threads') = '1')",
    "select list_transform([1], lambda x: current_setting('threads'))",
    "select has_table_privilege('unit', 'select')",
    "select version()",
    "select row_number() over (order by current_setting('threads'))",
    "select 1 order by current_setting('threads')",
    "select 1 limit (select current_setting('threads')::int)",
    "select 1 group by current_setting('threads')",
    "select * from unit using sample 10%, read_text('/etc/passwd')",
]
ESCAPES = [
    "select * from (select * from read_text('/etc/passwd'))",
    "with x as (select * from read_text('/etc/passwd')) select 1",
    "select (select count(*) from sqlite_master)",
    "select exists (from duckdb_settings())",
    "select 1 where 1 in (select 1 from information_schema.tables)",
    "with sqlite_master as (select * from sqlite_master) select * from sqlite_master",
    "with duckdb_tables as (select 1) select * from duckdb_tables",
    "select * from (with a as (select 1) select * from a), a",
    'with "/etc/passwd" as (select 1) select * from "/etc/passwd"',
    'select * from (with "x.csv" as (select 1) select 1), "x.csv"',
    "with recursive a as (select 1 union all select 1 from sqlite_master) from a",
    "select * from unit u, lateral (select * from read_text(u.code))",
    "select * from unit join glob('*') on true",
    "select 1 union all select count(*) from duckdb_settings()",
    "select 1 except select 1 from sqlite_master",
    "values ((select 1 from sqlite_master))",
    "select * from unit positional join sqlite_master",
    "pivot sqlite_master on type in ('table') using count(*)",
    "unpivot sqlite_master on type into name k value v",
    "select unnest((select list(sql) from sqlite_master))",
    "select (from sqlite_master select name limit 1)",
    "select count(*) from unit where code in (from read_text('/etc/passwd') select content)",
    "select * from unit at (version => 1), sqlite_master",
    "with a as materialized (from sqlite_master) from a",
    "table sqlite_master",
    "select * exclude (code) from sqlite_master",
    "select columns(*) from sqlite_master",
    "from sqlite_master",
    "from range(1) r, sqlite_master",
]
TRICKS = [
    "select/**/*/**/from/**/read_text('/etc/passwd')",
    "select * from READ_TEXT('/etc/passwd')",
    "select * from \"read_text\"('/etc/passwd')",
    "select * from main.read_text('/etc/passwd')",
    "select * from system.main.read_text('/etc/passwd')",
    "select * from ｒead_text('/etc/passwd')",
    "select\u00a0*\u00a0from\u00a0read_text('/etc/passwd')",
    "select * from rea\u200bd_text('/etc/passwd')",
    "\ufeffcopy unit to '/tmp/chengshu-out.csv'",
    "select * from U&\"\\0072ead_text\"('/etc/passwd')",
    "select * from read_text(e'\\x2fetc/passwd')",
    "select 1 \u037e select 2",
    "/* select 1 */ install x",
    "-- select 1\ninstall x",
    "select * from read_text(chr(47) || 'etc/passwd')",
    'select * from "unit\x00"',
    "select 1\x00; drop table unit",
    "select 1 \x1b",
    "sel\x00ect 1",
    "select '\ud800'",
    "select $1",
    "select ?",
    "select $name",
    "select * from unit where code = $1",
    "select * from range(?)",
]


@pytest.mark.parametrize("sql", [*FILES, *STATEMENTS, *STACKED, *INSIDE, *TELLING, *ESCAPES, *TRICKS])
def test_no_way_out(ask, system, sql):
    sql = sql.replace(HOME, str(system.settings.home))
    with pytest.raises((Refused, BadInput)) as caught:
        ask(sql)
    error = caught.value
    assert error.fact and error.remedy, "says what is wrong and what to do"
    assert "root:" not in str(error) and str(system.settings.home) not in error.remedy
    assert not list(Path("/tmp").glob("chengshu-out*"))


def outcome(ask, sql):
    """(answer, error): one of them."""
    try:
        return ask(sql), None
    except ChengshuError as error:
        return None, error


HEAVY = [
    "select count(*) from range(10000000000) a, range(10000000000) b",
    "select sum(a.range * b.range) from range(100000000) a, range(100000000) b",
    "with recursive a as (select 1 as n union all select n + 1 from a) select count(*) from a",
    "with recursive a as (select 1 as n union select n + 1 from a) select max(n) from a",
    "select length(repeat('x', 4000000000))",
    "select repeat(repeat('x', 1000000), 100000)",
    "select list(range) from range(1000000000)",
    "select string_agg(repeat('x', 10000)) from range(1000000)",
    "select regexp_replace(repeat('a', 30000000), '(a*)*b', '', 'g')",
    "select range(100000000000)",
    "select * from generate_series(1, 100000000000) a order by random()",
    "select unnest(range(10000000000)), unnest(range(10000000000)) order by 1 desc",
    "select count(distinct a.range || b.range) from range(100000) a, range(100000) b",
    "select " + "(" * 9000 + "1" + ")" * 9000,
    "select " + "-" * 15000 + "1",
    "select " + "1+" * 9000 + "1",
    "select " + "[" * 9000 + "]" * 9000,
    "select " + "not " * 4900 + "true",
    "select " + "case when true then " * 800 + "1" + " end" * 800,
    "from (" * 2500 + "select 1" + ")" * 2500,
    "select 1 " + "union all select 1 " * 1000,
    "select " + ", ".join(f"'{i}'" for i in range(2000)) + " from range(100000000)",
    "select sum(levenshtein(repeat('a', 100000), repeat('b', 100000)))",
    "select bar(1e308, 0, 1, 100000000)",
    "select format('{:>1000000000}', 1)",
    "select printf('%1000000000d', 1)",
    "select lpad('x', 1000000000, 'y')",
    "select list_sort(range(1000000000))",
    "select factorial(1000000)",
    "select json_group_array(range) from range(100000000)",
    "select histogram(range) from range(1000000000)",
]


@pytest.mark.parametrize("sql", HEAVY, ids=[sql[:40] for sql in HEAVY])
def test_a_heavy_question_ends_in_time_and_the_server_answers_on(ask, within, sql):
    within(0.2)
    started = time.monotonic()
    answer, error = outcome(ask, sql)
    assert (len(answer.rows) <= 1000 and sum(len(str(cell)) for row in answer.rows for cell in row) < 30_000_000) if answer else error.remedy
    assert time.monotonic() - started < 20
    within(10)
    assert ask("select count(*) from unit").rows == [[2 + 1 + 4 + 8 + 16 + 48 + 96]]


def test_a_text_too_long_is_not_even_looked_at(ask):
    started = time.thread_time()
    with pytest.raises(BadInput, match="characters"):
        ask("select '" + "x" * 10_000_000 + "'")
    assert time.thread_time() - started < 5


def test_a_person_asks_one_question_at_a_time_and_a_few_people_at_once(ask, workspace, within):
    within(2)
    slow, ended = "select count(*) from range(100000) a, range(100000) b, range(10000) c where a.range + b.range + c.range < 0", []

    def work(name):
        # on a busy machine the limit of the system on computing time may come before the clock's
        with pytest.raises(BadInput, match=r"longer than|was stopped"):
            ask(slow, name=name)
        ended.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("lin", "wang")]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while len(workspace._asking) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(Busy, match="before this one"):
        ask("select 1", name="lin")
    with pytest.raises(Busy, match="Others"):
        ask("select 1", name="zhao")
    for thread in threads:
        thread.join()
    within(10)
    assert sorted(ended) == ["lin", "wang"] and ask("select 1", name="lin").rows == [[1]] and ask("select 1", name="zhao").rows == [[1]]


def test_no_process_and_no_file_stays(ask, system, workspace, within):
    within(0.5)
    for sql in ("select count(*) from range(10000000000) a, range(10000000000) b", "select repeat(repeat('x', 1000000), 100000)", "select 1"):
        try:
            ask(sql)
        except BadInput:
            continue
    left = subprocess.run(["ps", "-o", "args", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True).stdout
    assert "workspace_process.py" not in left
    assert {path.suffix for path in workspace.folder.iterdir()} == {".duckdb"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                ["select", "from", "unit", "(", ")", ";", "'", '"', "--", "/*", "*/", "read_text('/etc/passwd')", "with", "x", "as",
                 "*", ",", "sqlite_master", "values", "1", "union", "all", "copy", "to", "$$", "pivot", "on", "in", "lateral", "\n"]),
            max_size=25,
        ).map(" ".join),
    )
)
def test_any_text_is_answered_or_refused(ask, sql):
    answer, error = outcome(ask, sql)
    assert (set(answer.tables) <= {"unit"} and "root:" not in str(answer.rows)) if answer else error.fact
