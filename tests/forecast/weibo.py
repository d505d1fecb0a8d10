"""The hourly hot-search list as topics: what each had gathered hour by hour, before and after a day of the year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SPLIT = 24 * 243        # 1 September 2025: topics seen first before it teach, those after it test
SEEN = 6                # the first hours, of which forecasts are made, have no gap
MOST = 1e8              # readers beyond it are told in two digits: such topics cannot be followed hour by hour


@dataclass(frozen=True)
class Topics:
    """`seen` [n]: readers at first sight; `counts` [n × hours]: more of them in each hour after it; `start`: hour of the year."""

    seen: np.ndarray
    counts: np.ndarray
    start: np.ndarray

    def part(self, chosen: np.ndarray) -> Topics:
        return Topics(self.seen[chosen], self.counts[chosen], self.start[chosen])


def topics(folder: Path, hours: int = 12) -> tuple[Topics, Topics]:
    """(teaching, testing): topics that stayed on the list for `hours` hours after their first, gaps of up to two hours filled in."""
    frame = pd.read_parquet(folder / "weibo_hot_2025.parquet", columns=["date", "hour", "title", "ads", "readCount"])
    frame = frame[~frame["ads"] & frame["readCount"].gt(0)]
    day = (frame["date"].astype("datetime64[s]") - pd.Timestamp("2025-01-01")).dt.days
    frame = pd.DataFrame({"title": pd.factorize(frame["title"])[0], "t": day.to_numpy() * 24 + frame["hour"].to_numpy(), "n": frame["readCount"]})
    frame = frame.drop_duplicates(["title", "t"]).sort_values(["title", "t"])
    title, t, n = (frame[c].to_numpy() for c in ("title", "t", "n"))
    new = np.r_[True, (title[1:] != title[:-1]) | (t[1:] - t[:-1] > 3)]
    begin = np.flatnonzero(new)
    end = np.r_[begin[1:], len(t)]
    keep = t[end - 1] - t[begin] >= hours
    dense = np.array([np.array_equal(t[a:a + SEEN + 1] - t[a], np.arange(SEEN + 1)) for a, b in zip(begin, end, strict=True)])
    keep &= dense                                     # a gap filled from what came after it would tell the future
    found = np.array([np.interp(np.arange(hours + 1), t[a:b] - t[a], n[a:b]) for a, b in zip(begin[keep], end[keep], strict=True)])
    found = np.maximum.accumulate(found, axis=1)
    every = Topics(found[:, 0], np.diff(found, axis=1), t[begin[keep]])
    every = every.part(found[:, 2] < MOST)
    return every.part(every.start < SPLIT), every.part(every.start >= SPLIT)
