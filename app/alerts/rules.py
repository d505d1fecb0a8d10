"""Alert rules: rows of data/registry/alert_rules.csv, with an overlay in <home>/registry/alert_rules.csv, compiled for NumPy.

A row says of one indicator at one level when each of the four national colours is due. A colour's cell is a condition, or
several joined by `and`:

    value >= 40            the value itself (>=, <=, >, <)
    class >= 2             at least so many limits of the indicator's registry row are passed on the bad side
    score >= 6             robust standard deviations above what is usual there at this hour and day (learnt.py); score <= -6
    abs(score) >= 6        the same on either side
    above >= 10            so much above what is usual there, in the indicator's unit; below >= 10
    change(PT3H) >= 20     so much more than three hours before, in the indicator's unit; change_pct(PT3H) in per cent
    ahead(PT6H) >= 100     what is forecast for one of the next six hours
    chance(PT6H) >= 60     per cent: how likely the indicator passes its limit (data/registry/forecasts.csv, else the class that is red)
                           at one step of the next six hours
    age > PT6H             nothing was reported for so long (alone)

Conditions on what is ahead are judged once the forecast from the newest step is made (app/forecast/outlooks.py), never for the past.

`duration` is how long a colour must hold before it is raised (a single step where empty), `hysteresis` how far the first
condition of the mildest colour must be undercut before the alert ends, in that condition's own measure. `no_data`: what
happens when a unit that reported falls silent beyond what its cadence allows: an alert that stands is kept, or cleared; with
`raise` one in the mildest colour is raised, unless one stands, and ends when the unit reports again. In `quiet` hours (22:00-06:00, the city's
clock) an alert is raised but told only after them, if it still stands. `told`: screen, hook, mail, joined by |.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.exchange.sources import span
from app.forecast.register import breach_limit
from app.indicators.learnt import Ahead, Band
from app.indicators.registry import Indicator
from data import registers
from data.alerts import SEVERITIES
from data.levels import LEVELS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FILE = "data/registry/alert_rules.csv"
_TERM = re.compile(r"(value|class|score|abs\(score\)|above|below|age|(change|change_pct|ahead|chance)\((P[0-9A-Z]+)\))"
                   r" *(>=|<=|>|<) *(-?[0-9.]+|P[0-9A-Z]+)")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_COMPARE = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}
FORESEEN = ("ahead", "chance")
NO_DATA, TOLD = ("keep", "clear", "raise"), ("screen", "hook", "mail")


@dataclass(frozen=True)
class Reading:
    """What a rule is asked about: all units at one step. `earlier` gives the values of a step so many seconds before, `later` what is
    forecast within so many seconds after: the lowest, the highest, and the chance of a breach in per cent."""

    value: Floats
    band: Band | None = None
    earlier: dict[int, Floats] = field(default_factory=dict)
    later: dict[int, Ahead] = field(default_factory=dict)


@dataclass(frozen=True)
class Term:
    """One comparison. `seconds` is how far back a change looks, how far ahead a forecast, or the age that is too old."""

    what: str
    op: str
    limit: float
    seconds: int = 0

    def measure(self, reading: Reading) -> Floats:
        """What is compared, per unit; NaN where it is not known."""
        value, band = reading.value, reading.band
        if self.what == "value":
            return value
        if self.what in ("score", "abs(score)"):
            score = band.score(value)               # type: ignore[union-attr]
            return np.abs(score) if self.what == "abs(score)" else score
        if self.what in ("above", "below"):
            more = value - band.centre              # type: ignore[union-attr]
            return more if self.what == "above" else -more
        if self.what in FORESEEN:
            later = reading.later.get(self.seconds)
            if later is None:
                return np.full(value.shape, np.nan)
            return later.chance if self.what == "chance" else later.high if self.op[0] == ">" else later.low
        before = reading.earlier[self.seconds]
        if self.what == "change":
            return value - before
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(before == 0, np.nan, 100 * (value - before) / np.abs(before))

    def holds(self, reading: Reading, slack: float = 0.0) -> Flags:
        """Where it is met; with `slack` the limit is that much easier."""
        limit = self.limit - slack if self.op[0] == ">" else self.limit + slack
        with np.errstate(invalid="ignore"):
            return _COMPARE[self.op](self.measure(reading), limit)

    def in_values(self, reading: Reading) -> Floats:
        """The limit as a value of the indicator, per unit: what an alert shows beside the value."""
        if self.what in ("value", "ahead"):
            return np.full(reading.value.shape, self.limit)
        if self.what == "chance":
            return np.full(reading.value.shape, reading.later[self.seconds].limit if self.seconds in reading.later else np.nan)
        band = reading.band
        if self.what in ("score", "abs(score)"):
            return band.centre + self.limit * band.spread if self.what == "score" else np.where(    # type: ignore[union-attr]
                reading.value >= band.centre, band.centre + self.limit * band.spread, band.centre - self.limit * band.spread)  # type: ignore[union-attr]
        if self.what in ("above", "below"):
            return band.centre + (self.limit if self.what == "above" else -self.limit)              # type: ignore[union-attr]
        before = reading.earlier[self.seconds]
        return before + self.limit if self.what == "change" else before * (1 + self.limit / 100)


@dataclass(frozen=True)
class Rule:
    """One row. `colours` are (severity, its terms), the mildest first; durations and quiet hours in seconds (of the day)."""

    id: str
    name_zh: str
    name_en: str
    indicator: str
    level: str
    colours: tuple[tuple[str, tuple[Term, ...]], ...]
    text: dict[str, str]
    duration_s: int = 0
    hysteresis: float = 0.0
    no_data: str = "keep"
    quiet: tuple[int, int] | None = None
    department: str = ""
    told: tuple[str, ...] = ("screen",)
    procedure: str = ""

    def name(self, language: str) -> str:
        """Its name in zh or en."""
        return self.name_zh if language == "zh" else self.name_en

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every comparison of every colour."""
        return tuple(term for _, terms in self.colours for term in terms)

    @property
    def needs_band(self) -> bool:
        """True where what is usual must be known."""
        return any(term.what in ("score", "abs(score)", "above", "below") for term in self.terms)

    @property
    def foresees(self) -> tuple[int, ...]:
        """The seconds ahead that forecasts are looked at; empty where the rule is about what was reported."""
        return tuple({term.seconds for term in self.terms if term.what in FORESEEN})

    @property
    def looks_back(self) -> tuple[int, ...]:
        """The seconds before that changes are measured from."""
        return tuple({term.seconds for term in self.terms if term.what.startswith("change")})

    @property
    def oldest(self) -> int | None:
        """The age (seconds) from which on nothing reported is an alert; None where the rule asks about values."""
        return next((int(term.limit) for term in self.terms if term.what == "age"), None)

    @property
    def misses(self) -> bool:
        """True where a rule about values raises an alert of its own when nothing comes."""
        return self.no_data == "raise" and self.oldest is None and not self.foresees

    def hits(self, reading: Reading) -> Flags:
        """[colour × unit]: where each colour's condition is met."""
        return np.stack([np.logical_and.reduce([term.holds(reading) for term in terms]) for _, terms in self.colours])

    def stays(self, reading: Reading) -> Flags:
        """Where an alert that stands goes on: the first condition of the mildest colour, eased by the hysteresis."""
        return self.colours[0][1][0].holds(reading, self.hysteresis)

    def is_quiet(self, second: int) -> bool:
        """True at a second of the day that lies in the quiet hours."""
        if self.quiet is None:
            return False
        since, until = self.quiet
        return since <= second < until if since <= until else second >= since or second < until


@dataclass(frozen=True)
class Rules:
    """Every rule by id, and what is wrong with the rows that are none."""

    rules: dict[str, Rule] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()

    def get(self, id: str) -> Rule | None:
        """The rule of that id; None where it is gone: its alerts stay."""
        return self.rules.get(id)

    def of(self, indicators: set[str] | None) -> list[Rule]:
        """The rules over some indicators; None for all."""
        return [rule for rule in self.rules.values() if indicators is None or rule.indicator in indicators]


def overlay(home: Path) -> Path:
    """Where an installation keeps its own rules."""
    return home / "registry" / "alert_rules.csv"


def read(home: Path, indicators: dict[str, Indicator]) -> Rules:
    """The rules as they stand now; a row of the overlay replaces the one of the same id, `is_active` false takes it away."""
    found: dict[str, Rule] = {}
    wrong: list[str] = []
    files = [(FILE, registers.rows("alert_rules"))]
    mine = overlay(home)
    if mine.is_file():
        try:
            with mine.open(encoding="utf-8-sig", newline="") as file:
                files.append((str(mine), list(csv.DictReader(file))))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            wrong.append(str(BadInput("The alert rules cannot be read", "Save them as UTF-8 CSV with a header row", file=mine, reason=error)))
    for name, rows in files:
        for line, row in enumerate(rows, start=2):
            try:
                one = rule_of(row, indicators, name, line)
            except BadInput as error:
                wrong.append(str(error))
                continue
            found.pop(row["id"].strip(), None)
            if one is not None:
                found[one.id] = one
    return Rules(found, tuple(wrong))


def rule_of(row: dict[str, str], indicators: dict[str, Indicator], file: str = FILE, line: int = 0) -> Rule | None:
    """One row, checked; None where it is switched off. Raises BadInput naming file, line, column and value."""
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str) and not isinstance(value, list)}

    def wrong(column: str, fact: str, remedy: str) -> BadInput:
        return BadInput(fact, remedy, file=file, row=line, column=column, value=cells.get(column, "")[:80])

    if not re.fullmatch(r"[a-z0-9_]{1,60}", cells.get("id", "")):
        raise wrong("id", "The id of a rule has 1 to 60 of a–z, 0–9 and _", "Choose another")
    if (cells.get("is_active") or "true").lower() not in ("true", "1", "yes"):
        return None
    indicator = indicators.get(cells.get("indicator", ""))
    if indicator is None:
        raise wrong("indicator", "There is no such indicator", "The registry is data/registry/indicators.csv")
    if cells.get("level") not in LEVELS[: LEVELS.index(indicator.native_level) + 1]:
        raise wrong("level", "The indicator is not reported at this level", f"Choose city … {indicator.native_level}")
    colours, text = [], {}
    for severity in reversed(SEVERITIES):
        if cells.get(severity):
            terms = tuple(_term(part, indicator, lambda column=severity: wrong(column, "This is no condition", "Write value >= 40, score >= 6, …"))
                          for part in cells[severity].split(" and "))
            colours.append((severity, terms))
            text[severity] = cells[severity]
    if not colours:
        raise wrong("yellow", "The rule has no condition", "Fill at least one of blue, yellow, orange, red")
    ages = [term for _, terms in colours for term in terms if term.what == "age"]
    if ages and (len(colours) > 1 or len(colours[0][1]) > 1):
        raise wrong(colours[0][0], "A rule about silence has one condition in one colour", "Make it a rule of its own")
    if (cells.get("no_data") or "keep") not in NO_DATA:
        raise wrong("no_data", "An alert of a unit without data is kept, cleared or raised", f"Write one of {', '.join(NO_DATA)}")
    told = tuple(filter(None, (cells.get("told") or "screen").split("|")))
    if not set(told) <= set(TOLD):
        raise wrong("told", "Nobody can be told that way", f"Ways are {', '.join(TOLD)}")
    quiet = _QUIET.fullmatch(cells.get("quiet", ""))
    if cells.get("quiet") and quiet is None:
        raise wrong("quiet", "These are no quiet hours", "Write 22:00-06:00")
    try:
        hysteresis = float(cells.get("hysteresis") or 0)
    except ValueError:
        raise wrong("hysteresis", "The hysteresis is a number", "Write 5") from None
    return Rule(
        cells["id"], cells.get("name_zh") or cells["id"], cells.get("name_en") or cells["id"], indicator.id, cells["level"], tuple(colours), text,
        int(span(cells.get("duration", ""), lambda: wrong("duration", "This is no length of time", "Write PT2H, P1D, …"))), hysteresis,
        cells.get("no_data") or "keep", None if quiet is None else tuple(int(quiet[k]) * 3600 + int(quiet[k + 1]) * 60 for k in (1, 3)),  # type: ignore[arg-type]
        cells.get("department") or indicator.owner, told, cells.get("procedure", ""))


def _term(text: str, indicator: Indicator, wrong: object) -> Term:
    found = _TERM.fullmatch(text.strip())
    if found is None:
        raise wrong()           # type: ignore[operator]
    what, back, op, limit = found[2] or found[1], found[3] or "", found[4], found[5]
    is_span = limit.startswith("P")
    if what == "chance" and (breach_limit(indicator) is None or op[0] != ">"):
        raise wrong()           # type: ignore[operator]
    if is_span != (what == "age") or (what == "age" and op[0] != ">"):
        raise wrong()           # type: ignore[operator]
    number = span(limit, wrong) if is_span else float(limit)
    if what != "class":
        return Term(what, op, number, int(span(back, wrong)) if back else 0)
    limits = indicator.thresholds
    if op != ">=" or not 1 <= number <= len(limits) or number != int(number) or indicator.direction == "band":
        raise wrong()           # type: ignore[operator]
    if indicator.direction == "up":
        return Term("value", "<", limits[len(limits) - int(number)])
    return Term("value", ">", limits[int(number) - 1])


@cache
def procedures() -> dict[str, dict[str, str]]:
    """{id: name_zh, name_en, steps_zh, steps_en}: what is to be done (data/registry/procedures.csv)."""
    return {row["id"]: row for row in registers.rows("procedures")}
