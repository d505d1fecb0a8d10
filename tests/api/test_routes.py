"""Every described route, asked for in every way its description allows and does not allow: never broken, always as described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callbacks.api_params import ROUTES
from callbacks.gateway import CSRF_HEADER, SESSION

AS_DESCRIBED = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
FEW = settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
MOST = {GenerationMode.POSITIVE: 16, GenerationMode.NEGATIVE: 10}
PLAIN = {"Accept-Encoding": "identity"}
KNOWN = {
    "city": ["tiny"], "indicator": ["active_sites", "energy_use_kwh"], "level": ["district", "street", "building"], "when": ["latest", "1763438400"],
    "seq": [1, 2], "code": ["990101001001001B00001"], "z": [0], "x": [0], "y": [0], "parent": ["990101"], "units": ["990101,990102"],
    "number": [1, 2], "dataset": ["person", "service_case"],
    "key": ["value/active_sites/990101/latest", "unit/990101001", "batch/1"],
    "source": ["tiny-upload", "tiny-broker"],
    "resource": ["R1"], "kind": ["csv", "jsonld", "resource"], "sheet": ["gaps", "demand", "fresh"], "area": ["118,30;118.1,30;118.1,30.1"],
    "document": ['{"name": "a", "title": "A"}', '[{"name": "b", "title": "B", "notes": "C"}]'],
    "sql": ["select 1", "select * from unit limit 3"],
    "step": [0, 5], "steps": [7, 14], "s": ["holiday"], "sign": ["active_sites"], "show": ["expected"],
}  # fmt: skip
KNOWN_OF = {
    "resources.rows": {"grant": [1], "unit": ["990100"], "fields": [""], "after": [""], "form": ["json"], "since": [0], "until": [2**33]},
    "alerts.act": {"act": ["note"], "note": ["looked at"], "to": ["water"], "group": ["false"]},
    "export.take_out": {"kind": ["csv", "geojson"], "level": ["district"]}, "units.overlay": {"kind": ["points", "heat"]},
    "wall.scene": {"name": ["overview", "map", "data", "service"]}, "page_service.take_out": {"show": ["open", "due"], "period": ["week"]},
    "page_morning.kept_file": {"name": ["2026-11-18-zh.html", "2026-11-18-en.pdf"]},
    "page_query.take_out": {"kind": ["csv", "parquet"], "q": ['{"subject":"unit"}', '{"subject":"latest","group":[{"column":"level"}]}']},
    "saved.keep": {"words": ["city=tiny", "city=tiny&unit=990101"], "name": ["one", "two", "three", "four"], "page": ["operations", "map"]},
    "saved.change": {"number": [1, 2], "do": ["share", "start", "withdraw"]},
    **{name: {"name": ["water"], "sign": ["ponding_cm"], "unit": ["990101", "990102001"], "at": [2**33], "steps": [12]}
       for name in ("forecast.special_answer", "forecast.special_rows")},
    "wall.steer": {"scene": ["map", "courses"], "unit": ["990101001"], "do": ["next", "hold", "release", "fly", "show"]},
}  # fmt: skip
BODIES = {
    "ngsi_ld.upsert": [[{"id": "urn:x:1", "type": "Street"}], [{"id": "urn:x:2", "type": "Street", "aqi": 7}]],
    "hand_in.hand_in": [f"unit_code,indicator,at,value\n990101001,aqi,2026-11-0{day}T00:00:00Z,{day}\n".encode() for day in range(1, 7)],
}  # fmt: skip
EVERY = pytest.mark.parametrize("endpoint", sorted(ROUTES))


@pytest.fixture(scope="session")
def operations(whole):
    """{endpoint: its operations} of the description that the server itself gives."""
    schema = schemathesis.openapi.from_dict(whole.server.test_client().get("/api/openapi.json").json)
    schema.app = whole.server
    found: dict[str, list] = {}
    for one in schema.get_all_operations():
        operation = one.ok()
        name = operation.definition.raw["operationId"]
        found.setdefault(name if name in ROUTES else name.rpartition(".")[0], []).append(operation)
    return found


@pytest.fixture(scope="module", autouse=True)
def _granted(whole):
    whole.ask_for_resource()


@pytest.mark.parametrize("mode", list(GenerationMode))
@EVERY
def test_signed_in(whole, operations, endpoint, mode):
    session = whole.sessions.get(endpoint) or whole.client.get_cookie(SESSION).value
    headers = {**PLAIN, CSRF_HEADER: whole.system.identity.csrf_of(session)}
    statuses = set()
    for operation in operations[endpoint]:
        if mode is GenerationMode.NEGATIVE and not (operation.query or operation.path_parameters or operation.body):
            continue

        @settings(FEW, max_examples=MOST[mode])
        @given(case=operation.as_strategy(generation_mode=mode), pick=st.sampled_from([0, 1, None, 2, 3, 4, 5]))
        def ask(case, pick):
            if pick is not None:
                told(case, pick, endpoint)
                if endpoint in BODIES and mode is GenerationMode.POSITIVE:
                    case.body = BODIES[endpoint][pick % len(BODIES[endpoint])]
            case.headers, case.cookies = {}, {}  # not the keys and sessions that it makes up: test_by_nobody sends those
            answer = case.call(headers=headers, cookies={SESSION: session})
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=AS_DESCRIBED)

        ask()
    is_by_secret = endpoint.startswith(("sign_in.", "account."))  # tokens, codes and passwords are not to be guessed
    assert mode is GenerationMode.NEGATIVE or is_by_secret or statuses & {200, 201, 204, 207}, f"never answered as asked: {statuses}"


def told(case, pick, endpoint=""):
    """Put what the city has into the parameters that the case uses."""
    known = KNOWN | KNOWN_OF.get(endpoint, {})
    if endpoint == "export.take_out":           # nothing to take out without one
        case.query = {**(case.query or {}), "indicator": ""}
    for part in (case.path_parameters, case.query, case.body):
        for name in set(part if isinstance(part, dict) else ()) & set(known):
            part[name] = known[name][pick % len(known[name])]


@EVERY
def test_by_nobody(whole, operations, endpoint):
    for operation in operations[endpoint]:

        @FEW
        @given(case=operation.as_strategy())
        def ask(case):
            answer = case.call(headers=PLAIN)
            case.validate_response(answer, checks=AS_DESCRIBED)
            if whole.gateway.rights[endpoint] != "open":
                assert answer.status_code == 401 and answer.json()["error"] == "SignedOut"

        ask()
