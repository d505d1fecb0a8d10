"""Small components of our own, drawn as SVG by assets/screen/*.js: an icon, a spark line, the bar of time."""

from __future__ import annotations

from typing import Any, ClassVar

from dash.development.base_component import Component


class _Drawn(Component):
    _namespace = "chengshu_screen"
    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []

    def __init__(self, **props: Any) -> None:
        """Dash's own checks import a package of our namespace for their messages: it is not there, and 0.2 ms are gone."""
        for name, value in props.items():
            if name not in self._prop_names and not name.startswith(tuple(self._valid_wildcard_attributes)):
                raise TypeError(f"{self._type} has no property {name}: it has {', '.join(self._prop_names)}")
            setattr(self, name, value)


class Icon(_Drawn):
    """`d`: the path on 24 × 24; `size` in pixels."""

    _type = "Icon"
    _prop_names: ClassVar[list[str]] = ["id", "d", "size", "className"]
    available_properties: ClassVar[list[str]] = _prop_names


class Spark(_Drawn):
    """A small course of values (None = gap).

    `ahead`: what is expected after them, drawn dashed, with its `band` [[low, high], …]. `limits`: lines to show faintly.
    `label`: what a screen reader says. `height` in pixels; the width is the place's.
    """

    _type = "Spark"
    _prop_names: ClassVar[list[str]] = ["id", "values", "ahead", "band", "limits", "label", "height", "className"]
    available_properties: ClassVar[list[str]] = _prop_names


def onward(ahead: dict[str, Any] | None, every: int = 1) -> dict[str, Any]:
    """What a Spark is given to go on with: `ahead` {y, low, high} (app.forecast.told.ahead), every so manieth step; nothing for None."""
    if not ahead:
        return {}
    return {"ahead": ahead["y"][::every], "band": [list(pair) for pair in zip(ahead["low"][::every], ahead["high"][::every], strict=True)]}


class WallCourse(_Drawn):
    """A course of values as the wall shows it, in the size of its place: with its highest and lowest, days, and limits.

    `times` in epoch seconds, `values` (None = gap), `limits` drawn faintly, `band` [[low, high] or None, …] behind it (one a time),
    `ahead` what is expected at the last of the times, drawn dashed,
    `zone`, `language` for the days, `label` for a screen reader.
    """

    _type = "WallCourse"
    _prop_names: ClassVar[list[str]] = ["id", "times", "values", "ahead", "limits", "band", "zone", "language", "label", "className"]
    available_properties: ClassVar[list[str]] = _prop_names


class TimeBar(_Drawn):
    """The steps of an indicator to choose from, play and step through.

    In: `axis` {times (epoch seconds), values, of (the name of what the course behind shows)}, `value` (epoch seconds,
    None = the newest, moving on with the city), `zone`, `language`, `words`.
    Out: `value` while it moves (at most three a second; never the next before the map has drawn the last), `settled` once it rests.
    """

    _type = "TimeBar"
    _prop_names: ClassVar[list[str]] = ["id", "axis", "value", "settled", "zone", "language", "words"]
    available_properties: ClassVar[list[str]] = _prop_names


class LineageGraph(_Drawn):
    """The libraries as a picture that can be followed table by table and column by column (assets/screen/lineage.js).

    `graph` is app.lineage.graph's answer; `chosen` the table or column to begin with; `words`, `language` of the reader.
    """

    _type = "LineageGraph"
    _prop_names: ClassVar[list[str]] = ["id", "graph", "chosen", "words", "language"]
    available_properties: ClassVar[list[str]] = _prop_names
