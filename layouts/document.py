"""Pages of plain HTML that work without a script: sign-in, the own account. Templates under layouts/templates, escaped by themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from layouts.reader import Reader
from layouts.text import words

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def environment() -> Environment:
    """The one Jinja environment: everything is escaped, a name that is missing is an error."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def document(template: str, r: Reader, **facts: Any) -> str:
    """A whole page; `t` says words, `r` formats numbers and times."""
    return environment().get_template(f"{template}.html").render(r=r, t=r.t, **facts)


def drawing(svg: str) -> Markup:
    """An SVG that we made ourselves, to stand in a page as it is."""
    return Markup(svg)  # noqa: S704 - only drawings of segno come here


def told(r: Reader, fact: str, remedy: str = "", seconds: int = 0) -> dict[str, str]:
    """An error in the reader's language: {fact, remedy}; a wait is said in minutes."""
    say = words(r.language)
    if seconds:
        return {"fact": say(fact), "remedy": r.t("Try again in {n} min", n=-(-seconds // 60))}
    return {"fact": say(fact), "remedy": say(remedy) if remedy else ""}
