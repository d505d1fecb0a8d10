"""Panels are pure: plain rows in, a component tree out. What a person must find in them is looked for in the tree."""

from datetime import UTC, datetime

import numpy as np
import orjson
import pytest
from dash.development.base_component import Component

from layouts import ids
from layouts.panels.breadcrumb import breadcrumb
from layouts.panels.chart import chart, figure
from layouts.panels.floor_card import floor_card
from layouts.panels.legend import legend
from layouts.panels.many_card import many_card
from layouts.panels.search_results import search_results
from layouts.panels.signs import signs
from layouts.panels.table import table, table_row
from layouts.panels.tools import tools
from layouts.panels.unit_card import unit_card
from layouts.panels.unusual import unusual
from layouts.panels.view_controls import view_controls
from layouts.ramps import colors, key_text, ramp_key
from layouts.reader import Reader

NOON = 1795060800
AQI = {
    "id": "aqi",
    "name_zh": "空气质量指数",
    "name_en": "Air quality index",
    "theme": "ecology",
    "unit": "",
    "decimals": 0,
    "direction": "down",
    "thresholds": [50, 100],
    "threshold_source": "legal classes (HJ 633)",
    "cadence": "PT1H",
    "owner": "ecology_env",
    "native_level": "street",
    "rollup": "weighted_mean",
    "weight": "area_m2",
    "value": 58.0,
    "status": "amber",
    "description_zh": "",
    "description_en": "",
}
STREET = {
    "code": "990101001",
    "level": "street",
    "seq": 1,
    "name_zh": "海湾镇",
    "name_en": "Haiwan Town",
    "lon": 118.0,
    "lat": 30.0,
    "area_m2": 2e7,
    "place_type": "village",
    "address": None,
    "floor_no": None,
    "height_m": None,
}


def sign(**more):
    return {
        "indicator": "aqi",
        "value": 58.0,
        "at": NOON,
        "n": 2,
        "expected": 4,
        "is_hidden": False,
        "level": "street",
        "code": "990101001",
        "status": "amber",
        "unit": "",
        "decimals": 0,
        "owner": "ecology_env",
        "native_level": "street",
        "name_zh": "空气质量指数",
        "name_en": "Air quality index",
        **more,
    }


def detail(unit=STREET, **more):
    return {
        "unit": unit,
        "ancestors": [],
        "attributes": [],
        "came_from": [],
        "sign": sign(),
        "recent": ([NOON - 3600, NOON], [60.0, 58.0]),
        "day_before": 82.0,
        "building": None,
        "beside": {},
        "children": [],
        "child_count": 0,
        "common": {
            "temperature_c": sign(value=16.3, unit="°C", decimals=1),
            "rain_mm_h": sign(value=3.0, unit="mm/h", decimals=1),
            "people_flow": sign(value=304480.0, unit="persons"),
        },
        **more,
    }


def walk(node):
    if isinstance(node, Component):
        yield node
        children = getattr(node, "children", None)
        for child in children if isinstance(children, (list, tuple)) else [children]:
            yield from walk(child)
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from walk(child)
    elif node is not None:
        yield node


def text(node):
    return " ".join(str(part) for part in walk(node) if not isinstance(part, Component))


def marked(node, name):
    return [getattr(part, name) for part in walk(node) if isinstance(part, Component) and hasattr(part, name)]


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("zh", ["空气质量指数", "关注", "58", "较 24 小时前", "覆盖率 50.0%", "来源：生态局", "中雨", "30.4万 人", "村庄", "面积"]),
        ("en", ["Air quality index", "watch", "Coverage 50.0%", "Moderate rain", "304,480 persons", "Village", "16.3 °C"]),
    ],
)
def test_the_unit_card_says_what_figure_4_asks(language, found):
    card = unit_card(Reader(language), detail(), AQI, "生态局", NOON + 7200, None)
    said = text(card)
    assert [word for word in found if word not in said] == []
    assert "118.00000°E" in said


def test_the_unit_card_says_that_a_coarser_unit_stands_in():
    grid = {**STREET, "code": "990101001001001", "level": "grid"}
    assert "按街道上报" in text(unit_card(Reader("zh"), detail(grid), AQI, "", NOON, None))


def test_without_a_value_the_card_says_so():
    assert "No data for this indicator" in text(unit_card(Reader("en"), detail(sign=sign(value=None, at=None, status="grey")), AQI, "", NOON, None))


def test_the_floor_card_says_what_figure_5_asks():
    floor = {**STREET, "code": "990101001001001B00001F012", "level": "floor", "floor_no": 12}
    building = {**STREET, "code": "990101001001001B00001", "level": "building", "floors_above": 31, "floors_below": 2}
    rows = [
        {
            "attribute": name,
            "unit_code": "990101001001001B00001F012",
            "value": "x",
            "value_zh": zh,
            "value_en": en,
            "name_zh": "",
            "name_en": "",
            "space": "social",
            "type": "code",
            "unit": None,
        }
        for name, zh, en in (("ownership", "私有", "Private"), ("tax_state", "良好", "In good standing"))
    ]
    beside = {"up": {**floor, "code": "upper", "floor_no": 9}, "down": None}
    card = floor_card(Reader("zh"), detail(floor, building=building, attributes=rows, beside=beside), AQI, "", NOON, None)
    assert marked(card, "data-code")[1:] == ["upper"], "the building, and the one floor beside it"
    said = text(card)
    for word in ("990101001001001B00001F012", "12 层", "地上 31 层，地下 2 层", "私有", "良好", "中雨", "30.4万 人", "11月19日"):
        assert word in said, word


def test_children_are_ranked_worst_first_and_drill():
    below = [
        {
            "code": f"99010100100{i}",
            "level": "community",
            "seq": i,
            "name_zh": f"社区{i}",
            "name_en": "",
            "floor_no": None,
            "address": None,
            "value": v,
            "status": "green",
        }
        for i, v in ((1, 10.0), (2, 90.0), (3, None))
    ]
    card = unit_card(Reader("zh"), detail(children=below, child_count=3), AQI, "", NOON, None)
    codes = [code for code in marked(card, "data-code") if len(code) == 12]
    assert codes == ["990101001002", "990101001001", "990101001003"]


def test_the_legend_counts_what_it_colours():
    found = {
        "by": "threshold",
        "breaks": [50, 100],
        "counts": [3, 4, 0],
        "no_data": 2,
        "edges": [0, 50, 100],
        "bars": [3, 4],
        "unit": "",
        "decimals": 0,
        "at": NOON,
        "n": 7,
        "expected": 9,
        "native_level": "street",
        "level": "street",
    }
    box = legend(Reader("en"), AQI, found, finer=True)
    assert marked(box, "data-color")[:3] == colors(ramp_key("down", [50, 100], "threshold"), "dark")["ramp"]
    assert marked(box, "data-label") == ["< 50", "50 – 100", "≥ 100", "no data"]
    assert "Reported at Street level" in text(box)
    assert "HJ 633" in text(box)
    assert "7 of 9 report" in text(box)


QUANTILES = {"by": "quantile", "breaks": [5.0], "counts": [1, 2], "no_data": 0, "edges": [], "bars": [], "unit": "", "decimals": 0, "at": NOON,
             "n": 3, "expected": 3, "native_level": "street", "level": "street"}


def noted(box):
    """What a legend says at every height of the screen."""
    found = [part for part in box._traverse() if getattr(part, "className", "") in ("cs-legend-needed", "cs-legend-source")]
    return [text(part) for part in found]


def test_the_legend_always_says_what_a_picture_cannot_show():
    assert noted(legend(Reader("en"), AQI, QUANTILES)) == []
    assert noted(legend(Reader("en"), AQI, QUANTILES, wants_limits=True)) == ["Quantiles of the units shown"]
    assert noted(legend(Reader("en"), AQI, {**QUANTILES, "is_like": True}, wants_limits=True)) == ["Classes as on the left map"]
    assert noted(legend(Reader("en"), AQI, QUANTILES, zoom_for="grid")) == ["Zoom in to see grids"]
    assert noted(legend(Reader("zh"), AQI, QUANTILES, zoom_for="grid")) == ["放大地图后可见网格"]
    assert marked(legend(Reader("en"), AQI, QUANTILES, wants_limits=True), "data-lacks") == ["limits"]
    assert "Hexagons · Street ·" in text(legend(Reader("en"), AQI, QUANTILES, show="hex"))


def test_ramps_judge_only_where_limits_do():
    assert ramp_key("down", [35, 75], "threshold") == (3, "status", False)
    assert ramp_key("up", [80, 90], "threshold") == (3, "status", True)
    assert ramp_key("band", [5, 33], "threshold") == (3, "diverging", False)
    assert ramp_key("down", [50, 100, 150, 200], "threshold") == (5, "sequential", False)
    assert ramp_key("down", [35, 75], "quantile") == ramp_key("band", [], "threshold") == (5, "sequential", False)
    assert key_text((3, "status", True)) == "status-3-reversed"


def test_signs_are_grouped_and_marked():
    rows = [AQI, {**AQI, "id": "pm25", "value": None, "status": "grey"}]
    groups = signs(
        Reader("zh"),
        [
            {"id": "ecology", "name_zh": "生态环境", "name_en": "Ecology", "icon": "tabler:leaf"},
            {"id": "water", "name_zh": "水务", "name_en": "Water", "icon": ""},
        ],
        rows,
        "aqi",
    )
    assert [group.className for group in groups] == ["cs-signs-group", "cs-fold cs-signs-unknown"]
    assert marked(groups, "data-indicator") == ["aqi", "pm25"]
    assert marked(groups, "aria-pressed") == ["true", "false"]
    assert "无数据" in text(groups)


def test_what_is_unusual_is_said_in_words():
    row = {"indicator": AQI, "unit": STREET, "value": 162.0, "usual": 61.0, "score": 12.0, "at": NOON}
    assert unusual(Reader("en"), []) is None
    said = unusual(Reader("en"), [row, {**row, "value": 20.0, "score": -4.0}])
    assert "far above usual" in text(said) and "below usual" in text(said) and "usually 61" in text(said)
    assert marked(said, "data-code") == [STREET["code"]] * 2
    assert marked(said, "data-indicator") == ["aqi", "aqi"]


def test_breadcrumb_leads_up():
    path = breadcrumb(Reader("en"), [{**STREET, "level": "city", "code": "990100"}, STREET], 2)
    assert marked(path, "data-code") == ["990100", "990101001"]
    assert "and 2 more" in text(path)


def test_search_says_when_it_finds_nothing():
    assert search_results(Reader("en"), " ", []) is None
    assert "Nothing found" in text(search_results(Reader("en"), "<b>x", []))
    assert marked(search_results(Reader("en"), "h", [STREET]), "data-code") == ["990101001"]
    gone = {**STREET, "code": "990101007", "ended_at": NOON, "became": [STREET, {**STREET, "name_en": "East"}]}
    found = search_results(Reader("en"), "h", [gone])
    assert f"now {STREET['name_en']}, East" in text(found) and marked(found, "data-code") == ["990101001"], "it leads to where the ground is now"


def test_a_unit_that_took_others_over_says_so():
    before = [{"name_zh": "甲街", "name_en": "A", "level": "street", "code": "990101007", "at": NOON, "share": 1.0},
              {"name_zh": "乙街", "name_en": "B", "level": "street", "code": "990101008", "at": NOON, "share": 0.4}]
    card = text(unit_card(Reader("zh"), detail(came_from=before), AQI, "生态局", NOON, None))
    assert "由 甲街、乙街 (40 %) 划入" in card


def test_many_units_are_summed_or_averaged():
    said = text(
        many_card(
            Reader("en"),
            [{**STREET, "value": 3.0}],
            {"count": 2, "level": "street", "value": 5.0, "low": 2.0, "high": 3.0, "at": NOON},
            {**AQI, "rollup": "sum"},
        )
    )
    assert "2 units selected" in said
    assert "Total of the selection" in said
    assert "Highest 1 of 2" in said


def test_the_chart_is_plain_data_on_the_citys_clock():
    lines = [{"unit": STREET, "points": ([NOON, NOON + 3600], [1.0, None])}]
    found = figure(Reader("en"), AQI, lines)
    assert found["data"][0]["x"] == ["2026-11-19T12:00", "2026-11-19T13:00"]
    assert orjson.dumps(found["data"][0]["y"], option=orjson.OPT_SERIALIZE_NUMPY) == b"[1.0,null]"
    assert "No history" in text(chart(Reader("en"), AQI, [{"unit": STREET, "points": ([], [])}]))


def test_a_regular_course_is_told_by_its_first_time_and_step():
    lines = [{"unit": STREET, "points": (np.arange(5) * 300 + NOON, np.ones(5))}]
    trace = figure(Reader("en"), AQI, lines)["data"][0]
    assert (trace["x0"], trace["dx"], "x" in trace) == ("2026-11-19T12:00", 300_000, False)


def test_a_clock_put_back_leaves_no_regular_course():
    hours = [int(datetime(2026, 10, 24, 23, tzinfo=UTC).timestamp()) + 3600 * i for i in range(4)]
    trace = figure(Reader("en", zone="Europe/Berlin"), AQI, [{"unit": STREET, "points": (hours, [1, 2, 3, 4])}])["data"][0]
    assert trace["x"] == ["2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T02:00", "2026-10-25T03:00"]


def test_a_chart_says_how_many_of_the_selected_it_draws():
    lines = [{"unit": STREET, "points": ([NOON, NOON + 3600], [1.0, 2.0])}]
    assert figure(Reader("en"), AQI, lines, total=19)["layout"]["xaxis"]["title"]["text"] == "1 of the 19 selected units"
    assert "title" not in figure(Reader("en"), AQI, lines, total=1)["layout"]["xaxis"]


def test_a_name_is_never_markup_in_a_chart():
    lines = [{"unit": {**STREET, "name_en": "<b onclick=x>%{y}"}, "points": ([NOON], [1.0])}]
    assert "<b" not in figure(Reader("en"), AQI, lines)["data"][0]["hovertemplate"].replace("<extra>", "")


def test_table_rows_are_text_ready_to_read():
    row = {**STREET, "parent_zh": "云浦区", "parent_en": "", "value": 58.0, "status": "amber", "n": 1, "expected": 1, "at": NOON}
    row["address"] = ""
    assert table_row(Reader("zh"), row, 0) == {
        "code": "990101001",
        "name": "海湾镇",
        "parent": "云浦区",
        "value": 58.0,
        "value_text": "58",
        "status": "关注",
        "coverage": "1 / 1",
        "time": "11月19日 12:00",
    }
    assert table(Reader("zh"), AQI, "street", "k").id == ids.TABLE


def test_every_control_has_a_name():
    r = Reader("en")
    view = {"show": "choropleth", "level": "auto", "by": "threshold", "compare": "off", "indicator2": "aqi", "behind": "86400"}
    for part in walk([tools(r), view_controls(r, view, [])]):
        if isinstance(part, Component) and part._type == "Button":
            assert getattr(part, "aria-label", None) or text(part).strip()
        if isinstance(part, Component) and part._type == "Select":
            assert part.label


def test_a_value_of_few_people_says_why_it_is_not_shown():
    shown = text(unit_card(Reader("en"), detail(sign=sign(value=None, is_hidden=True, status="grey")), AQI, "", NOON, None))
    assert "so few people" in shown and "No data for this" not in shown
