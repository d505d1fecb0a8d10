"""Unit codes: what is written is what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.units.codes import imported_city, is_valid, listed, parse
from data.levels import LEVELS


@given(st.booleans(), st.integers(1, 99), st.integers(1, 999), st.integers(1, 999), st.integers(1, 999),
       st.integers(1, 99_999), st.integers(-999, 999).filter(bool))
def test_a_code_built_downwards_parses_and_climbs_back(imported, district, street, community, grid, building, floor):
    city = imported_city(district) if imported else parse("990100")
    chain = [city]
    for number in (district, street, community, grid, building, floor):
        chain.append(chain[-1].child(number))
    assert [parse(code.text) for code in chain] == chain
    assert [code.level for code in chain] == list(LEVELS)
    assert list(chain[-1].ancestors) == chain[-2::-1]
    assert chain[-1].floor_no == floor
    assert chain[0].is_imported is imported


@pytest.mark.parametrize(("text", "level"), [
    ("440100", "city"), ("440103", "district"), ("440103002", "street"), ("440103002007", "community"),
    ("440103002007004", "grid"), ("440103002007004B00012", "building"), ("440103002007004B00012F003", "floor"),
    ("440103002007004B00012U001", "floor"), ("000100", "city"), ("0001ZZ", "district"),
])
def test_every_level_has_its_length(text, level):
    assert parse(text).level == level


@pytest.mark.parametrize("text", ["", "4401", "44010", "44010A", "440103000", "000000x", "440103002007004B00012F", "880100",
                                  "440103002007004B00000", "440103002007004B00012F000", "４４０１００", "440100\n", "B00012"])
def test_what_is_no_code_is_refused(text):
    assert not is_valid(text)


def test_a_full_parent_says_how_many_fit():
    with pytest.raises(BadInput, match="99 units of level district"):
        parse("990100").child(100)
    assert imported_city(1).child(1295).text == "0001ZZ"
    with pytest.raises(BadInput):
        imported_city(1).child(1296)


SOME = [f"99010600800600{g}B{b:05}" for g in range(1, 10) for b in range(40)] + ["990101", "990101002"]


@given(st.lists(st.sampled_from(SOME), max_size=80, unique=True))
def test_an_address_lists_codes_by_their_ends(codes):
    parts = []
    for before, code in zip(["", *codes], codes, strict=False):
        same = next(k for k in range(len(code)) if k == len(code) - 1 or before[k] != code[k]) if len(before) == len(code) else 0
        parts.append(f"-{code[same:]}" if same else code)
    assert listed(",".join(parts)) == codes
    assert listed(",".join(codes)) == codes, "and as addresses have always been"


@given(st.text(alphabet="-,AB09", max_size=60))
def test_any_text_is_a_list_of_short_codes(text):
    assert all(0 < len(code) <= 40 for code in listed(text, 5)) and len(listed(text, 5)) <= 5
