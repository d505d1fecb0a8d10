"""The morning brief as PDF: text that can be selected, drawings as vectors, every number with the mark of where it comes from."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from layouts.drawing import Drawing
from layouts.markup import COLORS
from layouts.panels.brief_morning import parts, title_of
from layouts.reader import Reader

STANDARD = "STSong-Light"       # Adobe's standard font for simplified Chinese: every reader has it or a stand-in, nothing is embedded
FOUND = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)


@cache
def font(path: str) -> str:
    """The name of a font that has Chinese: the file of the setting, else one of this machine, else the standard one.

    A file that is no TrueType (Noto CJK has PostScript outlines) is passed over.
    """
    for file in ([path] if path else []) + [name for name in FOUND if Path(name).is_file()]:
        try:
            pdfmetrics.registerFont(TTFont(f"brief-{Path(file).stem}", file))
        except (TTFError, OSError):
            continue
        return f"brief-{Path(file).stem}"
    pdfmetrics.registerFont(UnicodeCIDFont(STANDARD))
    return STANDARD


def brief_pdf(r: Reader, brief: Any, font_path: str = "") -> bytes:
    """The brief as a PDF; the same brief gives the same bytes."""
    name = font(font_path)
    plain = ParagraphStyle("plain", fontName=name, fontSize=10.5, leading=17, wordWrap="CJK", alignment=TA_LEFT, textColor=HexColor(COLORS["text"]))
    soft = ParagraphStyle("soft", plain, fontSize=9, leading=13, textColor=HexColor(COLORS["soft"]))
    head = ParagraphStyle("head", plain, fontSize=14, leading=22, spaceBefore=8, textColor=HexColor(COLORS["accent"]))
    title = ParagraphStyle("title", plain, fontSize=20, leading=28)
    keys: list[str] = []
    stamp = r.moment(brief.at, "full") + (f" · {r.t('Synthetic demo data')}" if brief.is_synthetic else "")
    story: list[Any] = [Paragraph(escape(title_of(r, brief)), title), Paragraph(escape(stamp), soft), Spacer(1, 3 * mm)]
    told = parts(r, brief)
    for part in told:
        story.append(Paragraph(escape(part.title), head))
        story += [Paragraph(_marked(pieces, keys), plain) for pieces in part.sentences]
        for drawing in part.figures:
            story.append(KeepTogether([Spacer(1, 2 * mm), Vector(drawing, name), Paragraph(escape(drawing.label), soft)]))
    if not told:
        story.append(Paragraph(escape(r.t("There is no data yet, so there is nothing to say.")), plain))
    if keys:
        story.append(Paragraph(escape(r.t("Where the numbers come from")), head))
        story += [Paragraph(f"[{k}] {escape(key)}", soft) for k, key in enumerate(keys, start=1)]
    out = io.BytesIO()
    pages = SimpleDocTemplate(out, pagesize=A4, leftMargin=22 * mm, rightMargin=22 * mm, topMargin=20 * mm, bottomMargin=20 * mm, invariant=1,
                              title=title_of(r, brief), author="Chengshu 城枢", lang="zh-CN" if r.language == "zh" else "en")
    pages.build(story)
    return out.getvalue()


def _marked(pieces: Any, keys: list[str]) -> str:
    """A sentence with the mark of its source behind each number."""
    found = []
    for one in pieces:
        found.append(escape(one.text))
        if one.key:
            if one.key not in keys:
                keys.append(one.key)
            found.append(f'<font size="7" color="{COLORS["soft"]}">[{keys.index(one.key) + 1}]</font>')
    return "".join(found)


class Vector(Flowable):
    """A drawing in the flow of the text."""

    def __init__(self, drawing: Drawing, font_name: str) -> None:
        super().__init__()
        self.drawing, self.font_name = drawing, font_name
        self.width, self.height = drawing.width, drawing.height

    def wrap(self, *_: Any) -> tuple[float, float]:
        """Its size in points: one a unit of its field."""
        return self.width, self.height

    def draw(self) -> None:
        """Its shapes; a PDF counts upwards."""
        for shape in self.drawing.shapes:
            color, points = HexColor(COLORS[shape.role]), [(x, self.height - y) for x, y in shape.points]
            self.canv.setStrokeColor(color)
            self.canv.setFillColor(color)
            if shape.kind == "text":
                draw = {"start": self.canv.drawString, "end": self.canv.drawRightString, "middle": self.canv.drawCentredString}[shape.anchor]
                self.canv.setFont(self.font_name, shape.size)
                draw(*points[0], shape.text)
            elif shape.kind == "dot":
                self.canv.circle(*points[0], shape.size, stroke=0, fill=1)
            else:
                path = self.canv.beginPath()
                path.moveTo(*points[0])
                for point in points[1:]:
                    path.lineTo(*point)
                is_area = shape.kind == "area"
                if is_area:
                    path.close()
                    self.canv.setStrokeColor(HexColor("#ffffff"))
                self.canv.setLineWidth(shape.size)
                self.canv.drawPath(path, stroke=1, fill=int(is_area))
