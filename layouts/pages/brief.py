"""The page of the tablet's brief: its snapshot, and what the script needs to keep it fresh and to say when it is not."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from layouts.components.still import Still
from layouts.reader import Reader


def brief_page(r: Reader, city: dict[str, Any], tree: Any, key: str, made_at: float) -> html.Div:
    """`tree` is layouts.panels.brief_tablet as plain markup; `key` says which data it is of, `made_at` when (epoch seconds)."""
    words = {"cut": r.t("No connection. This is the last known state, of {time}")}
    facts = {"city": city["city"], "language": r.language, "zone": r.zone, "key": key, "made_at": made_at, "words": words}
    return html.Div(
        [
            dcc.Store(id="brief-facts", data=facts),
            html.P(id="brief-cut", className="brief-cut", role="status", hidden=True),
            html.Div(Still(id="brief-body", tree=tree), className="brief"),
        ]
    )
