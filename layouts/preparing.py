"""What a visitor sees while the first city is being taken in: how far it is, and what is being done."""

from __future__ import annotations

import json
from html import escape

_WORDS = {"zh": {"": ("城枢正在准备示范城市", "首次启动需要把示范城市的数据收进来，完成后自动打开。"),
                 "values": ("城枢正在启动", "正在把各城市的体征数值读入内存，完成后自动打开。")},
          "en": {"": ("Chengshu is preparing the demo city", "The first start takes the demo city's data in; the page opens by itself."),
                 "values": ("Chengshu is starting", "The values of the cities are being read into memory; the page opens by itself.")}}

_STEPS = {"zh": {"city": "城市", "unit": "城市信息单元", "layer": "底图", "attribute": "单元属性", "reading": "体征读数", "flow": "人员流动",
                 "tiles": "绘制地图", "tower": "塔式聚合", "values": "读取体征数值"},
          "en": {"city": "the city", "unit": "city information units", "layer": "basemap", "attribute": "attributes", "reading": "readings",
                 "flow": "flows", "tiles": "drawing the map", "tower": "rolling up", "values": "reading values"}}


def page(language: str, step: str = "") -> str:
    """A page of its own: no framework is up yet, only the design tokens and `assets/preparing.js`. `step`: what is being done now."""
    title, text = (escape(word) for word in _WORDS[language].get(step, _WORDS[language][""]))
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="/assets/mark.svg">
<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/preparing.css">
<script src="/assets/preparing.js" defer></script></head>
<body class="preparing"><main><p class="preparing-mark">城枢</p><h1>{title}</h1><p>{text}</p>
<progress id="preparing-bar" max="1" value="0" aria-label="{title}"></progress>
<p id="preparing-step" role="status" data-words="{escape(json.dumps(_STEPS[language], ensure_ascii=False))}"></p></main></body></html>"""
