"""Kept tiles ahead of Flask: the same answers, rights, trail and counts as Flask's own, and nothing else is touched."""

from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from app.access import Grant
from app.errors import Unavailable
from app.settings import load
from callbacks import tiles
from callbacks.ahead import Ahead
from callbacks.gateway import SESSION
from data.trail import Question
from run import create_app
from tests import homes
from tests.callbacks.test_tiles_route import a_tile
from tests.signed_in import account, signed_in

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The tiny city behind the whole program: whom to ask, and whether Flask was reached."""
    folder = tmp_path_factory.mktemp("ahead")
    app = create_app(load(home=homes.copy(homes.tiny_home, folder / "home"), demo="off"))
    app.system.opening.join()
    ahead = app.server.wsgi_app
    assert isinstance(ahead, Ahead)
    reached = []
    plain = ahead.flask
    ahead.flask = lambda environ, start: reached.append(environ["PATH_INFO"]) or plain(environ, start)
    found = SimpleNamespace(system=app.system, server=app.server, ahead=ahead, reached=reached, flask=Client(plain, use_cookies=False),
                            session=signed_in(app.system, app.server).get_cookie(SESSION).value,
                            tile=f"/tiles/tiny/{app.system.city('tiny').address}/{a_tile(app.system)}")
    yield found
    app.system.close()


def asked(city, path, session=None, how="get", **headers):
    """(Flask's own answer, the answer, whether Flask gave it)."""
    headers = {"Cookie": f"{SESSION}={session or city.session}", **GZIP, **{name.replace("_", "-"): value for name, value in headers.items()}}
    own = getattr(city.flask, how)(path, headers=headers)
    city.reached.clear()
    answer = getattr(Client(city.ahead, use_cookies=False), how)(path, headers=headers)
    return own, answer, bool(city.reached)


def same(own, answer):
    return own.status == answer.status and own.data == answer.data and sorted(own.headers) == sorted(answer.headers)


def test_a_kept_tile_is_answered_ahead_header_for_header(city):
    own, answer, by_flask = asked(city, city.tile)          # asking Flask keeps it
    assert answer.status_code == 200 and answer.data and same(own, answer) and not by_flask


def test_what_the_browser_has_is_answered_ahead_too(city):
    mark = asked(city, city.tile)[1].headers["ETag"]
    own, answer, by_flask = asked(city, city.tile, If_None_Match=mark)
    assert answer.status_code == 304 and same(own, answer) and not by_flask


def test_older_addresses_and_empty_tiles_too(city):
    for path in (city.tile.replace("/tiny/", "/tiny/older-"), f"{city.tile.rpartition('/unit/')[0]}/unit/14/0/0.mvt"):
        own, answer, by_flask = asked(city, path)
        assert answer.status_code == 200 and same(own, answer) and not by_flask


def test_the_first_to_ask_for_a_tile_is_answered_by_flask(city):
    city.ahead.results.cache.clear()
    headers = {"Cookie": f"{SESSION}={city.session}", **GZIP}
    city.reached.clear()
    assert Client(city.ahead, use_cookies=False).get(city.tile, headers=headers).status_code == 200
    assert city.reached == [city.tile]
    assert Client(city.ahead, use_cookies=False).get(city.tile, headers=headers).status_code == 200
    assert city.reached == [city.tile]


@pytest.mark.parametrize("path", ["/tiles/tiny/1/unit/99/0/0.mvt", "/tiles/atlantis/1/unit/0/0/0.mvt", "/tiles/tiny/1/roof/14/0/0.mvt",
                                  "/tiles/tiny/1/unit/14/%EF%BC%91/0.mvt", "/tiles/tiny/1/unit/14/0.mvt", "/tiles/tiny//unit/14/0/0.mvt",
                                  "/tiles/tiny/1/unit/14/0/0.mvt/", "/tiles/", "/tiles/tiny/1/unit/14/0/0.png"])
def test_what_is_no_tile_is_said_by_flask(city, path):
    own, answer, by_flask = asked(city, path)
    assert answer.status_code == 404 and same(own, answer) and by_flask


@pytest.mark.parametrize("how", ["head", "post", "put", "delete", "options"])
def test_other_methods_are_flasks(city, how):
    own, answer, by_flask = asked(city, city.tile, how=how)
    assert same(own, answer) and by_flask


@pytest.mark.parametrize("session", ["nobody", "", "x" * 200])
def test_nobody_gets_a_kept_tile(city, session):
    asked(city, city.tile)
    own, answer, by_flask = asked(city, city.tile, session=session or "; other=1")
    assert answer.status_code == 401 and same(own, answer) and by_flask


def test_who_lacks_the_right_or_the_city_gets_no_kept_tile(city):
    asked(city, city.tile)
    without, elsewhere = account(city.system, "keeper", Grant("auditor")), account(city.system, "visitor", Grant("analyst", "another"))
    for session, status in ((without, 403), (elsewhere, 404)):
        own, answer, by_flask = asked(city, city.tile, session=session)
        assert answer.status_code == status and same(own, answer) and by_flask


def test_a_part_of_the_city_gets_its_own_tile_and_never_the_whole_ones(city):
    whole = asked(city, city.tile)[1]
    district = city.system.db.run("select code from base.unit where city = 'tiny' and level = 'district' order by seq limit 1").fetchone()[0]
    part = account(city.system, "warden", Grant("analyst", "tiny", district))
    own, answer, by_flask = asked(city, city.tile, session=part)
    assert same(own, answer) and not by_flask and answer.headers["ETag"] != whole.headers["ETag"]


def test_a_key_goes_to_flask(city):
    own, answer, by_flask = asked(city, city.tile, Authorization="Bearer nothing")
    assert answer.status_code == 401 and same(own, answer) and by_flask


def test_a_session_that_has_ended_gets_nothing_more(city):
    session = account(city.system, "leaver", Grant("analyst"))
    assert asked(city, city.tile, session=session)[1].status_code == 200
    city.system.identity.sign_out(session)
    assert asked(city, city.tile, session=session)[1].status_code == 401


def test_it_is_counted_and_goes_into_the_trail(city):
    asked(city, city.tile)
    city.system.audit.flush()
    rows, asked_before = noted(city), city.system.watch.told()["tiles"].count
    for _ in range(5):
        assert not asked(city, city.tile)[2]                # one of Flask's own and one ahead of it
    city.system.audit.flush()
    assert noted(city) - rows == 10 and city.system.watch.told()["tiles"].count - asked_before == 10


def noted(city):
    rows, _ = city.system.audit.search(Question(action=tiles.ENDPOINT, decision="allowed", city="tiny"))
    return sum(row["count"] for row in rows)


def test_where_nothing_can_be_recorded_no_kept_tile_is_given(city, monkeypatch):
    asked(city, city.tile)

    def full(*_, **__):
        raise Unavailable("The audit trail cannot be written", "Make room")

    monkeypatch.setattr(city.system.audit, "note", full)
    own, answer, by_flask = asked(city, city.tile)
    assert answer.status_code == 503 and same(own, answer) and by_flask
