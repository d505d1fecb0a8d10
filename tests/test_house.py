"""The house rules: who may import whom, which library may read which, every setting and every SQL file explained."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings, load, rows
from data.build import code, ordered, pieces

ROOT = Path(__file__).resolve().parent.parent
# which library may read which; mgmt keeps the numbers of units and catalogue the registries, so the rules of dept need both
MAY_READ = {
    "front": set(),
    "hub": {"front"},
    "mgmt": {"hub", "front"},
    "catalogue": set(),
    "dept": {"hub", "front", "mgmt", "catalogue"},
    "base": {"dept", "mgmt", "front", "catalogue"},
    "theme": {"base", "catalogue", "front"},
    "tiles": {"base", "theme"},
    "trace": {"front", "hub", "dept", "mgmt", "base", "theme", "catalogue"},
    "ledger": {"theme", "mgmt", "catalogue"},
    "query": {"theme", "tiles", "mgmt", "catalogue", "ledger", "trace"},
}


def test_imports_keep_to_the_layers():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", sorted(pieces()))
def test_a_library_reads_only_what_it_may(name):
    piece = pieces()[name]
    read = {other.split(".")[0] for other in piece.reads} - {piece.library}
    assert read <= MAY_READ[piece.library], f"{name} reads {read - MAY_READ[piece.library]}"


@pytest.mark.parametrize("name", sorted(pieces()))
def test_a_sql_file_says_its_grain(name):
    piece = pieces()[name]
    assert piece.kind in {"stored", "drawn", "registry", "view", "table", "step", "query"}
    assert piece.text.startswith("-- "), "the first line says what it is"
    if piece.kind not in {"step", "query"}:
        assert re.search(r"^-- grain: .+", piece.text, re.M) and re.search(r"^-- from: .+", piece.text, re.M)


@pytest.mark.parametrize("name", sorted(name for name, piece in pieces().items() if piece.kind == "query"))
def test_a_query_only_asks(name):
    text = code(pieces()[name].text).strip().lower()
    assert text.startswith(("select", "with"))
    assert not re.search(r"\b(insert|update|delete|drop|create|attach|copy|install|load|pragma|set)\b", text)


@pytest.mark.parametrize("name", sorted(name for name, piece in pieces().items() if piece.kind == "query"))
def test_a_query_binds_the_units_in_sight_or_says_why_not(name):
    text = pieces()[name].text
    assert ("is_seen($bits, $offsets," in code(text)) != bool(re.search(r"^-- unfiltered: .{8,}", text, re.M)), name


def test_screens_ask_through_the_view_of_their_viewer():
    """No route, callback or page, and nothing they call, reaches the database past the filter."""
    past = re.compile(r"system\.db\b|seen\.db\b|\._whole\b|\._door\b")
    for folder in ("callbacks", "app/units", "app/map"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not past.search(file.read_text(encoding="utf-8")), f"{file} goes past the view"


def test_every_query_runs_on_an_empty_city(db):
    from data import queries

    params = {"city": "none", "level": "street", "seq": 1, "code": "x", "parent": 0, "tolerance": 0.0, "word": "x", "most": 5,
              "since": 0, "until": 1, "indicator": "aqi", "geometry": "POINT(0 0)", "codes": [], "seqs": [], "at": 0,
              "shape": "{}", "radius": 0.0, "wkb": b"", "west": 0.0, "south": 0.0, "east": 1.0, "north": 1.0, "bits": None, "offsets": None,
              "privacy": 3, "indicators": ["aqi"], "least": 5, "xs": [0.0], "ys": [0.0],
              "departments": ["police"], "item": 1, "state": "open",
              "inside": None, "inside_offsets": None, "attribute": "x", "after": "", "batches": [1], "batch": 0,
              "dataset": "", "source": "", "rejects": False, "before": 0, "step": 3600, "rule": "x", "known": 0, "fact": "x",
              "states": [], "numbers": [], "department": "", "category": "", "channel": "", "district": "", "hall": "", "day_end": 1, "show": "open"}
    for name, piece in pieces().items():
        if piece.kind == "query":
            asked = set(re.findall(r"\$(\w+)", code(piece.text)))
            assert asked <= params.keys(), f"{name}: give {asked - params.keys()} an example here"
            if "shape" not in asked:
                queries.rows(db, name.split(".")[1], **params)


def test_building_twice_does_nothing(db):
    from data.build import build

    assert {piece.action for piece in build(db)} == {"kept"}
    assert len(ordered()) > 30


def test_every_setting_has_help_and_a_source(monkeypatch, tmp_path):
    monkeypatch.setenv("CHENGSHU_PORT", "9000")
    found = {row.name: row for row in rows(load(home=tmp_path))}
    assert set(found) == {"CHENGSHU_" + name.upper() for name in Settings.model_fields}
    assert all(len(row.help) > 10 for row in found.values())
    assert found["CHENGSHU_PORT"].source == "environment" and found["CHENGSHU_PORT"].value == "9000"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in found), "README lists every setting"


def test_nothing_reaches_outside():
    outside = re.compile(r"https?://(?!127\.0\.0\.1|localhost|www\.w3\.org|\{)")
    for path in [*ROOT.glob("assets/**/*.*"), *ROOT.glob("layouts/**/*.py"), *ROOT.glob("callbacks/**/*.py")]:
        if path.suffix in {".py", ".js", ".css"}:
            assert not outside.search(path.read_text(encoding="utf-8")), path
