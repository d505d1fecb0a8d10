"""What the program's own code never does: run text, make HTML of values, read objects that can run something."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(file for folder in ("app", "callbacks", "data", "layouts") for file in (ROOT / folder).rglob("*.py"))
SCRIPTS = sorted((ROOT / "assets").rglob("*.js"))
RUNS_TEXT = {"eval", "exec", "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
MAKES_HTML = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|createContextualFragment)\b")
READS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "jsonpickle"}


def calls(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_no_code_runs_text():
    for file in CODE:
        for name, node in calls(file):
            assert name not in RUNS_TEXT, f"{file}:{node.lineno}"
            assert not any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords), f"{file}:{node.lineno}"


def test_no_code_reads_objects_that_can_run_something():
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not {name.split(".")[0] for name in names} & READS_OBJECTS, f"{file}:{node.lineno}"


def test_no_value_becomes_html():
    """Values go to the browser as text nodes; the one drawing put into a page is made here, of a secret that is made here."""
    for file in CODE:
        for name, node in calls(file):
            assert name.rpartition(".")[2] != "Markdown", f"{file}:{node.lineno}"
            dangerous = [word.arg for word in node.keywords if "dangerously" in (word.arg or "") and ast.unparse(word.value) != "False"]
            assert dangerous == [], f"{file}:{node.lineno}"
            if name == "Markup":
                assert file.name == "document.py" and "segno" in file.read_text(encoding="utf-8"), f"{file}:{node.lineno}"
    for file in SCRIPTS:
        assert not MAKES_HTML.search(file.read_text(encoding="utf-8")), file
    for file in (ROOT / "layouts" / "templates").glob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", file.read_text(encoding="utf-8")), file


def test_no_script_runs_text():
    for file in SCRIPTS:
        found = re.search(r"\beval\(|\bnew Function\b|\bimport\(|set(Timeout|Interval)\(\s*['\"`]", file.read_text(encoding="utf-8"))
        assert not found, f"{file}: {found.group()}"
