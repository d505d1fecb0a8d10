"""The data page: the six libraries as a flow, what came in and what became of it, down to the rows of one batch."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.lineage.flow import OUTCOMES, PAGE_ROWS, batch, batch_csv, batch_rows, batches, flow, rule_rows
from app.sight import Seen
from callbacks import checks
from callbacks.gateway import Gateway, one_of
from callbacks.page import Page, city_row, whole_city
from callbacks.results import Results
from layouts.components.libraries import dataset
from layouts.components.still import still
from layouts.pages.data import data_page
from layouts.pages.welcome import welcome_page
from layouts.panels.batch import batch_panel
from layouts.panels.rule_rows import rule_rows as rule_rows_panel
from layouts.reader import Reader

MOST, MOST_ROWS = 100, 500


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The flow and the batches, or one batch. A batch holds rows of any unit, so this is for who may see the whole city."""
    city = whole_city(seen, words)
    if city is None:
        return welcome_page(r)
    if words.get("batch"):
        one = batch(seen, city.city, checks.digits(words["batch"], "batch"))
        only, since = words.get("only", ""), checks.digits(words.get("row", "1"), "row")
        rows = batch_rows(seen, city.city, one["batch"], only, since)
        return still(batch_panel(r, city.city, one, rows, only, since, PAGE_ROWS, dataset(r, one["dataset"])))
    if words.get("rule"):
        name, _, rule = words["rule"][:120].partition(".")
        return still(rule_rows_panel(r, city.city, rule, dataset(r, name), rule_rows(seen, city.city, name, rule, MOST_ROWS), MOST_ROWS))
    asked = {"dataset": words.get("dataset", "")[:40], "source": words.get("source", "")[:60], "rejects": words.get("rejects") == "1"}
    found = batches(seen, city.city, asked["dataset"], asked["source"], asked["rejects"], checks.digits(words.get("before", "0"), "before"), MOST)
    whole = {key: one for key, one in seen.cities.items() if seen.sight(key) is None}
    return data_page(
        r,
        [{**city_row(seen, one), "units": seen.unit_counts(key)} for key, one in whole.items()],
        city_row(seen, city),
        flow(seen, city.city),
        found,
        {**asked, "more": len(found) == MOST},
    )


def register(gateway: Gateway, results: Results) -> None:  # noqa: ARG001 - one signature for all of them
    """Add the route of a batch's rows as a sheet."""

    @gateway.route("/api/batch/<city>/<int:number>.csv", right="data.read")
    def sheet(seen: Seen, city: str, number: int) -> Response:
        only = one_of("only", ("", *OUTCOMES), "")
        seen.require_whole(city)
        found = batch(seen, city, number)
        gateway.note(rows=found["row_in"], fields=[found["dataset"]], is_quiet=False)
        name = f"{city}-{found['dataset']}-{number}{'-' + only if only else ''}.csv"
        return Response(batch_csv(seen, city, number, only), mimetype="text/csv",
                        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})


PAGE = Page("data", "/data", "data.read", build)
