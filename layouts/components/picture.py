"""A drawing (layouts/drawing.py) on a page, as SVG: drawn by assets/screen/picture.js."""

from __future__ import annotations

from typing import ClassVar

from layouts.components.drawn import _Drawn
from layouts.drawing import Drawing


class Picture(_Drawn):
    """`width`, `height`, `shapes` ([{kind, role, points, size, text, anchor}]), `label`."""

    _type = "Picture"
    _prop_names: ClassVar[list[str]] = ["id", "width", "height", "shapes", "label", "className"]
    available_properties: ClassVar[list[str]] = _prop_names


def picture(drawing: Drawing) -> Picture:
    """The drawing as a component that may stand still."""
    return Picture(width=drawing.width, height=drawing.height, label=drawing.label,
                   shapes=[{"kind": shape.kind, "role": shape.role, "points": shape.points, "size": shape.size, "text": shape.text,
                            "anchor": shape.anchor} for shape in drawing.shapes])
