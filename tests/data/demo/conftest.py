"""One small demo city, written once for all tests here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from data.demo import write
from data.handin import HandIn

UNTIL = datetime(2026, 7, 15, 10, tzinfo=UTC)  # a Wednesday, 18:00 local


@dataclass(frozen=True)
class Written:
    """A written city: its folder and hand-ins."""

    folder: Path
    hand_ins: list[HandIn]

    def frame(self, dataset: str, columns: list[str] | None = None) -> pd.DataFrame:
        """All rows of a dataset."""
        files = [h.file for h in self.hand_ins if h.dataset == dataset]
        frames = [pd.read_parquet(f) for f in files]
        if columns:
            frames = [f[[c for c in columns if c in f]] for f in frames]
        return pd.concat([f.astype({c: object for c in f if f[c].dtype == "category"}) for f in frames],
                         ignore_index=True)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("small")
    return Written(folder, list(write(folder, "small", 7, UNTIL)))
