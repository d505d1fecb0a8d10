"""Catalogue entries as DCAT-AP: read from JSON-LD, Turtle and RDF/XML, written as JSON-LD, without loss.

What we understand becomes fields; every statement about a data set, with the nodes it leads to, is kept beside them (`kept`), and
what stands in a file beside its data sets (the catalogue itself, a publisher) is kept with the first of them. Writing begins with what was
kept: an entry that nobody changed leaves with exactly the statements it came with, which a test compares as graphs.
Nothing is ever fetched: a context by address is refused, and so are entities of XML.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import rdflib
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD
from rdflib.term import Node

from app.catalogue.entries import Resource, parts
from app.catalogue.words import FREQUENCIES, RIGHTS, cadence_of, day, is_chinese, plain_fields, rights_of, set_fields, was_of

rdflib.NORMALIZE_LITERALS = False  # a value leaves as it was written: "01" stays "01"
OURS = Namespace("urn:chengshu:gb21063:")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = "http://publications.europa.eu/resource/authority/"
_SCHEMA = (Namespace("https://schema.org/"), Namespace("http://schema.org/"))
_KINDS = (DCAT.Dataset, URIRef(str(DCAT) + "DatasetSeries"), *(one.Dataset for one in _SCHEMA))
_TITLE = (DCTERMS.title, *(one.name for one in _SCHEMA))
_TEXT = (DCTERMS.description, *(one.description for one in _SCHEMA))
_TAGS = (DCAT.keyword, *(one.keywords for one in _SCHEMA))
_ISSUED = (DCTERMS.issued, *(one.datePublished for one in _SCHEMA))
CANONICAL = 5_000
_BLANK = "urn:chengshu:blank:"
CONTEXT = {"dcat": str(DCAT), "dct": str(DCTERMS), "foaf": str(FOAF), "vcard": str(VCARD), "xsd": str(XSD), "gb": str(OURS)}


def read(graph: Graph) -> list[dict[str, Any]]:
    """A row of the resource dataset for each data set of a graph, in the order of their names."""
    if len(graph) <= CANONICAL:
        graph = to_canonical_graph(graph)  # blank nodes get names that follow from the content: the same file is the same rows
    roots = sorted({one for kind in _KINDS for one in graph.subjects(RDF.type, kind)} | set(graph.objects(None, DCAT.dataset)), key=str)
    own = {root: _about(graph, root, set(roots)) for root in roots}
    told = {triple for some in own.values() for triple in some}
    rest = [triple for triple in graph if triple not in told]
    rows = []
    for root in roots:
        row = _row(graph, root)
        text = row.pop("kept", "")
        if not text and not _is_ours(row, own[root]):
            kept = {"kind": "rdf", "node": str(_marked(root)), "triples": _lines(own[root]), "was": was_of(row)}
            if not rows and rest:
                kept["rest"] = _lines(rest)
            text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        rows.append({**row, "kept": text})
    return rows


def _about(graph: Graph, root: Node, roots: set[Node]) -> list[tuple[Node, Node, Node]]:
    """Every statement about a node, and about the nodes that it leads to, up to other data sets and the catalogue."""
    stop = {root, *roots, *graph.subjects(RDF.type, DCAT.Catalog)}
    waiting, found = [root], []
    while waiting:
        for triple in graph.triples((waiting.pop(), None, None)):
            found.append(triple)
            if not isinstance(triple[2], Literal) and triple[2] not in stop:
                stop.add(triple[2])
                waiting.append(triple[2])
    return found


def _row(graph: Graph, root: Node) -> dict[str, Any]:
    zh, en = _title(graph, root)
    publisher = graph.value(root, DCTERMS.publisher) or next((found for one in _SCHEMA for found in graph.objects(root, one.publisher)), None)
    contact = graph.value(root, DCAT.contactPoint)
    row: dict[str, Any] = {
        "code": _one(graph, root, (DCTERMS.identifier,)) or (str(root) if isinstance(root, URIRef) else ""),
        "name_zh": zh, "name_en": en, "abstract": _one(graph, root, _TEXT), "keywords": "|".join(sorted(
            {str(word).replace("|", "/") for tag in _TAGS for word in graph.objects(root, tag) if str(word)})),
        "published_on": day(_one(graph, root, _ISSUED)), "cadence": cadence_of(_one(graph, root, (DCTERMS.accrualPeriodicity,))),
        "sharing": rights_of(_one(graph, root, (DCTERMS.accessRights,))),
        "provider": _one(graph, publisher, (FOAF.name, *(one.name for one in _SCHEMA))) if publisher is not None else "",
        "contact": " ".join(said.removeprefix("mailto:") for said in (
            _one(graph, contact, (VCARD.fn,)), _one(graph, contact, (VCARD.hasEmail,))) if said) if contact is not None else "",
    }  # fmt: skip
    mine = {str(name)[len(OURS) :]: str(value) for _, name, value in graph.triples((root, None, None)) if str(name).startswith(str(OURS))}
    set_fields(row, mine)
    if mine.get("kept"):
        row["kept"] = mine["kept"]
    if not row["code"]:
        row["code"] = f"imported-{sha256((zh + en + row['abstract']).encode()).hexdigest()[:16]}"
    return row


def _title(graph: Graph, root: Node) -> tuple[str, str]:
    zh = en = ""
    for name in _TITLE:
        for one in sorted(graph.objects(root, name), key=lambda title: (getattr(title, "language", None) or "", str(title))):
            language = (getattr(one, "language", None) or "").lower()
            if language.startswith("zh") or (not language and is_chinese(str(one))):
                zh = zh or str(one)
            elif language.startswith("en"):
                en = str(one)
            else:
                en = en or str(one)
    return zh, en


def _one(graph: Graph, node: Node, names: tuple[URIRef, ...]) -> str:
    """One value of a property: the English or the unlabelled one before others; the first of them by their order."""
    for name in names:
        found = sorted(
            (one for one in graph.objects(node, name) if not isinstance(one, BNode)),
            key=lambda one: ({"zh": 0, "en": 1}.get(getattr(one, "language", None) or "en", 2), str(one)),
        )
        if found:
            return str(found[0])
    return ""


def _is_ours(row: dict[str, Any], own: list[tuple[Node, Node, Node]]) -> bool:
    """True where a data set says nothing but what we would write of it: then there is nothing to keep."""
    if not any(str(name).startswith(str(OURS)) for _, name, _ in own):
        return False
    again = Graph()
    _fresh(again, Resource(**{name: value for name, value in row.items() if name in Resource.__dataclass_fields__}))
    return set(again) == set(own)  # what we write has no blank nodes


def _graph(triples: Iterable[tuple[Node, Node, Node]]) -> Graph:
    found = Graph()
    for triple in triples:
        found.add(triple)
    return found


def context(graph: Graph) -> dict[str, str]:
    """The prefixes that a graph can be written with: none that it uses as the scheme of an address."""
    used = {
        str(node).split(":", 1)[0]
        for triple in graph
        for part in triple
        for node in (part, getattr(part, "datatype", None))
        if node is not None and isinstance(node, URIRef)
    }
    return {prefix: name for prefix, name in CONTEXT.items() if prefix not in used}


def write(resources: Iterable[Resource], title: str = "") -> Graph:
    """The entries as one graph. `title`: of a catalogue node that lists them; left out without one."""
    graph = Graph()
    nodes = [_written(graph, one) for one in resources]
    if title:
        catalogue = URIRef("urn:chengshu:catalogue")
        graph.add((catalogue, RDF.type, DCAT.Catalog))
        graph.add((catalogue, DCTERMS.title, Literal(title)))
        for node in nodes:
            graph.add((catalogue, DCAT.dataset, node))
    return graph


def _written(graph: Graph, one: Resource) -> Node:
    try:
        kept = json.loads(one.kept) if one.kept else {}
    except (ValueError, RecursionError):
        kept = {}
    if not isinstance(kept, dict) or kept.get("kind") != "rdf":
        return _fresh(graph, one)
    for triple in Graph().parse(data=kept["triples"] + kept.get("rest", ""), format="nt"):
        graph.add(tuple(_blank(part) for part in triple))
    node = _blank(URIRef(kept["node"]))
    for name, value in plain_fields(one).items():
        if value != kept["was"].get(name, ""):
            graph.set((node, OURS[name], Literal(value)))
    return node


def _fresh(graph: Graph, one: Resource) -> URIRef:
    node, said = URIRef(f"urn:chengshu:resource:{sha256(one.code.encode()).hexdigest()[:24]}"), plain_fields(one)

    def add(name: URIRef, value: Node | None) -> None:
        if value is not None and str(value):
            graph.add((node, name, value))

    add(RDF.type, DCAT.Dataset)
    add(DCTERMS.identifier, Literal(one.code))
    add(DCTERMS.title, Literal(one.name_zh, lang="zh"))
    add(DCTERMS.title, Literal(one.name_en, lang="en"))
    add(DCTERMS.description, Literal(one.abstract))
    for word in parts(one.keywords):
        add(DCAT.keyword, Literal(word))
    add(DCTERMS.issued, Literal(said["published_on"], datatype=XSD.date) if said["published_on"] else None)
    add(DCTERMS.accrualPeriodicity, URIRef(f"{_EU}frequency/{FREQUENCIES[one.cadence]}") if one.cadence in FREQUENCIES else None)
    add(DCTERMS.accessRights, URIRef(f"{_EU}access-right/{RIGHTS[one.sharing]}") if one.sharing in RIGHTS else None)
    for name, words, text in ((DCTERMS.publisher, (FOAF.Agent, FOAF.name), one.provider), (DCAT.contactPoint, (VCARD.Kind, VCARD.fn), one.contact)):
        if text:
            inner = URIRef(f"urn:chengshu:name:{sha256(text.encode()).hexdigest()[:24]}")
            graph.add((inner, RDF.type, words[0]))
            graph.add((inner, words[1], Literal(text)))
            add(name, inner)
    for name, value in said.items():
        add(OURS[name], Literal(value))
    if one.kept:
        add(OURS.kept, Literal(one.kept))
    return node


def _lines(triples: Iterable[tuple[Node, Node, Node]]) -> str:
    """Statements as N-Triples in their order, blank nodes by names that several kept parts of one file share."""
    marked = _graph(tuple(_marked(part) for part in triple) for triple in triples)
    return "".join(sorted(line + "\n" for line in marked.serialize(format="nt").split("\n") if line))


def _marked(node: Node) -> Node:
    return URIRef(_BLANK + str(node)) if isinstance(node, BNode) else node


def _blank(node: Node) -> Node:
    return BNode(str(node)[len(_BLANK) :]) if isinstance(node, URIRef) and str(node).startswith(_BLANK) else node
