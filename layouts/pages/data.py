"""What arrived, what was rejected, does it add up: the six libraries as a flow, datasets, batches, cities."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.libraries import dataset
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.components.still import Still, still
from layouts.components.traced import traced
from layouts.panels.flow import flow_panel
from layouts.reader import Reader

ORDER = ("city", "district", "street", "community", "grid", "building", "floor")


def data_page(
    r: Reader, cities: list[dict[str, Any]], city: dict[str, Any], flow: dict[str, Any], batches: list[dict[str, Any]], asked: dict[str, Any]
) -> Still:
    """`cities` with `units` [{level, standing}]; `flow` of app.lineage.flow; `batches` as filtered by `asked` {dataset, source, rejects, more}."""
    name = r.pick(city["name_zh"], city["name_en"])
    month = flow["month"]
    return still(
        html.Div(
            [
                html.H1(r.t("Data of {city}", city=name)),
                flow_panel(r, city["city"], flow),
                _sum(r, month) if month["datasets"] else empty(r.t("No batch has come in yet")),
                html.H2(r.t("By dataset, 30 days"), id="datasets"),
                _totals(r, city["city"], flow) if month["datasets"] else empty(r.t("No batch has come in yet")),
                html.H2(r.t("Newest batches"), id="batches"),
                _filters(r, city["city"], month["datasets"], asked),
                _batches(r, city["city"], batches, asked) if batches else empty(r.t("No batch is like this"), "", "table"),
                html.H2(r.t("Cities")),
                _cities(r, cities),
            ],
            className="cs-document cs-data",
        )
    )


def _sum(r: Reader, month: dict[str, Any]) -> html.P:
    """The conservation check over 30 days."""
    totals, balanced = month["totals"], all(row["is_balanced"] for row in month["datasets"])
    counts = {name: r.number(totals[name]) for name in ("row_in", "accepted", "rejected", "duplicate")}
    text = r.t("{row_in} in = {accepted} accepted + {rejected} rejected + {duplicate} known", **counts)
    word = r.t("adds up") if balanced else r.t("does not add up")
    look = "cs-figure-good" if balanced else "cs-figure-bad"
    return html.P([r.t("30 days"), " · ", text, " · ", html.B(("✓ " if balanced else "✗ ") + word)], className=look)


def _cities(r: Reader, cities: list[dict[str, Any]]) -> html.Div:
    head = [r.t("City"), *(r.level(level) for level in ORDER[1:]), r.t("Newest reading"), r.t("Licence")]
    rows = []
    for one in cities:
        count = {row["level"]: row["standing"] for row in one["units"]}
        name = html.A(r.pick(one["name_zh"], one["name_en"]), href=f"/map?city={one['city']}")
        rows.append([name, *(r.number(count.get(level, 0)) for level in ORDER[1:]), r.moment(one["versions"]["newest"]), one["licence"]])
    return sheet(r.t("Cities"), head, rows, numbers=range(1, 7))


def _totals(r: Reader, city: str, flow: dict[str, Any]) -> html.Div:
    head = [
        r.t("Dataset"),
        r.t("Batches"),
        r.t("Rows in"),
        r.t("Accepted"),
        r.t("Rejected"),
        r.t("Duplicates"),
        r.t("Balance"),
        r.t("Stands today"),
        r.t("24 hours"),
        r.t("Last received"),
    ]
    late = html.Small(f" · {r.t('late')}", className="cs-figure-bad")
    day = {row["dataset"]: row for row in flow["day"]["datasets"]}
    rows = [
        [
            html.A(dataset(r, row["dataset"]), href=f"/data?city={city}&dataset={row['dataset']}#batches"),
            r.number(row["batches"]),
            *(r.number(row[key]) for key in ("row_in", "accepted", "rejected", "duplicate")),
            _balance(r, row),
            r.number(flow["standing"].get(row["dataset"])),
            r.number(day.get(row["dataset"], {}).get("row_in", 0)),
            [r.moment(row["received_at"], "full"), late if row["dataset"] in flow["late"] else None],
        ]
        for row in flow["month"]["datasets"]
    ]
    return sheet(r.t("By dataset, 30 days"), head, rows, numbers=(1, 2, 3, 4, 5, 7, 8))


def _filters(r: Reader, city: str, datasets: list[dict[str, Any]], asked: dict[str, Any]) -> html.Nav:
    """Which batches: of one dataset, or with rejects."""

    def chip(text: str, more: str, is_on: bool) -> html.A:
        return html.A(text, href=f"/data?city={city}{more}#batches", className="cs-filter-chip", **({"aria-current": "true"} if is_on else {}))

    chips = [chip(r.t("All"), "", not asked["dataset"] and not asked["rejects"] and not asked["source"])]
    chips += [chip(dataset(r, row["dataset"]), f"&dataset={row['dataset']}", asked["dataset"] == row["dataset"]) for row in datasets]
    chips.append(chip(r.t("With rejects"), "&rejects=1", asked["rejects"]))
    if asked["source"]:
        chips.append(chip(asked["source"], f"&source={asked['source']}", True))
    return html.Nav(chips, className="cs-filter-chips", **{"aria-label": r.t("Which batches")})


def _batches(r: Reader, city: str, batches: list[dict[str, Any]], asked: dict[str, Any]) -> html.Div:
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
            html.A(r.number(row["batch"]), href=f"/data?city={city}&batch={row['batch']}"),
            html.A(r.pick(row["source_zh"], row["source_en"]) or row["source"], href=f"/data?city={city}&source={row['source']}#batches"),
            dataset(r, row["dataset"]),
            row["file_name"],
            traced(r, r.number(row["row_in"]), f"batch/{row['batch']}"),
            *(
                html.A(r.number(row[key]), href=f"/data?city={city}&batch={row['batch']}&only={key}") if row[key] else r.number(row[key])
                for key in ("accepted", "rejected", "duplicate")
            ),
            _balance(r, row),
            r.moment(row["received_at"], "full"),
        ]
        for row in batches
    ]
    table = sheet(r.t("Newest batches"), head, rows, numbers=(0, 4, 5, 6, 7))
    if not asked["more"]:
        return table
    kept = "".join(f"&{name}={asked[name]}" for name in ("dataset", "source") if asked[name]) + ("&rejects=1" if asked["rejects"] else "")
    link = html.A(r.t("Older batches"), href=f"/data?city={city}{kept}&before={batches[-1]['batch']}#batches", className="cs-link")
    return html.Div([table, html.Nav(link, className="cs-pager", **{"aria-label": r.t("More rows")})])


def _balance(r: Reader, row: dict[str, Any]) -> html.Span:
    good = row["is_balanced"]
    return html.Span(("✓ " + r.t("adds up")) if good else ("✗ " + r.t("does not add up")), className="cs-figure-good" if good else "cs-figure-bad")
