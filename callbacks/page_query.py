"""The query builder: the question of the address is compiled, asked like any other question of the SQL workspace, and told as rows and a chart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State
from flask import Response, request

from app import access
from app.catalogue.names import names
from app.errors import BadInput, Busy, Refused
from app.indicators.owners import themes
from app.query.compile import select_of
from app.query.files import KINDS, as_csv, as_parquet
from app.query.question import HOWS, LONGEST, OPS, Question, parse
from app.query.subjects import SUBJECTS, attributes, codes_of
from app.sight import Seen
from app.units.levels import LEVELS
from callbacks import checks
from callbacks.asking import Asking, both
from callbacks.gateway import Gateway
from callbacks.page import Page, city_asked, city_row
from callbacks.readers import reader
from layouts import ids
from layouts.components.marks import empty, failed
from layouts.pages.query import answer, how_words, op_words, query_page, step_words
from layouts.pages.welcome import welcome_page
from layouts.reader import Reader

Choices = dict[str, dict[str, str]]
USUAL = {"subject": "latest", "where": [{"column": "level", "op": "any", "values": ["district"]}]}
SHOWN_ROWS = 1000


def build(seen: Seen, r: Reader, words: dict[str, str]) -> Any:
    """The form, and the question of the address in it."""
    city = city_asked(seen, words)
    if city is None:
        return welcome_page(r)
    known = choices(seen, r)
    subjects = [
        {
            "id": one.id,
            "name": r.pick(one.name_zh, one.name_en),
            "first": list(one.first),
            "columns": [
                {"id": column.id, "name": r.pick(column.name_zh, column.name_en), "kind": column.kind, "choices": column.choices}
                for column in one.columns.values()
            ],
        }
        for one in SUBJECTS.values()
    ]
    facts = {
        "subjects": subjects,
        "choices": {name: [{"value": value, "label": label} for value, label in some.items()] for name, some in known.items()},
        "ops": {"kinds": {kind: {op: most for op, (_, most) in some.items()} for kind, some in OPS.items()}, "words": op_words(r)},
        "steps": step_words(r),
        "hows": {"kinds": HOWS, "words": how_words(r)},
        "usual": USUAL,
        "limit": {"usual": SHOWN_ROWS, "most": seen.settings.workspace_rows},
    }
    return query_page(r, city_row(seen, city), facts, words.get("q", "")[:LONGEST], both(seen.viewer).may("export.rows"))


PAGE = Page("query", "/query", "sql.ask", build)


def register(app: Dash, gateway: Gateway, asking: Asking) -> None:
    """Add the callback of the answer and the route of the files."""
    system = asking.system

    @gateway.callback(
        app,
        Output(ids.QUERY_RESULT, "children"),
        Input(ids.QUERY_ASKED, "data"),
        State(ids.QUERY_FACTS, "data"),
        State(ids.READER, "data"),
        right="sql.ask",
    )
    def asked(seen: Seen, text: Any, facts: Any, given: Any) -> Any:
        r = reader(given)
        if not text:
            return empty(r.t("No question asked yet"), r.t("Choose a subject and press Ask."), "query")
        city = seen.city(checks.text(checks.table(facts, "facts").get("city"), "city", 40))
        try:
            question = parse(checks.text(text, "question", LONGEST))
            found = asking.ask(seen, city.city, select_of(question, city.timezone))
        except (BadInput, Refused, Busy) as error:  # of the question: said in the place of its answer
            return failed(r.say(error.fact), r.say(error.remedy))
        columns = told_columns(r, question, [one["type"] for one in found.answer.columns])
        rows = worded(choices(seen, r), question, found.answer.rows)
        return answer(r, columns, rows, {"seconds": found.seconds, "as_of": found.as_of, "cut": found.answer.cut})

    @gateway.route("/query/<city>.<kind>", right="export.rows", methods=("POST",))
    def take_out(seen: Seen, city: str, kind: str) -> Response:
        """The answer of a question as a file: only from where one may both ask and take rows out."""
        if kind not in KINDS:
            raise BadInput("No such kind of file", "Ask for csv or parquet", value=kind[:20])
        viewer = both(seen.viewer)
        access.require(viewer, "sql.ask")
        mine, text = system.seen_by(viewer, "sql.ask"), request.form.get("q", "")
        place = mine.city(checks.text(city, "city", 40))
        sql = select_of(parse(text), place.timezone)
        found = asking.ask(mine, place.city, sql)
        gateway.note(rows=len(found.answer.rows), fields=found.answer.tables)
        made_at = datetime.now(UTC)
        about = {
            "city": place.city,
            "question": text,
            "as_of": datetime.fromtimestamp(found.as_of, UTC).isoformat(timespec="seconds"),
            "timezone": place.timezone,
            "licence": place.licence,
            "synthetic": str(place.is_synthetic).lower(),
        }
        body = as_csv(found.answer) if kind == "csv" else as_parquet(found.answer, about)
        return Response(
            body,
            headers={
                "Content-Type": KINDS[kind],
                "Content-Disposition": f'attachment; filename="{place.city}-query-{made_at:%Y%m%dT%H%M}.{kind}"',
                "Cache-Control": "no-store",
                "X-Chengshu-Rows": f"{len(found.answer.rows)}{' cut' if found.answer.cut else ''}",
            },
        )


def choices(seen: Seen, r: Reader) -> Choices:
    """{list: {value: what it is called}}: what columns of codes may say."""
    known: Any = names()
    pick = {
        name: {value: r.pick(*both_) for value, both_ in known["codes"][name].items()} for name in ("case_channel", "case_category", "case_status")
    }
    mine = list(seen.indicators.values())
    return {
        "level": {level: r.level(level) for level in LEVELS},
        "indicator": {one.id: r.pick(one.name_zh, one.name_en) for one in mine},
        "theme": {row["id"]: r.pick(row["name_zh"], row["name_en"]) for row in themes(seen)},
        "attribute": {name: r.pick(*both_) for name, both_ in attributes().items()},
        "place_type": {name: r.pick(*both_) for name, both_ in codes_of("place_type").items()},
        "department": {name: r.pick(*both_) for name, both_ in known["departments"].items()},
        **pick,
        **{name: {value: value for value in sorted({str(getattr(one, name)) for one in mine})} for name in ("direction", "cadence", "rollup")},
    }


def told_columns(r: Reader, question: Question, types: list[str]) -> list[dict[str, Any]]:
    """What the answer's columns are called and are."""
    numbers = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "HUGEINT", "BIGINT", "UINT", "TINY", "SMALL")
    hows, steps, found = how_words(r), step_words(r), []
    for name, kind, group, measure in zip(question.columns, types, _padded(question.group, question), _measures(question), strict=True):
        if group is not None:
            label = (
                f"{r.pick(group.column.name_zh, group.column.name_en)} {steps[group.step]}"
                if group.step
                else r.pick(group.column.name_zh, group.column.name_en)
            )
        elif measure is not None:
            label = hows[measure.how] if measure.column is None else f"{r.pick(measure.column.name_zh, measure.column.name_en)} · {hows[measure.how]}"
        else:
            column = question.subject.columns[name]
            label = r.pick(column.name_zh, column.name_en)
        kind = "time" if kind.startswith(("TIMESTAMP", "DATE")) else "number" if kind.startswith(numbers) else "text"
        found.append({"id": name, "label": label, "kind": kind, "is_group": group is not None, "is_measure": measure is not None})
    return found


def worded(known: Choices, question: Question, rows: list[list[Any]]) -> list[list[Any]]:
    """The rows with words instead of codes, and without the seconds of whole minutes."""
    lists = []
    for name, group, measure in zip(question.columns, _padded(question.group, question), _measures(question), strict=True):
        column = group.column if group else None if measure else question.subject.columns[name]
        lists.append(known.get(column.choices, {}) if column is not None and column.choices else None)
    return [
        [some.get(cell, cell) if some is not None and isinstance(cell, str) else cell for some, cell in zip(lists, row, strict=True)] for row in rows
    ]


def _padded(groups: Any, question: Question) -> list[Any]:
    return [*groups, *[None] * (len(question.columns) - len(groups))]


def _measures(question: Question) -> list[Any]:
    mine = question.measures if question.is_counted else ()
    return [*[None] * (len(question.columns) - len(mine)), *mine]
