"""The cache of results: same answers from memory, files and Redis; nothing stale, nothing foreign."""

import socket
from types import SimpleNamespace

import pytest
from flask import Flask

from app.settings import load
from callbacks.results import Results


def reachable(port):
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("kind", ["SimpleCache", "FileSystemCache", "RedisCache", "NullCache"])
def test_an_answer_is_kept_per_version_and_scope(kind, tmp_path):
    if kind == "RedisCache" and not reachable(6379):
        pytest.skip("no Redis on 127.0.0.1:6379")
    whole, part = SimpleNamespace(scope="all"), SimpleNamespace(scope="3f21")
    results = Results(Flask("x"), load(home=tmp_path, cache=kind))
    with results.cache.app.app_context():
        made = []

        def ask(seen, version, key):
            return results.get(seen, version, (str(tmp_path), key), lambda: made.append(1) or len(made))

        first = ask(whole, 1, "a")
        again = ask(whole, 1, "a")
        assert (again == first) is (kind != "NullCache")
        assert ask(whole, 2, "a") != first
        assert ask(part, 1, "a") != first
        assert ask(whole, 1, "b") != first
        kept = results.get(whole, 1, (str(tmp_path), "none"), lambda: None)
        assert kept is None
