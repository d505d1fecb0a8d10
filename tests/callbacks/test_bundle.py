"""Our scripts and styles as one file each: everything in it once, at an address that changes with it, kept by browsers."""

import re

import pytest

from callbacks import bundle
from callbacks.bundle import APART, ASSETS, BUNDLES, address, content


@pytest.mark.parametrize("kind", ["js", "css"])
def test_the_bundles_hold_every_file_of_the_page_once(kind):
    bodies = [content(name) for name in BUNDLES if name.endswith(kind)]
    for file in ASSETS.rglob(f"*.{kind}"):
        assert sum(body.count(file.read_bytes()) for body in bodies) == (0 if file.name in APART else 1), file.name


def test_the_address_changes_with_what_is_in_it(monkeypatch):
    before = address("page.js")
    monkeypatch.setattr(bundle, "content", lambda name: b"other")
    assert bundle.address("page.js") != before and re.fullmatch(r"/page\.js\?m=[0-9a-f]{16}", before)


TAGS = [f'<script src="{name}"></script>' for name in (
    "/_dash-component-suites/dash/deps/react.js", address("map.js"), address("page.js"), "/_dash-component-suites/dash/dash_table/bundle.js",
    "/_dash-component-suites/pydeck/nbextension/static/index.js")]


def test_the_map_page_reads_its_map_and_the_engine_first_and_other_pages_keep_their_order():
    react, own, page, table, engine = TAGS
    assert bundle.ordered("\n".join(TAGS), is_map=True) == own + engine + react + page
    assert bundle.ordered("\n".join(TAGS), is_map=False) == react + own + page + engine
    assert "<script>begin()</script>" in bundle.ordered("<script>begin()</script>", is_map=True)
    assert table not in bundle.ordered(table, is_map=False)


def test_what_draws_a_map_asks_for_no_react():
    assert b"window.React" not in content("map.js") and b"window.React" in content("page.js")


def test_it_is_open_compressed_and_kept_for_ever(tmp_path):
    from app.settings import load
    from app.system import System
    from callbacks.pages import create_dash
    from callbacks.server import create_server

    system = System(load(home=tmp_path, demo="off"))
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    for name, mimetype in BUNDLES.items():
        answer = server.test_client().get(address(name), headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and answer.mimetype == mimetype and answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert len(answer.data) < len(content(name)) / 2
    system.close()
