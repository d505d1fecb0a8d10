"""What arrived, what was rejected, does it add up: cities, units, batches."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from dash import html

from layouts.components.marks import empty
from layouts.format import DASH
from layouts.reader import Reader

ORDER = ("city", "district", "street", "community", "grid", "building", "floor")


def data_page(r: Reader, cities: list[dict[str, Any]], city: dict[str, Any], totals: list[dict[str, Any]], batches: list[dict[str, Any]]) -> html.Div:
    """`cities` with `units` [{level, standing}]; `totals` per dataset and `batches` of the chosen city."""
    balanced = all(row["is_balanced"] for row in totals)
    sums = {key: sum(row[key] or 0 for row in totals) for key in ("row_in", "accepted", "rejected", "duplicate")}
    return html.Div(
        [
            html.H1(r.t("Data of {city}", city=r.pick(city["name_zh"], city["name_en"]))),
            html.Div(
                [
                    _figure(r, r.t("Rows in"), sums["row_in"]),
                    _figure(r, r.t("Accepted"), sums["accepted"]),
                    _figure(r, r.t("Rejected"), sums["rejected"]),
                    _figure(r, r.t("Duplicates"), sums["duplicate"]),
                    html.Div(
                        [
                            html.Span(r.t("Balance"), className="cs-figure-name"),
                            html.B(
                                r.t("adds up") if balanced else r.t("does not add up"), className="cs-figure-good" if balanced else "cs-figure-bad"
                            ),
                            html.Small(r.t("in = accepted + rejected + duplicate")),
                        ],
                        className="cs-figure",
                    ),
                ],
                className="cs-figures",
            ),
            html.H2(r.t("Cities")),
            _cities(r, cities),
            html.H2(r.t("By dataset")),
            _totals(r, totals) if totals else empty(r.t("No batch has come in yet")),
            html.H2(r.t("Newest batches")),
            _batches(r, batches) if batches else empty(r.t("No batch has come in yet")),
        ],
        className="cs-document",
    )


def _figure(r: Reader, name: str, value: float) -> html.Div:
    return html.Div([html.Span(name, className="cs-figure-name"), html.B(r.compact(value)), html.Small(r.number(value))], className="cs-figure")


def _cities(r: Reader, cities: list[dict[str, Any]]) -> html.Div:
    head = [r.t("City"), *(r.level(level) for level in ORDER[1:]), r.t("Newest reading"), r.t("Licence")]
    rows = []
    for one in cities:
        count = {row["level"]: row["standing"] for row in one["units"]}
        name = html.A(r.pick(one["name_zh"], one["name_en"]), href=f"/?city={one['city']}")
        rows.append([name, *(r.number(count.get(level, 0)) for level in ORDER[1:]), r.moment(one["versions"]["newest"]), one["licence"]])
    return _table(r.t("Cities"), head, rows, numbers=range(1, 7))


def _totals(r: Reader, totals: list[dict[str, Any]]) -> html.Div:
    head = [r.t("Dataset"), r.t("Batches"), r.t("Rows in"), r.t("Accepted"), r.t("Rejected"), r.t("Duplicates"), r.t("Balance"), r.t("Last received")]
    rows = [
        [
            dataset(r, row["dataset"]),
            r.number(row["batches"]),
            *(r.number(row[key]) for key in ("row_in", "accepted", "rejected", "duplicate")),
            _balance(r, row),
            _when(r, row["received_at"]),
        ]
        for row in totals
    ]
    return _table(r.t("By dataset"), head, rows, numbers=range(1, 6))


def _batches(r: Reader, batches: list[dict[str, Any]]) -> html.Div:
    head = [
        r.t("Batch"),
        r.t("Source"),
        r.t("Dataset"),
        r.t("File"),
        r.t("Rows in"),
        r.t("Accepted"),
        r.t("Rejected"),
        r.t("Duplicates"),
        r.t("Balance"),
        r.t("Received"),
    ]
    rows = [
        [
            r.number(row["batch"]),
            row["source"],
            dataset(r, row["dataset"]),
            row["file_name"],
            *(r.number(row[key]) for key in ("row_in", "accepted", "rejected", "duplicate")),
            _balance(r, row),
            _when(r, row["received_at"]),
        ]
        for row in batches
    ]
    return _table(r.t("Newest batches"), head, rows, numbers=range(4, 8))


def dataset(r: Reader, name: str) -> str:
    """A dataset in the reader's language."""
    return {
        "city": r.t("City row"),
        "unit": r.t("Units"),
        "attribute": r.t("Attributes"),
        "reading": r.t("Readings"),
        "flow": r.t("Flows"),
        "layer": r.t("Base map"),
    }.get(name, name)


def _balance(r: Reader, row: dict[str, Any]) -> html.Span:
    good = row["is_balanced"]
    return html.Span(("✓ " + r.t("adds up")) if good else ("✗ " + r.t("does not add up")), className="cs-figure-good" if good else "cs-figure-bad")


def _when(r: Reader, at: Any) -> str:
    return r.moment(int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())) if at is not None else DASH


def _table(name: str, head: list[str], rows: list[list[Any]], numbers: range = range(0)) -> html.Div:
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(text, scope="col", className="cs-number" if i in numbers else None) for i, text in enumerate(head)])),
                html.Tbody([html.Tr([html.Td(cell, className="cs-number" if i in numbers else None) for i, cell in enumerate(row)]) for row in rows]),
            ],
            className="cs-rows",
        ),
        className="cs-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": name},
    )
