"""Rules as rows: `data/registry/rules.csv` and what `fields.csv` implies, compiled to one SELECT per dataset.

A rule is broken or not for a row (`fresh` without a column and `shift` for a batch). The first broken rule of severity
`reject` keeps a row out; every broken rule of severity `warn` is noted. Kinds and what `argument` is:

    not_null      –
    type          integer, number, date, time, bool
    range         low..high; length low..high: of the text, in characters
    pattern       regular expression for the whole value
    code_list     a|b|c, or a list of code_lists.csv
    unique        – : twice in the batch
    reference     unit, unit:<level>, or <dataset>.<field> of the department library
    compare       SQL over the typed row `t`
    cross_source  – : what another source says of the same key today
    fresh         ISO 8601 period: not older than this when received
    shift         population stability index above which the values are other than before
    check         SQL over `t` with the macros of data/sql/checks.sql
    form          upper, halfwidth: the value is brought into this form; a change is noted

An argument `_is_…` is a condition that dept/<dataset>_check.sql computes. Rows know `t._received_at`; bound are $city,
$source, $as_of, $outline (WKB of the city) and $district_codes (of a city that is made up).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from data import registers
from data.build import pieces, statements
from data.errors import BadInput
from data.fields import all_fields, code_lists, fields_of
from data.records import key_of

KINDS = ("not_null", "type", "range", "pattern", "code_list", "unique", "reference", "compare", "cross_source", "fresh", "shift", "check", "form")
BATCH_KINDS = ("shift",)
LENGTH, KEY_LENGTH = 100_000, 200      # characters a text field, and one that is a key, may have
_UNITS = {"H": "hour", "D": "day", "M": "month", "Y": "year"}
_FORMS = {"upper": "upper({})", "halfwidth": "translate({}, '０１２３４５６７８９ＸｘＡＢＣ－', '0123456789XxABC-')"}


@dataclass(frozen=True)
class Rule:
    """One rule. `id` is the word in rejects and warnings; with dataset and column it names the row."""

    id: str
    dataset: str
    kind: str
    column: str
    argument: str
    severity: str
    is_mandatory: bool
    owner: str
    basis: str
    message_zh: str
    message_en: str

    @property
    def is_of_batch(self) -> bool:
        """True where the rule speaks of the batch as a whole: its warning has row 0."""
        return self.kind in BATCH_KINDS or not self.column


@cache
def all_rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of every dataset in the order in which they are asked. Raises BadInput naming the row that does not fit."""
    datasets = {row["id"]: row for row in registers.rows("datasets")}
    found: dict[str, list[Rule]] = {name: list(_implied(name, row["owner"])) for name, row in datasets.items()}
    for row in registers.rows("rules"):
        if row["dataset"] not in found or row["kind"] not in KINDS or row["severity"] not in ("reject", "warn"):
            raise BadInput("A row of rules.csv does not fit", f"Kinds are {', '.join(KINDS)}; severity is reject or warn",
                           dataset=row["dataset"], value=row["id"])
        found[row["dataset"]].append(Rule(
            row["id"], row["dataset"], row["kind"], row["column"], row["argument"] or "", row["severity"], row["is_mandatory"] == "true",
            row["owner"], row["basis"] or "", row["message_zh"], row["message_en"]))
    return {name: tuple(rules) for name, rules in found.items()}


def rules_of(dataset: str) -> tuple[Rule, ...]:
    """The rules of one dataset."""
    return all_rules()[dataset]


def _implied(dataset: str, owner: str) -> list[Rule]:
    """What the fields of a record dataset imply: type, not null, code list."""
    rules = []
    for field in all_fields().get(dataset, ()):
        def rule(word: str, kind: str, argument: str, zh: str, en: str, name: str = field.name, basis: str = field.standard) -> Rule:
            return Rule(word, dataset, kind, name, argument, "reject", True, owner, basis, zh, en)

        if field.type == "text":
            most = KEY_LENGTH if field.is_key else LENGTH
            rules.append(rule("length", "range", f"length 0..{most}", f"{field.name_zh}过长", f"{field.name_en} is too long"))
        if field.type not in ("text", "code"):
            zh, en = _TYPE_WORDS[field.type]
            rules.append(rule(field.type, "type", field.type, f"{field.name_zh}{zh}", f"{field.name_en}: {en}"))
        if field.is_required or field.is_key:
            rules.append(rule("not_null", "not_null", "", f"{field.name_zh}为空", f"{field.name_en} is empty"))
        if field.codes:
            rules.append(rule("in_code_list", "code_list", "|".join(field.codes), f"{field.name_zh}不在代码表中",
                              f"{field.name_en} is not in the code list"))
    return rules


_TYPE_WORDS = {"integer": ("不是整数", "not a whole number"), "number": ("不是数", "not a number"), "date": ("不是日期", "not a date"),
               "time": ("不是时间", "not a time"), "bool": ("不是是或否", "not a yes or no")}


def check_sql(dataset: str) -> str:
    """The SELECT that types the rows of `mapped` and finds what they break: `_fault` (struct or null), `_warnings` (list)."""
    is_record = dataset in all_fields()
    typed = _typed_record(dataset) if is_record else statements(pieces()[f"dept.{dataset}_check"].text)[0]
    privacy = {field.name: field.privacy for field in all_fields().get(dataset, ())}
    keys = {field.name for field in all_fields().get(dataset, ()) if field.is_key}
    faults, warnings = [], []
    for rule in rules_of(dataset):
        if rule.is_of_batch:
            continue
        raw = f't."_raw_{rule.column}"' if is_record or f"_raw_{rule.column}" in typed else f't."{rule.column}"'
        broken = _broken(rule, raw, key_of(fields_of(dataset), "t.") if is_record else "")
        if is_record and rule.column not in keys:
            broken = f"not t._deleted and ({broken})"
        value = "null::varchar" if rule.column == "geom" else f"masked({raw}, {privacy.get(rule.column, 0)})"
        told = f"when {broken} then {{'rule': '{rule.id}', 'column': '{rule.column}', 'value': {value}}}"
        (faults if rule.severity == "reject" else warnings).append(told)
    noted = ", ".join(f"case {one} end" for one in warnings)
    warned = f", list_filter([{noted}], lambda w: w is not null) as _warnings" if warnings else ""
    return (f"with typed as ({typed}) select columns(lambda c: not starts_with(c, '_raw_') and not starts_with(c, '_is_')), "  # noqa: S608 - our own registries
            f"case {' '.join(faults)} end as _fault{warned} from typed t")


def _typed_record(dataset: str) -> str:
    forms: dict[str, str] = {rule.column: rule.argument for rule in rules_of(dataset) if rule.kind == "form"}
    columns = []
    for field in fields_of(dataset):
        text = f'h."{field.name}"'
        columns.append(f'{text} as "_raw_{field.name}"')
        for form in filter(None, forms.get(field.name, "").split("|")):
            text = _FORMS[form].format(text)
        columns.append(f'as_{"text" if field.type == "code" else field.type}({text}) as "{field.name}"')
    typed = (f"select b.city, {', '.join(columns)}, coalesce(as_bool(h._deleted), false) as _deleted, b.received_at as _received_at, "  # noqa: S608
             "h._batch, h._row from mapped h join front.batch b on b.batch = h._batch")
    return f"select *, {key_of(fields_of(dataset))} as _key from ({typed})"  # noqa: S608 - our own registries


def _broken(rule: Rule, raw: str, key: str) -> str:
    """SQL that is true where a row breaks the rule; an empty value breaks not_null only."""
    column, argument = f't."{rule.column}"', rule.argument
    if argument.startswith("_is_"):
        return f"not coalesce(t.{argument}, true)"
    if rule.kind == "not_null":
        return f"{column} is null"
    if rule.kind == "type":
        return f"as_text({raw}) is not null and {column} is null"
    if rule.kind == "range" and argument.startswith("length "):
        low, high = (int(end) for end in argument[7:].split(".."))
        return f"length({raw}) not between {low} and {high}"
    if rule.kind == "range":
        low, high = (float(end) for end in argument.split(".."))
        return f"as_text({raw}) is not null and not coalesce({column} between {low!r} and {high!r}, false)"
    if rule.kind == "pattern":
        return f"not regexp_full_match({column}, {_quoted(argument)})"
    if rule.kind == "code_list":
        codes = code_lists().get(argument) or tuple(argument.split("|"))
        return f"{column} not in ({', '.join(_quoted(code) for code in codes)})"
    if rule.kind == "unique":
        return f"{column} is not null and count(*) over (partition by {column}) > 1"
    if rule.kind == "reference":
        return f"{column} not in ({_known(argument)})"
    if rule.kind == "cross_source":
        others = _others(rule)
        return (f"{column} is not null and {key} in (select k from ({others})) "  # noqa: S608 - our own registries
                f"and concat({key}, '|', {column}) not in (select concat(k, '|', v) from ({others}))")
    if rule.kind == "fresh":
        return f"{column} < t._received_at - {interval(argument)}"
    if rule.kind == "form":
        return f"as_text({raw}) is distinct from {column}"
    asked = f"not coalesce(({argument}), true)"
    return f"{column} is not null and {asked}" if rule.kind == "check" else asked


def _others(rule: Rule) -> str:
    """SELECT of keys k and values v that other sources say today."""
    value = f'd."{rule.column}"'
    return (f"select c.key as k, {value} as v from mgmt.claim c "  # noqa: S608 - our own registries
            f"join dept.{rule.dataset} d on d._batch = c._batch and d._row = c._row where c.city = $city "
            f"and c.dataset = '{rule.dataset}' and c.source <> $source and not c.is_gone and {value} is not null")


def _known(argument: str) -> str:
    """SELECT of the values that a reference may name."""
    if argument == "unit":
        return "select i.code from mgmt.identity i where i.city = $city"
    if argument.startswith("unit:"):
        return f"select i.code from mgmt.identity i where i.city = $city and i.level = {_quoted(argument[5:])}"  # noqa: S608
    dataset, field = argument.split(".")
    return f'select d."{field}" from dept.{dataset} d where d.city = $city and d."{field}" is not null'  # noqa: S608 - our own registries


def interval(period: str) -> str:
    """An ISO 8601 period (P400D, PT6H, P1M, P1Y) as SQL. Raises BadInput."""
    found = re.fullmatch(r"P(?:T(\d+)(H)|(\d+)([DMY]))", period)
    if found is None:
        raise BadInput("A period of rules.csv is not one", "Write P30D, PT6H, P1M or P1Y", value=period)
    number, unit = found[1] or found[3], found[2] or found[4]
    return f"interval '{number}' {_UNITS[unit]}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
