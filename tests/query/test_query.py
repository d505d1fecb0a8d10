"""The query builder: what it compiles answers as Python would, forged questions never get further than an error, files and pages keep the rights."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from app.access import Grant
from app.errors import BadInput
from app.query.compile import select_of
from app.query.question import HOWS, OPS, STEPS, parse
from app.query.subjects import KINDS, SUBJECTS
from callbacks.pages import create_dash
from callbacks.server import create_server
from data import registers
from data.workspace_process import TABLES, checked
from tests import homes, tiny
from tests.signed_in import account, signed_in

ZONE = "Asia/Shanghai"
CASES = [
    {"case_no": f"C{i}", "channel": ("web", "hotline")[i % 2], "category": "road", "department": ("water", "police", None)[i % 3],
     "rating": i % 5 + 1, "unit_code": ("990101001", "990102001")[i % 2], "status": "open",
     "opened_at": datetime(2026, 10, 1 + i, 15 + i % 6, 30, tzinfo=UTC).isoformat()} for i in range(12)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("query")
    system = homes.city(folder / "home", workspace_rows=500, workspace_minutes=60)
    readings = tiny.readings("aqi", "street", {"990101001": 10.0, "990101002": -5.0, "990102001": 30.0, "990102002": 40.0})
    system.take([tiny.hand_in(folder, "reading", readings, "r"), tiny.hand_in(folder, "service_case", CASES, "c")])
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    people = {"lin": [Grant("analyst", "tiny", "", 1)], "left": [Grant("analyst", "tiny", "990101", 1)], "boss": [Grant("leader")]}
    clients = {name: signed_in(system, server, account(system, name, *grants)) for name, grants in people.items()}
    yield app, {**clients, "local": signed_in(system, server)}, system
    system.close()


def rows(served, question, who="lin"):
    answer = served[1][who].post("/query/tiny.csv", data={"q": json.dumps(question)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def ask(served):
    """What a question of an analyst of the whole city finds, without a process for each."""
    rows(served, {"subject": "latest"})
    path = next((served[2].settings.home / "workspace").glob("*.duckdb"))
    there = duckdb.connect()
    there.execute(f"attach '{path}' as snapshot (read_only)")
    there.execute("use snapshot")

    def found(question):
        statement, _ = checked(there, select_of(parse(json.dumps(question)), ZONE))
        told = there.execute(statement)
        names = [one[0] for one in told.description]
        return [dict(zip(names, row, strict=True)) for row in told.fetchall()]

    yield found
    there.close()


def where(column, op, *values):
    return {"column": column, "op": op, "values": list(values)}


def test_every_column_stands_in_the_workspace_and_every_table_is_open_to_it():
    known = {(row["table"], row["column"]) for row in registers.rows("workspace")}
    for subject in SUBJECTS.values():
        tables = subject.tables
        assert set(tables.values()) <= TABLES and len(tables) == 1 + len(subject.joins)
        assert {(tables[one.alias], one.column) for one in subject.columns.values()} <= known
        assert {(join.table, mine) for join in subject.joins for mine, _, _ in join.on} <= known
        assert {(tables[alias], its) for join in subject.joins for _, alias, its in join.on} <= known
        assert set(subject.first) <= set(subject.columns) and {one.kind for one in subject.columns.values()} <= set(KINDS)
        assert all(one.name_zh and one.name_en.isprintable() for one in subject.columns.values())


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_column_and_every_comparison_of_every_subject_is_answered(ask, subject):
    its = SUBJECTS[subject].columns.values()
    ask({"subject": subject, "show": [one.id for one in its][:24]})
    for one in its:
        for op, (fewest, _) in OPS[one.kind].items():
            value = 3 if one.kind == "number" or op == "last_days" else "2026-11-18" if one.kind == "time" else "990101"
            ask({"subject": subject, "where": [where(one.id, op, *[value] * fewest)], "limit": 1})
        for how, kinds in HOWS.items():
            if one.kind in kinds:
                assert len(ask({"subject": subject, "measures": [{"how": how, "column": one.id}]})) == 1


def test_filters_keep_what_python_would_keep(ask):
    latest = {"subject": "latest", "show": ["unit", "value"], "where": [where("level", "any", "street"), where("indicator", "any", "aqi")]}

    def found(*more):
        return {row["unit"] for row in ask({**latest, "where": [*latest["where"], *more]})}

    assert found() == {"990101001", "990101002", "990102001", "990102002"}
    assert found(where("value", "ge", 30)) == {"990102001", "990102002"} and found(where("value", "between", -5, 10)) == {"990101001", "990101002"}
    assert found(where("value", "lt", -4.5)) == {"990101002"} and found(where("unit", "within", "990102")) == {"990102001", "990102002"}
    assert found(where("unit", "begins", "9901010")) == {"990101001", "990101002"} and found(where("unit_en", "has", "UNIT 0")) == found()
    assert found(where("unit_en", "has", "%")) == set() and found(where("unit", "any", "990101001", "x")) == {"990101001"}
    assert found(where("place_type", "none", "park")) == found(), "empty is none of them too"


def test_times_are_read_and_grouped_on_the_citys_clock(ask):
    days = {}
    for case in CASES:
        day = datetime.fromisoformat(case["opened_at"]).astimezone(ZoneInfo(ZONE)).date().isoformat()
        days[day] = days.get(day, 0) + 1
    found = ask({"subject": "service_case", "group": [{"column": "opened_at", "step": "day"}], "sort": [{"by": "opened_at.day"}]})
    assert {str(row["opened_at.day"])[:10]: int(row["count"]) for row in found} == days
    since = ask({"subject": "service_case", "show": ["case_no", "opened_at"], "where": [where("opened_at", "since", "2026-10-06 00:00")]})
    assert {row["case_no"] for row in since} == {f"C{i}" for i in range(12) if datetime.fromisoformat(CASES[i]["opened_at"]) >= datetime(
        2026, 10, 5, 16, tzinfo=UTC)}
    assert next(row for row in since if row["case_no"] == "C11")["opened_at"] == datetime(2026, 10, 13, 4, 30)
    assert len(ask({"subject": "service_case", "show": ["case_no"], "where": [where("opened_at", "last_days", 3)]})) == 3


def test_groups_tell_what_python_counts(ask):
    found = ask({"subject": "service_case", "group": [{"column": "department"}], "sort": [{"by": "avg.rating", "down": True}],
                          "measures": [{"how": "count"}, {"how": "avg", "column": "rating"}, {"how": "distinct", "column": "unit"},
                                       {"how": "median", "column": "rating"}, {"how": "max", "column": "opened_at"}]})
    for row in found:
        its = [case for case in CASES if case["department"] == row["department"]]
        assert int(row["count"]) == len(its) and float(row["avg.rating"]) == pytest.approx(sum(case["rating"] for case in its) / len(its))
        assert int(row["distinct.unit"]) == len({case["unit_code"] for case in its})
    means = [float(row["avg.rating"]) for row in found]
    assert len(found) == 3 and means == sorted(means, reverse=True)


def test_a_part_of_the_city_is_told_of_its_part(served):
    asked = {"subject": "service_case", "group": [{"column": "unit"}]}
    assert {row["unit"] for row in rows(served, asked, "left")} == {"990101001"} and len(rows(served, asked, "lin")) == 2
    refused = served[1]["boss"].post("/query/tiny.csv", data={"q": json.dumps(asked)})
    assert refused.status_code == 403
    assert served[1]["lin"].post("/query/tiny.xlsx", data={"q": json.dumps(asked)}).status_code == 400
    assert served[1]["lin"].post("/query/tiny.csv", data={"q": "select 1"}).status_code == 400


def test_a_file_has_no_formula_and_parquet_has_types_and_places(served):
    client, asked = served[1]["lin"], {"subject": "latest", "show": ["unit", "at", "value", "lon", "lat"], "where": [where("level", "any", "street")]}
    body = client.post("/query/tiny.parquet", data={"q": json.dumps(asked)}).data
    table = pq.read_table(io.BytesIO(body))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["value"] == "double" and kinds["at"].startswith("timestamp") and kinds["unit"] in ("string", "large_string")
    assert json.loads(table.schema.metadata[b"chengshu"])["city"] == "tiny"
    frame = gpd.read_parquet(io.BytesIO(body))
    assert frame.crs.to_epsg() == 4326 and frame.geometry.x.between(118, 118.2).all() and len(frame) == 4
    plain = pq.read_table(io.BytesIO(client.post("/query/tiny.parquet", data={"q": '{"subject":"indicator"}'}).data))
    assert b"geo" not in plain.schema.metadata and plain.num_rows > 50


def callback(served, who, question, language="en"):
    app, clients, _ = served
    output = next(row for row in app._callback_list if row["output"] == "query-result.children")
    values = {"query-asked": question, "query-facts": {"city": "tiny"}, "reader": {"language": language, "theme": "dark", "zone": ZONE}}
    return clients[who].post("/_dash-update-component", json={
        "output": output["output"], "outputs": {"id": "query-result", "property": "children"},
        "inputs": [{**row, "value": values[row["id"]]} for row in output["inputs"]],
        "state": [{**row, "value": values[row["id"]]} for row in output["state"]], "changedPropIds": []})


def test_the_page_says_codes_in_words_and_draws_what_was_counted(served):
    text = callback(served, "lin", '{"subject":"service_case","group":[{"column":"channel"}]}').get_data(as_text=True)
    assert "2 rows" in text and "12345 hotline" in text and '"type":"bar"' in text and "number of rows" in text
    lines = callback(served, "lin", '{"subject":"service_case","group":[{"column":"opened_at","step":"day"},{"column":"channel"}]}')
    assert '"type":"scatter"' in lines.get_data(as_text=True)
    flat = callback(served, "lin", '{"subject":"unit","show":["unit"]}', "zh").get_data(as_text=True)
    assert "单元编码" in flat and "query-chart" not in flat and "AgGrid" in flat
    wrong = callback(served, "lin", '{"subject":"unit","show":["secret"]}', "zh").get_data(as_text=True)
    assert "cs-failed" in wrong and "查询对象没有这一列" in wrong


def test_the_page_and_the_workspace_open_with_the_question(served):
    client = served[1]["lin"]

    def page(path):
        return client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}&lang=en"}).get_data(as_text=True)

    shown = page('/query?city=tiny&q={"subject":"flow"}')
    assert '"asked":"{\\"subject\\":\\"flow\\"}"' in shown and "Service cases" in shown and "Parquet" in shown
    editor = page('/workspace?city=tiny&q={"subject":"unit","where":[{"column":"unit_en","op":"is","values":["it\'s"]}]}')
    assert "'it''s'" in editor
    boss = served[1]["boss"].get("/_dash-layout", headers={"Referer": "http://localhost/query?lang=en"}).get_data(as_text=True)
    assert "not open to you" in boss


# forged questions

NASTY = st.sampled_from(["'", "''", "\\", "';drop table unit;--", "/**/", '"', "$1", "?", "select", "unit", "read_text('/etc')", "\u0000", "\ud800",
                         "level", "street", "990101", "any", "within", "2026-11-18", "count", "; ",
                         "E'\\x41'", "$$", "x' or '1'='1", "１", "%", "_", "\n"])
TEXTS = st.one_of(NASTY, st.text(max_size=30))
VALUES = st.one_of(TEXTS, st.integers(-10**18, 10**18), st.floats(), st.booleans(), st.none())
COLUMNS = sorted({one for subject in SUBJECTS.values() for one in subject.columns})
OP_NAMES = sorted({op for kind in OPS.values() for op in kind})


def rather(known, odd=TEXTS):
    """Mostly a word that is known, sometimes anything."""
    return st.one_of(st.sampled_from(list(known)), st.sampled_from(list(known)), st.sampled_from(list(known)), odd)


QUESTIONS = st.fixed_dictionaries({"subject": rather(SUBJECTS)}, optional={
    "show": st.lists(rather(COLUMNS), max_size=4),
    "where": st.lists(st.fixed_dictionaries({"column": rather(COLUMNS), "op": rather(OP_NAMES), "values": st.lists(VALUES, max_size=3)}), max_size=3),
    "group": st.lists(st.fixed_dictionaries({"column": rather(COLUMNS)}, optional={"step": rather(STEPS)}), max_size=2),
    "measures": st.lists(st.fixed_dictionaries({"how": rather(HOWS)}, optional={"column": rather(COLUMNS)}), max_size=2),
    "sort": st.lists(st.fixed_dictionaries({"by": rather(COLUMNS), "down": st.booleans()}), max_size=1),
    "limit": st.one_of(st.integers(1, 1000), VALUES)})


@pytest.fixture(scope="module")
def engine():
    """An engine with the workspace's tables, all empty."""
    there = duckdb.connect()
    tables = {}
    for row in registers.rows("workspace"):
        tables.setdefault(row["table"], []).append(f'"{row["column"]}" {row["type"]}')
    for name, columns in tables.items():
        there.execute(f"create table {name} ({', '.join(columns)})")
    there.execute("attach ':memory:' as snapshot")
    yield there
    there.close()


def safe(engine, text):
    """The SELECT of a question, after the checks that it meets; None where the question is none."""
    try:
        question = parse(text)
    except BadInput:
        return None
    sql = select_of(question, ZONE)
    tree = sqlglot.parse(sql, dialect="duckdb")
    assert len(tree) == 1 and isinstance(tree[0], exp.Select)
    names = {table.name for table in tree[0].find_all(exp.Table)}
    assert {name for name in names if not name.startswith("within_")} <= TABLES
    own = {part.name for part in tree[0].find_all(exp.Column)}
    assert own <= {row["column"] for row in registers.rows("workspace")}
    said = sorted(str(value) for one in question.where for value in one.values if isinstance(value, str))
    literals = [part.this for part in tree[0].find_all(exp.Literal) if part.is_string]
    for value in said:
        assert value in literals, "what was typed is a literal, whole"
    return question, sql


@settings(max_examples=200, deadline=None, derandomize=True)
@given(QUESTIONS)
def test_a_forged_question_is_an_error_or_a_select_that_reads_the_tables(engine, question):
    found = safe(engine, json.dumps(question))
    if found is None:
        return
    statement, tables = checked(engine, found[1])       # what the workspace's process asks of every question
    assert tables <= TABLES
    assert engine.execute(statement).fetchall() == [] or found[0].is_counted
    assert len(engine.description) == len(found[0].columns)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.one_of(st.text(max_size=200), st.recursive(VALUES, lambda some: st.lists(some, max_size=3) | st.dictionaries(
    rather(["subject", "where", "show", "group", "limit", "column", "op", "values"]), some, max_size=4), max_leaves=12).map(
        lambda value: json.dumps(value))))
def test_no_text_is_anything_but_a_question_or_an_error(engine, text):
    found = safe(engine, text)
    assert found is None or checked(engine, found[1])[1] <= TABLES


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(["is", "has", "begins"]))
def test_a_text_filter_keeps_exactly_the_rows_it_says(engine, names, op):
    names = [name for name in names if name.strip() and not any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in name)][:4]
    if not names:
        return
    engine.execute("begin")
    try:
        for place, name in enumerate([*names, "plain"]):
            engine.execute("insert into unit (code, level, seq, name_en) values (?, 'street', ?, ?)", [str(place), place, name])
        sql = select_of(parse(json.dumps({"subject": "unit", "show": ["unit"], "where": [where("unit_en", op, names[0])]})), ZONE)
        kept = {code for (code,) in engine.execute(sql).fetchall()}
        lower = engine.execute("select lower(?)", [names[0]]).fetchone()[0]
        fits = {"is": lambda name: name == names[0], "begins": lambda name: name.startswith(names[0]),
                "has": lambda name: lower in engine.execute("select lower(?)", [name]).fetchone()[0]}[op]
        assert kept == {str(place) for place, name in enumerate([*names, "plain"]) if fits(name)}
    finally:
        engine.execute("rollback")
