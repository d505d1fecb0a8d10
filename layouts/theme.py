"""The looks as the libraries want them, mirrored from assets/tokens.css: Mantine's theme, the plotly template, table options."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

TOKENS_CSS = Path(__file__).resolve().parent.parent / "assets" / "tokens.css"
THEMES = ("light", "dark")


@cache
def tokens(theme: str) -> dict[str, str]:
    """Every token of a theme by name without its `--cs-`: the common block, then the theme's own."""
    blocks = re.findall(r"^(:root[^{]*)\{([^}]*)\}", TOKENS_CSS.read_text(encoding="utf-8"), re.M)
    found: dict[str, str] = {}
    for selector, body in blocks:
        if "color-scheme" not in selector or f'"{theme}"' in selector:
            found |= {name: value.strip() for name, value in re.findall(r"--cs-([\w-]+):\s*([^;]+);", body)}
    return found


def mantine() -> dict[str, Any]:
    """Mantine's theme; colours stay CSS variables so that both schemes come from the one file (assets/screen.css)."""
    return {
        "fontFamily": tokens("light")["font"],
        "fontFamilyMonospace": "ui-monospace, Menlo, Consolas, monospace",
        "defaultRadius": tokens("light")["radius"],
        "primaryColor": "accent",
        "cursorType": "pointer",
        "focusRing": "auto",
        "colors": {"accent": ["#eaf2fd", "#d3e4fa", "#a8c9f4", "#7aacee", "#5594e9", "#3d85e6", "#2f7de5", "#226bcc", "#0b5fc4", "#00509f"]},
        "primaryShade": {"light": 8, "dark": 5},
    }


@cache
def _plot(theme: str) -> dict[str, Any]:
    t = tokens(theme)
    axis = {
        "gridcolor": t["border"],
        "linecolor": t["border"],
        "zerolinecolor": t["border"],
        "tickcolor": t["border"],
        "tickfont": {"color": t["text-soft"], "size": 11},
        "automargin": True,
    }
    return {
        "layout": {
            "font": {"family": t["font"], "size": 12, "color": t["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis,
            "yaxis": axis,
            "hovermode": "x unified",
            "hoverlabel": {"bgcolor": t["raised"], "bordercolor": t["border"], "font": {"color": t["text"]}},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": t["text"]}},
            "margin": {"l": 48, "r": 16, "t": 28, "b": 28},
        }
    }


def plot_template(theme: str) -> dict[str, Any]:
    """The one plotly template, as a plain dictionary."""
    return _plot(theme)
