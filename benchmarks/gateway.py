"""What the gateway costs: the same callback and the same tile with and without who-asks, right, CSRF check and trail."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from dash import Dash, Input, Output, html
from flask import Flask

from app.access import Grant
from app.settings import load
from app.system import System
from benchmarks import Row, spread
from callbacks.compress import compress
from callbacks.gateway import Gateway
from callbacks.results import Results
from tests import tiny
from tests.signed_in import account, signed_in

_ROUNDS = 3000
_LIMIT_MS = 3.0


def measure(size: str = "") -> list[Row]:  # noqa: ARG001 - every benchmark is asked the same way
    """The overhead per callback and per route, for the local user and for somebody who sees a district."""
    with tempfile.TemporaryDirectory() as folder:
        system = System(load(home=Path(folder) / "home", demo="off"))
        system.take(tiny.whole(Path(folder) / "in"))
        rows = _callbacks(system)
        system.close()
    return rows


def _callbacks(system: System) -> list[Row]:
    bare, guarded = _app(None), _app(system)
    session = account(system, "somebody", Grant("leader", "tiny", "990101", 1))
    plain = bare.server.test_client()
    rows = []
    for who, client in (("the local user", signed_in(system, guarded.server)), ("one district", signed_in(system, guarded.server, session))):
        without, with_ = _in_turn(lambda: _ask(plain), lambda client=client: _ask(client))
        added = np.sort(with_) - np.sort(without)
        rows += [
            spread(f"callback without the gateway ({who})", "no work inside", without),
            spread(f"callback through the gateway, {who}", "no work inside", with_),
            Row(
                f"added by the gateway, p95, {who}",
                f"{_ROUNDS:,} calls each",
                float(np.percentile(with_, 95) - np.percentile(without, 95)),
                "ms",
                float(np.percentile(added, 50)),
                float(np.percentile(added, 95)),
                _LIMIT_MS,
                note="who asks, right, scope, CSRF, trail; p50 and p95 of the ordered differences",
            ),
        ]
    return rows


def _app(system: System | None) -> Dash:
    server = Flask("bench", static_folder=None)
    compress(server)
    app = Dash("bench", server=server, assets_folder="none")
    app.layout = html.Div([html.Div(id="in"), html.Div(id="out")])

    def answer(*given: Any) -> str:
        return str(given[-1])

    if system is None:
        app.callback(Output("out", "children"), Input("in", "children"))(lambda value: answer(value))
    else:
        gateway = Gateway(server, system)
        Results(server, system.settings)
        gateway.callback(app, Output("out", "children"), Input("in", "children"), right="map.read")(lambda seen, value: answer(seen, value))
        gateway.adopt("signed.in")
    return app


_BODY = json.dumps(
    {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "changedPropIds": ["in.children"],
        "inputs": [{"id": "in", "property": "children", "value": "x"}],
        "state": [],
    }
)


def _ask(client: Any) -> None:
    answer = client.post("/_dash-update-component", data=_BODY, content_type="application/json")
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.data[:200]!r}")


def _in_turn(first: Callable[[], None], second: Callable[[], None]) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of both, asked in turn so that the machine's moods touch both alike."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for ask, mine in ((first, spent[0]), (second, spent[1])):
            started = time.perf_counter()
            ask()
            mine.append((time.perf_counter() - started) * 1000)
    return np.asarray(spent[0][200:]), np.asarray(spent[1][200:])
