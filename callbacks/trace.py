"""GET /trace, /api/trace: where a number on a screen comes from; /api/records, /api/unit: what stood, and what was known, at a time."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, request

from app.errors import BadInput
from app.indicators.owners import departments
from app.lineage.history import MOST, as_of, unit_as_of
from app.lineage.trace import right_of, trace
from app.sight import Seen
from callbacks.gateway import Gateway, one_of, reply, whole_number
from callbacks.results import Results
from layouts.components.still import still
from layouts.panels.trace import trace_panel
from layouts.reader import Reader
from layouts.text import LANGUAGES

LONGEST = 400       # characters of a key


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - every part is registered alike
    """Add the two routes; batches and records ask for a right of their own besides."""

    def seen_for(seen: Seen, key: str) -> Seen:
        if len(key) > LONGEST:
            raise BadInput("The name of this number is not whole", "Reload the page", value=key[:80])
        return gateway.system.seen_by(seen.viewer, right_of(key))

    @gateway.route("/api/trace/<city>/<path:key>", right="map.read")
    def answer(seen: Seen, city: str, key: str) -> Response:
        told = trace(seen_for(seen, key), city, key)
        gateway.note(rows=len(told.rows), fields=[key.split("/")[0]])
        return reply(asdict(told))

    @gateway.route("/api/records/<city>/<dataset>.json", right="data.read")
    def stood(seen: Seen, city: str, dataset: str) -> Response:
        at, known_at = (whole_number(name, None, 0, 2**34) for name in ("at", "known_at"))
        first, most = whole_number("first", 0, 0, 2**31) or 0, whole_number("most", 1000, 1, MOST) or 1
        told = as_of(seen, city, dataset, at, known_at, first, most)
        gateway.note(rows=len(told["rows"]), fields=[dataset], is_quiet=False)
        return reply(told)

    @gateway.route("/api/unit/<city>/<code>.json", right="data.read")
    def was(seen: Seen, city: str, code: str) -> Response:
        told = unit_as_of(seen, city, code[:60], *(whole_number(name, None, 0, 2**34) for name in ("at", "known_at")))
        gateway.note(rows=len(told["attributes"]) + len(told["readings"]), fields=["unit"], units=[code[:60]], is_quiet=False)
        return reply(told)

    @gateway.route("/trace/<city>/<path:key>", right="map.read")
    def panel(seen: Seen, city: str, key: str) -> Response:
        here = seen_for(seen, key)
        told = trace(here, city, key)
        gateway.note(rows=len(told.rows), fields=[key.split("/")[0]])
        r = Reader(one_of("lang", LANGUAGES, request.cookies.get("chengshu-lang", LANGUAGES[0])), "light", here.city(city).timezone)
        can_open = seen.viewer.may("data.read") and gateway.system.seen_by(seen.viewer, "data.read").sight(city) is None
        tree = still(trace_panel(r, city, asdict(told), departments(here), can_open)).tree
        return reply({"tree": tree, "title": r.t("Where this number comes from"), "close": r.t("Close"), "link": r.t("Copy the link"),
                      "graph": {"text": r.t("Show in the lineage graph"), "href": f"/lineage?city={city}&column={told.path[0]['column']}"}
                      if told.path and seen.viewer.may("data.read") else None})
