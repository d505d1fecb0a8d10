"""The attention-LSTM in NumPy: a recurrent net reads the last hours of a unit and of those around it, and a query for each step ahead
looks back at what it read.

Sources: Hochreiter & Schmidhuber 1997 (LSTM, gates in the order input, forget, cell, output), Luong et al. 2015 (dot-product attention).
Weights are float arrays by the names that torch gives them, so that a net trained with torch (deep.py) says the same here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.forecast.frame import Floats

WINDOW, HIDDEN = 24, 24
CHANNELS = 4                    # own departures from the usual, the neighbours', the parent's, everybody's
QUERY = 15                      # what is known of a step ahead (attention._query)
SHAPES = {
    "lstm.weight_ih_l0": (4 * HIDDEN, CHANNELS), "lstm.weight_hh_l0": (4 * HIDDEN, HIDDEN), "lstm.bias_ih_l0": (4 * HIDDEN,),
    "lstm.bias_hh_l0": (4 * HIDDEN,), "ask.weight": (HIDDEN, QUERY), "ask.bias": (HIDDEN,),
    "mix.weight": (HIDDEN, 2 * HIDDEN + QUERY), "mix.bias": (HIDDEN,), "out.weight": (1, HIDDEN), "out.bias": (1,), "line.weight": (1, QUERY),
}
FEATURES = 3 * HIDDEN + QUERY


def read(weights: Mapping[str, Floats], x: Floats) -> Floats:
    """What the recurrent net holds after each of the steps it read: x [m, WINDOW, CHANNELS] → [m, WINDOW, HIDDEN]."""
    m, length, _ = x.shape
    into, over = weights["lstm.weight_ih_l0"].T, weights["lstm.weight_hh_l0"].T
    bias = weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]
    h, c = np.zeros((m, HIDDEN)), np.zeros((m, HIDDEN))
    found = np.empty((m, length, HIDDEN))
    for t in range(length):
        gates = x[:, t] @ into + h @ over + bias
        i, f, g, o = (gates[:, k * HIDDEN:(k + 1) * HIDDEN] for k in range(4))
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        found[:, t] = h
    return found


def answer(weights: Mapping[str, Floats], held: Floats, query: Floats) -> tuple[Floats, Floats]:
    """The expected departure [m] for a query [m, QUERY] over what is held [m, WINDOW, HIDDEN], and the features it rests on [m, FEATURES]."""
    asked = np.tanh(query @ weights["ask.weight"].T + weights["ask.bias"])
    score = np.einsum("mth,mh->mt", held, asked) / np.sqrt(HIDDEN)
    share = np.exp(score - score.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    looked = np.einsum("mt,mth->mh", share, held)
    joint = np.concatenate([looked, held[:, -1], query], axis=1)
    mixed = np.maximum(joint @ weights["mix.weight"].T + weights["mix.bias"], 0.0)
    z = (mixed @ weights["out.weight"].T + weights["out.bias"])[:, 0] + (query @ weights["line.weight"].T)[:, 0]
    return z, np.concatenate([mixed, joint], axis=1)


def _sigmoid(x: Floats) -> Floats:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
