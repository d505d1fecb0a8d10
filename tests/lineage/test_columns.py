"""Which column comes from which: against a table made by hand, and down to what was handed in."""

import csv
from pathlib import Path

import pytest

from data.build import pieces
from data.fields import fields_of, record_datasets
from data.lineage import Column, lineage

GOLDEN = Path(__file__).with_name("golden.csv")


def golden():
    """{column: its direct sources} as a person read them from the SQL; `*` stands for the column's own name."""
    found = {}
    with GOLDEN.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in row["columns"].split():
                sources = {text.replace("*", name) for text in row["sources"].split()}
                found[f"{row['view']}.{name}"] = sources
    for dataset in record_datasets():            # made from fields.csv, every field as it stands in base
        for name in ("city", *(field.name for field in fields_of(dataset)), "valid_from", "_source", "_batch", "_row"):
            found[f"theme.{dataset}.{name}"] = {f"base.{dataset}.{name}"}
    return found


def test_every_column_of_every_theme_view_comes_from_where_the_golden_set_says():
    known = lineage()
    read = {f"{table}.{name}": {str(one) for one in known.sources.get(Column(table, name), ())}
            for table, columns in known.columns.items() if table.startswith("theme.") for name in columns}
    assert read == golden()


def test_the_golden_set_names_every_theme_view():
    views = {name for name, piece in pieces().items() if piece.library == "theme" and piece.kind in ("view", "table", "stored")}
    views |= {f"theme.{dataset}" for dataset in record_datasets()}
    assert {name.rsplit(".", 1)[0] for name in golden()} == views


@pytest.mark.parametrize(("column", "files"), [
    ("theme.value.value", {"file.reading.value", "file.reading.weight", "file.indicators.csv.rollup", "file.indicators.csv.scale"}),
    ("theme.unit.area_m2", {"file.unit.area_m2", "file.unit.geom"}),
    ("theme.unit_attribute.value", {"file.attribute.value"}),
    ("theme.flow.count", {"file.flow.count"}),
    ("theme.person.id_number", {"file.person.id_number"}),
    ("theme.layer.name_zh", {"file.layer.name_zh"}),
    ("theme.city.name_en", {"file.city.name_en", "file.city.name_zh"}),
])
def test_a_number_is_followed_to_the_fields_that_were_handed_in(column, files):
    found = {str(one) for one in lineage().upstream(Column(*column.rsplit(".", 1))) if one.table.startswith("file.")}
    assert files <= found


def test_downstream_is_upstream_turned_round():
    known = lineage()
    said = Column("hub.reading", "value")
    below = known.downstream(said)
    tables = ("dept.reading", "base.reading", "theme.value", "theme.rolled", "theme.latest")
    assert {f"{table}.value" for table in tables} <= {str(one) for one in below}
    assert all(said in known.upstream(one) for one in below)


def test_a_condition_is_a_table_read_and_no_source():
    known = lineage()
    assert "base.shape.valid_to" not in {str(one) for one in known.sources[Column("theme.city", "max_zoom")]}
    assert known.reads["theme.city"] == {"base.city", "base.shape"}


def test_nothing_temporary_is_left_in_the_answer():
    known = lineage()
    assert not any(one.table.startswith("temp.") for sources in known.sources.values() for one in sources)
    assert not any(table.startswith("temp.") for table in known.columns)


def test_the_kept_tables_have_the_columns_that_lineage_says(db):
    """What was read from the SQL and what the engine then made are the same tables."""
    known = lineage()
    made = {}
    for row in db.rows("select table_schema || '.' || table_name as name, column_name from information_schema.columns "
                       "where table_schema in ('hub', 'dept', 'base', 'theme') order by ordinal_position"):
        made.setdefault(row["name"], []).append(row["column_name"])
    for table, columns in made.items():
        assert set(known.columns[table]) - set(columns) == set(), table
        assert {name for name in columns if not name.startswith("_")} - set(known.columns[table]) == set(), table
