"""The UN's World Population Prospects 2019 as histories: what was known of a country at the end of a year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from app.forecast.vital_rates import History

AGES = 21


class Wpp:
    """Tables read once; `history(code, year)` cuts them off at a year, `people(code, year)` is the truth."""

    def __init__(self, folder: Path) -> None:
        self.tables = {name: pd.read_csv(folder / f"{name}.txt", sep="\t") for name in
                       ("popM", "popF", "mxM", "mxF", "tfr", "percentASFR", "sexRatio", "migration")}
        self.tables = {name: table.set_index("country_code") for name, table in self.tables.items()}
        kinds = pd.read_csv(folder / "UNlocations.txt", sep="\t", encoding="latin-1")
        there = set.intersection(*(set(t.index) for t in self.tables.values()))
        self.countries = [int(c) for c in kinds.loc[kinds["location_type"] == 4, "country_code"] if c in there]

    def people(self, code: int, year: int) -> np.ndarray:
        """[sex × age], thousands."""
        return np.array([self.tables[name].loc[code, str(year)].to_numpy(np.float64) for name in ("popM", "popF")])

    def history(self, code: int, year: int, first: int = 1950) -> History:
        """Periods from `first` up to `year`; nothing after it."""
        periods = [f"{y}-{y + 5}" for y in range(first, year, 5)]
        population = np.array([self.people(code, y) for y in range(first, year + 1, 5)])
        mortality = np.array([self.tables[name].loc[code, periods].to_numpy(np.float64) for name in ("mxM", "mxF")]).transpose(2, 0, 1)
        tfr = self.tables["tfr"].loc[code, periods].to_numpy(np.float64)
        fertility = np.zeros((len(periods), AGES))
        fertility[:, 3:10] = (self.tables["percentASFR"].loc[code, periods].to_numpy(np.float64).T / 100) * tfr[:, None] / 5
        return History(year, population, mortality, fertility, self.tables["sexRatio"].loc[code, periods].to_numpy(np.float64),
                       self.tables["migration"].loc[code, periods].to_numpy(np.float64))
