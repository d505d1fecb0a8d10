"""The page of the trail over the wire: search, rows in blocks, the state of the chain, the file; reading is written down."""

import csv
import io

import pytest

from app.access import Grant
from app.settings import load
from app.system import System
from callbacks.pages import create_dash
from callbacks.server import create_server
from data.trail import Question
from tests.signed_in import account, signed_in

READER = {"language": "en", "theme": "dark", "zone": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    system = System(load(home=tmp_path_factory.mktemp("trail-page"), demo="off", second_factor=False))
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    clients = {name: signed_in(system, server, account(system, name, Grant(role)))
               for name, role in (("auditor", "auditor"), ("admin", "system_administrator"), ("boss", "leader"))}
    clients["nobody"] = server.test_client()
    for i in range(250):
        system.audit.note("lin", "account", "units.card", "allowed", city="demo", units=[f"99010{i:03}"], detail="<img src=x onerror=alert(1)>")
    system.audit.note("=cmd()", "account", "page_access.change", "refused", detail="right access.change")
    system.audit.flush()
    yield app, clients, system
    system.close()


def send(served, who, output, **values):
    app, clients, _ = served
    wanted = next(row for row in app._callback_list if row["output"] == output)
    outs = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    outputs = [{"id": name, "property": prop} for name, prop in outs]

    def fill(rows):
        return [{**row, "value": values.get(row["id"], READER if row["id"] == "reader" else None)} for row in rows]

    return clients[who].post("/_dash-update-component", json={
        "output": output, "outputs": outputs if len(outputs) > 1 else outputs[0], "inputs": fill(wanted["inputs"]), "state": fill(wanted["state"]),
        "changedPropIds": []})


def block(served, who="auditor", start=0, end=100, **filters):
    found = send(served, who, "audit-grid.getRowsResponse", **{"audit-grid": {"startRow": start, "endRow": end}}, **filters)
    return found.json["response"]["audit-grid"]["getRowsResponse"]


def test_rows_come_in_blocks_newest_first(served):
    first, second = (block(served, start=start, end=start + 100, **{"audit-action": "units.card"}) for start in (0, 100))
    assert first["rowCount"] == 250 and len(first["rowData"]) == len(second["rowData"]) == 100
    numbers = [row["number"] for row in first["rowData"] + second["rowData"]]
    assert numbers == sorted(numbers, reverse=True) and first["rowData"][0]["who"] == "lin"


@pytest.mark.parametrize("filters, total", [({"audit-word": "99010007"}, 1), ({"audit-decision": "refused", "audit-who": "cmd"}, 1),
                                            ({"audit-city": "none"}, 0), ({"audit-since": "2099-01-01"}, 0), ({"audit-until": "2001-01-01 08:00"}, 0),
                                            ({"audit-period": "hour", "audit-action": "units.card"}, 250)])
def test_a_search_finds_what_fits(served, filters, total):
    assert block(served, **filters)["rowCount"] == total


def test_the_state_of_the_chain_stands_on_top(served):
    text = send(served, "auditor", "audit-state.children", **{"audit-check": 1}).get_data(as_text=True)
    assert "Intact" in text and "Broken" not in text
    path = served[2].audit.trail.path
    import sqlite3

    other = sqlite3.connect(path)
    other.executescript("drop trigger entry_stays; update entry set who = 'eve' where number = 9;")
    other.commit()
    other.close()
    assert "Broken at row 9" in send(served, "auditor", "audit-state.children", **{"audit-check": 2}).get_data(as_text=True)
    other = sqlite3.connect(path)
    other.execute("update entry set who = 'lin' where number = 9")
    other.commit()
    other.close()


def test_an_empty_search_says_so_and_a_full_one_has_a_table(served):
    output = "..audit-place.children...audit-export.href.."
    nothing = send(served, "auditor", output, **{"rows-ready": 1, "audit-word": "never said"}).get_data(as_text=True)
    assert "No row fits" in nothing and "AgGrid" not in nothing
    found = send(served, "auditor", output, **{"rows-ready": 1, "audit-who": "lin"})
    assert "AgGrid" in found.get_data(as_text=True) and found.json["response"]["audit-export"]["href"] == "/audit/trail.csv?who=lin"


def test_reading_the_trail_is_written_down(served):
    before = served[2].audit.trail.count(Question(who="auditor", action="audit.search"))
    send(served, "auditor", "..audit-place.children...audit-export.href..", **{"rows-ready": 1, "audit-who": "lin"})
    rows, total = served[2].audit.search(Question(who="auditor", action="audit.search"))
    assert total == before + 1 and rows[0]["detail"] == "who=lin" and rows[0]["rows"] >= 250


def test_the_file_is_the_search_and_no_formula(served):
    answer = served[1]["auditor"].get("/audit/trail.csv?decision=refused&who=cmd")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert answer.status_code == 200 and [row["who"] for row in rows] == ["'=cmd()"] and "attachment" in answer.headers["Content-Disposition"]
    assert served[2].audit.search(Question(action="audit.export"))[0][0]["rows"] == 1
    assert served[1]["auditor"].get("/audit/trail.csv?since=x").status_code == 400


@pytest.mark.parametrize("who", ["admin", "boss", "nobody"])
def test_nobody_else_reads_it(served, who):
    assert served[1][who].get("/audit/trail.csv", headers={"Accept": "text/csv"}).status_code in (401, 403)
    for output in ("audit-grid.getRowsResponse", "audit-state.children", "..audit-place.children...audit-export.href.."):
        text = send(served, who, output, **{"rows-ready": 1, "audit-check": 1, "audit-grid": {"startRow": 0, "endRow": 10}}).get_data(as_text=True)
        assert "units.card" not in text and "AgGrid" not in text and "Intact" not in text
    assert served[2].audit.search(Question(decision="refused"))[1] > 1, "the attempt is in the trail"


@pytest.mark.parametrize("values", [{"audit-since": "yesterday"}, {"audit-period": "x"}, {"audit-decision": "maybe"}, {"audit-who": "x" * 500},
                                    {"audit-grid": {"startRow": -1, "endRow": "x"}}, {"audit-grid": 7}, {"reader": {"language": "xx"}}])
def test_forged_values_are_refused_softly(served, values):
    given = {"audit-grid": {"startRow": 0, "endRow": 10}, **values}
    answer = send(served, "auditor", "audit-grid.getRowsResponse", **given)
    assert answer.status_code in (200, 204) and "rowData" not in answer.get_data(as_text=True)


def test_the_page_is_there_for_the_auditor_alone(served):
    for who, text in (("auditor", "audit-place"), ("admin", "not open to you")):
        layout = served[1][who].get("/_dash-layout", headers={"Referer": "http://localhost/audit?lang=en"}).get_data(as_text=True)
        assert text in layout and ("audit-place" in layout) == (who == "auditor")
