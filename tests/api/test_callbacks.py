"""Every Dash callback, sent what no page would send: never a 500, never a traceback, nothing broken inside."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.dispatch import ENDPOINT
from tests import tiny

AT = int(tiny.NOON.timestamp())
USUAL = {
    "facts.data": {"city": "tiny", "defaults": {"home": {"lon": 118, "lat": 30, "zoom": 9}}},
    "reader.data": {"language": "zh", "theme": "dark", "zone": "Asia/Shanghai"},
    "indicator.data": "active_sites",
    "versions.data": {},
    "scope.data": {"level": "street", "finer": False},
    "selection.data": {"items": [{"code": "990101001"}]},
    "intent.data": {"codes": ["990101", "990102"], "n": 1},
    "time-bar.settled": AT,
    "time-bar.value": AT,
    "by-control.value": "threshold",
    "view.data": {"compare": "off"},
    "tab-control.data": "table",
    "compare-control.value": "off",
    "table.getRowsRequest": {"startRow": 0, "endRow": 9, "sortModel": [{"colId": "value", "sort": "asc"}], "filterModel": {}},
    "drawn.data": {"tool": "polygon", "geometry": {"type": "Polygon", "coordinates": [[[117.9, 29.9], [118.1, 29.9], [118.1, 30.2], [117.9, 29.9]]]}},
    "search-word.value": "99",
    "rows-ready.data": True,
    "audit-grid.getRowsRequest": {"startRow": 0, "endRow": 9, "sortModel": [], "filterModel": {}},
    "audit-period.value": "day",
    "audit-check.n_clicks": 1,
    "workspace-run.n_clicks": 1,
    "workspace-text.value": "select 1",
    "workspace-city.data": "tiny",
    "workspace-history.data": [{"sql": "select 1", "at": AT}],
    "catalogue-city.data": "tiny",
    "catalogue-entry.data": "R1",
    "catalogue-most.data": 50,
    "catalogue-word.value": "工地",
    "catalogue-area.data": "118,30;118.1,30;118.1,30.1",
    "catalogue-act.data": {"act": "ask", "purpose": "For the tests", "fields": "value", "units": "", "since": "2026-01-01", "days": "30"},
    "catalogue-decide.data": {"act": "confirm"},
    "sources-city.data": "tiny",
    "sources-act.data": {"act": "source.again", "source": "tiny-upload"},
    "access-act.data": {"act": "account.create", "name": "somebody", "department": ""},
}
ACTS = ("account.password", "account.disable", "account.enable", "account.unlock", "account.factor",
        "grant.add", "grant.revoke", "kiosk.make", "key.revoke")  # fmt: skip
ALSO = {
    "access-act.data": [{"act": act, "name": "somebody", "role": "leader", "city": "tiny", "unit": "990101", "privacy": "0", "id": "1", "days": "7"}
                        for act in ACTS],
    "catalogue-entry.data": ["", "R2", "R3", "nowhere"],
    "catalogue-act.data": [{"act": "withdraw", "request": "1"}, {"act": "ask", "purpose": "Again", "units": "990101, 990102", "days": "x"}],
    "catalogue-decide.data": [{"act": act, "request": "1", "why": "Because"} for act in ("grant", "refuse", "revoke")],
    "sources-act.data": [{"act": act, "source": "tiny-upload", "id": "1", "source_field": "a", "field": "value", "relation": "close"}
                         for act in ("held.enter", "held.map", "held.refuse", "source.collect", "mapping.accept", "mapping.end")],
    "sources-city.data": ["other", ""],
    "workspace-text.value": ["select * from unit", "select 1; select 2", "copy unit to '/tmp/x'"],
    "audit-period.value": ["", "between"],
    "tab-control.data": ["chart", ""],
    "view.data": [{"compare": "indicator", "indicator2": "energy_use_kwh"}, {"compare": "time", "behind": "P1D"}],
    "compare-control.value": ["indicator", "time"],
    "indicator.data": ["energy_use_kwh"],
    "selection.data": [{"items": []}, {"items": [{"code": "990101001001001B00001"}]}, {"items": [{"code": "990101"}, {"code": "990102"}]}],
    "reader.data": [{"language": "en", "theme": "light", "zone": "UTC"}],
    "intent.data": [{"codes": [], "level": "street", "seq": 1, "n": 1}, {"codes": ["990101001001001B00001F001"], "fly": True}],
}  # fmt: skip
NASTY = st.sampled_from([
    "", "\0", "x" * 5000, "990101'; drop table base.unit; --", "../../etc/passwd", "__proto__", "NaN", "-1", "tiny", "street", "latest", "990101001",
    -1, 0, 2**31, 2**53 + 1, 10**30, -(10**18), 1.5, 1e308, float("nan"), float("inf"), True, None, [], {}, [[]], {"": ""}, [None] * 50,
])  # fmt: skip
VALUE = st.recursive(
    NASTY | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["items", "code", "codes", "level", "seq", "city", "tool", "geometry", "coordinates", "type", "radius_m", "n"])
                      | st.text(max_size=5), inner, max_size=4),
    max_leaves=6,
)  # fmt: skip


def served(whole):
    return [row for row in whole.app._callback_list if not row.get("clientside_function")]


def payload(row):
    """What the page would send: the usual values, None where there is no usual one."""
    def fill(one):
        return {**one, "value": USUAL.get(f"{one['id']}.{one['property']}")}

    parts = [part.rsplit(".", 1) for part in row["output"].strip(".").split("...")]
    outputs = [{"id": _id(name), "property": name_of.split("@")[0]} for name, name_of in parts]
    return {
        "output": row["output"],
        "outputs": outputs if row["output"].startswith("..") else outputs[0],
        "inputs": [fill(one) for one in row["inputs"]],
        "state": [fill(one) for one in row["state"]],
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in row["inputs"][:1]],
    }


def _id(name):
    return json.loads(name) if name.startswith("{") else name


def inside(value, draw):
    """The usual value with one of its parts exchanged."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: inside(value[key], draw)}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [inside(value[0], draw), *value[1:]]
    return draw(VALUE)


@st.composite
def forged(draw, sent):
    """A payload with values exchanged, and sometimes its shape broken too."""
    body = json.loads(json.dumps(sent))
    rows = body["inputs"] + body["state"]
    for row in rows:
        row["value"] = draw(st.sampled_from([row["value"], *ALSO.get(f"{row['id']}.{row['property']}", [])]))
    for row in draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []:
        row["value"] = inside(row["value"], draw)
    match draw(st.integers(0, 9)):
        case 0:
            body[draw(st.sampled_from(sorted(body)))] = draw(VALUE)
        case 1:
            del body[draw(st.sampled_from(sorted(body)))]
        case 2 if rows:
            body["inputs"] = body["inputs"] * 2
        case 3 if rows:
            draw(st.sampled_from(rows))[draw(st.sampled_from(["id", "property", "value"]))] = draw(VALUE)
        case 4:
            body["inputs"] = body["inputs"][1:]
    return body


def check(whole, body):
    answer = whole.client_for(str(body.get("output"))).post(ENDPOINT, data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (200, 204, 400, 403, 404, 409, 413), (answer.status_code, answer.text[:300])
    assert "Traceback" not in answer.text and "Something broke inside" not in answer.text
    if answer.status_code == 200:
        assert set(answer.json) & {"response", "multi", "sideUpdate"}, answer.text[:200]
    elif answer.status_code != 204:
        assert set(answer.json) == {"error", "fact", "remedy", "where"} and answer.json["fact"]
    assert whole.broken == [], (body, whole.broken[-1])
    return answer


def test_the_usual_payload_of_every_callback_is_answered(whole):
    """So that what the forged ones get does not come from a payload that never had a chance."""
    whole.client.get("/")
    assert len(served(whole)) > 10
    for row in served(whole):
        assert check(whole, payload(row)).status_code in (200, 204), row["output"]


@pytest.mark.parametrize("part", range(4))
def test_forged_payloads(whole, part):
    whole.client.get("/")
    for row in served(whole)[part::4]:
        is_slow = whole.gateway.callback_rights[row["output"]] in ("sql.ask", "access.change")  # a process, a slow hash

        @settings(max_examples=25 if is_slow else 50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(body=forged(payload(row)))
        def send(body):
            check(whole, body)

        send()


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"[" * 3000, b"9" * 5000, b'{"output": 1}', b'{"output": "nobody.children"}',
    b'{"output": "_pages_store.data"}', b'{"output":"signs.children","inputs":[' + b"1," * 99 + b"1]}",
])  # fmt: skip
def test_what_is_no_payload_is_told_so(whole, raw):
    answer = whole.client.post(ENDPOINT, data=raw, content_type="application/json")
    assert answer.status_code in (400, 404) and answer.json["fact"]
    assert whole.broken == []


@pytest.mark.parametrize(("path", "method"), [
    ("/nowhere", "get"), ("/unit/tiny/street/x.json", "get"), ("/health", "post"), (ENDPOINT, "get"), ("/", "put"), ("/assets/../run.py", "get"),
    ("/assets/%2e%2e/run.py", "get"), ("/_dash-component-suites/dash/../../x.py", "get"), ("/_dash-component-suites/os/x.py", "get"),
    ("/assets/", "get"), ("/assets", "get"), ("/.git/config", "get"), ("/health", "trace"), ("/", "trace"),
])  # fmt: skip
def test_a_wrong_address_or_method_is_told_in_the_one_shape(whole, path, method):
    answer = getattr(whole.client, method)(path)
    assert answer.status_code in (400, 403, 404, 405), answer.status_code
    assert set(answer.json) == {"error", "fact", "remedy", "where"}
    if answer.status_code == 405:
        assert answer.headers["Allow"]
