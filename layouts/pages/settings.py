"""What can be set, what it is, and where that came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from layouts.reader import Reader

_SECRET = ("password", "secret", "token", "redis_url")


def settings_page(r: Reader, rows: Iterable[Any]) -> html.Div:
    """`rows`: name, value, source, help (app.settings.rows)."""
    lines = [
        html.Tr(
            [
                html.Td(html.Code(row.name)),
                html.Td(_value(row)),
                html.Td({"default": r.t("as delivered"), "environment": r.t("environment")}.get(row.source, "settings.env")),
                html.Td(r.say(row.help)),
            ]
        )
        for row in rows
    ]
    return html.Div(
        [
            html.H1(r.t("Settings")),
            html.P(
                r.t(
                    "Settings are environment variables or lines of settings.env; they take effect at the next start. "
                    "Language and light or dark are kept in this browser."
                ),
                className="cs-soft",
            ),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr([html.Th(name, scope="col") for name in (r.t("Setting"), r.t("Value"), r.t("Where from"), r.t("What it does"))])
                        ),
                        html.Tbody(lines),
                    ],
                    className="cs-rows",
                ),
                className="cs-scroll",
                tabIndex=0,
                role="region",
                **{"aria-label": r.t("Settings")},
            ),
        ],
        className="cs-document",
    )


def _value(row: Any) -> str:
    if any(word in row.name.lower() for word in _SECRET):
        return "•••"
    return row.value.rsplit("/", 1)[-1] if row.name.endswith("_HOME") else row.value
