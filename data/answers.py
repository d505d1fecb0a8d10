"""Several channels may carry one fact: the best answers, another stands in while it is silent, disagreement is kept.

A fact is an indicator (dataset reading) or an attribute (dataset attribute) of a city. A channel's score is
0.5 × freshness + 0.35 × trust + 0.15 × latency; freshness falls from one to nothing while it is one to three cadences late.
Where a better channel's value stands, a worse one's goes into the department library and no further. Base rows lead to their
batch, and that to its channel; `mgmt.channel_answer` says with each batch whether it only stood in, and how far they disagreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data import registers
from data.build import REGISTRY
from data.deliveries import now
from data.handin import HandIn

FRESH, TRUST, LATENCY = 0.5, 0.35, 0.15
TOLERANCE = 0.05
"""Share of the greater value up to which two numbers agree, where priorities.csv says nothing else."""
SILENT = 2.0
"""Cadences without a delivery after which a channel has failed."""
_FACT = {"reading": "indicator", "attribute": "attribute"}
_MET = {
    "reading": """
        select f._row, f.indicator as fact, b.channel as other, f.value::varchar as mine, s.value::varchar as theirs,
            f.unit_code as unit, f.observed_at as moment
        from fresh f
        join standing s on s.indicator = f.indicator and s.level = f.level and s.seq = f.seq and s.observed_at = f.observed_at and not f._deleted
        join base.reading r on r.rowid = s.id
        join front.batch b on b.batch = r._batch and b.channel <> $channel""",
    "attribute": """
        select f._row, f.attribute as fact, b.channel as other, f.value as mine, a.value as theirs, f.unit_code as unit, a.valid_from as moment
        from fresh f
        join base.attribute a on a.city = f.city and a.unit_code = f.unit_code and a.attribute = f.attribute and a.valid_to is null
        join front.batch b on b.batch = a._batch and b.channel <> $channel""",
}


@dataclass(frozen=True)
class Standing:
    """A channel of a fact at a moment. `lag_s`: seconds since its last delivery."""

    channel: str
    fact: str
    cadence_s: float
    trust: float
    latency_s: float
    lag_s: float

    @property
    def freshness(self) -> float:
        """1 within its cadence, 0 when three cadences late."""
        return min(1.0, max(0.0, 1.0 - (self.lag_s - self.cadence_s) / (2 * self.cadence_s)))

    @property
    def worth(self) -> float:
        """What it is worth when it delivers: trust and latency alone."""
        return TRUST * self.trust + LATENCY * self.cadence_s / (self.cadence_s + max(0.0, self.latency_s))

    @property
    def score(self) -> float:
        """What it is worth now, 0 to 1."""
        return round(FRESH * self.freshness + self.worth, 4)

    @property
    def has_failed(self) -> bool:
        """True where nothing came for two cadences."""
        return self.lag_s > SILENT * self.cadence_s


def describe(cursor: duckdb.DuckDBPyConnection, channel: str, cadence_s: float, trust: float, latency_s: float) -> None:
    """Keep what the registry says of a channel: when it delivers."""
    cursor.execute("insert or replace into mgmt.channel values ($1, $2, $3, $4)", [channel, cadence_s or 3600.0, trust, latency_s])


def standings(cursor: duckdb.DuckDBPyConnection, city: str, dataset: str, at: datetime) -> list[Standing]:
    """Every channel of every fact of a dataset in a city, the best of each fact first."""
    found = [Standing(channel, fact, cadence, trust, max(declared, measured or 0.0), max(0.0, (at - received).total_seconds()))
             for channel, fact, cadence, trust, declared, measured, received in cursor.execute(
                 "select c.channel, c.fact, m.cadence_s, m.trust, m.latency_s, c.latency_s, c.received_at from mgmt.carried c "
                 "join mgmt.channel m on m.channel = c.channel where c.city = $1 and c.dataset = $2", [city, dataset]).fetchall()]
    return sorted(found, key=lambda one: (one.fact, -one.score, -one.worth, one.channel))


def settle(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int) -> None:
    """Before the fresh rows of a batch are merged: take out what a better channel already answered, and write down who answers."""
    if not hand_in.channel or hand_in.dataset not in _FACT:
        return
    at, fact = now(), _FACT[hand_in.dataset]
    _carry(cursor, hand_in, batch, fact, at)
    rivals: dict[str, list[Standing]] = {}
    for one in standings(cursor, hand_in.city, hand_in.dataset, at):
        rivals.setdefault(one.fact, []).append(one)
    mine = {name: next(one for one in rivals[name] if one.channel == hand_in.channel)
            for (name,) in cursor.execute(f"select distinct {fact} from fresh").fetchall()  # noqa: S608 - our own name
            if len(rivals.get(name, ())) > 1}
    if not mine:
        return
    cursor.execute(f"create or replace temp table met as {_MET[hand_in.dataset]}", {"channel": hand_in.channel})
    cursor.execute("create or replace temp table rivals (fact varchar, channel varchar, is_better boolean, tolerance double, is_share boolean)")
    for name, me in mine.items():
        tolerance, is_share = tolerance_of(hand_in.dataset, name)
        cursor.executemany("insert into rivals values ($1, $2, $3, $4, $5)",
                           [[name, one.channel, one.score > me.score, tolerance, is_share] for one in rivals[name]])
    cursor.execute(
        "create or replace temp table judged as select m.*, r.is_better, r.tolerance, "
        "abs(try_cast(mine as double) - try_cast(theirs as double)) as apart, "
        "case when try_cast(mine as double) is null or try_cast(theirs as double) is null then mine is distinct from theirs "
        "else apart > r.tolerance * if(r.is_share, greatest(abs(try_cast(mine as double)), abs(try_cast(theirs as double))), 1) end as disagrees "
        "from met m join rivals r on r.fact = m.fact and r.channel = m.other")
    for name, me in mine.items():
        _answer(cursor, hand_in, batch, at, me, rivals[name])
    if cursor.execute("select count(*) from judged where is_better").fetchone()[0]:
        cursor.execute("create or replace temp table fresh_kept as select * from fresh where _row not in (select _row from judged where is_better)")
        is_view = cursor.execute("select 1 from duckdb_views() where view_name = 'fresh' and temporary").fetchone()
        cursor.execute("drop view fresh" if is_view else "drop table fresh")
        cursor.execute("create temp table fresh as from fresh_kept")


def tolerance_of(dataset: str, fact: str) -> tuple[float, bool]:
    """(tolerance, True where it is a share of the greater value): as priorities.csv says, else five per cent."""
    if Path(REGISTRY / "priorities.csv").is_file():
        for row in registers.rows("priorities"):
            if row["dataset"] == dataset and row["attribute"] == fact and row.get("tolerance"):
                return float(row["tolerance"]), False
    return TOLERANCE, True


def _carry(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, fact: str, at: datetime) -> None:
    moment = "observed_at" if hand_in.dataset == "reading" else "valid_from"
    where = "city = $1 and dataset = $2 and channel = $3"
    given = [hand_in.city, hand_in.dataset, hand_in.channel]
    cursor.execute(f"delete from mgmt.carried where {where} and fact in (select distinct {fact} from checked where _fault is null)", given)  # noqa: S608
    cursor.execute(
        f"insert into mgmt.carried select $1, $2, {fact}, $3, max({moment}), $4::timestamp, "  # noqa: S608 - our own names
        f"greatest(0, epoch($4::timestamp) - epoch(max({moment}))), $5 from checked where _fault is null group by {fact}", [*given, at, batch])


def _answer(cursor: duckdb.DuckDBPyConnection, hand_in: HandIn, batch: int, at: datetime, me: Standing, rivals: list[Standing]) -> None:
    """One row where the channel met another, or where it stands in for one that is worth more and silent."""
    met, outvoted, disagreed, largest, tolerance = cursor.execute(
        "select count(*), count(*) filter (is_better), count(*) filter (disagrees), max(apart), max(tolerance) from judged where fact = $1",
        [me.fact]).fetchone()
    first = max(rivals, key=lambda one: one.worth)
    is_stand_in = first.channel != me.channel and first.has_failed
    if not met and not is_stand_in:
        return
    example = cursor.execute("select unit, moment, try_cast(mine as double), try_cast(theirs as double) from judged where fact = $1 and disagrees "
                             "order by apart desc nulls last limit 1", [me.fact]).fetchone() or (None, None, None, None)
    best = rivals[0]
    cursor.execute(f"insert into mgmt.channel_answer values ({', '.join(f'${i}' for i in range(1, 20))})",  # noqa: S608 - numbers
                   [hand_in.city, hand_in.dataset, me.fact, batch, at, me.channel, first.channel if is_stand_in else best.channel, me.score,
                    best.score, is_stand_in, met, outvoted, disagreed, largest, tolerance, *example])
