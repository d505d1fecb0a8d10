"""Catalogues of others come in and leave without loss; ours do too; hostile files are told what is wrong."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import to_isomorphic

from app.catalogue import carrying
from app.catalogue.entries import SHARING, Resource
from app.catalogue.words import FIELDS, plain_fields
from app.errors import BadInput, Unreadable

FORMATS = {".ttl": "turtle", ".rdf": "xml", ".jsonld": "json-ld"}
BROKEN = {"full_croissant_dataset.jsonld": 78, "dataset.ttl": 158}  # a comma too many; `^^<<` is no datatype
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def graph(body, form):
    return to_isomorphic(rdflib.Graph().parse(data=body.decode(), format=form, publicID="urn:chengshu:file:"))


@pytest.fixture(scope="module")
def examples(shared_data):
    found = sorted((shared_data / "catalog-dcat-examples" / "examples").rglob("*.*"))
    if not found:
        pytest.skip("no catalog-dcat-examples in the real data")
    return found


def resources_of(path):
    return [Resource(**row) for row in carrying.read(path.read_bytes(), path.name)]


def test_every_example_leaves_as_it_came(examples):
    assert len(examples) == 29
    for path in examples:
        if path.name in BROKEN:
            continue
        if path.suffix == ".json":
            assert json.loads(carrying.write(resources_of(path), "json")) == json.loads(path.read_bytes()), path.name
        else:
            left = graph(carrying.write(resources_of(path), "jsonld"), "json-ld")
            assert left == graph(path.read_bytes(), FORMATS[path.suffix]), path.name


def test_two_examples_are_not_whole_and_the_line_is_told(examples):
    for path in examples:
        if path.name in BROKEN:
            with pytest.raises(Unreadable) as told:
                carrying.read(path.read_bytes(), path.name)
            assert re.search(rf"\bline {BROKEN[path.name]}\b", str(told.value)), path.name


def test_nothing_is_lost_on_the_way_through_the_other_form(examples):
    for path in examples:
        if path.name in BROKEN:
            continue
        other = "jsonld" if path.suffix == ".json" else "json"
        came = carrying.read(path.read_bytes(), path.name)
        again = {row["code"]: row for row in carrying.read(carrying.write([Resource(**row) for row in came], other))}
        assert {code: {k: v for k, v in row.items() if v} for code, row in again.items()} == {
            row["code"]: {k: v for k, v in row.items() if v} for row in came
        }, path.name


def test_what_was_changed_here_leaves_changed_and_the_rest_stays(examples):
    path = next(one for one in examples if one.name == "ckan_full_dataset_dcat_ap.json")
    one = resources_of(path)[0]
    left = json.loads(carrying.write([Resource(**{**plain_fields(one), "abstract": "Now said", "department": "water", "kept": one.kept})], "json"))
    came = json.loads(path.read_bytes())
    assert left.pop("notes") == "Now said" and left.pop("extras") == [{"key": "chengshu_department", "value": "water"}]
    came.pop("notes")
    assert left == came


def test_facts_are_understood(examples):
    by_name = {path.name: path for path in examples}
    one = resources_of(by_name["dataset_sweden.rdf"])[0]
    assert one.name_en == "Linked Nobel prizes" and one.provider == "Nobel Media AB" and one.cadence == "P1D"
    two = resources_of(by_name["ckan_full_dataset_dcat_ap.json"])[0]
    assert (two.code, two.cadence, str(two.published_on), two.contact) == (
        "xx-some-dataset-id-yy",
        "P1M",
        "2024-05-01",
        "Contact 1 contact1@example.org",
    )


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(lambda text: " ".join(text.split()))
ENTRY = st.fixed_dictionaries(
    {
        **{name: WORDS for name in FIELDS if name not in ("code", "keywords", "cadence", "sharing", "published_on", "confirmed_on")},
        "code": st.from_regex(r"[A-Za-z0-9-]{1,20}", fullmatch=True),
        "keywords": st.lists(WORDS.map(lambda word: word.replace("|", "").strip()).filter(bool), max_size=3, unique=True).map("|".join),
        "cadence": st.sampled_from(["", "P1D", "PT1H", "P7D", "P3M"]),
        "sharing": st.sampled_from(["", *SHARING]),
        "published_on": st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        "confirmed_on": st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    }
)


@pytest.mark.parametrize("kind", ["jsonld", "json"])
@FEW
@given(rows=st.lists(ENTRY, min_size=1, max_size=4, unique_by=lambda row: row["code"]))
def test_our_own_entries_leave_and_come_back(kind, rows):
    mine = {row["code"]: Resource(**row) for row in rows}
    again = carrying.read(carrying.write(mine.values(), kind, "Ours"))
    assert {row["code"]: {name: row.get(name) or "" for name in FIELDS} for row in again} == {code: plain_fields(one) for code, one in mine.items()}
    assert not any(row["kept"] for row in again), "nothing in it was unknown"


@FEW
@given(
    unknown=st.dictionaries(
        st.text("abcxyz_", min_size=3, max_size=12).map("x_".__add__),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(10**6), 10**6) | WORDS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_unknown_fields_of_a_package_are_kept(unknown):
    package = {"name": "a", "title": "A", **unknown}
    rows = carrying.read(json.dumps(package).encode())
    assert json.loads(carrying.write([Resource(**row) for row in rows], "json")) == package
    through = carrying.read(carrying.write([Resource(**row) for row in rows], "jsonld"))
    assert json.loads(carrying.write([Resource(**row) for row in through], "json")) == package


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rdf:RDF xmlns:rdf="r">&b;</rdf:RDF>'
HOSTILE = {
    "empty": (b"", "empty"),
    "blank": (b"  \n ", "empty"),
    "nul": (b'{"title": "a\0"}', "NUL"),
    "latin": ('{"title": "é"}'.encode("latin-1"), "UTF-8"),
    "half": (b'{"title": "a"', "whole JSON"),
    "deep": (b"[" * 100_000, "nested"),
    "deep object": (b'{"title":' * 400 + b"1" + b"}" * 400, "nested"),
    "nan": (b'{"title": NaN}', "whole JSON"),
    "nothing": (b"{}", "no data set"),
    "numbers": (b"[1, 2, 3]", "no data set"),
    "remote context": (b'{"@context": "http://127.0.0.1:9/c.jsonld", "@type": "dcat:Dataset"}', "nothing is fetched"),
    "remote list": (b'{"@context": [{}, "file:///etc/passwd"], "@id": "x"}', "nothing is fetched"),
    "import": (b'{"@context": {"@import": "http://127.0.0.1:9/c"}, "@id": "x"}', "nothing is fetched"),
    "entities": (BOMB.encode(), "entities"),
    "turtle": (b"@prefix dcat: <x> . dcat:a dcat:b ;;; [", "cannot be read"),
    "words": (b"hello world", "cannot be read"),
    "twice": (b'[{"name": "a", "title": "A"}, {"name": "a", "title": "B"}]', "identifier"),
    "huge": (b" " * (carrying.LARGEST + 1), "bytes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_told_what_is_wrong(name):
    body, word = HOSTILE[name]
    with pytest.raises(BadInput) as told:
        carrying.read(body, "file.x")
    assert word in str(told.value) and told.value.remedy, str(told.value)


@settings(FEW, max_examples=150)
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["title", "name", "@id", "@type", "@graph", "@context", "extras", "tags", "key", "result", "results", "dataset", "publisher"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_comes_is_read_or_told(body):
    try:
        rows = carrying.read(body, "x")
    except BadInput as error:
        told = (error.fact, error.remedy)
    else:
        told = ("read", "written")
        assert all(row["code"] for row in rows)
        carrying.write([Resource(**row) for row in rows], "json")
        carrying.write([Resource(**row) for row in rows], "jsonld")
    assert all(told)


def test_no_cell_of_a_sheet_is_a_formula():
    one = Resource(code="=cmd|' /C calc'!A0", name_zh="@SUM(1)", abstract="+1", keywords="-2")
    text = carrying.write([one], "csv").decode("utf-8-sig")
    assert "'=cmd" in text and "'@SUM" in text and "'+1" in text and "'-2" in text
    assert Path("/etc/passwd").name not in text
