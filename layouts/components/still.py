"""Markup that nothing on the page reads or writes by itself, as one component.

Every Dash component subscribes to the page's store, and every change of anything asks them all: a thousand small
elements cost a second of the first picture. What needs no callback of its own (a list, a card, a legend, a header) is
handed over as one tree of plain elements; clicks are delegated by data attributes anyway (assets/screen/hands.js).
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from layouts.components.drawn import _Drawn

INNER = ("_", "available_")       # what Dash keeps of its own in a component


class Still(_Drawn):
    """`tree`: text, a list, or {t: element, p: properties, c: children}; drawn by assets/screen/still.js."""

    _type = "Still"
    _prop_names = ["id", "tree"]  # noqa: RUF012 - as Dash's own components have it
    available_properties = _prop_names


def still(markup: Any) -> Still:
    """Elements of dash.html and our own drawings as one component; raises TypeError for a component that needs callbacks."""
    return Still(tree=_plain(markup))


def _plain(node: Any) -> Any:
    if isinstance(node, (list, tuple)):
        return [_plain(one) for one in node if one is not None]
    if not isinstance(node, Component):
        return node
    if node._namespace not in ("dash_html_components", "chengshu_screen") or node._type == "TimeBar":
        raise TypeError(f"{node._type} needs callbacks and cannot stand still")
    # what was given, and nothing else: to_plotly_json asks every component for each of the thirty properties it might have
    given = {key: value for key, value in vars(node).items() if value is not None and not key.startswith(INNER)}
    if node._type == "Still":
        return given["tree"]
    children = _plain(given.pop("children", None))
    name = node._type if node._namespace == "chengshu_screen" else node._type.lower()
    return {"t": name, **({"p": given} if given else {}), **({"c": children} if children not in (None, []) else {})}
