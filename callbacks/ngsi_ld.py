"""POST /ngsi-ld/v1/entityOperations/upsert: entities of context brokers, devices and platforms (ETSI GS CIM 009)."""

from __future__ import annotations

import orjson
from flask import Response, request

from app.errors import BadInput
from app.exchange import sources
from app.exchange.channels import ngsi_ld
from app.sight import Seen
from callbacks.gateway import Gateway
from callbacks.results import Results

TYPES = ("application/json", "application/ld+json")
TENANT = "NGSILD-Tenant"


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route."""
    system = gateway.system

    @gateway.route("/ngsi-ld/v1/entityOperations/upsert", right="data.hand_in", methods=("POST",))
    def upsert(seen: Seen) -> Response:
        """The tenant of the specification names the source; without it the only one that the viewer may send to."""
        registry, asked = sources.read(system.settings.home), request.headers.get(TENANT, request.args.get("source", ""))
        if not asked:
            mine = [one for one in registry.sources.values() if one.kind == "ngsi_ld" and one.is_active and sources.owns(seen.viewer, one)]
            if len(mine) != 1:
                raise BadInput("It is not said which source the entities are of", "Send the header NGSILD-Tenant with the id of a source")
            asked = mine[0].id
        one = registry.for_hand_in(asked, seen.viewer, ("ngsi_ld",))
        if request.mimetype not in TYPES:
            raise BadInput("Entities are sent as application/json or application/ld+json", "Set the Content-Type")
        try:
            entities = orjson.loads(request.get_data(cache=False))
        except orjson.JSONDecodeError as error:
            raise BadInput("The body is no JSON", "Send a JSON array of entities") from error
        done = ngsi_ld.upsert(system, one, entities)
        gateway.note(rows=sum(outcome.receipt.row_in for outcome in done.outcomes if outcome.receipt), is_quiet=False)
        status, body = done.answer
        return Response(orjson.dumps(body) if body is not None else b"", status, mimetype="application/json")
