"""Which security requirement is met how, which tests show it, and what their last run said."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from layouts.components.still import still
from layouts.reader import Reader

SIGNS = {"passed": "✓", "failed": "✗", "skipped": "–", "not run": "○"}
SHORT = {"OWASP ASVS 5.0": ("ASVS 5.0", "ASVS 5.0"), "GB/T 22239-2019": ("等保 GB/T 22239", "GB/T 22239")}


def short(r: Reader, standard: str) -> str:
    """What a standard is called in a narrow column."""
    return r.pick(*SHORT.get(standard, (standard, standard)))


def evidence_page(r: Reader, rows: list[dict[str, Any]], counts: dict[str, dict[str, int]], at: int | None, chosen: dict[str, str]) -> html.Div:
    """`rows`: requirement, result, tests; `counts`: standard → result → number; `at`: end of the last run; `chosen`: the filter."""
    query = urlencode({name: word for name, word in chosen.items() if word})
    never = [r.t("The tests have not been run here yet; this command runs them:"), " ", html.Code("make evidence")]
    run = r.t("Last run of the tests: {time}", time=r.moment(at, "full")) if at else never
    return html.Div(
        [
            html.H1(r.t("Security evidence")),
            html.P(
                r.t(
                    "What the requirements of two standards ask of software, how it is met here, and which tests show it. "
                    "This is evidence for an assessment; it is not a certificate and claims none."
                ),
                className="cs-soft",
            ),
            html.P(run, className="cs-soft"),
            _counts(r, counts, chosen),
            html.P(
                [
                    html.A("CSV", href=f"/evidence/rows.csv?{query}", className="cs-link", download="evidence.csv"),
                    html.A("JSON", href=f"/evidence/rows.json?{query}", className="cs-link", target="_blank"),
                    html.Span(r.t("{n} requirements", n=len(rows)), className="cs-soft", role="status"),
                ],
                className="cs-evidence-export",
            ),
            html.Div(still(_table(r, rows)), className="cs-scroll", tabIndex=0, role="region", **{"aria-label": r.t("Security evidence")}),
        ],
        className="cs-document cs-evidence",
    )


def result_name(r: Reader, result: str) -> str:
    """What a result is called."""
    return {
        "passed": r.t("passed"),
        "failed": r.t("failed"),
        "skipped": r.t("skipped"),
        "not run": r.t("not run"),
        "no test": r.t("no test"),
        "outside": r.t("outside software"),
    }[result]


def _counts(r: Reader, counts: dict[str, dict[str, int]], chosen: dict[str, str]) -> html.Table:
    """How many requirements have which result; every number leads to its rows."""
    results = list(next(iter(counts.values()), {}))

    def link(text: str, standard: str, result: str) -> html.A:
        words = urlencode({"standard": standard, "result": result}) if standard or result else ""
        is_chosen = (standard, result) == (chosen["standard"], chosen["result"])
        return html.A(text, href=f"/evidence?{words}", className="cs-link", **({"aria-current": "true"} if is_chosen else {}))

    def line(name: str, standard: str, of: dict[str, int]) -> html.Tr:
        return html.Tr(
            [
                html.Th(link(name, standard, ""), scope="row"),
                *(html.Td(link(str(of[result]), standard, result) if of[result] else "–", className="cs-number") for result in results),
            ]
        )

    both = {result: sum(of[result] for of in counts.values()) for result in results}
    names = [html.Th(result_name(r, result), scope="col", className="cs-number") for result in results]
    head = html.Tr([html.Th(r.t("Standard"), scope="col"), *names])
    lines = [line(short(r, name), name, of) for name, of in counts.items()]
    return html.Table([html.Thead(head), html.Tbody([*lines, line(r.t("Both"), "", both)])], className="cs-rows cs-evidence-counts")


def _table(r: Reader, rows: list[dict[str, Any]]) -> html.Table:
    names = (r.t("Requirement"), r.t("Asks"), r.t("Result"), r.t("How"), r.t("Tests"))
    lines = [
        html.Tr(
            [
                html.Td([html.B(row["item"]), html.Small(short(r, row["standard"]))]),
                html.Td(r.pick(row["title_zh"], row["title_en"])),
                html.Td([_mark(r, row["result"]), _met(r, row["met"])]),
                html.Td(r.pick(row["how_zh"], row["how_en"])),
                html.Td(html.Ul([html.Li([_sign(r, one["result"]), html.Code(_short(one["test"]), title=one["test"])]) for one in row["tests"]])),
            ],
            className=_class(row["result"]),
        )
        for row in rows
    ]
    return html.Table([html.Thead(html.Tr([html.Th(name, scope="col") for name in names])), html.Tbody(lines)], className="cs-rows")


def _mark(r: Reader, result: str) -> html.Span:
    return html.Span(result_name(r, result), className=f"cs-evidence-mark {_class(result)}")


def _met(r: Reader, met: str) -> html.Small | None:
    """Passing tests do not make a requirement that is met in part a whole one."""
    return html.Small({"part": r.t("met in part"), "no": r.t("not met")}[met]) if met in ("part", "no") else None


def _sign(r: Reader, result: str) -> html.Span:
    """The same as one sign, beside the name of a test."""
    name = result_name(r, result)
    return html.Span(SIGNS[result], className=f"cs-evidence-sign {_class(result)}", title=name, role="img", **{"aria-label": name})


def _class(result: str) -> str:
    return f"is-{result.replace(' ', '-')}"


def _short(test: str) -> str:
    """The name of a test as a sentence."""
    return test.rpartition("::")[2].removeprefix("test_").replace("_", " ")
