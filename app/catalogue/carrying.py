"""Catalogues of others as files: what they are is seen from their content, hostile ones are told so, and nothing is fetched."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from typing import Any

from rdflib import Graph

from app.catalogue import packages, rdf
from app.catalogue.entries import Resource
from app.catalogue.words import FIELDS
from app.cells import sheet
from app.errors import BadInput, Unreadable

LARGEST, MOST, STATEMENTS, DEEPEST = 20_000_000, 10_000, 400_000, 60
KINDS = {"jsonld": "application/ld+json", "json": "application/json", "csv": "text/csv"}
_KEYS = ("@context", "@graph", "@id", "@type")
logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # what is wrong with a file is told to who sent it, not to the log


def read(body: bytes, name: str = "") -> list[dict[str, Any]]:
    """Rows of the resource dataset: DCAT as JSON-LD, Turtle or RDF/XML, CKAN packages or plain DCAT as JSON.

    Raises Unreadable or BadInput saying what is wrong and where; a code that comes twice is refused.
    """
    if len(body) > LARGEST:
        raise BadInput(f"The file has {len(body):,} bytes; {LARGEST:,} are read", "Split it", file=name)
    if b"\0" in body:
        raise Unreadable("The text has NUL bytes", "Export it again", file=name)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("The text is not UTF-8", "Save it as UTF-8", file=name, byte=error.start) from error
    head = text.lstrip()[:1]
    if not head:
        raise Unreadable("The file is empty", "Choose another", file=name)
    rows = (
        _from_json(text, name) if head in "{[" else rdf.read(_graph(text, "xml" if head == "<" and "<rdf:RDF" in text[:20_000] else "turtle", name))
    )
    if not rows:
        raise BadInput("The file describes no data set", "Wanted are dcat:Dataset nodes, or CKAN packages with a title", file=name)
    return _checked(rows, name)


def _from_json(text: str, name: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deep", "Export it again", file=name) from error
    except ValueError as error:
        raise Unreadable("The file is not whole JSON", "Export it again", file=name, reason=str(error)[:120]) from error
    _look(document, name)
    first = document[0] if isinstance(document, list) and document else document
    if isinstance(first, dict) and any(key in first for key in _KEYS):
        return rdf.read(_graph(text, "json-ld", name))
    return packages.read(document)


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no JSON")


def _look(node: Any, name: str, depth: int = 0) -> None:
    """Refuse what would be fetched (contexts by address) and what is nested without end."""
    if depth > DEEPEST:
        raise Unreadable(f"The JSON is nested deeper than {DEEPEST} levels", "Export it again", file=name)
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "@context" and any(isinstance(one, str) for one in (value if isinstance(value, list) else [value])):
            raise BadInput("The file takes its context from an address; nothing is fetched", "Put the context itself into the file", file=name)
        if key == "@import":
            raise BadInput("The file imports a context; nothing is fetched", "Put the context itself into the file", file=name)
        _look(value, name, depth + 1)


def _graph(text: str, form: str, name: str) -> Graph:
    if form == "xml" and re.search(r"<!(DOCTYPE|ENTITY)", text, re.I):
        raise BadInput("The XML declares a document type or entities", "Export it without them", file=name)
    found = Graph()
    try:
        found.parse(data=text, format=form, publicID="urn:chengshu:file:")
    except RecursionError as error:
        raise Unreadable("The file is nested too deep", "Export it again", file=name) from error
    except Exception as error:  # the parsers raise many kinds, also plain AssertionError and AttributeError
        line = re.search(r"line (\d+)|:(\d+):\d+", str(error))
        raise Unreadable(
            "The file cannot be read as a catalogue",
            "Wanted are JSON-LD, Turtle, RDF/XML or CKAN JSON",
            file=name,
            line=next(filter(None, line.groups()), None) if line else None,
            reason=str(error).splitlines()[0][:120] if str(error) else type(error).__name__,
        ) from error
    if len(found) > STATEMENTS:
        raise BadInput(f"The file has {len(found):,} statements; {STATEMENTS:,} are read", "Split it", file=name)
    return found


def _checked(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    if len(rows) > MOST:
        raise BadInput(f"The file describes {len(rows):,} data sets; {MOST:,} are taken at once", "Split it", file=name)
    codes: set[str] = set()
    for row in rows:
        row["code"] = " ".join(row["code"].split())[:200]
        if not row["code"] or row["code"] in codes:
            raise BadInput("A data set has no identifier, or two have the same", "Give each its own", file=name, value=row["code"][:80])
        codes.add(row["code"])
    return rows


def write(resources: Iterable[Resource], kind: str, title: str = "") -> bytes:
    """Entries as a file: DCAT-AP JSON-LD, CKAN packages, or CSV whose cells no spreadsheet runs."""
    resources = list(resources)
    if kind == "jsonld":
        graph = rdf.write(resources, title)
        return graph.serialize(format="json-ld", context=rdf.context(graph), auto_compact=True, encoding="utf-8")
    if kind == "json":
        return json.dumps(packages.write(resources), ensure_ascii=False, indent=1).encode()
    return sheet(list(FIELDS), ([getattr(one, name) for name in FIELDS] for one in resources))
