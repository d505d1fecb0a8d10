"""How much stands in the base and theme libraries of a city."""

from __future__ import annotations

from data.connection import Database
from data.handin import DATASETS

_ENDED = {"unit", "attribute"}          # datasets whose rows end; records do too, readings and flows never


def counts(db: Database, city: str) -> dict[str, int]:
    """{dataset: rows of the base library that stand today}, and `value`: rolled-up values of the theme library."""
    ending = {row["table_name"] for row in db.rows("select table_name from information_schema.columns "
                                                   "where table_schema = 'base' and column_name = 'valid_to'")}
    found = {}
    for dataset in DATASETS:
        stands = " and valid_to is null" if dataset in ending | _ENDED else ""
        found[dataset] = db.run(f"select count(*) from base.{dataset} where city = $1{stands}", [city]).fetchone()[0]  # noqa: S608 - a registry name
    found["value"] = db.run("select count(*) from theme.rolled where city = $1", [city]).fetchone()[0]
    return found
