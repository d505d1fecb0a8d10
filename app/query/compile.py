"""From a checked question to one SELECT, node by node: names come from the registries, what people typed only ever becomes a literal.

The text that comes out is asked like any other of the SQL workspace: in its own process, over a copy that holds what the
asker may see, after its tree was checked once more (data/workspace_process.py).
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlglot import exp

from app.query.question import Filter, Group, Measure, Question
from app.query.subjects import SUBJECTS, Column

_COMPARE = {"eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE}


def select_of(question: Question, zone: str) -> str:
    """The SELECT that answers a question; times are read and told on the clock of `zone`."""
    subject = question.subject
    tables = [exp.alias_(exp.to_table(subject.table), subject.alias, table=True)]
    found = exp.Select().from_(tables[0])
    for join in subject.joins:
        on = exp.and_(*(exp.EQ(this=_named(join.alias, mine), expression=_named(alias, its)) for mine, alias, its in join.on))
        found = found.join(exp.alias_(exp.to_table(join.table), join.alias, table=True), on=on, join_type="left" if join.is_left else "inner")
    if question.is_counted:
        parts = [*((one.id, _grouped(one, zone)) for one in question.group), *((one.id, _measured(one, zone)) for one in question.measures)]
    else:
        parts = [(one.id, _shown(one, zone)) for one in question.show]
    found = found.select(*(exp.alias_(part, name, quoted=True) for name, part in parts))
    held: list[exp.Expression] = []
    for number, one in enumerate(question.where):
        if one.op == "within":
            found = found.with_(f"within_{number}", as_=_below(one, f"within_{number}"), recursive=True)
        held.append(_held(one, f"within_{number}", zone))
    if held:
        found = found.where(functools.reduce(lambda left, right: exp.And(this=left, expression=right), held))
    if question.group:
        found = found.group_by(*(exp.Literal.number(place + 1) for place in range(len(question.group))))
    if question.sort:
        found = found.order_by(*(exp.Ordered(this=exp.Literal.number(place + 1), desc=down, nulls_first=False) for place, down in question.sort))
    return found.limit(question.limit).sql(dialect="duckdb", pretty=True)


def _named(alias: str, column: str) -> exp.Column:
    return exp.column(column, table=alias, quoted=True)


def _column(one: Column) -> exp.Column:
    return _named(one.alias, one.column)


def _call(name: str, *args: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(args))


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def _number(value: float) -> exp.Expression:
    plain = exp.Literal.number(repr(abs(value)))
    return exp.Neg(this=plain) if value < 0 else plain


def _moment(value: datetime, zone: str) -> exp.Cast:
    """A time on the city's clock as the tables have it: UTC without a zone."""
    there = value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return exp.cast(_text(there.strftime("%Y-%m-%d %H:%M:%S")), "timestamp")


def _local(one: Column, zone: str) -> exp.Expression:
    return _call("timezone", _text(zone), _call("timezone", _text("UTC"), _column(one)))


def _shown(one: Column, zone: str) -> exp.Expression:
    return _local(one, zone) if one.kind == "time" else _column(one)


def _grouped(one: Group, zone: str) -> exp.Expression:
    if not one.step:
        return _column(one.column)
    if one.step in ("hour_of_day", "weekday"):
        return _call("date_part", _text("hour" if one.step == "hour_of_day" else "isodow"), _local(one.column, zone))
    return _call("date_trunc", _text(one.step), _local(one.column, zone))


def _measured(one: Measure, zone: str) -> exp.Expression:
    if one.column is None:
        return exp.Count(this=exp.Star())
    if one.how == "distinct":
        return exp.Count(this=exp.Distinct(expressions=[_column(one.column)]))
    return _call(one.how, _shown(one.column, zone))


def _below(one: Filter, name: str) -> exp.Expression:
    """The unit and every unit below it today."""
    top = exp.Select().select(exp.column("code", quoted=True)).from_("unit")
    top = top.where(exp.EQ(this=exp.column("code", quoted=True), expression=_text(one.values[0])))
    parent = exp.EQ(this=_named("b", "parent_code"), expression=_named(name, "code"))
    rest = exp.Select().select(_named("b", "code")).from_(exp.alias_(exp.to_table("unit"), "b", table=True)).join(exp.to_table(name), on=parent)
    return exp.Union(this=top, expression=rest, distinct=True)


def _held(one: Filter, within: str, zone: str) -> exp.Expression:
    column, values = _column(one.column), one.values
    if one.op in ("empty", "filled"):
        empty = exp.Is(this=column, expression=exp.Null())
        return empty if one.op == "empty" else exp.Not(this=empty)
    if one.op == "within":
        return exp.In(this=column, query=exp.Select().select(exp.column("code", quoted=True)).from_(exp.to_table(within)).subquery())
    literals: list[Any] = [_literal(value, zone) for value in values]
    if one.op in _COMPARE:
        return _COMPARE[one.op](this=column, expression=literals[0])
    if one.op == "between":
        return exp.Between(this=column, low=literals[0], high=literals[1])
    if one.op in ("since", "until"):
        return (exp.GTE if one.op == "since" else exp.LT)(this=column, expression=literals[0])
    if one.op == "last_days":
        newest = exp.Select().select(_call("max", exp.column(one.column.column, quoted=True))).from_(_table_of(one))
        return exp.GT(this=column, expression=exp.Sub(this=newest.subquery(), expression=_call("to_days", exp.Literal.number(int(values[0])))))
    if one.op in ("any", "none"):
        held = exp.In(this=column, expressions=literals)
        return (
            held if one.op == "any" else exp.Paren(this=exp.Or(this=exp.Not(this=held), expression=exp.Is(this=column.copy(), expression=exp.Null())))
        )
    if one.op == "has":
        return _call("contains", _call("lower", column), _call("lower", literals[0]))
    return _call("starts_with", column, literals[0]) if one.op == "begins" else exp.EQ(this=column, expression=literals[0])


def _literal(value: Any, zone: str) -> exp.Expression:
    if isinstance(value, datetime):
        return _moment(value, zone)
    return _text(value) if isinstance(value, str) else _number(value)


def _table_of(one: Filter) -> exp.Table:
    """The table of the column's alias: what the newest time is looked up in."""
    return next(exp.to_table(subject.tables[one.column.alias]) for subject in SUBJECTS.values() if one.column in subject.columns.values())
