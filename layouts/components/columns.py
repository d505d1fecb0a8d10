"""Columns over time: what happens with which chance at each step, as plain elements that may stand still; numbers of each in its title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import html

from layouts.reader import Reader

MOST_LABELS = 6


@dataclass(frozen=True)
class Part:
    """A part of a column from the bottom up: its share of the height (0 … 1), and a colour or a class of the style sheet (`is-…`)."""

    share: float
    colour: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Column:
    """One step: when it is, its parts, and what is said where the pointer rests on it."""

    at: int
    parts: tuple[Part, ...]
    title: str


def columns(r: Reader, label: str, cadence: str, shown: list[Column], top: str, foot: str = "0", step: int | None = None,
            labels: int = MOST_LABELS) -> html.Div:
    """`label` says what is shown; `top` and `foot` name the ends of the scale; `step` is the column that is looked at;
    `labels`: how many times are named at most."""
    every = max(1, -(-len(shown) // labels))
    bars = [html.Span([html.I(style=_style(part), className=part.kind or None) for part in reversed(column.parts)],
                      className="sp-column is-on" if k == step else "sp-column", title=column.title) for k, column in enumerate(shown)]
    names = [html.Span(short(r, column.at, cadence), style={"left": f"{100 * k / len(shown):.2f}%"})
             for k, column in enumerate(shown) if k % every == 0 and k < len(shown) - every / 3]
    plot = html.Div([html.Div([html.Span(top), html.Span(foot)], className="sp-scale", **{"aria-hidden": "true"}),
                     html.Div(bars, className="sp-columns", role="img", **{"aria-label": label}),
                     html.Div(names, className="sp-times", **{"aria-hidden": "true"})], className="sp-plot")
    return html.Div([html.P(label, className="sp-title", **{"aria-hidden": "true"}), plot])


def scale_of(most: float) -> float:
    """The end of a scale of chances: the next of some round shares."""
    return next(share for share in (0.05, 0.1, 0.25, 0.5, 1.0) if most <= share or share == 1.0)


def _style(part: Part) -> dict[str, str]:
    return {"height": f"{100 * min(1.0, max(0.0, part.share)):.2f}%", **({"background": part.colour} if part.colour else {})}


def short(r: Reader, at: int, cadence: str) -> str:
    """A step as an axis says it."""
    return r.moment(at, "short") if cadence.startswith("PT") else r.step(at, cadence)


def twin(r: Reader, table: Any) -> html.Details:
    """A picture's numbers as a table, folded."""
    return html.Details([html.Summary(r.t("As a table")), table], className="cs-twin")
