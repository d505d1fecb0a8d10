"""The evidence: every row is complete and names tests that exist; a result is the worst of its tests; the page claims no more."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import evidence
from app.evidence import Item, Run
from callbacks.page_evidence import STANDARDS
from data import registers
from layouts.pages.evidence import evidence_page
from layouts.reader import Reader

ROOT = Path(__file__).resolve().parents[2]
ITEMS = evidence.items()


def named_in(file):
    return {node.name for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_named_test_exists():
    known = {}
    for item in ITEMS:
        for test in item.tests:
            file, _, name = test.partition("::")
            known.setdefault(file, named_in(file) if (ROOT / file).is_file() else set())
            assert name in known[file], f"{item.item}: {test}"


def test_every_row_is_complete():
    assert len({(item.standard, item.item) for item in ITEMS}) == len(ITEMS)
    for row in registers.rows("evidence"):
        assert row["applies"] in ("software", "outside"), row
        assert all(row[name].strip() for name in ("standard", "item", "title_zh", "title_en", "how_zh", "how_en")), row
        assert row["met"] in (("whole", "part", "no") if row["applies"] == "software" else ("",)), row["item"]
        assert row["applies"] == "software" or not row["tests"], f"{row['item']}: what is outside software has no tests of ours"
        assert re.fullmatch(r"V\d+\.\d+\.\d+" if row["standard"] == "OWASP ASVS 5.0" else r"8\.1\.4\.\d+( [a-g])?", row["item"]), row["item"]
    assert STANDARDS == ("OWASP ASVS 5.0", "GB/T 22239-2019")


def test_every_clause_of_the_computing_environment_is_there():
    """GB/T 22239-2019 §8.1.4 has eleven clauses with these letters at level 3."""
    letters = {1: "abcd", 2: "abcdefg", 3: "abcd", 4: "abcdef", 5: "", 6: "", 7: "ab", 8: "ab", 9: "abc", 10: "ab", 11: "ab"}
    wanted = {f"8.1.4.{n} {letter}".strip() for n, of in letters.items() for letter in of or " "}
    assert {item.item for item in ITEMS if item.standard == "GB/T 22239-2019"} == wanted


def item(*tests, is_ours=True):
    return Item("x", "1", 1, "甲", "A", is_ours, "whole", "乙", "B", tests)


@pytest.mark.parametrize(("tests", "result"), [
    (("a",), "passed"), (("a", "b"), "failed"), (("a", "c"), "skipped"), (("a", "gone"), "not run"), (("b", "gone"), "failed"), ((), "no test"),
])  # fmt: skip
def test_a_result_is_the_worst_of_its_tests(tests, result):
    assert evidence.result_of(item(*tests), Run(None, {"a": "passed", "b": "failed", "c": "skipped"})) == result


def test_what_is_outside_software_is_said_so():
    assert evidence.result_of(item(is_ours=False), Run(None, {})) == "outside"


def test_without_a_run_nothing_is_claimed(tmp_path):
    for body in (None, "", "{", "[]", '{"at": 1}', '{"at": "2026-11-20T00:00:00+00:00", "tests": []}'):
        if body is not None:
            (tmp_path / "evidence").mkdir(exist_ok=True)
            (tmp_path / "evidence" / "results.json").write_text(body, encoding="utf-8")
        assert {row["result"] for row in evidence.rows(evidence.last_run(tmp_path))} == {"not run", "no test", "outside"}


def test_a_run_writes_what_each_test_said(tmp_path):
    """Of a real run, with only the tests that stand for something."""
    path = tmp_path / "evidence" / "results.json"
    asked = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/test_house.py", "-k", "reaches_outside or grain"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, env={**_environment(), "CHENGSHU_EVIDENCE": str(path)})
    assert done.returncode == 0, done.stdout
    run = evidence.last_run(tmp_path)
    assert run.tests == {"tests/test_house.py::test_nothing_reaches_outside": "passed"}
    assert abs((datetime.now(UTC) - run.at).total_seconds()) < 60


def _environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def test_filters_and_counts():
    found = evidence.rows(Run(), "GB/T 22239-2019", "outside")
    assert {row["standard"] for row in found} == {"GB/T 22239-2019"} and {row["result"] for row in found} == {"outside"}
    counts = evidence.counts(evidence.rows(Run()))
    assert sum(sum(of.values()) for of in counts.values()) == len(ITEMS)
    assert counts["GB/T 22239-2019"]["outside"] == len(found)


def test_the_sheet_holds_every_row_and_no_formula():
    lines = list(csv.reader(io.StringIO(evidence.as_csv(evidence.rows(Run())).lstrip("\ufeff"))))
    assert tuple(lines[0]) == evidence.COLUMNS and len(lines) == len(ITEMS) + 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_what_it_is_not(language):
    rows = evidence.rows(Run())
    text = json.dumps(evidence_page(Reader(language), rows, evidence.counts(rows), None, {"standard": "", "result": ""}).to_plotly_json(),
                      default=lambda one: one.to_plotly_json(), ensure_ascii=False)  # fmt: skip
    assert ("不是认证" if language == "zh" else "not a certificate") in text
    assert ("程序之外" if language == "zh" else "outside software") in text
    assert "make evidence" in text
