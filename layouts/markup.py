"""Plain markup (layouts/components/still.py) as the text of a page of its own: for a brief that is kept or sent on."""

from __future__ import annotations

from html import escape
from typing import Any

_NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex"}
COLORS = {"good": "#1f8f73", "watch": "#c98a0c", "bad": "#b3261e", "none": "#a7afb8", "accent": "#0b5fc4", "band": "#c5d9f3", "border": "#d5dbe2",
           "soft": "#4c5a69", "text": "#16202b"}
STYLE = """body{margin:0 auto;max-width:46rem;padding:2rem 1.2rem;
font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;color:#16202b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin:1.6rem 0 .4rem}p{margin:.3rem 0;overflow-wrap:anywhere}
.cs-soft,figcaption{color:#4c5a69}figure{margin:.6rem 0}figure svg{max-width:28rem;width:100%;height:auto}figcaption{font-size:.85rem}"""


def page(tree: Any, title: str, language: str) -> str:
    """A whole document: the tree with its own style, no script, nothing fetched."""
    lang = "zh-CN" if language == "zh" else "en"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="{lang}"><head>{head}<style>{STYLE}</style></head><body>{text(tree)}</body></html>\n'


def text(node: Any) -> str:
    """A node of the tree; what comes from data is escaped."""
    if node is None or isinstance(node, bool):
        return ""
    if isinstance(node, list):
        return "".join(text(one) for one in node)
    if not isinstance(node, dict):
        return escape(str(node))
    props = node.get("p", {})
    if node["t"] == "Picture":
        return svg(props)
    given = "".join(f' {_NAMES.get(name, name)}="{escape(str(value))}"' for name, value in props.items() if isinstance(value, (str, int, float)))
    return f"<{node['t']}{given}>{text(node.get('c'))}</{node['t']}>"


def svg(drawing: dict[str, Any]) -> str:
    """A drawing as SVG with its own colours."""
    body = []
    for shape in drawing["shapes"]:
        color, points = COLORS[shape["role"]], "L".join(f"{x:g} {y:g}" for x, y in shape["points"])
        x, y = shape["points"][0]
        if shape["kind"] == "area":
            body.append(f'<path d="M{points}Z" fill="{color}" stroke="#fff" stroke-width="{shape["size"]:g}"/>')
        elif shape["kind"] == "line":
            body.append(f'<path d="M{points}" fill="none" stroke="{color}" stroke-width="{shape["size"]:g}"/>')
        elif shape["kind"] == "dot":
            body.append(f'<circle cx="{x:g}" cy="{y:g}" r="{shape["size"]:g}" fill="{color}"/>')
        else:
            said = escape(shape["text"])
            body.append(f'<text x="{x:g}" y="{y:g}" font-size="{shape["size"]:g}" text-anchor="{shape["anchor"]}" fill="{color}">{said}</text>')
    size = f'width="{drawing["width"]:g}" height="{drawing["height"]:g}" viewBox="0 0 {drawing["width"]:g} {drawing["height"]:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(drawing["label"])}">{"".join(body)}</svg>'
