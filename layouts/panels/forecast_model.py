"""Which model is it, how was it chosen, and how far is it to be trusted? With the way to choose anew."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import model_name, percent, said
from layouts.components.icons import icon
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one signature for all of them
    """`told` is app.forecast.page_told.model with `trust`."""
    title, line = r.t("Model"), told["line"]
    if line is None:
        return [html.H2(title), empty(r.t("No model"), "", "layers")]
    chosen, one = told["chosen"], told["indicator"]
    facts: list[tuple[str, Any]] = [(r.t("Model"), html.B(model_name(r, line["model"])))]
    if chosen:
        facts += [
            (r.t("Chosen"), r.t("{when} by {who}", when=r.moment(chosen["chosen_at"], "full"), who=who(r, chosen["who"]))),
            (r.t("Learnt from"), r.t("{n} units × {steps} steps, {since} to {until}", n=r.number(chosen["series"]), steps=r.number(chosen["steps"]),
                                     since=r.step(chosen["data_from"], one["cadence"]), until=r.step(chosen["data_until"], one["cadence"]))),
            (r.t("Took"), r.t("{n} s", n=r.number(chosen["seconds"], 1))),
            (r.t("Trust"), _trust(r, told["trust"])),
        ]
    elif told["is_replay"]:
        facts.append((r.t("Chosen"), r.t("fitted anew to what was known at that time")))
    else:
        facts.append((r.t("Chosen"), r.t("not yet: a quick model stands in, fitted when it was first asked for")))
    facts.append((r.t("Levels"), agreement(r, line["agreed"])))
    facts += [(r.t("Said"), said(r, word)) for word in line["said"]]
    parts: list[Any] = [html.H2([title, _train(r, told)]),
                        html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts], className="fc-facts")]
    if told["levels"]:
        rows = [[r.level(row["level"]), model_name(r, row["model"]), r.t("chosen") if row["is_chosen"] else r.t("quick")] for row in told["levels"]]
        parts.append(html.Details([html.Summary(r.t("Model of each level")), sheet(r.t("Model of each level"),
                                   [r.t("Level"), r.t("Model"), r.t("Chosen")], rows)], className="cs-fold"))
    if told["history"]:
        rows = [[r.moment(row["chosen_at"], "full"), model_name(r, row["model"]), _skill(r, row), who(r, row["who"])] for row in told["history"]]
        parts.append(html.Details([html.Summary(r.t("Earlier choices ({n})", n=r.number(len(rows)))), sheet(r.t("Earlier choices"),
                                   [r.t("When"), r.t("Model"), r.t("Skill"), r.t("By")], rows, (2,))], className="cs-fold"))
    parts.append(html.P([_done(r, row) for row in told["training"]["done"] if row["indicator"] == one["id"]][:1], className="fc-note"))
    return parts


def who(r: Reader, name: str) -> str:
    """Who chose a model."""
    return {"system": r.t("the nightly run"), "local": r.t("Local user"), "": r.t("the nightly run")}.get(name, name)


def agreement(r: Reader, agreed: str) -> str:
    """How levels were made to agree."""
    return {"bottom_up": r.t("parts add up to the whole: the finest level decides"),
            "variance": r.t("parts add up to the whole: each level weighs by how sure it is"),
            "lifted": r.t("an extreme of the whole is at least that of its parts")}.get(agreed, r.t("each level stands alone"))


def _train(r: Reader, told: dict[str, Any]) -> Any:
    if not told["may_train"]:
        return None
    return html.Button([icon("play", 14), r.t("Choose anew")], type="button", className="cs-act fc-train",
                       title=r.t("Compare the models again on what is known now, in the background"), disabled=told["training"]["is_busy"] or None,
                       **{"data-forecast": "train"})


def _trust(r: Reader, trust: float | None) -> Any:
    if trust is None:
        return r.t("not yet known: too little has come since")
    good, bad = r.t("as good as when it was chosen"), r.t("has drifted: choose anew")
    text = good if trust >= 0.8 else bad if trust < 0.5 else r.t("weaker than when it was chosen")
    return html.Span(f"{percent(r, trust)} · {text}", className="fc-skill is-bad" if trust < 0.5 else "fc-skill")


def _skill(r: Reader, row: dict[str, Any]) -> str:
    return percent(r, (row.get("scores") or {}).get("skill_seasonal"))


def _done(r: Reader, row: dict[str, Any]) -> str:
    if row["error"]:
        error = r.t("somebody stopped it") if row["error"] == "cancelled" else r.say(row["error"])
        return r.t("Last try at level {level}: {error}", level=r.level(row["level"]), error=error)
    return r.t("Last chosen at level {level}: {model}", level=r.level(row["level"]), model=model_name(r, row["model"]))
