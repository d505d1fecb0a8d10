"""How well would we have done? The backtest of the model, hour by hour ahead, against repeating the past."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.components.foreseen import ahead, finer, model_name, percent
from layouts.components.marks import empty
from layouts.components.sheet import sheet
from layouts.reader import Reader

MOST_ROWS = 7


def panel(r: Reader, city: str, asked: dict[str, str], told: dict[str, Any]) -> list[Any]:  # noqa: ARG001 - one signature for all of them
    """`told` is app.forecast.page_told.scores."""
    title, scores = r.t("How well it would have done"), told["scores"]
    if not scores or scores.get("mae") is None:
        return [html.H2(title), empty(r.t("No backtest for this forecast"), r.t("Too few steps of history to hold some back."), "chart")]
    one, models, naive = told["indicator"], scores.get("models") or {}, scores.get("naive") or "persistence"
    head = [r.t("Ahead"), r.t("Error"), model_name(r, naive), *([model_name(r, "persistence")] if naive != "persistence" else []), r.t("Skill"),
            r.t("in 80 %"), r.t("in 90 %")]
    rows = [_row(r, one, ahead(r, row["step"], one["cadence"]), row, row["naive_mae"], row["last_mae"], naive)
            for row in picked([step for step in scores.get("horizons") or [] if step["n"]])]
    whole = {**scores, "skill": scores.get("skill_seasonal")}
    rows.append([html.B(cell) for cell in _row(r, one, r.t("all"), whole, (models.get(naive) or {}).get("mae"),
                                               (models.get("persistence") or {}).get("mae"), naive)])
    beats = scores.get("beats_naive")
    said = r.t("It does better than repeating the past.") if beats else r.t("It does not do better than repeating the past.")
    verdict = html.P(said, className="fc-verdict is-good" if beats else "fc-verdict is-bad") if beats is not None else None
    note = r.t("Mean absolute error of {model}, level {level}, over {n} held-back values. Skill: 1 − its squared error (RMSE) ÷ that of “{naive}”.",
               model=model_name(r, told["model"]), level=r.level(told["level"]), n=r.number(scores.get("n")), naive=model_name(r, naive))
    return [html.H2(title), verdict, sheet(title, head, rows, range(1, len(head))), html.P(note, className="fc-note"),
            *_compared(r, models, told["model"], one)]


def _row(r: Reader, one: dict[str, Any], name: str, row: dict[str, Any], naive_mae: float | None, last_mae: float | None, naive: str) -> list[Any]:
    lasts = [_error(r, last_mae, one)] if naive != "persistence" else []
    return [name, _error(r, row.get("mae"), one), _error(r, naive_mae, one), *lasts, _skill(r, row.get("skill")), percent(r, row.get("coverage80")),
            percent(r, row.get("coverage90"))]


def picked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A few horizons, the first and the last among them."""
    if len(rows) <= MOST_ROWS:
        return rows
    places = sorted({0, len(rows) - 1, *(round(i * (len(rows) - 1) / (MOST_ROWS - 1)) for i in range(MOST_ROWS))})
    return [rows[i] for i in places]


def _error(r: Reader, value: float | None, one: dict[str, Any]) -> str:
    return "–" if value is None else r.compact(value, finer(one))


def _skill(r: Reader, value: float | None) -> Any:
    if value is None or value != value:
        return "–"
    text = f"{'＋' if value >= 0 else '－'}{r.number(abs(100 * value))} %"
    return html.Span(text, className="fc-skill is-good" if value > 0.005 else "fc-skill is-bad")


def _compared(r: Reader, models: dict[str, Any], model: str, one: dict[str, Any]) -> list[Any]:
    """The candidates that stood beside it when it was chosen, the best first."""
    if len(models) < 2:
        return []
    ranked = sorted(models.items(), key=lambda pair: pair[1]["mae"] if pair[1].get("mae") is not None else float("inf"))
    rows = [[html.B(model_name(r, name)) if name == model else model_name(r, name), _error(r, row.get("mae"), one), _error(r, row.get("rmse"), one),
             _skill(r, row.get("skill_seasonal"))] for name, row in ranked]
    title = r.t("Models compared")
    table = sheet(title, [r.t("Model"), r.t("Error"), "RMSE", r.t("Skill")], rows, (1, 2, 3))
    return [html.Details([html.Summary(title), table], className="cs-fold")]
