"""Our scripts and styles as one file each: everything in it once, at an address that changes with it, kept by browsers."""

import re

import pytest

from callbacks import bundle
from callbacks.bundle import APART, ASSETS, address, content


@pytest.mark.parametrize("kind", ["js", "css"])
def test_a_bundle_holds_every_file_of_the_page_once(kind):
    body = content(kind)
    for file in ASSETS.rglob(f"*.{kind}"):
        assert body.count(file.read_bytes()) == (0 if file.name in APART else 1), file.name


def test_the_address_changes_with_what_is_in_it(monkeypatch):
    before = address("js")
    monkeypatch.setattr(bundle, "content", lambda kind: b"other")
    assert bundle.address("js") != before and re.fullmatch(r"/page\.js\?m=[0-9a-f]{16}", before)


def test_it_is_open_compressed_and_kept_for_ever(tmp_path):
    from app.settings import load
    from app.system import System
    from callbacks.pages import create_dash
    from callbacks.server import create_server

    system = System(load(home=tmp_path, demo="off"))
    server, gateway, results = create_server(system)
    create_dash(system, server, gateway, results)
    for kind, mimetype in (("js", "text/javascript"), ("css", "text/css")):
        answer = server.test_client().get(address(kind), headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and answer.mimetype == mimetype and answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert len(answer.data) < len(content(kind)) / 2
    system.close()
