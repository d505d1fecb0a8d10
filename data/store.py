"""What the tower reads from the base library and keeps in the theme library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.build import pieces, run_step, statements
from data.connection import Database

AT_ONCE = 3_000_000         # readings of one pass: larger arrays are new memory each time, which takes twice as long


def readings(db: Database, city: str, indicator: str, level: str) -> dict[str, NDArray]:
    """Every reading of an indicator: arrays i (seq − 1), at (epoch seconds), value, weight (NaN = none)."""
    sql = statements(pieces()["theme.roll_readings"].text)[0]
    return _arrays(db.run(sql, {"city": city, "indicator": indicator, "level": level}).fetchnumpy())


def readings_of_all(db: Database, city: str, but: str, at_once: int = AT_ONCE) -> Iterator[tuple[float, int, dict[str, dict[str, NDArray]]]]:
    """The readings of every indicator that is not native to level `but`, a stretch of time after the other: (share of the work that is then
    done, the newest time there will be, {indicator: arrays}).

    A stretch holds about `at_once` readings and ends with a day of UTC, which no step shorter than a day crosses; indicators of
    longer steps come whole, first.
    """
    sql = statements(pieces()["theme.roll_readings_of_all"].text)[0]
    names = dict(db.run("select position, id from catalogue.indicator").fetchall())
    count, first, last = db.run("select count(*), min(observed_at), max(observed_at) from base.reading where city = $1", [city]).fetchone()
    if not count:
        return
    days = max(1, int(at_once / count * ((last - first) / timedelta(days=1) + 1)))
    since = first.replace(hour=0, minute=0, second=0, microsecond=0)
    stretches = [(first, last + timedelta(days=1), False)]
    while since <= last:
        stretches.append((since, since := since + timedelta(days=days), True))
    for number, (a, b, is_short) in enumerate(stretches, start=1):
        found = db.run(sql, {"city": city, "but": but, "since": a, "until": b, "is_short": is_short}).to_arrow_table()
        if found.num_rows == 0:
            continue
        arrays = {name: _numbers(found[name]) for name in found.column_names}
        position = arrays.pop("position")
        order = np.argsort(position, kind="stable")
        known, starts = np.unique(position[order], return_index=True)
        yield number / len(stretches), int(last.replace(tzinfo=UTC).timestamp()), {
            names[int(one)]: {key: column[order[first:end]] for key, column in arrays.items()}
            for one, first, end in zip(known, starts, [*starts[1:], position.size], strict=True)}


def _numbers(column: pa.ChunkedArray) -> NDArray:
    """A column as one array; nulls of floats are NaN. A third of what fetchnumpy takes, which masks every column."""
    parts = [part.to_numpy(zero_copy_only=False) for part in column.chunks]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


def readings_between(db: Database, city: str, indicator: str, level: str, since: int, until: int) -> dict[str, NDArray]:
    """The readings of an indicator with since ≤ at < until (epoch seconds)."""
    sql = statements(pieces()["theme.roll_readings_between"].text)[0]
    return _arrays(db.run(sql, {"city": city, "indicator": indicator, "level": level,
                                "since": since, "until": until}).fetchnumpy())


def has_rolled(db: Database, city: str, indicator: str) -> bool:
    """True when theme.rolled holds anything of the indicator."""
    return bool(db.run("select 1 from theme.rolled where city = $1 and indicator = $2 limit 1", [city, indicator]).fetchone())


def indicators_with_data(db: Database, city: str) -> list[str]:
    """Ids of the indicators that have readings."""
    return [row[0] for row in db.run("select distinct indicator from base.reading where city = $1 order by 1", [city]).fetchall()]


def write_rolled(db: Database, city: str, indicator: str, rolled: pa.Table | None, newest: pa.Table | None,
                 steps: NDArray[np.int64] | None) -> None:
    """Replace the indicator's rows at `steps` (epoch seconds; None: all its rows) and its newest values.

    A row that is the same as before is not touched: a late reading writes its own path to the root and nothing else.
    """
    named = {"city": city, "indicator": indicator}
    with db.write() as cursor:
        if rolled is not None:
            cursor.register("rolled_now", rolled)
            if steps is None:
                run_step(cursor, "theme.rolled_replace", **named)
            elif len(steps):
                moments = pa.array(np.asarray(steps, np.int64)).cast(pa.timestamp("s"))
                cursor.register("steps_now", pa.table({"step": moments}))
                run_step(cursor, "theme.rolled_change", since=moments[0].as_py(), until=moments[-1].as_py(), **named)
                cursor.unregister("steps_now")
            cursor.unregister("rolled_now")
        if newest is not None:
            cursor.register("newest_now", newest)
            run_step(cursor, "theme.latest_replace", **named)
            cursor.unregister("newest_now")


def finish_batches(db: Database, city: str) -> None:
    """The tower has taken up what the base library held: mark it, and raise the city's value version."""
    with db.write() as cursor:
        changed = cursor.execute("update front.batch set state = 'done' where city = $1 and state = 'based'", [city]).fetchone()[0]
        if changed:
            cursor.execute("update base.city set value_version = value_version + 1 where city = $1", [city])


def raise_geometry_version(db: Database, city: str) -> int:
    """Shapes changed: every tile address changes with it. Returns the new version."""
    with db.write() as cursor:
        return int(cursor.execute("update base.city set geometry_version = geometry_version + 1 where city = $1 "
                                  "returning geometry_version", [city]).fetchone()[0])


def _arrays(found: dict[str, NDArray]) -> dict[str, NDArray]:
    plain = {name: np.ma.filled(np.ma.asarray(column, np.float64), np.nan) for name, column in found.items()
             if name in ("value", "weight")}
    return {"i": np.asarray(found["i"], np.int64), "at": np.asarray(found["at"], np.int64), **plain}


def unfinished(db: Database) -> dict[str, set[str]]:
    """{city: datasets} of the batches that reached the base library and not the map and the tower yet."""
    found: dict[str, set[str]] = {}
    for city, dataset in db.run("select city, dataset from mgmt.unfinished order by all").fetchall():
        found.setdefault(city, set()).add(dataset)
    return found


def few_buildings(db: Database, city: str, batches: list[int], most: int) -> list[int] | None:
    """The buildings (seq) that batches changed; None when they changed units drawn coarser, or more than `most`."""
    found = db.run("select distinct level, seq from base.unit where city = $1 and level <> 'floor' "
                   "and _batch in (select unnest($2)) limit $3", [city, batches, most + 1]).fetchall()
    if len(found) > most or any(level != "building" for level, _ in found):
        return None
    return sorted(seq for _, seq in found)


def name_units(db: Database, city: str) -> int:
    """Give named units their pinyin (full and initials), so that `jhq` and `jianghai` find 江海区."""
    from data.pinyin import spell

    with db.write() as cursor:
        names = [row[0] for row in cursor.execute(
            "select distinct name_zh from base.unit where city = $1 and pinyin is null and name_zh is not null "
            "and level <> 'floor' and valid_to is null", [city]).fetchall()]
        if not names:
            return 0
        cursor.register("spelled", pa.table({"name": names, "pinyin": [spell(name) for name in names]}))
        cursor.execute("update base.unit u set pinyin = s.pinyin from spelled s where u.city = $1 and u.name_zh = s.name "
                       "and u.pinyin is null and u.level <> 'floor' and u.valid_to is null", [city])
        cursor.unregister("spelled")
    return len(names)
