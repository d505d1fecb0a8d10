"""Scenes are files that say what stands where; what steers the wall agrees for everybody and forgets in time."""

import importlib

import pytest

from app.errors import BadInput
from app.wall import scenes as registry
from app.wall.scenes import ROWS, read
from app.wall.steer import FLIGHT_S, HOLD_S, Steering, has_map
from app.wall.told import TOLD


@pytest.mark.parametrize("name", sorted(read()))
def test_every_scene_resolves(name):
    scene = read()[name]
    assert scene.title_zh and scene.title_en and scene.places
    for place in scene.places:
        module = importlib.import_module(f"layouts.panels.wall_{place.show}")
        assert place.show in TOLD and callable(module.panel) and module.__doc__.startswith("Wall: ")
        assert 0 < place.size(False)[1] <= 42 if place.at else place.wide


def test_an_installation_adds_scenes_and_replaces_ours(tmp_path):
    folder = tmp_path / "registry" / "scenes"
    folder.mkdir(parents=True)
    (folder / "map.toml").write_text('title_zh = "图"\ntitle_en = "Own"\ndwell_s = 9\norder = 0\n[[panels]]\nshow = "map"\nat = [1, 1, 12, 12]\n')
    found = read(tmp_path)
    assert next(iter(found)) == "map" and found["map"].title_en == "Own" and set(found) == set(read())


@pytest.mark.parametrize("text", [
    "title_zh = 1", 'title_zh = "x"', "[[panels]\n", 'title_zh="a"\ntitle_en="b"',
    'title_zh="a"\ntitle_en="b"\ndwell_s=1\n[[panels]]\nshow="map"\nat=[1,1,1,1]',
    'title_zh="a"\ntitle_en="b"\n[[panels]]\nshow="map"\nat=[10,1,4,2]', 'title_zh="a"\ntitle_en="b"\n[[panels]]\nshow="../x"\nat=[1,1,1,1]',
    'title_zh="a"\ntitle_en="b"\n[[panels]]\nshow="map"\nat=[1,1,6,6]\n[[panels]]\nshow="data"\nat=[6,6,2,2]',
])  # fmt: skip
def test_a_scene_that_is_wrong_is_named(tmp_path, text):
    (tmp_path / "registry" / "scenes").mkdir(parents=True)
    (tmp_path / "registry" / "scenes" / "broken.toml").write_text(text)
    with pytest.raises(BadInput, match="broken"):
        read(tmp_path)


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def turning():
    clock = Clock()
    scenes = {name: scene for name, scene in read().items() if scene.rotates}
    steering = Steering(clock)
    steering.show("c", scenes, next(iter(scenes)), "me")
    return clock, steering, scenes


def test_scenes_take_turns_by_their_dwell(turning):
    clock, steering, scenes = turning
    seen = []
    for scene in [*scenes.values(), *scenes.values()]:
        now = steering.now("c", scenes)
        assert now.next_at == pytest.approx(clock.now + scene.dwell_s) and not now.is_held
        clock.now += scene.dwell_s - 0.01
        assert steering.now("c", scenes).scene == now.scene
        clock.now += 0.01
        seen.append(now.scene)
    assert seen == list(scenes) * 2
    assert steering.now("another", scenes).version == 0, "each city has a wall of its own"


def test_a_hold_stays_goes_on_and_is_forgotten_in_the_end(turning):
    clock, steering, scenes = turning
    steering.hold("c", scenes, "officer")
    held = steering.now("c", scenes)
    clock.now += HOLD_S - 1
    assert steering.now("c", scenes).scene == held.scene and held.is_held and held.next_at is None and held.by == "officer"
    steering.step("c", scenes, 1, "officer")
    assert steering.now("c", scenes).is_held and steering.now("c", scenes).scene == list(scenes)[1]
    clock.now += 2
    assert not steering.now("c", scenes).is_held
    steering.hold("c", scenes, "officer")
    steering.release("c", scenes, "officer")
    assert not steering.now("c", scenes).is_held


def test_a_flight_goes_to_a_scene_with_a_map_and_ends(turning):
    clock, steering, scenes = turning
    plain = next(name for name, scene in scenes.items() if not has_map(scene))
    steering.show("c", scenes, plain, "me")
    before = steering.now("c", scenes).version
    steering.fly("c", scenes, {"code": "1"}, "me")
    now = steering.now("c", scenes)
    assert has_map(scenes[now.scene]) and now.flight == {"code": "1"} and now.version > before
    clock.now += FLIGHT_S + 1
    assert steering.now("c", scenes).flight is None
    with pytest.raises(BadInput):
        steering.fly("c", {plain: scenes[plain]}, {"code": "1"}, "me")
    with pytest.raises(BadInput):
        steering.show("c", scenes, "nowhere", "me")
    assert steering.now("c", {}).scene == ""


def test_the_canvas_is_filled():
    """On an ordinary wall no scene leaves a hole: its panels cover all cells."""
    for scene in read().values():
        for wide in (False, True):
            cells = sum((at[2] * at[3]) for place in scene.places if (at := place.wide if wide else place.at))
            assert cells == registry.COLUMNS * ROWS, (scene.name, wide)
