"""Small parts of the page of the sources: a button that decides, a form, a span of time."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.format import DASH
from layouts.reader import Reader


def act(word: str, name: str, fields: dict[str, Any], question: str = "") -> html.Button:
    """A button that sends an act with its fields; it asks first where there is a question."""
    data = {f"data-field-{key}": str(value) for key, value in fields.items() if value not in (None, "")}
    return html.Button(word, type="button", className="cs-act", **{"data-source-act": name, "data-question": question, **data})


def form(title: str, name: str, word: str, parts: list[Any], note: str = "") -> html.Form:
    """A form that sends an act; without a name its own script does something with it."""
    return html.Form(
        [
            html.H3(title),
            html.Div(parts, className="cs-fields"),
            html.Button(word, type="submit", className="cs-do"),
            html.Small(note) if note else None,
        ],
        className="cs-form",
        **({"data-source-form": name} if name else {}),
    )


def write(word: str, name: str, **options: Any) -> html.Label:
    """A field to write in, or to choose a file."""
    if options.pop("type", "") == "file":
        return html.Label([html.Span(word), html.Div(className="cs-file", **{"data-file": name})])
    return html.Label([html.Span(word), dcc.Input(name=name, debounce=True, **options)])


def choose(word: str, name: str, options: list[tuple[str, str]]) -> html.Label:
    """A list to choose from."""
    return html.Label([html.Span(word), html.Select([html.Option(text, value=value) for value, text in options], name=name)])


def span(r: Reader, seconds: float | None) -> str:
    """A length of time in one unit."""
    if seconds is None:
        return DASH
    if seconds >= 86_400:
        return r.t("{n} d", n=r.number(seconds / 86_400, 0 if seconds % 86_400 == 0 or seconds > 864_000 else 1))
    if seconds >= 3600:
        return r.t("{n} h", n=r.number(seconds / 3600, 0 if seconds % 3600 == 0 else 1))
    return r.t("{n} min", n=r.number(seconds / 60)) if seconds >= 60 else r.t("{n} s", n=r.number(seconds))


def moment(r: Reader, at: int | None) -> str:
    """A time on the city's clock."""
    return r.moment(at)


def bytes_(r: Reader, size: int) -> str:
    """A size in bytes, kB or MB."""
    if size >= 1_000_000:
        return f"{r.number(size / 1e6, 1)} MB"
    return f"{r.number(size / 1e3, 1)} kB" if size >= 1000 else f"{r.number(size)} B"
