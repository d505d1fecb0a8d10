"""Which column comes from which, read from the SQL that runs: `data/sql/**` parsed with sqlglot.

An edge leads from a kept column to the kept columns its value is made of. Temporary tables of a batch's way (checked,
fresh, newest, …) are seen through. What Python puts between two statements (the tower, the register of batches) stands in
`data/registry/made_by_code.csv`, as does what a file hands in. Conditions and joins decide which rows there are, not what
a value is; they show as tables read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from data import registers
from data.build import Piece, pieces, statements
from data.fields import fields_of, record_datasets
from data.handin import DATASETS
from data.rules import rules_of

if TYPE_CHECKING:
    from sqlglot import exp

TEMP = "temp"               # the schema that temporary tables get while statements are read
FILE = "file"               # the schema of what is read from a file: a hand-in or a registry


@dataclass(frozen=True, order=True)
class Column:
    """One column of one table, `table` with its library: base.reading."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class Made:
    """What one statement makes: columns of a table, each from which columns; `reads` are the tables it mentions."""

    table: str
    columns: dict[str, frozenset[Column]]
    reads: frozenset[str]
    by: str


@dataclass(frozen=True)
class Lineage:
    """All columns and where each comes from. `sources[column]` are its direct sources among kept tables and files."""

    columns: dict[str, tuple[str, ...]]
    sources: dict[Column, frozenset[Column]]
    reads: dict[str, frozenset[str]]
    made_by: dict[str, tuple[str, ...]]

    def upstream(self, column: Column) -> frozenset[Column]:
        """Every column a column is made of, however far up; without itself."""
        found: set[Column] = set()
        open_ = [column]
        while open_:
            for one in self.sources.get(open_.pop(), frozenset()):
                if one not in found:
                    found.add(one)
                    open_.append(one)
        return frozenset(found - {column})

    def downstream(self, column: Column) -> frozenset[Column]:
        """Every column that is made of a column."""
        found: set[Column] = set()
        open_ = [column]
        while open_:
            here = open_.pop()
            for target, sources in self.sources.items():
                if here in sources and target not in found:
                    found.add(target)
                    open_.append(target)
        return frozenset(found - {column})


@cache
def lineage() -> Lineage:
    """The lineage of everything in `data/sql`, read once (some hundred ms)."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return _Reader().read()


class _Reader:
    """Goes through the statements in the order they run and keeps what each makes."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, ...]] = {}                 # table → its columns, temporary ones as temp.<name>
        self.through: dict[Column, frozenset[Column]] = {}          # columns of temporary tables → kept columns
        self.sources: dict[Column, set[Column]] = {}
        self.reads: dict[str, set[str]] = {}
        self.made_by: dict[str, list[str]] = {}
        self.by_code: dict[Column, frozenset[Column]] = {}          # columns of temporary tables that Python fills

    def read(self) -> Lineage:
        for name, piece in pieces().items():
            if piece.kind in ("stored", "drawn"):
                self._declare(name, piece)
        for row in registers.rows("made_by_code"):
            self._by_code(row)
        for piece in _ordered("registry"):
            self._registry(piece)
        for piece in _ordered("view", "table"):
            self._keep(self._select(piece.name, statements(piece.text)[0], piece.name))
        for dataset in DATASETS:
            self._way_of_records(dataset) if dataset in record_datasets() else self._way(dataset)
        for name in ("theme.rolled_replace", "theme.rolled_change", "theme.latest_replace"):
            self._step(name)
        kept = {table: columns for table, columns in self.known.items() if not table.startswith(f"{TEMP}.")}
        return Lineage(kept, {column: frozenset(found) for column, found in self.sources.items()},
                       {table: frozenset(found) for table, found in self.reads.items()},
                       {table: tuple(dict.fromkeys(found)) for table, found in self.made_by.items()})

    # the way of a batch

    def _way(self, dataset: str) -> None:
        """hand-in → hub → checked → dept → base, as data/intake.py runs it."""
        self.through.clear()
        coded = {column.table for column in self.by_code}
        self.known = {table: columns for table, columns in self.known.items() if not table.startswith(f"{TEMP}.") or table in coded}
        hub = f"hub.{dataset}"
        if hub not in self.known:
            return
        self._keep(Made(hub, {name: frozenset({Column(f"{FILE}.{dataset}", name)}) for name in self.known[hub] if not name.startswith("_")},
                        frozenset({f"{FILE}.{dataset}"}), "data/intake.py"))
        self._temp("mapped", {name: frozenset({Column(hub, name)}) for name in self.known[hub]})
        check = f"dept.{dataset}_check"
        if check not in pieces():
            return
        made = _with_rules(dataset, self._select("checked", statements(pieces()[check].text)[0], check))
        self._temp("checked", made.columns)
        self._temp("fresh", made.columns)
        dept = f"dept.{dataset}"
        self._keep(Made(dept, {name: made.columns[name] for name in self.known[dept] if name in made.columns}, made.reads, check))
        self._keep(Made("mgmt.reject", {"rule": frozenset(), "column_name": frozenset(), "masked_value": made.columns.get("_fault", frozenset())},
                        made.reads, check))
        for part in ("twice", "standing", "same"):
            name = f"base.{dataset}_{part}"
            if name in pieces():
                self._temp(part, self._select(part, statements(pieces()[name].text)[0], name).columns)
        # what stands in base from here on came from dept: the rows are the same
        for name in made.columns:
            if name in self.known[dept]:
                self.through[Column(f"{TEMP}.fresh", name)] = frozenset({Column(dept, name)})
        self._step(f"base.{dataset}_merge")

    def _way_of_records(self, dataset: str) -> None:
        """The same for a record dataset, whose tables and SQL are made field by field from fields.csv (data/records.py)."""
        names = [field.name for field in fields_of(dataset)]
        file, hub, dept, base, theme = (f"{library}.{dataset}" for library in (FILE, "hub", "dept", "base", "theme"))

        def keep(table: str, source: str, by: str, own: dict[str, Column], reads: tuple[str, ...] = ()) -> None:
            columns = {name: frozenset({Column(source, name)}) for name in names}
            self._keep(Made(table, columns | {name: frozenset({one}) for name, one in own.items()}, frozenset({source, *reads}), by))

        keep(hub, file, "data/intake.py", {})
        keep(dept, hub, "data/record_merge.py", {"city": Column("front.batch", "city"), **_row_of(hub)}, ("front.batch",))
        keep(base, dept, "data/record_merge.py", {
            "city": Column(dept, "city"), "valid_from": Column("front.batch", "as_of"), "valid_to": Column("front.batch", "as_of"),
            "_source": Column("front.batch", "source"), **_row_of(dept)}, ("mgmt.claim", "front.batch"))
        keep(theme, base, "data/records.py", {name: Column(base, name) for name in ("city", "valid_from", "_source", "_batch", "_row")})

    def _step(self, name: str) -> None:
        for statement in statements(pieces()[name].text) if name in pieces() else ():
            for made in self._statement(statement, name):
                if made.table.startswith(f"{TEMP}."):
                    self._temp(made.table.split(".", 1)[1], made.columns)
                else:
                    self._keep(made)

    # what tables there are

    def _declare(self, name: str, piece: Piece) -> None:
        from sqlglot import exp, parse_one

        for statement in statements(piece.text):
            tree = parse_one(statement, dialect="duckdb")
            if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema):
                self.known[name] = tuple(part.name for part in tree.this.expressions if isinstance(part, exp.ColumnDef))

    def _by_code(self, row: dict[str, str]) -> None:
        """A row of made_by_code.csv: a column that Python fills, of a kept or a temporary table."""
        sources = frozenset(Column(*text.rsplit(".", 1)) for text in row["sources"].split("|") if text)
        if "." in row["table"]:
            self._keep(Made(row["table"], {row["column"]: sources}, frozenset(one.table for one in sources), row["module"]))
        else:
            table = f"{TEMP}.{row['table']}"
            self.known[table] = (*self.known.get(table, ()), row["column"])
            self.by_code[Column(table, row["column"])] = sources

    def _registry(self, piece: Piece) -> None:
        file = f"{FILE}.{piece.argument}.csv"
        heads = tuple(registers.columns(piece.argument))
        self._temp("registry_file", {head: frozenset({Column(file, head)}) for head in heads})
        for made in self._statement(statements(piece.text)[0], piece.name):
            self.known[piece.name] = tuple(made.columns)
            self._keep(made)

    def _temp(self, name: str, columns: dict[str, frozenset[Column]]) -> None:
        table = f"{TEMP}.{name}"
        self.known[table] = tuple(columns)
        for column, sources in columns.items():
            self.through[Column(table, column)] = sources

    def _keep(self, made: Made) -> None:
        self.known.setdefault(made.table, tuple(made.columns))
        self.reads.setdefault(made.table, set()).update(one for one in made.reads if one != made.table)
        self.made_by.setdefault(made.table, []).append(made.by)
        for column, sources in made.columns.items():
            mine = Column(made.table, column)
            self.sources.setdefault(mine, set()).update(one for one in sources if one != mine)

    # what a statement makes

    def _statement(self, text: str, by: str) -> Iterator[Made]:
        from sqlglot import exp, parse_one

        tree = parse_one(text, dialect="duckdb")
        if isinstance(tree, exp.Create) and tree.expression is not None:
            yield self._made(_named(tree.this), tree.expression, by)
        elif isinstance(tree, exp.Insert):
            schema = tree.this
            table = _named(schema.this if isinstance(schema, exp.Schema) else schema)
            names = [part.name for part in schema.expressions] if isinstance(schema, exp.Schema) else list(self.known[table])
            made = self._made(table, tree.expression, by)
            yield Made(table, dict(zip(names, made.columns.values(), strict=False)), made.reads, by)
        elif isinstance(tree, exp.Update):
            yield self._made(_named(tree.this), _as_select(tree), by)

    def _select(self, name: str, text: str, by: str) -> Made:
        from sqlglot import parse_one

        return self._made(name, parse_one(text, dialect="duckdb"), by)

    def _made(self, table: str, select: exp.Expression, by: str) -> Made:
        columns, reads = _columns(select, self.known)
        seen: dict[str, frozenset[Column]] = {}
        for name, sources in columns.items():
            seen[name] = frozenset(kept for one in sources for kept in self._kept(one))
        tables = frozenset(kept.table for one in reads for kept in self._kept_of_table(one))
        return Made(table, seen, tables, by)

    def _kept(self, column: Column) -> Iterable[Column]:
        if not column.table.startswith(f"{TEMP}."):
            return (column,)
        found = self.through.get(column)
        return found if found is not None else self.by_code.get(column, ())

    def _kept_of_table(self, table: str) -> Iterator[Column]:
        if not table.startswith(f"{TEMP}."):
            yield Column(table, "")
            return
        for name in self.known.get(table, ()):
            yield from self._kept(Column(table, name))


def _row_of(table: str) -> dict[str, Column]:
    return {name: Column(table, name) for name in ("_batch", "_row")}


def _with_rules(dataset: str, made: Made) -> Made:
    """The checked rows: without the conditions that only rules read, with the fault they find (data/rules.py)."""
    asked = [made.columns.get(name, frozenset()) for rule in rules_of(dataset)
             for name in (f"_raw_{rule.column}", rule.column, rule.argument)]
    kept = {name: sources for name, sources in made.columns.items() if not name.startswith(("_raw_", "_is_"))}
    return Made(made.table, {**kept, "_fault": frozenset().union(*asked)}, made.reads, made.by)


def _ordered(*kinds: str) -> list[Piece]:
    from data.build import ordered

    return [piece for piece in ordered() if piece.kind in kinds]


def _named(table: exp.Expression) -> str:
    return f"{table.db or TEMP}.{table.name}"


def _as_select(update: exp.Update) -> exp.Select:
    """`update t set c = e from s` as `select e as c from t, s`: what the new values are made of."""
    from sqlglot import exp

    chosen = [exp.alias_(one.expression.copy(), one.this.name) for one in update.expressions]
    select = exp.select(*chosen).from_(update.this.copy())
    others = update.args.get("from_") or update.args.get("from")
    if others is not None:
        select = select.join(others.this.copy(), join_type="cross")
    return select


def _columns(select: exp.Expression, known: dict[str, tuple[str, ...]]) -> tuple[dict[str, set[Column]], set[str]]:
    """The output columns of a select, each with the table columns in its expression; and the tables it reads."""
    from sqlglot import exp
    from sqlglot.lineage import lineage as lineage_of
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope
    from sqlglot.schema import MappingSchema

    tree = select.copy()
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not table.db and table.name and table.name not in named:
            table.set("db", exp.to_identifier(TEMP))
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in known.items():
        library, name = table.split(".", 1)
        nested.setdefault(library, {})[name] = dict.fromkeys(columns, "unknown")
    schema = MappingSchema(nested, dialect="duckdb", normalize=False)
    tree = qualify(tree, schema=schema, dialect="duckdb", validate_qualify_columns=False, identify=False)
    scope = build_scope(tree)
    reads = {_named(table) for table in tree.find_all(exp.Table) if table.db}
    found: dict[str, set[Column]] = {}
    for name, node in lineage_of(None, tree, schema, scope=scope, dialect="duckdb", trim_selects=False, copy=False).items():
        found[name] = {Column(_named(leaf.source), leaf.name.rsplit(".", 1)[-1].strip('"'))
                       for leaf in node.walk() if isinstance(leaf.source, exp.Table) and leaf.source.db and not leaf.downstream}
    return found, reads
