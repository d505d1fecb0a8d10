"""The page of the SQL workspace over the wire: answers, errors, the file, the trail, and who may not."""

import csv
import io

import pytest

from app.access import Grant
from callbacks.pages import create_dash
from callbacks.server import create_server
from data.trail import Question
from tests import homes, tiny
from tests.signed_in import account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}
ANSWER = "..workspace-result.children...workspace-history.data.."


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace-page")
    system = homes.city(folder / "home", workspace_rows=50)
    system.take([tiny.hand_in(folder, "reading", tiny.readings("aqi", "street"), "r")])
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    people = {"lin": [Grant("analyst", "tiny", "", 1)], "left": [Grant("analyst", "tiny", "990101", 1)], "boss": [Grant("leader")],
              "split": [Grant("analyst", "tiny", "990101", 1), Grant("leader", "tiny", "", 1)]}
    clients = {name: signed_in(system, server, account(system, name, *grants)) for name, grants in people.items()}
    yield app, clients, system
    system.close()


def ask(served, who, sql, city="tiny", history=None):
    app, clients, _ = served
    wanted = next(row for row in app._callback_list if row["output"] == ANSWER)
    values = {"workspace-run": 1, "workspace-text": sql, "workspace-city": city, "workspace-history": history, "reader": READER}
    outputs = [{"id": "workspace-result", "property": "children"}, {"id": "workspace-history", "property": "data"}]
    return clients[who].post("/_dash-update-component", json={
        "output": ANSWER, "outputs": outputs, "inputs": [{**row, "value": values[row["id"]]} for row in wanted["inputs"]],
        "state": [{**row, "value": values[row["id"]]} for row in wanted["state"]], "changedPropIds": []})


def written(served):
    """The last question in the trail. Words are looked for inside: the calls of the page's own callback, counted at the turn of a minute, fit too."""
    rows, _ = served[2].audit.search(Question(who="lin", action="workspace.ask"))
    return next(row for row in rows if row["action"] == "workspace.ask")


def test_an_answer_says_rows_time_and_as_of_and_is_remembered(served):
    found = ask(served, "lin", "select level, count(*) as n from unit group by level", history=["select 2", 7, "x" * 30_000])
    text = found.get_data(as_text=True)
    assert "7 rows" in text and " s · as of " in text and '"headerName":"n"' in text and "AgGrid" in text
    assert found.json["response"]["workspace-history"]["data"] == ["select level, count(*) as n from unit group by level", "select 2"]


def test_a_long_answer_says_where_it_is_cut_and_an_empty_one_that_it_is(served):
    assert "Cut at 50 rows" in ask(served, "lin", "select * from unit").get_data(as_text=True)
    assert "The question has no rows" in ask(served, "lin", "select * from unit where false").get_data(as_text=True)


def test_nothing_is_markup(served):
    text = str(ask(served, "lin", "select '<img src=x onerror=alert(1)>' as \"<b>\"").json)
    assert "'dangerously_allow_code': False" in text and "'c0': '<img src=x onerror=alert(1)>'" in text and "arkdown" not in text


@pytest.mark.parametrize("sql, fact", [("select * from read_text('/etc/passwd')", "read_text"), ("drop table unit", "does not run DROP"),
                                       ("select nope from unit", "nope"), ("", "no question"), ("x" * 30_000, "characters"), (None, "no question")])
def test_an_error_says_fact_and_remedy_and_stands_in_the_trail(served, sql, fact):
    text = ask(served, "lin", sql).get_data(as_text=True)
    assert fact in text and "cs-failed" in text and "root:" not in text and "AgGrid" not in text
    if sql and len(sql) < 20_000:
        assert written(served)["decision"] in ("refused", "failed")


def test_every_question_is_written_down(served):
    sql = "select  code\nfrom unit -- all of them"
    ask(served, "lin", sql)
    assert tuple(written(served)[name] for name in ("detail", "fields", "rows", "city", "decision")) == (
        "select code from unit -- all of them", "unit", 50, "tiny", "allowed")
    ask(served, "lin", "select 1 as " + "x" * 900)
    assert "… sha256 " in written(served)["detail"]


def test_the_file_holds_what_both_rights_reach_and_no_formula(served):
    def take(who, sql="select code, '=1+1' as f from unit where level = 'street' order by code"):
        return served[1][who].post("/workspace/tiny.csv", data={"sql": sql})

    rows = list(csv.DictReader(io.StringIO(take("lin").get_data().decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == ["990101001", "990101002", "990102001", "990102002"] and rows[0]["f"] == "'=1+1"
    for who in ("left", "split"):           # the leader's whole city gives no right to ask, so it does not widen the answer
        found = list(csv.DictReader(io.StringIO(take(who).get_data().decode("utf-8-sig"))))
        assert [row["code"] for row in found] == ["990101001", "990101002"], who
    assert take("boss").status_code == 403
    assert take("lin", "select * from sqlite_master").status_code == 403 and take("lin", "").status_code == 400
    bare = served[0].server.test_client().post("/workspace/tiny.csv", data={"sql": "select 1"})
    assert bare.status_code in (401, 403)


def test_who_may_not_ask_gets_nothing(served):
    text = ask(served, "boss", "select * from unit").get_data(as_text=True)
    assert "You may not do this" in text and "AgGrid" not in text
    assert "No such city" in ask(served, "lin", "select 1", city="elsewhere").get_data(as_text=True)
    layout = served[1]["boss"].get("/_dash-layout", headers={"Referer": "http://localhost/workspace?lang=en"}).get_data(as_text=True)
    assert "workspace-text" not in layout


@pytest.mark.parametrize("language, word", [("en", "Newest values, city to grid"), ("zh", "最新值（城市至网格）")])
def test_the_page_lists_tables_columns_and_examples_in_both_languages(served, language, word):
    found = served[1]["lin"].get("/_dash-layout", headers={"Referer": f"http://localhost/workspace?lang={language}"}).get_json()
    text = str(found)
    assert word in text and "observed_at" in text and "data-sql" in text and "workspace-text" in text and "workspace-csv" in text
