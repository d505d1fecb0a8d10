"""theme.city: how deep a place is cut, by its width and by whether anything is built there."""

import pytest

from tests import homes


@pytest.mark.parametrize(("degrees", "is_built", "depth"), [
    (0.5, False, 14), (0.5, True, 14),      # a city
    (9.0, False, 12), (9.0, True, 13),      # a country: its buildings keep it at 13
    (90.0, False, 9), (90.0, True, 13),
    (None, False, 13), (None, True, 13),    # no shape of the whole
])
def test_a_wide_place_is_cut_less_deep_but_not_above_its_buildings(tmp_path, degrees, is_built, depth):
    db = homes.library(homes.empty_library, tmp_path / "home")
    with db.write() as cursor:
        cursor.execute("insert into base.city (city, name_en) values ('wide', 'Wide')")
        if degrees:
            cursor.execute("insert into base.shape (city, level, seq, geom) values ('wide', 'city', 1, ST_MakeEnvelope(0, 0, $1, $1))", [degrees])
        # a building that was closed counts for nothing
        cursor.execute("insert into base.shape (city, level, seq, geom, valid_to) values ('wide', 'building', 1, ST_Point(0, 0), $1)",
                       [None if is_built else "2021-01-01"])
    assert db.run("select max_zoom from theme.city where city = 'wide'").fetchone() == (depth,)
    db.close()
