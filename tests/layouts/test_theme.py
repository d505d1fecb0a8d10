"""The tokens are one place, readable in both themes, and the libraries mirror them."""

import json
import re

import pytest

from layouts.colors import NODATA, contrast, status
from layouts.theme import THEMES, TOKENS_CSS, mantine, plot_template, tokens


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_reaches_aa_on_every_ground(theme):
    t = tokens(theme)
    for ground in ("ground", "surface", "raised", "accent-soft"):
        for ink in ("text", "text-soft", "accent", "good-text", "watch-text", "bad-text"):
            if ground == "accent-soft" and ink in ("good-text", "watch-text", "bad-text"):
                continue
            assert contrast(t[ink], t[ground]) >= 4.5, (ink, ground, round(contrast(t[ink], t[ground]), 2))
    assert contrast(t["on-accent"], t["accent"]) >= 4.5
    for mark in ("good", "watch", "bad"):
        assert contrast(t[mark], t["surface"]) >= 2, mark


@pytest.mark.parametrize("theme", THEMES)
def test_status_colours_are_those_of_the_map(theme):
    t = tokens(theme)
    assert {"good": t["good"], "watch": t["watch"], "bad": t["bad"], "none": t["none"]} == status(theme)
    assert NODATA[theme]


def test_both_themes_define_the_same_tokens():
    assert set(tokens("light")) == set(tokens("dark"))


def test_no_other_stylesheet_of_the_screens_has_a_colour_of_its_own():
    for file in TOKENS_CSS.parent.glob("screen*.css"):
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![-\w])", re.sub(r"#[a-zA-Z_][\w-]*", "", file.read_text(encoding="utf-8")))
        assert found == [], file.name


def test_plot_and_mantine_mirror_the_tokens():
    assert plot_template("dark")["layout"]["font"]["color"] == tokens("dark")["text"]
    assert mantine()["fontFamily"] == tokens("light")["font"]
    assert tokens("light")["accent"] in mantine()["colors"]["accent"]
    json.dumps(plot_template("light"))
