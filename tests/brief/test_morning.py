"""The morning brief: every sentence rests on numbers that can be traced, the same data give the same text, and no data gives none."""

import base64
import re
import zlib
from datetime import UTC, datetime

import pytest

from app.access import EVERY_DEPARTMENT, Grant, viewer
from app.brief import morning
from app.brief.morning import Statement, compose
from app.errors import NotFound
from app.lineage.trace import trace
from callbacks.kept_briefs import Briefs, due, keep, kept, read_kept
from layouts.brief_pdf import STANDARD, brief_pdf, font
from layouts.components.still import still
from layouts.markup import page
from layouts.panels.brief_morning import brief_article, parts
from layouts.reader import Reader
from tests import homes, tiny
from tests.alerts.raised import put
from tests.brief.test_tablet import LONG, weeks

NOON = tiny.NOON.timestamp()


def seen_by(system, *grants, name="leader"):
    return system.seen_by(viewer(name, "local", grants or (Grant("local", privacy=3),), system.roles, EVERY_DEPARTMENT), "operations.read")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    folder = tmp_path_factory.mktemp("morning")
    found = homes.city(folder / "home")
    rows = weeks("aqi", "street", 40.0, 140.0) + tiny.readings("energy_use_kwh", "floor")
    found.take([tiny.hand_in(folder, "reading", rows, "r")])
    put(found, "tiny", {})
    yield found
    found.close()


def text_of(brief, language="en"):
    return "\n".join("".join(piece.text for piece in pieces) for part in parts(Reader(language), brief) for pieces in part.sentences)


def test_every_sentence_carries_its_numbers_and_every_number_opens(system):
    seen = seen_by(system)
    brief = compose(seen, "tiny")
    assert [section.id for section in brief.sections] == ["headline", "changes", "alerts", "quality", "outlook"]
    for language in ("zh", "en"):
        for section, part in zip(brief.sections, parts(Reader(language), brief), strict=True):
            for statement, pieces in zip(section.statements, part.sentences, strict=True):
                keys = [piece.key for piece in pieces if piece.key]
                assert sorted(keys) == sorted(number.key for number in statement.numbers.values()), "all its numbers are said"
                loose = "".join(piece.text for piece in pieces if not piece.key)
                assert "{" not in loose and "\x01" not in loose
    keys = {number.key for section in brief.sections for statement in section.statements for number in statement.numbers.values()}
    for key in keys:
        found = trace(seen, "tiny", key)
        assert found.path or found.number, key
    values = [(number, number.key) for section in brief.sections for one in section.statements if one.kind in ("beyond", "alert")
              for name, number in one.numbers.items() if name == "value"]
    for number, key in values:
        if "/aqi/" in key:
            assert trace(seen, "tiny", key).number["value"] == pytest.approx(number.value)
    with pytest.raises(ValueError, match="no number"):
        Statement("city", {}, {})


def test_the_same_data_give_the_same_text_and_the_same_file(system):
    one, two = compose(seen_by(system), "tiny"), compose(seen_by(system, name="another"), "tiny")
    assert text_of(one) == text_of(two) and text_of(one, "zh") == text_of(two, "zh")
    said = text_of(one, "zh")
    assert "空气质量指数为 140" in said and "高于平常" in said and "预计到" in said and "十次有九次" in said and "道路积水" in said and "水务" in said
    assert brief_pdf(Reader("zh"), one) == brief_pdf(Reader("zh"), two)
    figures = [len(part.figures) for part in parts(Reader("en"), one)]
    assert figures[1] >= 2 and figures[4] >= 1, "courses and a small map"


def test_the_page_and_the_pdf_say_the_same(system):
    brief, r = compose(seen_by(system), "tiny"), Reader("zh")
    html = page(still(brief_article(r, brief, is_live=False)).tree, "t", "zh")
    assert "<script" not in html and "<svg" in html and "140" in html and html.count("<p>") >= 5
    pdf = brief_pdf(r, brief)
    assert pdf.startswith(b"%PDF-") and b"/Subtype /Image" not in pdf, "drawings are vectors"
    fonts = re.findall(rb"/BaseFont /([A-Za-z0-9+-]+)", pdf)
    assert any(STANDARD.encode() in name or b"+" in name for name in fonts), "text is text in a font that has Chinese"
    assert font("/nowhere.ttf")
    streams = b"".join(_plain(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S))
    assert streams.count(b" Tj") + streams.count(b" TJ") > 20 and streams.count(b" l\n") + streams.count(b" l ") > 20


def _plain(body):
    try:
        return zlib.decompress(base64.a85decode(body.strip().removesuffix(b"~>")))
    except (ValueError, zlib.error):
        return b""


@pytest.mark.parametrize("case", ["empty", "one", "long", "old"])
def test_no_sentence_without_data_behind_it(tmp_path, case):
    system = homes.city(tmp_path / "home")
    if case == "old":
        city = {"city": "tiny", "name_zh": "小城", "name_en": "Tiny", "synthetic": False, "timezone": "Asia/Shanghai", "code": "990100"}
        system.take([tiny.hand_in(tmp_path, "city", [city], "real")])
    if case == "long":
        system.take([tiny.hand_in(tmp_path, "unit", [{**row, "name_zh": LONG, "name_en": LONG} for row in tiny.units()], snapshot=True)])
    if case != "empty":
        at = datetime(2020, 1, 1, tzinfo=UTC) if case == "old" else tiny.NOON
        system.take([tiny.hand_in(tmp_path, "reading", tiny.readings("aqi", "street", at=at), "r")])
    brief = compose(seen_by(system), "tiny")
    assert (brief.sections == ()) == (case == "empty")
    ids = [section.id for section in brief.sections]
    assert "changes" not in ids and "outlook" not in ids, "nothing was learnt yet"
    assert ("headline" in ids) == (case in ("one", "long")), "old numbers judge nothing"
    assert (brief.name_en == LONG) is False
    for language in ("zh", "en"):
        assert brief_pdf(Reader(language), brief).startswith(b"%PDF-")
        assert "NaN" not in text_of(brief, language) and "None" not in text_of(brief, language)
    system.close()


def test_a_brief_is_written_at_its_hour_and_kept_for_who_sees_the_whole_city(system):
    day = "2026-11-18"
    assert due(system, NOON - 6 * 3600) == [], "06:00 in Shanghai is before 07:00"
    assert due(system, NOON) == [("tiny", day)]
    names = [f"{day}-{language}.{kind}" for language in ("en", "zh") for kind in ("html", "pdf")]
    assert sorted(path.name for path in keep(system, "tiny", day)) == names
    assert due(system, NOON) == []
    leader = seen_by(system, Grant("leader", "tiny", privacy=1))
    assert len(kept(leader, "tiny")) == 4 and b"<article" in read_kept(leader, "tiny", f"{day}-zh.html")
    for name in ("../../chengshu.duckdb", "x", f"{day}-zh.html.part"):
        with pytest.raises(NotFound):
            read_kept(leader, "tiny", name)
    for other in (Grant("leader", "tiny", "990101", privacy=1), Grant("leader", "tiny", privacy=0)):
        with pytest.raises(NotFound):
            kept(seen_by(system, other), "tiny")
    thread = Briefs(system, 0.01)
    thread.start()
    thread.stop()


def test_a_part_of_the_city_is_briefed_of_itself_alone(system):
    text = text_of(compose(seen_by(system, Grant("leader", "tiny", "990102", privacy=1)), "tiny"))
    assert "Unit 101" not in text and "Water on the road" not in text and "rows came in" not in text
    assert morning.MOST_ALERTS
