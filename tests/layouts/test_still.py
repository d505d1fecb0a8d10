"""Markup as one component: the same elements, text as text, and nothing that needs a callback."""

import re
from pathlib import Path

import dash_mantine_components as dmc
import pytest
from dash import dcc, html

from layouts.components.icons import icon
from layouts.components.still import still

SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "screen" / "still.js"


def test_elements_properties_and_text_are_kept_and_nothing_else():
    block = html.Div([html.B("x"), None, "y", 3], className="a", hidden=None, **{"data-code": "c", "aria-label": "l"})
    made = still([block, None, icon("map", 15), "<b>"])
    div, drawn, text = made.tree
    assert div == {"t": "div", "p": {"className": "a", "data-code": "c", "aria-label": "l"}, "c": [{"t": "b", "c": "x"}, "y", 3]}
    assert drawn["t"] == "Icon" and drawn["p"]["size"] == 15
    assert text == "<b>"


def test_what_stands_still_inside_another_is_part_of_it():
    assert still(html.P(still([html.B("x"), "y"]))).tree == {"t": "p", "c": [{"t": "b", "c": "x"}, "y"]}
    assert still(None).tree is None


@pytest.mark.parametrize("needy", [dcc.Input(), dmc.Text("x"), html.Div(dcc.Store(id="a"))])
def test_what_needs_a_callback_is_refused(needy):
    with pytest.raises(TypeError):
        still(needy)


def test_every_element_that_layouts_use_may_be_drawn():
    text = SCRIPT.read_text(encoding="utf-8")
    tags = set(" ".join(re.findall(r"'([a-z0-9 ]+)'", text[text.index("new Set(") : text.index(".split")])).split())
    for file in (SCRIPT.parents[2] / "layouts").rglob("*.py"):
        for name in re.findall(r"\bhtml\.([A-Z]\w*)", file.read_text(encoding="utf-8")):
            assert name.lower() in tags, f"{file.name} uses {name}"
    assert "script" not in tags and "iframe" not in tags and "InnerHTML" not in text
