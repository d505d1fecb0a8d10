"""What a visitor sees while a city is being taken in: a page of its own until the map can be shown, then a line until all is in."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from dash import html

_WORDS = {"zh": {"": ("城枢正在准备示范城市", "首次启动需要把示范城市的数据收进来，完成后自动打开。"),
                 "values": ("城枢正在启动", "正在把各城市的体征数值读入内存，完成后自动打开。")},
          "en": {"": ("Chengshu is preparing the demo city", "The first start takes the demo city's data in; the page opens by itself."),
                 "values": ("Chengshu is starting", "The values of the cities are being read into memory; the page opens by itself.")}}

_STEPS = {"zh": {"city": "城市", "unit": "城市信息单元", "layer": "底图", "attribute": "单元属性", "reading": "体征读数", "flow": "人员流动",
                 "tiles": "绘制地图", "tower": "塔式聚合", "values": "读取体征数值", "records": "人口、企业与工单等记录", "catalogue": "数据目录",
                 "alerts": "研判近期预警"},
          "en": {"city": "the city", "unit": "city information units", "layer": "basemap", "attribute": "attributes", "reading": "readings",
                 "flow": "flows", "tiles": "drawing the map", "tower": "rolling up", "values": "reading values",
                 "records": "people, enterprises, cases", "catalogue": "the catalogue", "alerts": "judging the last days"}}

_COMING = {"zh": "数据仍在陆续接入，尚缺的数值会自动出现", "en": "Data are still coming in; what is missing appears by itself"}


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


def coming(language: str, progress: dict[str, Any]) -> html.Div:
    """A line under the header while the page can be used and not all is in; `assets/screen/coming.js` keeps it and takes it away."""
    return html.Div([html.Progress(**{"aria-label": _COMING[language]}), html.B(_COMING[language]),
                     html.Span(_STEPS[language].get(str(progress["text"]), ""), id="coming-step", className="cs-soft")],
                    id="coming", className="cs-coming", role="status", **{"data-words": json.dumps(_STEPS[language], ensure_ascii=False)})
