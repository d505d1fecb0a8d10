"""What is compressed, and what a browser may keep without asking again."""

import gzip

import pytest
from flask import Flask, Response

from callbacks.compress import compress

SCRIPT = "const town = 1;\n" * 200


@pytest.fixture
def ask():
    server = Flask("files", static_folder=None)
    server.add_url_rule("/assets/<name>", "assets", lambda name: Response(SCRIPT, mimetype="text/javascript"))
    server.add_url_rule("/small.json", "small", lambda: Response("{}", mimetype="application/json"))
    compress(server)
    return server.test_client().get


def test_a_file_with_its_time_of_change_in_the_address_is_kept_for_ever(ask):
    assert "immutable" in ask("/assets/map.js?m=1795166852.2").headers["Cache-Control"]
    assert "immutable" not in ask("/assets/map.js").headers.get("Cache-Control", "")
    assert "immutable" not in ask("/missing.js?m=1").headers.get("Cache-Control", "")


def test_text_is_compressed_for_those_who_take_it(ask):
    packed = ask("/assets/map.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data).decode() == SCRIPT
    assert ask("/assets/map.js").text == SCRIPT
    assert "Content-Encoding" not in ask("/small.json", headers={"Accept-Encoding": "gzip"}).headers
