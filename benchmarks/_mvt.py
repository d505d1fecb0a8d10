"""A vector tile taken apart by another hand than the one that made it: Mapbox Vector Tile 2.1, read with NumPy.

It is an oracle: a million footprints are decoded in seconds, and nothing of data/tiles.py is used.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Layer:
    """One layer of one tile; arrays have one entry a feature, or one a ring (lines and points: a part)."""

    name: str
    version: int = 0
    extent: int = 4096
    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    kind: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))     # 1 point, 2 line, 3 polygon
    tags: list[dict[str, Any]] = field(default_factory=list)
    bounds: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 4), np.int64))   # x0 y0 x1 y1 in tile units
    ring_feature: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    ring_area: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))         # > 0: an outer ring
    is_closed: bool = True                                                              # every ring of every polygon

    @property
    def wrong_winding(self) -> int:
        """Polygons whose first ring is not an outer one."""
        outer = np.full(self.ids.size, np.nan)
        first = np.r_[True, self.ring_feature[1:] != self.ring_feature[:-1]] if self.ring_feature.size else np.empty(0, bool)
        outer[self.ring_feature[first]] = self.ring_area[first]
        return int(((self.kind == 3) & (outer < 0)).sum())

    @property
    def area(self) -> NDArray[np.float64]:
        """Area of every polygon in tile units squared, holes taken off."""
        return np.bincount(self.ring_feature, self.ring_area, self.ids.size) if self.ids.size else np.empty(0)


def decode(body: bytes) -> dict[str, Layer]:
    """The layers of a tile by name. Raises ValueError for two layers of one name."""
    found: dict[str, Layer] = {}
    for number, raw in _fields(body):
        if number == 3:
            layer = _layer(raw)
            if layer.name in found:
                raise ValueError(f"two layers {layer.name}")
            found[layer.name] = layer
    return found


def _fields(raw: bytes) -> list[tuple[int, Any]]:
    """(field number, value) of a protobuf message: whole numbers, bytes, floats."""
    found, at, end = [], 0, len(raw)
    while at < end:
        tag, at = _varint(raw, at)
        kind = tag & 7
        if kind == 2:
            size, at = _varint(raw, at)
            found.append((tag >> 3, raw[at:at + size]))
            at += size
        elif kind == 0:
            value, at = _varint(raw, at)
            found.append((tag >> 3, value))
        elif kind == 5:
            found.append((tag >> 3, struct.unpack_from("<f", raw, at)[0]))
            at += 4
        else:
            found.append((tag >> 3, struct.unpack_from("<d", raw, at)[0]))
            at += 8
    return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = raw[at]
    at += 1
    if value < 128:
        return value, at
    value, shift = value & 127, 7
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _varints(raw: bytes) -> NDArray[np.int64]:
    """All varints of a packed field at once."""
    data = np.frombuffer(raw, np.uint8)
    if not data.size:
        return np.empty(0, np.int64)
    ends = np.flatnonzero(data < 128)
    starts = np.r_[0, ends[:-1] + 1]
    place = np.arange(data.size) - np.repeat(starts, ends - starts + 1)
    return np.add.reduceat((data & 127).astype(np.int64) << (7 * place), starts)


def _layer(raw: bytes) -> Layer:
    layer, keys, values = Layer(""), [], []
    ids, kinds, tags, shapes = [], [], [], []
    for number, value in _fields(raw):
        if number == 2:
            one = dict(_fields(value))
            ids.append(one.get(1, 0))
            kinds.append(one.get(3, 0))
            tags.append(one.get(2, b""))
            shapes.append(one.get(4, b""))
        elif number == 1:
            layer.name = value.decode()
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            ((kind, plain),) = _fields(value)
            values.append(plain.decode() if kind == 1 else plain - (plain >> 63 << 64) if kind == 4
                          else (plain >> 1) ^ -(plain & 1) if kind == 6 else bool(plain) if kind == 7 else plain)
        elif number == 5:
            layer.extent = value
        elif number == 15:
            layer.version = value
    layer.ids, layer.kind = np.asarray(ids, np.int64), np.asarray(kinds, np.int64)
    layer.tags = [dict(zip((keys[k] for k in pairs[0::2]), (values[v] for v in pairs[1::2]), strict=True))
                  for pairs in (_some(part) for part in tags)]
    _shapes(layer, shapes)
    return layer


def _some(raw: bytes) -> list[int]:
    if max(raw, default=0) < 128:
        return list(raw)
    found, at = [], 0
    while at < len(raw):
        value, at = _varint(raw, at)
        found.append(value)
    return found


def _shapes(layer: Layer, shapes: list[bytes]) -> None:
    """Coordinates of all features of a layer in one go, then areas and bounds."""
    numbers = _varints(b"".join(shapes))
    if not numbers.size:
        layer.bounds = np.zeros((layer.ids.size, 4), np.int64)
        return
    terminators = np.cumsum(np.frombuffer(b"".join(shapes), np.uint8) < 128)
    last = np.cumsum([len(part) for part in shapes]) - 1
    stops = terminators[last]                             # numbers up to and with this feature
    stream, is_pair = numbers.tolist(), np.ones(numbers.size, bool)
    ring_feature, ring_start, at, pairs = [], [], 0, 0
    feature_start = []
    for feature, stop in enumerate(stops.tolist()):
        feature_start.append(pairs)
        closed = layer.kind[feature] != 3
        while at < stop:
            command, count = stream[at] & 7, stream[at] >> 3
            is_pair[at] = False
            at += 1
            if command == 7:
                closed = True
                continue
            if command == 1:
                ring_feature.append(feature)
                ring_start.append(pairs)
                closed = layer.kind[feature] != 3
            pairs += count
            at += 2 * count
        layer.is_closed &= bool(closed)
    moved = numbers[is_pair]
    moved = (moved >> 1) ^ -(moved & 1)
    x, y = np.cumsum(moved[0::2]), np.cumsum(moved[1::2])
    begin = np.asarray(feature_start)
    size = np.diff(np.r_[begin, x.size])
    x, y = (axis - np.repeat(np.r_[0, axis][begin], size) for axis in (x, y))
    ring = np.asarray(ring_start)
    nxt = np.arange(1, x.size + 1)
    nxt[np.r_[ring[1:], x.size] - 1] = ring               # the last point of a ring goes back to its first
    layer.ring_feature = np.asarray(ring_feature, np.int64)
    layer.ring_area = np.add.reduceat((x * y[nxt] - x[nxt] * y).astype(np.float64), ring) / 2
    layer.bounds = np.stack([np.minimum.reduceat(x, begin), np.minimum.reduceat(y, begin),
                             np.maximum.reduceat(x, begin), np.maximum.reduceat(y, begin)], axis=1)
