"""The catalogue for programs: search, export, import, and the generated endpoint of every resource that was granted."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from app import cells
from app.catalogue import carrying, describe, lists, rates, use
from app.catalogue.entries import Item, Resource
from app.catalogue.search import Question, search
from app.catalogue.taking import take_in_catalogue
from app.errors import BadInput, ChengshuError
from app.sight import Seen
from app.units.area import widened
from callbacks import checks
from callbacks.gateway import Gateway, one_of, whole_number
from callbacks.results import Results

FILTERS = ("word", "kind", "department", "topic", "sharing")
SHEETS = ("gaps", "responsibility", "system", "demand", *rates.RATES)
FORMS = ("json", "csv")
LATEST = 2**34


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the routes."""
    system = gateway.system

    @gateway.route("/api/resource/<resource>", right=use.RIGHT)
    def rows(seen: Seen, resource: str) -> Response | dict[str, Any]:
        """Rows under a grant in force; every call is counted, refused ones by the trail alone."""
        started, city = time.perf_counter(), city_of(seen)
        entry = shelf_of(seen, city).resource(checks.text(resource, "resource", 200))
        form, most = one_of("form", FORMS, "json"), whole_number("most", 1000, 1, use.MOST)
        since, until = whole_number("since", None, 0, LATEST), whole_number("until", None, 0, LATEST)
        asked = {name: checks.text(request.args.get(name, ""), name, size) for name, size in (("unit", 40), ("after", 80), ("fields", 2000))}
        grant = system.desk.grant_of(seen.viewer, city, entry.code, whole_number("grant", None, 1, 2**31))
        try:
            page = use.rows_of(
                system,
                seen.viewer,
                city,
                entry,
                grant,
                unit=asked["unit"],
                since=since,
                until=until,
                after=asked["after"],
                fields=tuple(filter(None, asked["fields"].split(","))),
                most=most or 1,
            )
        except ChengshuError:
            system.uses.note(grant["request"], 0, started, is_failed=True)
            raise
        system.uses.note(grant["request"], len(page.rows), started)
        gateway.note(rows=len(page.rows), fields=page.fields, units=[asked["unit"]] if asked["unit"] else [], is_quiet=False)
        if form == "csv":
            body = cells.sheet(list(page.fields), ([row[name] for name in page.fields] for row in page.rows))
            return download(body, f"{entry.code}.csv", "text/csv; charset=utf-8", {"X-Chengshu-After": page.after})
        return {"resource": entry.code, "grant": grant["request"], "fields": page.fields, "rows": page.rows, "after": page.after}

    @gateway.route("/api/resource/<resource>/openapi.json", right="catalogue.read")
    def description(seen: Seen, resource: str) -> dict[str, Any]:
        """How a program uses a resource, generated from its entry."""
        city = city_of(seen)
        return describe.openapi(city, shelf_of(seen, city).resource(checks.text(resource, "resource", 200)), request.host_url)

    @gateway.route("/api/catalogue/<city>", right="catalogue.read")
    def found(seen: Seen, city: str) -> dict[str, Any]:
        """The entries that fit, best first."""
        first, most = whole_number("first", 0, 0, 10**6), whole_number("most", 50, 1, 1000)
        answer = search(shelf_of(seen, city), question_of(request.args), first or 0, most or 1)
        return {"total": answer.total, "counts": answer.counts, "entries": [plain(one) for one in answer.entries]}

    @gateway.route("/catalogue/<city>.<kind>", right="catalogue.read")
    def take_out(seen: Seen, city: str, kind: str) -> Response:
        """The resources that fit as DCAT-AP JSON-LD, CKAN packages or CSV."""
        checks.choice(kind, "kind", tuple(carrying.KINDS))
        shelf, place = shelf_of(seen, city), seen.city(city)
        entries = [one for one in search(shelf, question_of(request.args), 0, 10**6).entries if isinstance(one, Resource)]
        gateway.note(rows=len(entries), is_quiet=False)
        return download(carrying.write(entries, kind, place.name_en or place.name_zh), f"{city}-catalogue.{kind}", carrying.KINDS[kind])

    @gateway.route("/api/catalogue/<city>/import", right="data.steward", methods=("POST",))
    def take_in(seen: Seen, city: str) -> dict[str, Any]:
        """Resources from DCAT (JSON-LD, Turtle, RDF/XML) or CKAN packages, through the front library."""
        seen.city(city)
        file = request.files.get("file")
        body = file.stream.read(carrying.LARGEST + 1) if file else request.form.get("document", "").encode()
        told = take_in_catalogue(system, city, seen.viewer.department, body, (file.filename or "") if file else "")
        gateway.note(rows=told["read"], fields=["resource"], is_quiet=False)
        return told

    @gateway.route("/lists/<city>/<sheet>.csv", right="catalogue.read")
    def sheet(seen: Seen, city: str, sheet: str) -> Response:
        """One of the three lists, the gaps, or the rows behind a rate, as CSV."""
        checks.choice(sheet, "sheet", SHEETS)
        shelf = shelf_of(seen, city)
        if sheet == "gaps":
            rows = [[one.kind, one.code, one.name_zh, one.name_en, one.department, one.missing] for one in lists.gaps(shelf)]
            head = ["gap", "code", "name_zh", "name_en", "department", "missing"]
        elif sheet in rates.RATES:
            head = ["kind", "code", "name_zh", "name_en", "department", "is_met", "why", "changed_at", "cadence", "wanted_by"]
            rows = [[" ".join(one.why) if name == "why" else getattr(one, name) for name in head] for one in seen.catalogue.judge(city)[sheet]]
        else:
            head = [
                name for name in (shelf.lists[sheet][0] if shelf.lists[sheet] else {"code": ""}) if not name.startswith("_") and name != "valid_to"
            ]
            rows = [[row.get(name) for name in head] for row in shelf.lists[sheet]]
        gateway.note(rows=len(rows), is_quiet=False)
        return download(cells.sheet(head, rows), f"{city}-{sheet}.csv", "text/csv; charset=utf-8")


def download(body: bytes, name: str, kind: str, more: dict[str, str] | None = None) -> Response:
    """A file to keep."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M")
    stem, _, end = re.sub(r"[^A-Za-z0-9._-]+", "-", name).rpartition(".")
    return Response(
        body,
        mimetype=kind.split(";")[0],
        headers={
            "Content-Type": kind,
            "Content-Disposition": f'attachment; filename="{stem}-{stamp}.{end}"',
            "Cache-Control": "no-store",
            **(more or {}),
        },
    )


def city_of(seen: Seen) -> str:
    """The city that the query names, else the first that may be seen."""
    return seen.city(checks.text(request.args.get("city", "") or next(iter(seen.cities), ""), "city", 40)).city


def shelf_of(seen: Seen, city: str) -> Any:
    """The catalogue of a city that may be seen."""
    return seen.catalogue.shelf(city, seen.city(city).geometry_version)


def question_of(given: Any) -> Question:
    """The filters of a query; raises BadInput."""
    shape = area_of(checks.text(given.get("area", "") or "", "area", 8000))
    return Question(**{name: checks.text(given.get(name, "") or "", name, 100).strip() for name in FILTERS}, shape=shape)


def area_of(text: str) -> Any:
    """A shape that an address carries as `lon,lat;lon,lat;…`; None without one. Raises BadInput."""
    if not text:
        return None
    try:
        ring = [tuple(map(float, corner.split(",", 1))) for corner in text.split(";")]
    except ValueError as error:
        raise BadInput("area is not a list of corners", "Write lon,lat;lon,lat;lon,lat", value=text[:60]) from error
    return widened({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, 0.0)


def plain(one: Resource | Item) -> dict[str, Any]:
    """An entry as JSON: what it says, not what was kept from its source."""
    hidden = ("kept", "batch", "row", "valid_from", "information_items")
    found = {name: getattr(one, name) for name in one.__dataclass_fields__ if name not in hidden}
    if isinstance(one, Resource):
        found["information_items"] = [{name: getattr(item, name) for name in item.__dataclass_fields__} for item in one.information]
    return {"entry": "resource" if isinstance(one, Resource) else "item", **found}
