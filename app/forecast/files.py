"""Series, factors and neighbours as files: CSV and Parquet in, CSV and Parquet out; errors name the line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from app.errors import BadInput, NotFound, Unreadable
from app.forecast.cadence import cadence, position
from app.forecast.frame import ALWAYS, Panel, numbers, stamps
from app.forecast.spec import Spec


def table(path: Path, needs: tuple[str, ...] = ("unit_id", "ds", "y")) -> pd.DataFrame:
    """The rows of a .csv or .parquet file. Raises NotFound, Unreadable, BadInput."""
    if not path.is_file():
        raise NotFound("There is no such file", "Look at the path", file=path)
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"unit_id": str})
    except pd.errors.EmptyDataError as error:
        raise BadInput("The file is empty", "Give a file with a head and rows", file=path) from error
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise Unreadable("The file cannot be read", "Give CSV (UTF-8) or Parquet", file=path, why=str(error).splitlines()[0]) from error
    missing = [name for name in needs if name not in frame.columns]
    if missing:
        raise BadInput(f"Columns are missing: {', '.join(missing)}", f"The head must hold {', '.join(needs)}", file=path,
                       found=", ".join(map(str, frame.columns)))
    if len(frame) == 0 and needs:
        raise BadInput("The file has a head but no rows", "Give a file with rows", file=path)
    return frame


def placed(error: BadInput, path: Path) -> BadInput:
    """The same error with its file, and the line of a text file instead of the row counted from 0."""
    where = {"file": path} | {("line" if name == "row" and path.suffix != ".parquet" else name):
                              int(value) + 2 if name == "row" and path.suffix != ".parquet" else value for name, value in error.where.items()}
    return BadInput(error.fact, error.remedy, **where)


def is_never_negative(frame: pd.DataFrame) -> bool:
    """Whether no value of a file is below zero."""
    values = pd.to_numeric(frame["y"], errors="coerce")
    return bool(values.notna().any() and values.min() >= 0)


def as_given(frame: pd.DataFrame, given: pd.Series, timezone: str) -> pd.DataFrame:
    """The moments of a forecast spelled as those of its file: epoch seconds, or local without an offset; else in UTC with one."""
    if pd.api.types.is_numeric_dtype(given):
        return frame.assign(**{name: frame[name].astype("datetime64[s, UTC]").astype(np.int64) for name in ("ds", "cutoff")})
    if pd.api.types.is_datetime64_any_dtype(given):
        is_aware = given.dt.tz is not None
    else:
        is_aware = bool(given.astype(str).str.contains(r"(?:[zZ]|[T ].*[+-]\d\d:?\d\d)$").any())
    if is_aware:
        return frame
    return frame.assign(**{name: frame[name].dt.tz_convert(timezone).dt.tz_localize(None) for name in ("ds", "cutoff")})


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as .parquet or CSV; moments with their offset."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, float_format="%.10g", date_format="%Y-%m-%d %H:%M:%S%z")


def with_factors(panel: Panel, spec: Spec, path: Path, ahead: list[str]) -> Panel:
    """The panel with the factors of a file (ds, perhaps unit_id, and numbers); `ahead` names those that are known long ahead."""
    frame = table(path, ("ds",))
    names = [str(name) for name in frame.columns if name not in ("unit_id", "ds")]
    unknown = [name for name in ahead if name not in names]
    if unknown:
        raise BadInput(f"Factors that should be known ahead are not in the file: {', '.join(unknown)}", f"It holds {', '.join(names)}", file=path)
    try:
        at, fits = position(stamps(frame["ds"], spec.timezone), cadence(spec.cadence), spec.timezone, int(panel.times[0]))
        columns = {name: numbers(frame[name], name) for name in names}
    except BadInput as error:
        raise placed(error, path) from error
    row = np.zeros(len(frame), np.int64)
    if "unit_id" in frame.columns:
        row = _rows(panel, frame["unit_id"].astype(str), path)
    size = panel.t + spec.horizon
    there = fits & (at >= 0) & (at < size)
    known, issued = dict(panel.known), dict(panel.issued)
    for name, values in columns.items():
        spread = np.full((panel.n if "unit_id" in frame.columns else 1, size), np.nan)
        spread[row[there], at[there]] = values[there]
        known[name] = spread if len(spread) > 1 else spread[0]
        if name in ahead:
            issued[name] = ALWAYS
    return replace(panel, known=known, issued=issued)


def with_neighbours(panel: Panel, path: Path) -> Panel:
    """The panel with the neighbours of a file: a square table, or rows unit_id, neighbour[, weight]. Raises BadInput."""
    frame = table(path, ())
    if {"unit_id", "neighbour"} <= set(frame.columns):
        weight = numbers(frame["weight"], "weight") if "weight" in frame.columns else np.ones(len(frame))
        i, j = (_rows(panel, frame[name].astype(str), path) for name in ("unit_id", "neighbour"))
        return replace(panel, neighbours=_clean(csr_array((weight, (i, j)), shape=(panel.n, panel.n))))
    named = frame.columns.astype(str)
    if len(frame) == panel.n and frame.shape[1] == panel.n + 1:                 # names in the first column and in the head
        order = _rows(panel, pd.Series(named[1:]), path)
        side = _rows(panel, frame.iloc[:, 0].astype(str), path)
        values = frame.iloc[:, 1:].to_numpy(float)
        square = np.zeros((panel.n, panel.n))
        square[np.ix_(side, order)] = values
    elif len(frame) == panel.n and frame.shape[1] == panel.n:                   # names in the head
        order = _rows(panel, pd.Series(named), path)
        square = np.zeros((panel.n, panel.n))
        square[np.ix_(order, order)] = frame.to_numpy(float)
    else:                                                                       # numbers alone
        square = pd.read_csv(path, header=None).to_numpy(float)
        if square.shape != (panel.n, panel.n):
            raise BadInput("The table of neighbours does not fit the series", "Give one row and one column a unit, in the order of the series, or "
                           "rows unit_id, neighbour, weight", file=path, shape=" × ".join(map(str, square.shape)), units=panel.n)
    return replace(panel, neighbours=_clean(csr_array(square)))


def _clean(weights: csr_array) -> csr_array:
    """Without the units themselves and what is no number."""
    full = weights.tocoo()
    kept = (full.row != full.col) & np.isfinite(full.data) & (full.data != 0)
    return csr_array((full.data[kept], (full.row[kept], full.col[kept])), shape=full.shape)


def _rows(panel: Panel, names: pd.Series, path: Path) -> np.ndarray:
    """The rows of units. Raises BadInput for one that the series do not hold."""
    row = {name: i for i, name in enumerate(panel.ids)}
    unknown = [name for name in names if name not in row]
    if unknown:
        raise BadInput("A unit is not among the series", "Use the names of unit_id", file=path, unit=unknown[0], how_many=len(unknown))
    return np.array([row[name] for name in names], np.int64)
