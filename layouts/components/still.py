"""Markup that nothing on the page reads or writes by itself, as one component.

Every Dash component subscribes to the page's store, and every change of anything asks them all: a thousand small
elements cost a second of the first picture. What needs no callback of its own (a list, a card, a legend, a header) is
handed over as one tree of plain elements; clicks are delegated by data attributes anyway (assets/screen/hands.js).
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from layouts.components.drawn import _Drawn


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
    given = node.to_plotly_json()
    if given["namespace"] not in ("dash_html_components", "chengshu_screen") or given["type"] == "TimeBar":
        raise TypeError(f"{given['type']} needs callbacks and cannot stand still")
    props = {key: value for key, value in given["props"].items() if value is not None and key != "children"}
    if given["type"] == "Still":
        return props["tree"]
    name = given["type"] if given["namespace"] == "chengshu_screen" else given["type"].lower()
    children = _plain(getattr(node, "children", None))
    return {"t": name, **({"p": props} if props else {}), **({"c": children} if children not in (None, []) else {})}
