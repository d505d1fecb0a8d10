"""Tables of foreign databases, for real: PostgreSQL, MariaDB, SQLite; by watermark and by comparing."""

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa

from app.errors import BadInput, NotFound, Unavailable
from app.exchange.channels import collect
from tests.sources.conftest import STREETS

SERVERS = {"sqlite": "", "postgresql": "postgresql://127.0.0.1:5432/test", "mysql": "mysql://root@127.0.0.1:3306/test"}
OURS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


@pytest.fixture(params=list(SERVERS))
def foreign(request, tmp_path):
    """(engine, address without table, name of a fresh table); skipped where the server does not answer."""
    name = f"chengshu_{uuid.uuid4().hex[:12]}"
    address = SERVERS[request.param] or f"sqlite:///{tmp_path}/their.db"
    engine = sa.create_engine(address.replace(request.param, OURS.get(request.param, request.param), 1))
    try:
        engine.connect().close()
    except sa.exc.OperationalError as error:
        pytest.skip(f"no {request.param} at {address}: {str(error.orig)[:60]}")
    yield engine, address, name
    with engine.begin() as door:
        door.execute(sa.text(f"drop table if exists {name}"))
    engine.dispose()


def readings_of(engine, name):
    table = sa.Table(name, sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("unit_code", sa.String(40)),
                     sa.Column("indicator", sa.String(40)), sa.Column("at", sa.DateTime), sa.Column("value", sa.Numeric(10, 2)))
    table.create(engine)
    return table


def row(n, hour, value=None):
    return {"id": n, "unit_code": STREETS[n % 4], "indicator": "aqi", "at": dt.datetime(2026, 11, 18, hour), "value": value or n}


def test_a_watermark_reads_only_what_is_new(place, foreign):
    engine, address, name = foreign
    table = readings_of(engine, name)
    with engine.begin() as door:
        door.execute(table.insert(), [row(1, 1), row(2, 2), row(3, 2)])
    source = place.source("theirs", "table", address=f"{address}#{name}", watermark_field="at")
    first, = collect(place.system, source)
    assert (first.receipt.row_in, first.receipt.accepted) == (3, 3)
    again, = collect(place.system, source)
    assert again.outcome == "unchanged"
    with engine.begin() as door:                       # one at the very watermark, one after it
        door.execute(table.insert(), [row(4, 2), row(5, 3)])
    second, = collect(place.system, source)
    assert (second.receipt.row_in, second.receipt.accepted) == (2, 2)
    assert place.one("select count(*) from base.reading where indicator = 'aqi'") == (5,)
    assert place.one("select watermark from front.batch where batch = ?", second.receipt.batch)[0].startswith("2026-11-18T03:00")


def persons_of(engine, name):
    table = sa.Table(name, sa.MetaData(), sa.Column("case_no", sa.String(20), primary_key=True), sa.Column("title", sa.String(40)),
                     sa.Column("channel", sa.String(20)), sa.Column("category", sa.String(40)), sa.Column("unit_code", sa.String(40)),
                     sa.Column("opened_at", sa.DateTime), sa.Column("status", sa.String(20)))
    table.create(engine)
    return table


def case(n, title="旧"):
    from data.fields import fields_of

    codes = {field.name: field.codes[0] for field in fields_of("service_case") if field.codes}
    return {"case_no": f"C{n:03d}", "title": title, "channel": codes["channel"], "category": codes["category"], "unit_code": STREETS[0],
            "opened_at": dt.datetime(2026, 11, 1, 8), "status": codes["status"]}


def test_without_a_watermark_only_the_difference_is_handed_in(place, foreign):
    engine, address, name = foreign
    table = persons_of(engine, name)
    with engine.begin() as door:
        door.execute(table.insert(), [case(n) for n in range(30)])
    source = place.source("theirs", "table", "service_case", address=f"{address}#{name}", source="urban_management", owner="urban_management")
    first, = collect(place.system, source)
    assert first.receipt.accepted == 30 and first.changes.inserted == 30, first.receipt.rules
    unchanged, = collect(place.system, source)
    assert unchanged.outcome == "unchanged"
    with engine.begin() as door:
        door.execute(table.update().where(table.c.case_no == "C003").values(title="新"))
        door.execute(table.delete().where(table.c.case_no.in_(["C004", "C005"])))
        door.execute(table.insert(), [case(99)])
    second, = collect(place.system, source)
    assert (second.changes.inserted, second.changes.updated, second.changes.deleted, second.changes.unchanged) == (1, 1, 2, 27)
    assert second.receipt.row_in == 4 and second.receipt.accepted == 4, second.receipt.rules
    stands = {row[0] for row in place.all("select case_no from base.service_case where valid_to is null")}
    assert len(stands) == 29 and not stands & {"C004", "C005"}
    assert place.one("select count(*) from base.service_case where case_no = 'C004' and valid_to is not null") == (1,)     # closed, not erased
    with engine.begin() as door:
        door.execute(table.update().where(table.c.case_no == "C003").values(title="旧"))
    third, = collect(place.system, source)
    with engine.begin() as door:
        door.execute(table.update().where(table.c.case_no == "C003").values(title="新"))
    fourth, = collect(place.system, source)                 # the same change once more is no replay
    assert (third.outcome, fourth.outcome) == ("taken", "taken")
    assert place.one("select title from base.service_case where case_no = 'C003' and valid_to is null") == ("新",)
    assert place.all("select outcome, inserted, updated, deleted from front.delivery where channel = 'theirs' order by delivery") == [
        ("taken", 30, 0, 0), ("unchanged", 0, 0, 0), ("taken", 1, 1, 2), ("taken", 0, 1, 0), ("taken", 0, 1, 0)]


def test_what_is_wrong_with_an_address_is_told(place, tmp_path):
    sa.create_engine(f"sqlite:///{tmp_path}/empty.db").connect().execute(sa.text("create table t (a int)"))
    for address, kind in ((f"sqlite:///{tmp_path}/none.db#t", Unavailable), (f"sqlite:///{tmp_path}/empty.db", BadInput),
                          (f"sqlite:///{tmp_path}/empty.db#nothing", NotFound), ("oracle://h/d#t", BadInput), ("not an address#t", BadInput),
                          ("postgresql://u:pa55word@127.0.0.1:1/d#t", Unavailable)):
        source = place.source("theirs", "table", address=address)
        with pytest.raises(kind) as told:
            collect(place.system, source)
        assert "pa55word" not in str(told.value)
    assert place.one("select count(*) from front.delivery where outcome = 'failed'") == (6,)
    assert "pa55word" not in str(place.all("select message from front.delivery"))


def test_attributes_that_are_gone_get_their_end(place, tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/their.db")
    with engine.begin() as door:
        door.execute(sa.text("create table a (unit_code text, attribute text, value text)"))
        door.execute(sa.text("insert into a values ('990101001', 'address', 'one'), ('990101002', 'address', 'two'), "
                             "('990102001', 'address', 'three')"))
    source = place.source("theirs", "table", "attribute", address=f"sqlite:///{tmp_path}/their.db#a")
    collect(place.system, source)
    with engine.begin() as door:
        door.execute(sa.text("delete from a where value = 'two'"))
    done, = collect(place.system, source)
    assert (done.changes.inserted, done.changes.updated, done.changes.deleted) == (0, 0, 1)
    assert place.all("select value, valid_to is null from base.attribute order by 1") == [("one", True), ("three", True), ("two", False)]
    engine.dispose()


def test_a_daily_source_is_due_at_its_minute():
    import time

    from app.exchange.scheduler import _last_moment

    last = _last_moment(150, "Asia/Shanghai")
    assert time.time() - 86_400 <= last <= time.time()
    assert dt.datetime.fromtimestamp(last, dt.UTC).strftime("%H:%M") == "18:30"          # half past two in Shanghai
