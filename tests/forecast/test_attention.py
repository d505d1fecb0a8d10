"""The attention-LSTM: NumPy says what torch says; without torch the net that comes along reads; with it one is trained."""

import numpy as np
import pytest

from app.errors import Unavailable
from app.forecast import deep
from app.forecast.lstm import CHANNELS, FEATURES, QUERY, SHAPES, WINDOW, answer, read
from app.forecast.model import named
from data import registers
from tests.forecast.series import panel, ring, spec


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="torch is not installed: the extra `deep` brings it")


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(0)
    return draw.normal(size=(40, WINDOW, CHANNELS)), draw.normal(size=(40, QUERY))


def test_what_comes_along_is_small_and_whole(rows):
    weights = registers.arrays("models/attention")
    assert {name: value.shape for name, value in weights.items()} == SHAPES
    assert sum(value.nbytes for value in weights.values()) < 300_000
    z, features = answer(weights, read(weights, rows[0]), rows[1])
    assert z.shape == (40,) and features.shape == (40, FEATURES) and np.isfinite(features).all() and features.std() > 0.1


def test_the_recurrent_net_is_the_textbook_one(rows):
    """Against a plain loop over units and gates."""
    weights = registers.arrays("models/attention")
    x = rows[0][0]
    hidden = weights["lstm.weight_hh_l0"].shape[1]
    h, c = np.zeros(hidden), np.zeros(hidden)
    for step in x:
        gates = weights["lstm.weight_ih_l0"] @ step + weights["lstm.bias_ih_l0"] + weights["lstm.weight_hh_l0"] @ h + weights["lstm.bias_hh_l0"]
        i, f, o = (1 / (1 + np.exp(-gates[k * hidden:(k + 1) * hidden])) for k in (0, 1, 3))
        c = f * c + i * np.tanh(gates[2 * hidden:3 * hidden])
        h = o * np.tanh(c)
    assert np.allclose(read(weights, rows[0][:1])[0, -1], h, atol=1e-6)


def test_numpy_says_what_torch_says(torch, rows):
    net = deep.net(torch).double()
    weights = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    with torch.no_grad():
        theirs = net(torch.from_numpy(rows[0]), torch.from_numpy(rows[1])).numpy()
    assert np.abs(answer(weights, read(weights, rows[0]), rows[1])[0] - theirs).max() < 1e-6


def test_training_learns_what_the_query_tells(torch, rows):
    draw = np.random.default_rng(1)
    x, query = draw.normal(size=(2_000, WINDOW, CHANNELS)), draw.normal(size=(2_000, QUERY))
    z = query[:, 0] + x[:, -1, 0]
    weights = deep.train(x, query, z, np.ones(2_000), epochs=80)
    assert np.mean((answer(weights, read(weights, x), query)[0] - z) ** 2) < 0.4 * z.var()


def test_without_torch_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(Unavailable, match="torch is not installed") as error:
        deep.torch_or_say()
    assert "deep" in str(error.value)


def test_it_beats_persistence_and_the_day_before():
    some = panel(4, 21, neighbours=ring(4))
    ends = np.arange(400, some.t - 6, 5)
    truth = some.y[:, ends[:, None] + np.arange(6)].transpose(1, 0, 2)
    errors = {}
    for name in ("attention", "last_value", "seasonal_naive"):
        found = named(name).paths(named(name).fit(some.until(400), spec(6)), some, ends, 6)
        errors[name] = np.sqrt(np.mean((found - truth) ** 2))
    assert errors["attention"] < 0.9 * min(errors["last_value"], errors["seasonal_naive"]), errors
