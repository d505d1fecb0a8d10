"""The command line of forecasts: its options; what it does is in asked.py, which brings arrays and models along."""

from __future__ import annotations

import argparse
from typing import Any

from app.settings import Settings

NAMES = ("forecast",)


def add_parsers(commands: Any) -> None:
    """The command and its help."""
    ask = commands.add_parser("forecast", help="forecast anybody's series: unit_id, ds, y in; y_hat and bands out", description=(
        "Reads unit_id, ds, y (CSV or Parquet) and writes unit_id, ds, cutoff, model, y_hat, lo80, hi80, lo90, hi90. Only rows at or before "
        "a cutoff are used for it; where the file holds the truth after it, scores against the naive forecasts are printed."))
    ask.add_argument("series", help="the series, .csv or .parquet; further columns of numbers are measured factors")
    ask.add_argument("--horizon", required=True, type=int, help="steps ahead")
    ask.add_argument("--freq", required=True, help="length of a step: 5min, 15min, h, D, MS, or ISO 8601 (PT5M, P1D)")
    ask.add_argument("--model", default="auto", help="auto (the best on a validation part), or the name of one")
    ask.add_argument("--mode", default="full", choices=("full", "instant"), help="instant leaves the slow models out")
    ask.add_argument("--covariates", metavar="FILE", help="ds (and unit_id) and factors; only rows at or before a cutoff are used, except")
    ask.add_argument("--known-ahead", default="", metavar="NAME,…", help="factors of that file that are planned or known long ahead")
    ask.add_argument("--neighbours", metavar="ADJ.csv", help="weights: a square table in the order of the units (with or without their names), "
                     "or rows unit_id, neighbour[, weight]")
    ask.add_argument("--cutoffs", default="", metavar="every:K|FILE", help="forecast after every K-th step of the last fifth, or after the "
                     "moments of a file (one a line, or a column cutoff); without it after the last step")
    ask.add_argument("--timezone", default="UTC", help="whose clock ds without an offset follows (and the seasons)")
    ask.add_argument("--low", type=float, help="no value is below")
    ask.add_argument("--high", type=float, help="no value is above")
    ask.add_argument("--count", action="store_true", help="values are counts: never negative")
    ask.add_argument("--out", required=True, metavar="FILE", help="where to write, .csv or .parquet")


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Run the command."""
    del settings
    from app.forecast.asked import answer  # arrays and models, which the other commands do without

    return answer(asked)
