"""Every message that the code says stands in both catalogues, and no catalogue says what nobody asks."""

import ast
import string
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.settings import Settings
from layouts.text import LANGUAGES, catalogue, words

ROOT = Path(__file__).resolve().parents[2]


SILENT = {"rules", "commands", "start", "mapping", "codes"}      # said in the terminal and in the log, in English
ERRORS = {"BadInput", "Busy", "ChengshuError", "NotFound", "Refused", "SignedOut", "Unavailable"}


def messages():
    """What is said: the first argument of every call of something named `t`, the facts and remedies of errors, the help of settings."""
    for file in (ROOT / "layouts" / "templates").glob("*.html"):
        for call in Environment(autoescape=True).parse(file.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                assert isinstance(call.args[0], nodes.Const), f"{file}:{call.lineno} builds a message id"
                yield call.args[0].value
    yield from (field.description for field in Settings.model_fields.values())
    folders = ("alerts", "catalogue", "identity", "lineage", "map", "quality", "query", "service", "units", "wall")
    shown = [file for name in folders for file in (ROOT / "app" / name).glob("*.py") if file.stem not in SILENT]
    shown += [ROOT / "app" / f"{name}.py" for name in ("access", "audit", "saved", "sight", "workspace")]
    shown += [ROOT / "app" / "forecast" / f"{name}.py" for name in ("page", "page_map", "scenario", "training")]
    shown += [ROOT / "data" / f"{name}.py" for name in ("conflicts", "work_items")]
    for file in [*shown, *(ROOT / "callbacks").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield from (part.value for part in node.args[:2] if isinstance(part, ast.Constant))
    for folder in ("layouts", "callbacks"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "t" and node.args:
                    assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno} builds a message id"
                    yield node.args[0].value


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_in_the_catalogue_and_none_is_left_over(language):
    used = set(messages())
    assert set(catalogue(language)) == used
    assert all(text.strip() for text in catalogue(language).values())


def test_both_languages_fill_in_the_same_parts():
    for message, chinese in catalogue("zh").items():
        assert fields(message) == fields(chinese) == fields(catalogue("en")[message]), message


def test_chinese_is_chinese():
    bare = [message for message, text in catalogue("zh").items() if not any("\u4e00" <= sign <= "\u9fff" for sign in text)]
    assert bare == []


def test_words_fill_in_parts_and_fall_back():
    assert words("zh")("and {n} more", n=3) == "另有 3 个"
    assert words("en")("and {n} more", n=3) == "and 3 more"
    assert words("zh")("never said") == "never said"
