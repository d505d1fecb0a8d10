"""A chosen model as one file: arrays as .npz, the rest as JSON beside them in it; nothing in it is ever executed."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from app.errors import Unreadable
from app.forecast.backtest import Score, Scoreboard
from app.forecast.engine import Champion, Word
from app.forecast.intervals import Bands
from app.forecast.model import Fitted
from app.forecast.spec import Spec

FORMAT = 1


def save(champion: Champion, path: Path) -> None:
    """Write a champion (without the data it was fitted on) to one file."""
    path.write_bytes(dumps(champion))


def dumps(champion: Champion) -> bytes:
    """A champion as the bytes of an .npz file."""
    arrays: dict[str, np.ndarray] = {}
    bands = champion.fitted.bands
    body = {"format": FORMAT, "model": champion.model, "chosen_at": champion.chosen_at, "trained_on": champion.trained_on,
            "said": [[word.code, word.values] for word in champion.said], "spec": asdict(champion.spec),
            "state": _pack(champion.fitted.state, arrays), "ends": _pack(champion.scores.ends, arrays), "times": _pack(champion.scores.times, arrays),
            "scores": [{**asdict(row), "coverage": list(row.coverage.items())} for row in champion.scores.rows],
            "bands": None if bands is None else _pack({"ids": list(bands.ids), **{name: getattr(bands, name) for name in _BANDS}}, arrays)}
    out = io.BytesIO()
    np.savez_compressed(out, body=np.frombuffer(json.dumps(body, ensure_ascii=False).encode(), np.uint8), **arrays)
    return out.getvalue()


_BANDS = ("scale", "spread", "size", "quantiles", "below", "above")


def load(source: Path | bytes) -> Champion:
    """Read a champion. Raises Unreadable."""
    try:
        with np.load(io.BytesIO(source) if isinstance(source, bytes) else source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        body = json.loads(arrays.pop("body").tobytes())
        if body["format"] != FORMAT:
            raise ValueError(f"format {body['format']}")
        spec = Spec(**{name: tuple(value) if isinstance(value, list) else value for name, value in body["spec"].items()})
        bands = None
        if body["bands"] is not None:
            kept = _unpack(body["bands"], arrays)
            bands = Bands(spec, tuple(kept["ids"]), *(kept[name] for name in _BANDS))
        rows = tuple(Score(**{**row, "coverage": dict(row["coverage"])}) for row in body["scores"])
        scores = Scoreboard(rows, _unpack(body["ends"], arrays), _unpack(body["times"], arrays))
        fitted = Fitted(body["model"], spec, _unpack(body["state"], arrays), bands=bands)
        return Champion(body["model"], fitted, scores, body["chosen_at"], body["trained_on"], tuple(Word(*one) for one in body["said"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise Unreadable("This is no kept forecasting model of this version", "Let it be chosen anew", why=str(error)) from error


def _pack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """A value as JSON, its arrays put aside."""
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {"dict": {key: _pack(one, arrays) for key, one in value.items()}}
    if isinstance(value, (list, tuple)):
        return [_pack(one, arrays) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def _unpack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, list):
        return [_unpack(one, arrays) for one in value]
    if isinstance(value, dict):
        return arrays[value["array"]] if "array" in value else {key: _unpack(one, arrays) for key, one in value["dict"].items()}
    return value
