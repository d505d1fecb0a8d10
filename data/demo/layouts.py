"""How buildings stand on a plot: in rows, along the street front, as a tower on its podium."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from data.demo.footprints import SHAPE


@dataclass(slots=True, eq=False)
class Plan:
    """Planned buildings, arrays of one length. Metres, radians; `base`: storeys below its foot (tower on a podium)."""

    parcel: np.ndarray
    shape: np.ndarray
    centre: np.ndarray
    length: np.ndarray
    depth: np.ndarray
    angle: np.ndarray
    floors: np.ndarray
    basement: np.ndarray
    use: np.ndarray
    hole: np.ndarray

    @staticmethod
    def join(plans: list[Plan]) -> Plan:
        """All plans as one, in order."""
        return Plan(*(np.concatenate([getattr(p, f.name) for p in plans]) for f in fields(Plan)))

    def keep(self, mask: np.ndarray) -> Plan:
        """The planned buildings where the mask holds."""
        return Plan(*(getattr(self, f.name)[mask] for f in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A plot's own frame: middle, direction of its front, length and depth in metres.

    `skew`: metres its rows shift along the front per metre of depth (plots are seldom rectangles).
    """

    middle: np.ndarray
    angle: np.ndarray
    width: np.ndarray
    height: np.ndarray
    skew: np.ndarray

    def smaller(self, by: float, most: float = np.inf) -> Frame:
        """The frame drawn in by some metres in all, and no longer or deeper than `most`."""
        return Frame(self.middle, self.angle, np.minimum(self.width - by, most).clip(0),
                     np.minimum(self.height - by, most).clip(0), self.skew)


def frame(corner: np.ndarray, face_south: bool) -> Frame:
    """The rectangle that a plot (n, 4, 2) mostly is. With `face_south` the front is the side nearest to east–west."""
    along = (corner[:, 1] - corner[:, 0] + corner[:, 2] - corner[:, 3]) / 2
    up = (corner[:, 3] - corner[:, 0] + corner[:, 2] - corner[:, 1]) / 2
    width, height = np.linalg.norm(along, axis=1), np.linalg.norm(up, axis=1)
    swap = np.abs(along[:, 1]) > np.abs(along[:, 0]) if face_south else height > width
    angle = np.where(swap, np.arctan2(up[:, 1], up[:, 0]), np.arctan2(along[:, 1], along[:, 0]))
    angle = np.where(np.abs(angle) > np.pi / 2, angle - np.pi * np.sign(angle), angle)
    front, side = np.stack([np.cos(angle), np.sin(angle)], 1), np.where(swap[:, None], along, up)
    reach = front[:, 0] * side[:, 1] - front[:, 1] * side[:, 0]
    skew = (front * side).sum(axis=1) / np.where(np.abs(reach) < 1, 1, reach)
    return Frame(corner.mean(axis=1), angle, np.where(swap, height, width), np.abs(reach), skew)


def rows(rng: np.random.Generator, parcel: np.ndarray, at: Frame, length: np.ndarray, depth: np.ndarray,
         gap: np.ndarray, lane: np.ndarray, *, shapes: dict[str, float], drop: float = 0.0, shift: float = 0.0,
         turn: float = 0.0, vary: float = 0.0, bow: float = 0.0) -> Plan:
    """Rows of like buildings. `gap`, `lane`: metres between neighbours in a row and between rows.

    `shift`, `turn`, `vary`: random offset (m), angle (rad) and size (share); `bow`: rows bend this much (m).
    """
    across = np.maximum(0, np.floor((at.width + gap) / (length + gap))).astype(int)
    deep = np.maximum(0, np.floor((at.height + lane) / (depth + lane))).astype(int)
    count = across * deep
    who = np.repeat(np.arange(len(parcel)), count)
    number = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    column, row = number % across[who], number // across[who]
    pitch_x = np.where(across > 1, (at.width - length) / np.maximum(across - 1, 1), 0)[who]
    pitch_y = np.where(deep > 1, (at.height - depth) / np.maximum(deep - 1, 1), 0)[who]
    pitch_x = np.minimum(pitch_x, (length + gap * 1.5)[who])
    pitch_y = np.minimum(pitch_y, (depth + lane * 1.5)[who])
    x = (column - (across[who] - 1) / 2) * pitch_x + rng.normal(0, 1, len(who)) * shift
    y = (row - (deep[who] - 1) / 2) * pitch_y + rng.normal(0, 1, len(who)) * shift
    y = y + bow * np.sin(x / 45.0 + who) + bow * 0.5 * np.sin(x / 19.0 + 2 * who)
    size_l = length[who] * (1 + rng.uniform(-1, 1, len(who)) * vary)
    size_d = depth[who] * (1 + rng.uniform(-1, 1, len(who)) * vary)
    kind = rng.choice([SHAPE[s] for s in shapes], len(who), p=np.array(list(shapes.values())) / sum(shapes.values()))
    plan = _plan(parcel[who], kind, _place(at, who, x, y), size_l, size_d,
                 at.angle[who] + rng.normal(0, 1, len(who)) * turn)
    return plan.keep(rng.random(len(who)) >= drop)


def fronts(rng: np.random.Generator, parcel: np.ndarray, at: Frame, length: float, depth: float, *,
           drop: float) -> Plan:
    """Buildings along the four sides of a plot, close to the street."""
    parts = []
    for side in range(4):
        span = at.width if side % 2 == 0 else at.height - 2 * depth - 10
        reach = (at.height if side % 2 == 0 else at.width) / 2 - depth / 2 - 2.0
        count = np.maximum(0, np.floor((span + 8) / (length + 8))).astype(int)
        who = np.repeat(np.arange(len(parcel)), count)
        number = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
        step = (span / np.maximum(count, 1))[who]
        along = (number - (count[who] - 1) / 2) * step
        size = (step - rng.uniform(4, 14, len(who))).clip(12)
        sign = 1 if side < 2 else -1
        x, y = (along, sign * reach[who]) if side % 2 == 0 else (sign * reach[who], along)
        kind = rng.choice([SHAPE["slab"], SHAPE["stepped"], SHAPE["l"]], len(who), p=[0.62, 0.26, 0.12])
        plan = _plan(parcel[who], kind, _place(at, who, x, y), size, np.full(len(who), depth),
                     at.angle[who] + (0 if side % 2 == 0 else np.pi / 2 - np.arctan(at.skew[who])))
        parts.append(plan.keep(rng.random(len(who)) >= drop))
    return Plan.join(parts)


def towers(rng: np.random.Generator, parcel: np.ndarray, at: Frame, tall: np.ndarray) -> Plan:
    """A podium with a tower through it; `tall`: storeys of the tower. The podium has a hole where the tower stands."""
    n = len(parcel)
    length = np.minimum(at.width - 14, rng.uniform(55, 110, n)).clip(20)
    depth = np.minimum(at.height - 14, rng.uniform(45, 90, n)).clip(20)
    side = np.minimum(rng.uniform(28, 46, n), np.minimum(length, depth) * 0.62)
    ratio = rng.uniform(0.82, 1.2, n)
    w, d = side * ratio, side / ratio
    ox, oy = (length - w) / 2 * rng.uniform(-0.55, 0.55, n), (depth - d) / 2 * rng.uniform(-0.55, 0.55, n)
    who = np.arange(n)
    podium = _plan(parcel, np.full(n, SHAPE["podium"]), at.middle, length, depth, at.angle)
    podium.hole = np.stack([ox - w / 2 - 0.4, oy - d / 2 - 0.4, ox + w / 2 + 0.4, oy + d / 2 + 0.4], axis=1)
    podium.floors = rng.integers(3, 7, n)
    podium.basement = rng.integers(2, 4, n)
    kinds = [SHAPE[s] for s in ("slab", "cut", "cross", "round", "stepped")]
    kind = rng.choice(kinds, n, p=[0.4, 0.26, 0.14, 0.1, 0.1])
    tower = _plan(parcel, kind, _place(at, who, ox - oy * at.skew, oy), w, d, at.angle)
    tower.floors, tower.basement = tall, rng.integers(2, 5, n)
    return Plan.join([podium, tower])


def _place(at: Frame, who: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    c, s = np.cos(at.angle[who]), np.sin(at.angle[who])
    x = x + y * at.skew[who]
    return at.middle[who] + np.stack([x * c - y * s, x * s + y * c], axis=1)


def _plan(parcel: np.ndarray, kind: np.ndarray, centre: np.ndarray, length: np.ndarray, depth: np.ndarray,
          angle: np.ndarray) -> Plan:
    n = len(parcel)
    return Plan(parcel, kind, centre, length, depth, angle, np.ones(n, np.int64), np.zeros(n, np.int64),
                np.zeros(n, np.int64), np.zeros((n, 4)))
