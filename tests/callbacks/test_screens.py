"""The screens over the wire: rights of every callback, what they answer, and what forged payloads get."""

import io
import json

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import access
from callbacks.pages import create_dash
from callbacks.server import create_server
from tests import homes, tiny
from tests.signed_in import signed_in

FACTS = {"city": "tiny", "defaults": {"home": {"lon": 118, "lat": 30, "zoom": 9}}}
READER = {"language": "zh", "theme": "dark", "zone": "Asia/Shanghai"}
AT = int(tiny.NOON.timestamp())


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screens")
    system = homes.city(folder / "home")
    readings = tiny.readings("energy_use_kwh", "floor") + tiny.readings("active_sites", "street")
    system.take([tiny.hand_in(folder, "reading", readings, "r")])
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    yield app, signed_in(system, server), gateway
    system.close()


@pytest.fixture
def call(served):
    app, client, _ = served

    def send(output, **values):
        """Ask the callback of an output; an input that is not given is what the page would send at rest."""
        usual = {
            "facts.data": FACTS,
            "reader.data": READER,
            "indicator.data": "active_sites",
            "versions.data": {},
            "scope.data": {"level": "street", "finer": False},
            "selection.data": {"items": []},
            "time-bar.settled": None,
            "time-bar.value": None,
            "by-control.value": "threshold",
            "view.data": {"compare": "off"},
            "tab-control.data": "table",
            "time-bar.axis": None,
            "compare-control.value": "off",
        }
        wanted = next(row for row in app._callback_list if row["output"] == output and not row.get("clientside_function"))
        outs = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
        def fill(row):
            name = f"{row['id']}.{row['property']}"
            return {**row, "value": values.get(name, usual.get(name))}

        outputs = [{"id": name, "property": prop.split("@")[0]} for name, prop in outs]
        body = {
            "output": output,
            "outputs": outputs if len(outs) > 1 else outputs[0],
            "inputs": [fill(row) for row in wanted["inputs"]],
            "state": [fill(row) for row in wanted["state"]],
            "changedPropIds": [],
        }
        return client.post("/_dash-update-component", json=body)

    return send


def told(answer):
    return json.dumps(answer.json, ensure_ascii=False)


def test_every_callback_and_route_declares_its_right(served):
    app, _, gateway = served
    served[1].get("/")
    server_side = {key for key, row in app.callback_map.items() if "callback" in row}
    assert server_side <= set(gateway.callback_rights), server_side - set(gateway.callback_rights)
    assert set(gateway.callback_rights.values()) <= set(access.CAPABILITIES)
    for rule in app.server.url_map.iter_rules():
        assert gateway.rights.get(rule.endpoint) in access.CAPABILITIES, rule


def test_without_a_person_neither_page_nor_callback_answers(served):
    client = served[0].server.test_client()
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/export/tiny.csv?indicator=active_sites"):
        assert client.get(path).status_code == 401, path
    assert client.post("/_dash-update-component", json={"output": "signs.children"}).status_code == 401


@pytest.mark.parametrize(
    ("query", "lang", "theme"), [("", "zh-CN", "dark"), ("?lang=en&theme=light", "en", "light"), ("?lang=xx&theme=<script>", "zh-CN", "dark")]
)
def test_the_page_is_in_the_readers_language_and_theme_from_its_first_byte(served, query, lang, theme):
    page = served[1].get(f"/{query}").data.decode()
    assert f'<html lang="{lang}" data-mantine-color-scheme="{theme}">' in page
    assert "<script>alert" not in page


def test_the_address_is_the_state(served):
    words = "indicator=energy_use_kwh&by=quantile&show=heat&dims=3d&units=990101001&camera=118.1,30.1,12,50,-20&tab=table&at=100"
    page = served[1].get("/_dash-layout", headers={"Referer": f"http://localhost/map?{words}"}).data.decode()
    for part in ('"value":"quantile"', '"value":"heat"', '"mode3d":true', '"codes":["990101001"]', '"zoom":12.0', '"data":"energy_use_kwh"'):
        assert part in page, part


@pytest.mark.parametrize(
    "words",
    ["indicator=';drop", "camera=NaN,1,2,3,4", "camera=1e9,0,0,0,0", "at=-5", "level=planet", "units=" + "x" * 9000, "tab=%00", "city=nowhere"],
)
def test_a_wrong_word_in_the_address_becomes_the_default(served, words):
    for path in ("/", "/_dash-layout"):
        assert served[1].get(f"{path}?{words}", headers={"Referer": f"http://localhost/map?{words}"}).status_code == 200


@pytest.mark.parametrize("path", ["/data", "/settings"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_other_pages_stand(served, path, language):
    page = served[1].get("/_dash-layout", headers={"Referer": f"http://localhost{path}?lang={language}"}).data.decode()
    assert ("adds up" if language == "en" else "平衡") in page or path == "/settings"
    assert "redis://" not in page


def test_selecting_by_click_gives_code_path_and_building(call):
    answer = call("..selection.data...breadcrumb.children..", **{"intent.data": {"codes": [], "level": "street", "seq": 1, "n": 1}}).json["response"]
    assert answer["selection"]["data"]["items"][0]["code"] == "990101001"
    assert answer["selection"]["data"]["chain"] == ["990100", "990101", "990101001"]
    floor = "990101001001001B00001F001"
    answer = call("..selection.data...breadcrumb.children..", **{"intent.data": {"codes": [floor], "fly": True}}).json["response"]["selection"][
        "data"
    ]
    assert answer["building"] == {"code": floor[:21], "seq": 1, "picked": floor}
    assert answer["fly"]["level"] == "floor" and answer["fly"]["height"] == 7.0


def test_selecting_keeps_one_level_and_counts_who_is_gone(call):
    answer = call("..selection.data...breadcrumb.children..", **{"intent.data": {"codes": ["990101", "990101001", "990102001", "990199"]}}).json[
        "response"
    ]
    assert [item["code"] for item in answer["selection"]["data"]["items"]] == ["990101001", "990102001"]
    assert answer["selection"]["data"]["missing"] == 1


def test_card_legend_axis_signs_search(call):
    assert "单元" in told(call("card.children", **{"selection.data": {"items": [{"code": "990101001"}]}}))
    assert "100%" in told(call("card.children"))
    assert "已选 2 个单元" in told(call("card.children", **{"selection.data": {"items": [{"code": "990101001"}, {"code": "990102001"}]}}))
    assert "data-color" in told(call("legend.children"))
    axis = call("time-bar.axis").json["response"]["time-bar"]["axis"]
    assert axis["values"] == [10.0] and axis["cadence"] == "P1D"
    assert "active_sites" in told(call("signs.children"))
    assert "990101001" in told(call("search-results.children", **{"search-word.value": "990101001"}))


def test_several_units_are_ranked_before_they_are_cut(call, monkeypatch):
    monkeypatch.setattr("callbacks.map_card.MOST_LISTED", 2)
    monkeypatch.setattr("callbacks.map_chart.MOST_LINES", 1)
    codes = ["990101001", "990101002", "990102001", "990102002"]                  # their values are 1, 2, 3, 4
    chosen = {"selection.data": {"items": [{"code": code} for code in codes]}, "reader.data": {**READER, "language": "en"}}
    card = told(call("card.children", **chosen))
    assert "Highest 2 of 4" in card
    assert 0 < card.index('"data-code": "990102002"') < card.index('"data-code": "990102001"') and '"data-code": "990101001"' not in card
    figure = call("chart.children", **{**chosen, "tab-control.data": "chart"}).json["response"]["chart"]["children"]["props"]["figure"]
    assert [trace["meta"]["trace"] for trace in figure["data"]] == ["value/active_sites/990102002"]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Highest 1 of 4"


def test_the_legend_of_a_second_time_has_the_classes_of_the_first(call):
    view = {"compare": "time", "indicator": "active_sites", "behind": 86_400, "by": "quantile"}
    assert "分级与左图相同" in told(call("legend-second.children", **{"view.data": view}))
    points = {"level": "street", "finer": False, "show": "points"}                # classed by their own time
    assert "分级与左图相同" not in told(call("legend-second.children", **{"view.data": view, "scope.data": points}))


def test_the_legend_says_that_a_pinned_level_begins_nearer(call):
    far = {"level": "district", "finer": False, "show": "choropleth", "pinned": "street"}
    assert "放大地图后可见街道" in told(call("legend.children", **{"scope.data": far}))
    assert "放大地图后可见" not in told(call("legend.children", **{"scope.data": {**far, "level": "street"}}))
    heat = told(call("legend.children", **{"scope.data": {**far, "show": "heat"}}))
    assert "放大地图后可见" not in heat and "热力 · 街道" in heat                   # heat is made of streets already


def test_the_table_is_paged_sorted_and_scoped(call):
    rows = call("table.getRowsResponse", **{"table.getRowsRequest": {"startRow": 0, "endRow": 2, "sortModel": [], "filterModel": {}}}).json[
        "response"
    ]["table"]["getRowsResponse"]
    assert rows["rowCount"] == 4 and [row["value"] for row in rows["rowData"]] == [4.0, 3.0]
    rows = call(
        "table.getRowsResponse",
        **{
            "table.getRowsRequest": {"startRow": 0, "endRow": 9, "sortModel": [{"colId": "value", "sort": "asc"}], "filterModel": {}},
            "selection.data": {"items": [{"code": "990102"}]},
        },
    ).json["response"]["table"]["getRowsResponse"]
    assert [row["code"] for row in rows["rowData"]] == ["990102001", "990102002"]


def test_a_drawn_shape_selects_what_lies_inside(call):
    west = {"type": "Polygon", "coordinates": [[[117.9, 29.9], [118.08, 29.9], [118.08, 30.2], [117.9, 30.2], [117.9, 29.9]]]}
    answer = call("intent.data", **{"drawn.data": {"tool": "polygon", "geometry": west, "t": 5}}).json["response"]["intent"]["data"]
    assert answer["codes"] == ["990101001", "990102001"]
    line = {"type": "Point", "coordinates": [118.02, 30.04]}
    near = call("intent.data", **{"drawn.data": {"tool": "buffer", "geometry": line, "radius_m": 9000, "t": 5}}).json["response"]["intent"]["data"]
    assert "990101001" in near["codes"]


@pytest.mark.parametrize(
    ("output", "values"),
    [
        ("..selection.data...breadcrumb.children..", {"intent.data": {"codes": "990101"}}),
        ("..selection.data...breadcrumb.children..", {"intent.data": {"codes": [None]}}),
        ("..selection.data...breadcrumb.children..", {"intent.data": {"level": "planet", "seq": 1}}),
        ("..selection.data...breadcrumb.children..", {"intent.data": {"level": "street", "seq": 1e308}}),
        ("..selection.data...breadcrumb.children..", {"intent.data": None, "facts.data": {"city": "nowhere"}}),
        ("card.children", {"indicator.data": "'; drop table theme.unit; --"}),
        ("card.children", {"time-bar.settled": "yesterday"}),
        ("card.children", {"reader.data": {"language": "zh", "theme": "dark", "zone": "../../etc/passwd"}}),
        ("card.children", {"selection.data": [1, 2]}),
        ("legend.children", {"scope.data": {"level": 7}}),
        ("legend.children", {"by-control.value": ["x"]}),
        ("search-results.children", {"search-word.value": {"a": 1}}),
        ("intent.data", {"drawn.data": {"tool": "polygon", "geometry": {"type": "Polygon", "coordinates": "x"}, "t": 1}}),
        ("intent.data", {"drawn.data": {"tool": "polygon", "geometry": {"type": "Point", "coordinates": [1, 2]}, "t": 1}}),
        ("intent.data", {"drawn.data": {"tool": "buffer", "geometry": {"type": "Point", "coordinates": [900, 2]}, "radius_m": 1e9, "t": 1}}),
        ("table.getRowsResponse", {"table.getRowsRequest": {"startRow": -4, "endRow": "x"}}),
        ("table.getRowsResponse", {"table.getRowsRequest": {"sortModel": True}}),
        ("table.getRowsResponse", {"table.getRowsRequest": {"sortModel": [{"colId": ["x"]}]}}),
        ("table.getRowsResponse", {"table.getRowsRequest": {"filterModel": {"name": 5}}}),
        ("legend.children", {"scope.data": {"level": "street", "opened": ["x"]}}),
        ("legend.children", {"scope.data": {"level": "street", "show": "smell"}}),
        ("legend.children", {"scope.data": {"level": "street", "pinned": ["grid"]}}),
        ("legend-second.children", {"view.data": True}),
        ("legend-second.children", {"view.data": {"compare": "time", "indicator": "active_sites", "behind": "soon"}}),
    ],
)
def test_a_forged_value_gets_a_clear_message(call, output, values):
    answer = call(output, **values)
    assert answer.status_code == 200, answer.data[:300]
    said = told(answer)
    assert "Traceback" not in said and "broke inside" not in said
    assert "sendNotifications" in said or "cs-failed" in said, said[:300]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"output": 5},
        {"output": "nothing.children"},
        {"output": "card.children"},
        {"output": "card.children", "inputs": "x"},
        {"output": "card.children", "inputs": [{"id": "a", "property": "b", "value": 1}], "outputs": {"id": "card", "property": "children"}},
        {"output": "card.children", "inputs": [7], "outputs": []},
        {"output": "map.values...map.colors"},
    ],
)
def test_a_forged_payload_is_refused_without_a_traceback(served, body):
    answer = served[1].post("/_dash-update-component", data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (200, 400, 404), answer.data[:300]
    assert b"Traceback" not in answer.data and b"broke inside" not in answer.data
    assert answer.status_code == 200 or answer.json["fact"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["card.children", "legend.children", "time-bar.axis", "search-results.children", "intent.data", "table.getRowsResponse"]),
    st.sampled_from(
        [
            "selection.data",
            "indicator.data",
            "time-bar.settled",
            "scope.data",
            "drawn.data",
            "table.getRowsRequest",
            "facts.data",
            "search-word.value",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["codes", "items", "code", "level", "city", "geometry", "t", "startRow", "sortModel"]), inner, max_size=3
            )
        ),
        max_leaves=6,
    ),
)
def test_no_payload_breaks_a_callback(call, output, name, value):
    answer = call(output, **{name: value})
    assert answer.status_code < 500 and b"Traceback" not in answer.data
    assert b"broke inside" not in answer.data, (output, name, value)


@pytest.mark.parametrize("kind", ["csv", "geojson", "parquet"])
def test_export_carries_values_shapes_and_what_they_are(served, kind):
    answer = served[1].get(f"/export/tiny.{kind}?indicator=active_sites&level=street&units=990101001,990102001")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    if kind == "csv":
        lines = answer.data.decode("utf-8-sig").splitlines()
        assert "# indicator,active_sites" in lines and any(line.startswith("# source,housing") for line in lines)
        assert len([line for line in lines if line.startswith("9901")]) == 2
    elif kind == "geojson":
        assert answer.json["about"]["at"].startswith("2026-11-") and len(answer.json["features"]) == 2
    else:
        rows = gpd.read_parquet(io.BytesIO(answer.data))
        assert rows.crs.to_epsg() == 4326 and rows["active_sites"].tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/export/tiny.exe?indicator=active_sites", 404),
        ("/export/tiny.csv?indicator=nothing", 404),
        ("/export/nowhere.csv?indicator=aqi", 404),
        ("/export/tiny.csv?indicator=active_sites&level=planet", 404),
        ("/export/tiny.csv?indicator=active_sites&at=x", 400),
        ("/export/tiny.csv?indicator=active_sites&units=" + "x" * 60, 400),
    ],
)
def test_an_export_that_cannot_be_is_said_so(served, path, status):
    answer = served[1].get(path)
    assert answer.status_code == status and answer.json["fact"]


def test_a_cell_is_never_a_formula():
    from app.cells import harmless
    from app.units.export import unit_slug

    assert [harmless(cell) for cell in ("=1+1", "+a", "-2", "@x", "\tx", "plain", -2.0)] == ["'=1+1", "'+a", "'-2", "'@x", "'\tx", "plain", -2.0]
    assert [unit_slug(unit) for unit in ("µg/m³", "%", "°C", "m³/h", "")] == ["ug_m3", "pct", "deg_c", "m3_h", ""]
