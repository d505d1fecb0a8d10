"""Links that change what the operations page looks at: addresses that work without a script, and that assets/screen/desk.js follows in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

WORDS = ("unit", "topic", "sign", "severity", "since", "cases")
"""`topic` is a theme (the word theme in an address is light or dark), `sign` the vital sign that colours the map, `cases` which service cases
(side:word, with ; between)."""


def address(city: str, asked: dict[str, str], **change: str) -> str:
    """The page's address with some words changed; an empty word is left out."""
    words = {"city": city, **{name: value for name in WORDS if (value := {**asked, **change}.get(name, ""))}}
    return f"/?{urlencode(words)}"


def looked(city: str, asked: dict[str, str], children: Any, class_name: str = "", is_on: bool = False, title: str = "", **change: str) -> html.A:
    """A link that looks at something else; where it `is_on`, it lets go of it."""
    letting = dict.fromkeys(change, "") if is_on else change
    return html.A(children, href=address(city, asked, **letting), className=f"desk-look {class_name}{' is-on' if is_on else ''}".strip(),
                  **({"title": title} if title else {}), **{"data-look": "", "aria-current": "true" if is_on else "false"})
