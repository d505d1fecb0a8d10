"""The panel: many series on one regular grid of time, with what else is known; and the long frame it comes from and goes to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.errors import BadInput
from app.forecast.cadence import cadence, epoch, position, steps
from app.forecast.spec import Spec

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
ALWAYS = -(2**62)       # issued: known long ahead (a holiday, a planned closure)


@dataclass(frozen=True)
class Panel:
    """`n` series over `t` steps.

    ids         names, [n]
    times       epoch seconds, [t]: a regular grid (fixed seconds; local calendar steps for a day and longer)
    y           [n, t], NaN = gap
    cadence     ISO 8601 duration: PT5M, PT1H, P1D, P1M, …
    timezone    whose clock and calendar the seasons follow
    known       {factor: [t + h] or [n, t + h]}: over history and (as far as they are known) the h steps after it; NaN = not known
    issued      {factor: epoch s}: the moment at which the values after it were issued (a weather forecast: its run). Before that
                moment values are measurements and known only when their time has come. ALWAYS: known long ahead (holidays, plans).
                A factor without an entry is a measurement throughout: its future is never used.
    neighbours  weights [n, n], row = who looks, column = at whom; None = not known
    parent      row of the parent series, [n], -1 = none; None = not known
    """

    ids: tuple[str, ...]
    times: Times
    y: Floats
    cadence: str
    timezone: str = "UTC"
    known: dict[str, Floats] = field(default_factory=dict)
    issued: dict[str, int] = field(default_factory=dict)
    neighbours: csr_array | None = None
    parent: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        n, t = len(self.ids), self.times.size
        if self.y.shape != (n, t):
            raise BadInput("The values of a panel do not fit its series and times", "Give y as [n, t]", shape=self.y.shape, n=n, t=t)
        for name, values in self.known.items():
            if values.ndim not in (1, 2) or values.shape[-1] < t or (values.ndim == 2 and values.shape[0] != n):
                raise BadInput("A factor does not cover the history", "Give it as [t + h] or [n, t + h]", factor=name, shape=values.shape)
        if self.neighbours is not None and self.neighbours.shape != (n, n):
            raise BadInput("The neighbours do not fit the series", "Give weights as [n, n]", shape=self.neighbours.shape, n=n)
        if self.parent is not None and self.parent.shape != (n,):
            raise BadInput("The parents do not fit the series", "Give one row number a series", shape=self.parent.shape, n=n)

    @property
    def n(self) -> int:
        """How many series."""
        return len(self.ids)

    @property
    def t(self) -> int:
        """How many steps of history."""
        return int(self.times.size)

    def until(self, t: int, horizon: int = 0) -> Panel:
        """The panel as it stood when step t - 1 was the last: factors reach `horizon` further, and only where they were issued by then."""
        known = {name: self.known_at(name, t, horizon) for name in self.known}
        return replace(self, times=self.times[:t], y=self.y[:, :t], known=known)

    def since(self, first: int) -> Panel:
        """The panel without its first steps."""
        return replace(self, times=self.times[first:], y=self.y[:, first:], known={name: values[..., first:] for name, values in self.known.items()})

    def known_at(self, name: str, t: int, horizon: int) -> Floats:
        """A factor over steps 0 … t + horizon - 1 as known when step t - 1 was the last: [t + horizon] or [n, t + horizon]."""
        values = self.known[name]
        found = np.full((*values.shape[:-1], t + horizon), np.nan)
        found[..., :t] = values[..., :t]
        if self.is_issued(name, t):
            there = min(values.shape[-1], t + horizon)
            found[..., t:there] = values[..., t:there]
        return found

    def is_issued(self, name: str, t: int) -> bool:
        """Whether the values of a factor after step t - 1 were known then."""
        return name in self.issued and self.issued[name] <= int(self.times[t - 1])

    def rows(self, chosen: NDArray[np.int64]) -> Panel:
        """The panel of some of its series; neighbours and parents outside are forgotten."""
        known = {name: values[chosen] if values.ndim == 2 else values for name, values in self.known.items()}
        parent = None
        if self.parent is not None:
            where = np.full(self.n + 1, -1, np.int64)
            where[chosen] = np.arange(chosen.size)
            parent = where[self.parent[chosen]]
        near = None if self.neighbours is None else self.neighbours[chosen][:, chosen]
        return replace(self, ids=tuple(self.ids[i] for i in chosen), y=self.y[chosen], known=known, neighbours=near, parent=parent)


def ahead(times: Times, cadence_: str, timezone: str, h: int) -> Times:
    """Epoch seconds of the h steps after the last of `times`; calendar steps keep the day of the month of the first."""
    step = cadence(cadence_)
    if times.size == 0:
        raise BadInput("A panel without a single step has nothing after it", "Give it some history")
    return steps(int(times[0]), times.size, h, step, timezone)


def to_panel(frame: pd.DataFrame, spec: Spec, known: dict[str, Floats] | None = None, **more: Any) -> Panel:
    """The panel of a long frame `unit_id, ds, y`; columns beside them become factors (measured: their future is never used).

    `ds`: moments (aware, or local of spec.timezone), texts of them, or epoch seconds. Series in the order they first appear; steps
    nobody reported become gaps. `more` goes to Panel. Raises BadInput naming the row (0 = the first).
    """
    missing = [name for name in ("unit_id", "ds", "y") if name not in frame.columns]
    if missing:
        raise BadInput(f"Columns are missing: {', '.join(missing)}", "A series file has unit_id, ds and y",
                       found=", ".join(map(str, frame.columns)))
    if len(frame) == 0:
        raise BadInput("There is not a single row", "Give a frame with history")
    unit, ids = _units(frame["unit_id"])
    times, y = stamps(frame["ds"], spec.timezone), numbers(frame["y"], "y")
    columns = {str(name): numbers(frame[name], str(name)) for name in frame.columns if name not in ("unit_id", "ds", "y")}
    n, t = len(ids), len(frame) // len(ids)
    if n * t == len(frame) and _is_regular(unit, times, n, t, spec):
        grid, place = times[:t], None
    else:
        grid, place = _grid(unit, times, spec, ids)
    shape = (n, grid.size)

    def spread(values: Floats) -> Floats:
        if place is None:
            return values.reshape(shape)
        found = np.full(shape, np.nan)
        found.ravel()[place] = values
        return found

    factors = {name: spread(values) for name, values in columns.items()} | (known or {})
    return Panel(ids, np.ascontiguousarray(grid), spread(y), spec.cadence, spec.timezone, known=factors, **more)


def _units(column: pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if column.isna().any():
        raise BadInput("A row names no unit", "Fill unit_id in", row=int(np.flatnonzero(column.isna())[0]))
    unit, names = pd.factorize(column)
    return np.asarray(unit, np.int64), tuple(str(name) for name in names)


def _is_regular(unit: NDArray[np.int64], times: Times, n: int, t: int, spec: Spec) -> bool:
    """Whether the rows are n blocks of the same t steps of the grid, in order."""
    if not np.array_equal(unit, np.repeat(np.arange(n), t)) or not (times.reshape(n, t) == times[:t]).all():
        return False
    return np.array_equal(times[:t], steps(int(times[0]), 0, t, cadence(spec.cadence), spec.timezone))


def _grid(unit: NDArray[np.int64], times: Times, spec: Spec, ids: tuple[str, ...]) -> tuple[Times, NDArray[np.int64]]:
    """The grid from the first to the last time, and the place of each row in y.ravel()."""
    step = cadence(spec.cadence)
    start = int(times.min())
    at, fits = position(times, step, spec.timezone, start)
    if not fits.all():
        row = int(np.flatnonzero(~fits)[0])
        raise BadInput("A time does not lie on the grid", f"Times are steps of {spec.cadence} from {said(start)}; choose another frequency, "
                       "or aggregate first", row=row, ds=said(int(times[row])))
    size = int(at.max()) + 1
    if size > 50_000_000 // max(1, len(ids)) and size > 20 * len(unit) // len(ids):
        raise BadInput("The grid from the first to the last time is far longer than the data", "Look for a wrong year in ds, or a finer "
                       "frequency than the data has", steps=size, rows=len(unit))
    place = unit * size + at
    order = np.argsort(place, kind="stable")
    twice = np.flatnonzero(np.diff(place[order]) == 0)
    if twice.size:
        row = int(order[twice[0] + 1])
        raise BadInput("A unit has two rows at one time", "Keep one of them, or aggregate first", row=row, unit_id=ids[unit[row]],
                       ds=said(int(times[row])))
    return steps(start, 0, size, step, spec.timezone), place


def stamps(column: pd.Series, timezone: str) -> Times:
    """Epoch seconds of a column of moments. Raises BadInput naming the row."""
    if column.isna().any():
        raise BadInput("A row has no time", "Fill ds in", row=int(np.flatnonzero(column.isna())[0]))
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, np.int64)
    if not pd.api.types.is_datetime64_any_dtype(column):
        try:
            column = pd.to_datetime(column, format="ISO8601")
        except (ValueError, TypeError):
            column = _read_each(column)
    if column.dt.tz is not None:
        return np.asarray(column.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[s]").astype(np.int64))
    return epoch(np.asarray(column.astype("datetime64[s]").astype(np.int64)), timezone)


def _read_each(column: pd.Series) -> pd.Series:
    """Texts that are not all of one ISO form: mixed offsets become UTC; the first that is none is named."""
    is_aware = column.astype(str).str.contains(r"(?:[zZ]|[+-]\d\d:?\d\d)$").any()
    found = pd.to_datetime(column, format="mixed", errors="coerce", utc=bool(is_aware))
    if found.isna().any():
        row = int(np.flatnonzero(found.isna())[0])
        raise BadInput("A time cannot be read", "Write it like 2026-01-31T08:00+08:00 or 2026-01-31 08:00", row=row, ds=column.iloc[row])
    return found


def numbers(column: pd.Series, name: str) -> Floats:
    """Numbers of a column, NaN where empty. Raises BadInput naming the row."""
    found = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = (np.isnan(found) & ~column.isna().to_numpy()) | np.isinf(found)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadInput("A value is no number", "Write a number, or nothing for a gap", row=row, column=name, value=column.iloc[row])
    return found


def said(at: int) -> str:
    """A moment as text, UTC."""
    return f"{np.datetime64(at, 's')}Z"


def to_frame(panel: Panel, times: Times, cutoff: int, model: str, y_hat: Floats, bands: dict[float, tuple[Floats, Floats]]) -> pd.DataFrame:
    """The long frame of a forecast: `unit_id, ds, cutoff, model, y_hat, lo80, hi80, lo90, hi90` (one pair a level), n · h rows.

    `times` [h], `y_hat` and each band [n, h]; `ds` and `cutoff` are moments in UTC.
    """
    n, h = y_hat.shape
    moment = pd.DatetimeIndex(np.asarray(times).astype("datetime64[s]"), tz="UTC")
    columns: dict[str, Any] = {
        "unit_id": np.repeat(np.array(panel.ids, object), h), "ds": moment[np.tile(np.arange(h), n)],
        "cutoff": pd.DatetimeIndex([np.datetime64(cutoff, "s")], tz="UTC")[np.zeros(n * h, np.int64)],
        "model": model, "y_hat": y_hat.ravel()}
    for level, (low, high) in bands.items():
        share = f"{100 * level:g}"
        columns[f"lo{share}"], columns[f"hi{share}"] = low.ravel(), high.ravel()
    return pd.DataFrame(columns)
