"""Colours that mean something: one module for the map, the charts and the legends.

Ramps run through anchors in OKLab, so steps look even and luminance moves one way; the tests hold every ramp to
monotone luminance and to a smallest distance between neighbours as seen with protan, deutan and tritan vision.
In the light theme a higher class is darker, in the dark theme brighter: more always stands out from the ground.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

THEMES = ("light", "dark")

_SEQUENTIAL = {
    "light": ("#f3efcf", "#a9d8b4", "#45a9b0", "#2d6da8", "#2a2a72"),
    "dark": ("#22386b", "#1f6f93", "#2fa08f", "#98cf6d", "#fbf3a4"),
}
_DIVERGING = {
    "light": ("#1f5f99", "#7db2d3", "#f2efe9", "#e8a06c", "#a8431b"),
    "dark": ("#8fd0ff", "#3a83bd", "#2d3440", "#b8662f", "#ffbe85"),
}
_STATUS = {
    "light": {"good": "#1f8f73", "watch": "#e3a21a", "bad": "#b3261e", "none": "#a7afb8"},
    "dark": {"good": "#37b893", "watch": "#ffd25e", "bad": "#f0503f", "none": "#5d6875"},
}
# Okabe and Ito (2008), ordered so that the first few are farthest apart; yellow and black moved for each ground.
_CATEGORICAL = {
    "light": ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#4b4f58", "#b9a700"),
    "dark": ("#6cc4f5", "#f2b233", "#14946f", "#d9562b", "#2f86c9", "#e0a0c4", "#c9ced6", "#f0e442"),
}
NODATA = {"light": "#d3d7dc", "dark": "#414854"}
SELECTED = {"light": "#d6336c", "dark": "#ff5c9a"}
HOVER = {"light": "#f08c00", "dark": "#ffb84d"}


def sequential(classes: int, theme: str = "light") -> list[str]:
    """``classes`` colours for low → high values."""
    return _ramp(_SEQUENTIAL[theme], classes)


def diverging(classes: int, theme: str = "light") -> list[str]:
    """``classes`` colours for below → middle → above; the middle is nearest the ground."""
    return _ramp(_DIVERGING[theme], classes)


def status(theme: str = "light") -> dict[str, str]:
    """Colours of good, watch, bad and none (no data); never the only sign of a state on a screen."""
    return dict(_STATUS[theme])


def categorical(count: int, theme: str = "light") -> list[str]:
    """``count`` colours for unordered kinds; more than eight repeat, which is a sign to group the rest."""
    kinds = _CATEGORICAL[theme]
    return [kinds[i % len(kinds)] for i in range(count)]


def map_colors(classes: int, theme: str = "light", kind: str = "sequential", reverse: bool = False) -> dict:
    """The ``colors`` prop of CityMap: ramp (class 0 first), nodata, selected and hover for one theme."""
    if kind == "status":
        three = _STATUS[theme]
        ramp = [three["good"], three["watch"], three["bad"]][:classes]
    else:
        ramp = {"sequential": sequential, "diverging": diverging}[kind](classes, theme)
    if reverse:
        ramp = ramp[::-1]
    return {"ramp": ramp, "nodata": NODATA[theme], "selected": SELECTED[theme], "hover": HOVER[theme]}


def map_colors_by_theme(classes: int, kind: str = "sequential", reverse: bool = False) -> dict:
    """Both themes at once, so that the browser switches theme without asking the server."""
    return {theme: map_colors(classes, theme, kind, reverse) for theme in THEMES}


# ---- colour arithmetic (sRGB ↔ OKLab, Björn Ottosson 2020; colour vision after Machado et al. 2009, severity 1) ----

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
VISION = {
    "full": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear_rgb(color: str) -> np.ndarray:
    """#rrggbb → linear light, 0..1."""
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def oklab(color: str, vision: str = "full") -> np.ndarray:
    """#rrggbb → OKLab as seen with one kind of colour vision."""
    seen = np.clip(VISION[vision] @ linear_rgb(color), 0, 1)
    return _TO_LAB @ np.cbrt(_TO_LMS @ seen)


def luminance(color: str) -> float:
    """Relative luminance as in WCAG 2."""
    return float(linear_rgb(color) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast ratio, 1..21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def distance(a: str, b: str, vision: str = "full") -> float:
    """Euclidean distance in OKLab; 0.02 is about one just noticeable step."""
    return float(np.linalg.norm(oklab(a, vision) - oklab(b, vision)))


def _hex(lab: np.ndarray) -> str:
    rgb = np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3
    rgb = np.clip(rgb, 0, 1)
    srgb = np.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(v) * 255):02x}" for v in srgb)


def _ramp(anchors: Sequence[str], classes: int) -> list[str]:
    if classes < 1:
        return []
    if classes == 1:
        return [anchors[len(anchors) // 2]]
    labs = np.array([oklab(a) for a in anchors])
    at = np.linspace(0, len(anchors) - 1, classes)
    return [_hex(np.array([np.interp(t, range(len(anchors)), labs[:, j]) for j in range(3)])) for t in at]
