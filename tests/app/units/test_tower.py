"""The tower against a loop that a child could follow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.units.tower import ROLLUPS, Tree, roll_up

SIZES = {"city": 1, "district": 3, "street": 6, "community": 14}


def tree(rng, move=True):
    parents = {"district": np.zeros(3, int), "street": np.sort(rng.integers(0, 3, 6)), "community": np.sort(rng.integers(0, 6, 14))}
    if move:                                            # somebody moved, somebody is closed: siblings no longer side by side
        parents["community"][rng.integers(0, 14)] = rng.integers(0, 6)
        parents["community"][rng.integers(0, 14)] = -1
        parents["street"][rng.integers(0, 6)] = rng.integers(0, 3)
    return Tree.of(parents, SIZES), parents


def naive(parents, values, rollup, weights, scale):
    """Per step and unit of every level: gather the natives below it one by one."""
    levels = ["community", "street", "district", "city"]
    under = {"community": [[i] if parents["community"][i] >= 0 else [] for i in range(14)]}
    for below, above in zip(levels[:-1], levels[1:], strict=True):
        under[above] = [[n for child in range(SIZES[below]) if parents[below][child] == unit for n in under[below][child]]
                        for unit in range(SIZES[above])]
    found = {}
    for level in levels[1:]:
        shown = np.full((values.shape[0], SIZES[level]), np.nan)
        for step in range(values.shape[0]):
            for unit in range(SIZES[level]):
                natives = [n for n in under[level][unit] if not np.isnan(values[step, n])]
                if rollup in ("weighted_mean", "ratio"):
                    natives = [n for n in natives if not np.isnan(weights[step, n])]
                if not natives:
                    continue
                v, w = values[step, natives], None if weights is None else weights[step, natives]
                if rollup == "sum":
                    shown[step, unit] = v.sum()
                elif rollup == "weighted_mean":
                    shown[step, unit] = (v * w).sum() / w.sum() if w.sum() > 0 else np.nan
                elif rollup == "ratio":
                    shown[step, unit] = scale * v.sum() / w.sum() if w.sum() > 0 else np.nan
                elif rollup == "max":
                    shown[step, unit] = v.max()
                elif rollup == "min":
                    shown[step, unit] = v.min()
        found[level] = shown
    return found


@pytest.mark.parametrize("rollup", [name for name in ROLLUPS if name != "last"])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), holes=st.sampled_from([0.0, 0.2, 1.0]), order=st.sampled_from("CF"))
def test_every_rollup_equals_the_naive_loop(rollup, seed, holes, order):
    rng = np.random.default_rng(seed)
    whole, parents = tree(rng)
    values = rng.normal(50, 20, (4, 14))
    values[rng.random(values.shape) < holes] = np.nan
    weights = rng.integers(0, 5, values.shape).astype(float)
    weights[rng.random(values.shape) < 0.1] = np.nan
    values, weights = np.asarray(values, order=order), np.asarray(weights, order=order)
    if rollup in ("sum", "max", "min"):
        weights = None
    rolled = roll_up(whole, "community", values, rollup, weights)
    expected = naive(parents, values, rollup, weights, 100.0)
    for level, shown in expected.items():
        np.testing.assert_allclose(rolled[level].value(rollup, 100.0), shown, rtol=1e-9, atol=1e-9)


def test_whole_numbers_add_up_exactly():
    rng = np.random.default_rng(3)
    whole, _ = tree(rng, move=False)
    values = rng.integers(0, 10**9, (5, 14)).astype(float)
    rolled = roll_up(whole, "community", values, "sum")
    assert (rolled["city"].total[:, 0] == values.sum(axis=1)).all()
    for below, above in (("community", "street"), ("street", "district"), ("district", "city")):
        fold = whole.folds[below]
        for parent in range(fold.parents):
            assert (rolled[above].total[:, parent] == rolled[below].total[:, fold.parent == parent].sum(axis=1)).all()


def test_whole_numbers_add_up_exactly_however_the_cube_lies():
    rng = np.random.default_rng(4)
    whole, _ = tree(rng)
    values = rng.integers(0, 10**9, (5, 14)).astype(float)
    by_step, by_unit = (roll_up(whole, "community", np.asarray(values, order=order), "sum") for order in "CF")
    for level in by_step:
        np.testing.assert_array_equal(by_step[level].total, by_unit[level].total)
        np.testing.assert_array_equal(np.broadcast_to(by_step[level].count, by_step[level].total.shape),
                                      np.broadcast_to(by_unit[level].count, by_unit[level].total.shape))


def test_last_takes_the_child_that_reported_last():
    whole, _ = tree(np.random.default_rng(1), move=False)
    values, times = np.arange(14.0)[None, :], np.r_[np.arange(13), 12.0][None, :]
    values[0, 13] = 99.0
    rolled = roll_up(whole, "community", values, "last", times)
    assert rolled["city"].value("last")[0, 0] == 12.0        # 12 and 13 tie: the first in code order stands
    values[0, 12] = np.nan
    assert roll_up(whole, "community", values, "last", times)["city"].value("last")[0, 0] == 99.0


def test_nothing_reported_is_not_zero():
    whole, _ = tree(np.random.default_rng(1))
    rolled = roll_up(whole, "community", np.full((2, 14), np.nan), "sum")
    assert np.isnan(rolled["city"].value("sum")).all()
    assert (rolled["city"].count == 0).all()


def test_coverage_counts_who_stands():
    whole, parents = tree(np.random.default_rng(5))
    below = whole.native_below("community")
    stands = (parents["community"] >= 0).sum()
    assert below["city"][0] == below["district"].sum() == below["street"].sum() == below["community"].sum() == stands


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_unit_climbs_as_one_walks_up_parent_by_parent(seed):
    rng = np.random.default_rng(seed)
    made, parents = tree(rng)
    levels = list(SIZES)
    units = rng.integers(-1, SIZES["community"] + 3, 20)        # none, and units that came after the tree was made
    for to in levels:
        walked = []
        for unit in units.tolist():
            for level in reversed(levels[levels.index(to) + 1:]):
                unit = int(parents[level][unit]) if 0 <= unit < SIZES[level] else -1
            walked.append(unit)
        if to != "community":
            assert made.climb(units, "community", to).tolist() == walked
    assert made.climb(units, "community", "community").tolist() == units.tolist()
