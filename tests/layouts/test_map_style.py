"""The map style is what the browser expects: right sources, right order, both themes alike, nothing from outside."""

import json

import pytest

from layouts.components.city_map import CityMap
from layouts.map_style import map_style, map_styles
from layouts.map_style_unit import LEVEL_ZOOM

THEMES = ("light", "dark")


@pytest.fixture(params=THEMES)
def style(request):
    return map_style("demo", 7, request.param)


def ids(style):
    return [layer["id"] for layer in style["layers"]]


def test_tiles_come_from_the_same_origin_at_the_given_version(style):
    assert style["sources"]["unit"]["tiles"] == ["/tiles/demo/7/unit/{z}/{x}/{y}.mvt"]
    assert style["sources"]["base"]["tiles"] == ["/tiles/demo/7/base/{z}/{x}/{y}.mvt"]
    assert all(source["maxzoom"] == 14 for source in style["sources"].values())


def test_nothing_is_asked_from_outside(style):
    text = json.dumps(style)
    assert "http" not in text
    assert "glyphs" not in style
    assert "sprite" not in style


def test_layer_names_are_unique(style):
    assert len(ids(style)) == len(set(ids(style)))


def test_every_layer_reads_a_layer_of_the_contract(style):
    base = {"water", "green", "land", "road", "rail", "place"}
    points = {f"{level}_point" for level in ("district", "street", "community", "grid")}
    unit = {"city", *LEVEL_ZOOM, *points}
    for layer in style["layers"]:
        if layer["type"] != "background":
            assert layer["source-layer"] in {"base": base, "unit": unit}[layer["source"]], layer["id"]


def test_data_lies_under_water_roads_and_names(style):
    order = ids(style)
    assert order.index("grid-fill") < order.index("water") < order.index("road-motorway") < order.index("district-line")
    assert order.index("building-fill") < order.index("district-mark") < order.index("building-3d")
    # names on the ground under tall buildings, names of units over everything
    assert order.index("label-road") < order.index("building-3d") < order.index("label-community")
    assert all(layer["type"] == "symbol" for layer in style["layers"][order.index("building-3d") + 1 :])


def test_casings_lie_under_every_road(style):
    order = ids(style)
    cases = [i for i, name in enumerate(order) if name.startswith("road-") and name.endswith("-case")]
    roads = [i for i, name in enumerate(order) if name.startswith("road-") and not name.endswith("-case")]
    assert max(cases) < min(roads)


def test_every_level_has_fill_outline_marks_and_names(style):
    roles = {(layer["metadata"]["role"], layer["metadata"]["level"]) for layer in style["layers"] if "role" in layer.get("metadata", {})}
    for level in LEVEL_ZOOM:
        assert {("mark", level), ("case", level)} <= roles
        assert ("building" if level == "building" else "fill", level) in roles
    assert ("outline", "city") in roles
    assert ("building3d", "building") in roles


def test_every_name_layer_leaves_its_text_to_the_browser(style):
    for layer in style["layers"]:
        if layer["type"] == "symbol":
            assert layer["metadata"]["names"] is True
            assert "text-field" not in layer["layout"]


def test_themes_differ_in_colour_only():
    light, dark = map_styles("demo", 1).values()
    assert ids(light) == ids(dark)
    for a, b in zip(light["layers"], dark["layers"], strict=True):
        assert {k: v for k, v in a.items() if k not in ("paint", "metadata")} == {k: v for k, v in b.items() if k not in ("paint", "metadata")}
        assert a.get("paint", {}).keys() == b.get("paint", {}).keys()


def test_style_is_plain_json(style):
    assert json.loads(json.dumps(style)) == style


def test_component_refuses_a_prop_it_does_not_have():
    with pytest.raises(TypeError):
        CityMap(id="map", nonsense=1)


def test_component_documents_every_prop():
    for prop in CityMap.available_properties:
        assert prop in ("id", "style", "className") or f"``{prop}``" in CityMap.__doc__, prop
