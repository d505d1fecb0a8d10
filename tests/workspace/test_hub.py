"""The hub is open to nobody: no grant, role, registry row, mapping or question leads to its rows."""

import pytest

from app import access
from app.access import Grant
from app.errors import BadInput, ChengshuError
from app.exchange import sources
from data import mapping_rows, registers
from data.build import pieces
from data.mapping_rows import Mapping
from tests.signed_in import PASSWORD

ROW = {"id": "x", "kind": "upload", "city": "tiny", "source": "water", "owner": "water"}


@pytest.mark.parametrize("sql", [
    "select * from hub.reading", "from hub.reading", "select * from hub.unit limit 1", 'select * from "hub"."reading"',
    "grant select on hub.reading to lin", "grant all on hub.reading to public", "select (select max(value) from hub.reading)",
    "with h as (select * from hub.reading) select * from h", "attach 'chengshu.duckdb' as city", "select * from city.hub.reading",
    "create view mine as select * from hub.reading", "select * from query_table('hub.reading')", "select * from information_schema.tables",
])  # fmt: skip
def test_no_question_reaches_it(ask, sql):
    with pytest.raises(ChengshuError):
        ask(sql)
    with pytest.raises(ChengshuError):
        ask(sql, Grant("data_steward", "", "", 3), Grant("analyst", "", "", 3))


@pytest.mark.parametrize("role", ["hub", "hub.read", "hub_reader", "select on hub.reading"])
def test_a_grant_on_it_is_refused(system, role):
    if system.identity.accounts.find("clerk") is None:
        system.identity.accounts.create("clerk", PASSWORD, "test")
    with pytest.raises(ChengshuError, match="role"):
        system.identity.grants.add("clerk", role, "test")


def test_no_capability_names_it_and_no_role_can():
    assert not any("hub" in name for name in access.CAPABILITIES)
    assert all(role.capabilities <= access.CAPABILITIES.keys() for role in access.read_roles().values())


def test_a_role_row_that_names_it_stops_the_start(monkeypatch):
    rows = registers.rows("roles")
    monkeypatch.setattr(registers, "rows", lambda name: [{**rows[0], "capabilities": "map.read|hub.read"}])
    with pytest.raises(KeyError, match="no such capability"):
        access.read_roles()


def test_no_registry_row_opens_it():
    assert not any("hub" in cell for row in registers.rows("workspace") for cell in (row["table"], row["column"]))
    for dataset in ("hub", "hub.reading", "front", "dept.reading", "mgmt.reject"):
        with pytest.raises(BadInput, match="no such dataset"):
            sources.source_of({**ROW, "dataset": dataset}, "sources.csv", 2)


def test_no_mapping_takes_its_own_columns_out(system):
    for source_field, field in (("_extra", "value"), ("_batch", "value"), ("a", "_extra"), ("a", "_row"), ("a", "hub.value")):
        with pytest.raises(BadInput), system.db.write() as cursor:
            mapping_rows.accept(cursor, Mapping("x", "reading", source_field, field), "test")


def test_no_named_question_reads_it():
    assert [name for name, piece in pieces().items() if piece.kind == "query" and any(read.startswith("hub.") for read in piece.reads)] == []
