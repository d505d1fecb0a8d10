"""Which units does this word find?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.reader import Reader


def search_results(r: Reader, word: str, rows: list[dict[str, Any]]) -> html.Div | None:
    """A list of units to fly to; nothing for an empty word."""
    if not word.strip():
        return None
    if not rows:
        return html.Div(
            r.t("Nothing found for “{word}”. Try a name, a code, an address or pinyin initials.", word=word[:40]),
            className="cs-results-none",
            role="status",
        )
    return html.Div(
        [
            html.Button(
                [
                    html.Span(r.level(row["level"]), className="cs-chip"),
                    html.Span([html.Strong(r.name(row)), html.Small(_said(r, row))], className="cs-result-name"),
                    html.Small(row["code"][:15], className="cs-result-code"),
                ],
                type="button",
                className="cs-result",
                role="option",
                tabIndex=-1,
                **{"data-code": row["became"][0]["code"] if row.get("became") else row["code"], "data-fly": "1", "aria-selected": "false"},
            )
            for row in rows
        ],
        role="listbox",
        id="search-list",
        **{"aria-label": r.t("Search results")},
    )


def _said(r: Reader, row: dict[str, Any]) -> str | None:
    """Where it is; of a unit that stands no more, until when it stood and what is there now."""
    if row.get("became"):
        now = r.pick("、", ", ").join(r.name(one) for one in row["became"][:3])
        return r.t("until {day}, now {names}", day=r.moment(row["ended_at"], "date"), names=now)
    return row.get("address") if row.get("name_zh") else row["code"]
