"""What came in with this batch, and what became of every row?"""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.format import DASH
from layouts.reader import Reader


def batch_panel(r: Reader, city: str, batch: dict[str, Any], rows: list[dict[str, Any]], only: str, since: int, most: int, dataset: str) -> html.Div:
    """`batch` is a row of trace.batch, `rows` of app.lineage.flow.batch_rows; `dataset` its name in the reader's language."""
    counts = {name: batch[name] or 0 for name in ("row_in", "accepted", "rejected", "duplicate")}
    balanced = counts["row_in"] == counts["accepted"] + counts["rejected"] + counts["duplicate"]
    here = f"/data?city={city}&batch={batch['batch']}"
    chips = [("", r.t("All rows"), counts["row_in"]), *((name, outcome(r, name), counts[name]) for name in ("accepted", "rejected", "duplicate"))]
    sum_text = r.t("{row_in} in = {accepted} accepted + {rejected} rejected + {duplicate} known", **{name: r.number(n) for name, n in counts.items()})
    return html.Div(
        [
            html.Div(html.A([icon("left", 16), r.t("All batches")], href=f"/data?city={city}", className="cs-link")),
            html.H1(r.t("Batch {n}", n=r.number(batch["batch"]))),
            html.Dl(
                [
                    html.Div([html.Dt(name), html.Dd(value)])
                    for name, value in (
                        (r.t("Source"), r.pick(batch["source_zh"], batch["source_en"]) or batch["source"]),
                        (r.t("Dataset"), dataset),
                        (r.t("File"), batch["file_name"]),
                        (r.t("Received"), r.moment(batch["received_at"], "full")),
                        (r.t("As of"), r.moment(batch["as_of"], "full")),
                        (r.t("Taken in within"), f"{r.number(batch['seconds'], 2)} s"),
                        ("SHA-256", html.Code(batch["sha256"])),
                        (r.t("Shape of its columns"), html.Code(batch["schema_fingerprint"])),
                    )
                ],
                className="cs-batch-facts",
            ),
            html.P([html.Span("✓ " if balanced else "✗ "), sum_text], className="cs-figure-good" if balanced else "cs-figure-bad"),
            html.Nav(
                [
                    *[
                        html.A(
                            [text, html.Small(r.number(count))],
                            href=f"{here}&only={name}" if name else here,
                            className="cs-filter-chip",
                            **({"aria-current": "true"} if name == only else {}),
                        )
                        for name, text, count in chips
                    ],
                    html.A(
                        [icon("download", 16), r.t("CSV of these rows")],
                        href=f"/api/batch/{city}/{batch['batch']}.csv" + (f"?only={only}" if only else ""),
                        className="cs-link",
                        download="",
                    ),
                ],
                className="cs-filter-chips",
                **{"aria-label": r.t("Which rows")},
            ),
            _rows(r, rows) if rows else empty(r.t("No such rows"), "", "table"),
            _pager(r, here + (f"&only={only}" if only else ""), rows, since, most),
        ],
        className="cs-document",
    )


def outcome(r: Reader, name: str) -> str:
    """What became of a row."""
    return {"accepted": r.t("Accepted"), "rejected": r.t("Rejected"), "duplicate": r.t("Duplicates")}.get(name, name)


def _rows(r: Reader, rows: list[dict[str, Any]]) -> html.Div:
    names = [name for name in rows[0] if not name.startswith("_") and any(row[name] is not None for row in rows)]
    has_extra = any(row["_extra"] for row in rows)
    head = [r.t("Row"), r.t("Outcome"), *names, *([r.t("Other columns")] if has_extra else [])]
    body = []
    for row in rows:
        what = outcome(r, row["_outcome"])
        if row["_rule"]:
            what = f"{what}: {row['_rule']} ({row['_column']})"
        cells = [row[name] if row[name] is not None else DASH for name in names]
        body.append(
            html.Tr(
                [
                    html.Td(r.number(row["_row"]), className="cs-number"),
                    html.Td(what, className="cs-figure-bad" if row["_rule"] else None),
                    *[html.Td(cell, className="is-faulty" if row["_column"] == name else None) for name, cell in zip(names, cells, strict=True)],
                    *([html.Td(row["_extra"] or DASH)] if has_extra else []),
                ],
                id=f"row-{row['_row']}",
            )
        )
    table = html.Table([html.Thead(html.Tr([html.Th(text, scope="col") for text in head])), html.Tbody(body)], className="cs-rows")
    return html.Div(table, className="cs-scroll", tabIndex=0, role="region", **{"aria-label": r.t("The rows, word for word")})


def _pager(r: Reader, here: str, rows: list[dict[str, Any]], since: int, most: int) -> html.Nav | None:
    if since <= 1 and len(rows) < most:
        return None
    links = []
    if since > 1:
        links.append(html.A([icon("left", 16), r.t("From the first row")], href=here, className="cs-link"))
    if len(rows) == most:
        after = rows[-1]["_row"] + 1
        links.append(html.A([r.t("On from row {n}", n=r.number(after)), icon("right", 16)], href=f"{here}&row={after}", className="cs-link"))
    return html.Nav(links, className="cs-pager", **{"aria-label": r.t("More rows")})
