"""GET /export/<city>.<kind>: the selected units, or all of a level, as a file."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request

from app.errors import BadInput
from app.sight import Seen
from app.units.export import KINDS, export
from callbacks.gateway import Gateway, whole_number
from callbacks.results import Results

MOST_UNITS = 2_000


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route."""

    @gateway.route("/export/<city>.<kind>", right="export.rows")
    def take_out(seen: Seen, city: str, kind: str) -> Response:
        indicator, level, at = request.args.get("indicator", ""), request.args.get("level", "street"), whole_number("at", None, 0, 2**34)
        codes = [code for code in request.args.get("units", "").split(",") if code]
        if len(codes) > MOST_UNITS or any(len(code) > 40 for code in codes):
            raise BadInput(f"At most {MOST_UNITS} units of at most 40 characters can be named", "Leave `units` out for the whole level")
        body, rows = export(seen, city, kind, indicator, level, codes, at)
        gateway.note(rows=rows, units=codes, fields=[indicator, level])
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M")
        name = f"{city}-{indicator}-{level}-{stamp}.{kind}"
        return Response(
            body,
            mimetype=KINDS[kind].split(";")[0],
            headers={"Content-Type": KINDS[kind], "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )
