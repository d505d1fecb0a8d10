"""Coherent forecasts: the two passes are the dense MinT solution, whatever the tree, its holes, weights and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from app.errors import BadInput
from app.forecast.reconcile import carried, choose_weights, reconcile


def tree(rng, sizes, ragged=False):
    """Random parents level by level; ragged ones leave parents without children and units without a parent."""
    parents = []
    for above, below in zip(sizes[:-1], sizes[1:], strict=True):
        parent = rng.integers(0, above, below)
        if not ragged:
            parent[:above] = np.arange(above)
        else:
            parent[rng.random(below) < 0.15] = -1
        parents.append(parent.astype(np.int64))
    return parents


def dense(base, parents, variances, weights=None):
    """ŷ − V Cᵀ(C V Cᵀ)⁻¹ C ŷ with NumPy, one row of C for each parent that has children."""
    starts = np.r_[0, np.cumsum([len(b) for b in base])]
    rows = []
    for k, parent in enumerate(parents):
        for p in range(len(base[k])):
            kids = np.flatnonzero(parent == p)
            if kids.size:
                row = np.zeros(starts[-1])
                row[starts[k] + p] = 1
                row[starts[k + 1] + kids] = -1 if weights is None else -weights[k + 1][kids] / weights[k][p]
                rows.append(row)
    c, v, y = np.array(rows), np.diag(np.concatenate(variances)), np.concatenate(base)
    found = y - v @ c.T @ np.linalg.solve(c @ v @ c.T, c @ y)
    return [found[a:b] for a, b in zip(starts[:-1], starts[1:], strict=True)]


def sums(found, parents, weights=None):
    """The largest difference between a parent and what its children say."""
    worst = 0.0
    for k, parent in enumerate(parents):
        for p in range(len(found[k])):
            kids = np.flatnonzero((parent == p) & np.isfinite(found[k + 1]).any(axis=1))
            if kids.size:
                told = np.nansum(found[k + 1][kids], axis=0) if weights is None else np.average(found[k + 1][kids], axis=0, weights=weights[kids])
                worst = max(worst, float(np.abs(told - found[k][p]).max()))
    return worst


@given(st.integers(0, 10_000), st.lists(st.integers(2, 5), min_size=1, max_size=3), st.booleans())
def test_two_passes_are_the_dense_solution(seed, grow, ragged):
    rng = np.random.default_rng(seed)
    sizes = np.cumprod([1, *grow])
    parents = tree(rng, sizes, ragged)
    base = [rng.normal(50, 20, (n, 3)) for n in sizes]
    variances = [rng.uniform(0.1, 9, n) for n in sizes]
    found = reconcile(base, parents, variances)
    assert sums(found, parents) < 1e-8
    if any((p >= 0).any() for p in parents):
        for mine, theirs in zip(found, dense(base, parents, variances), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-7)


def test_means_reconcile_with_their_weights():
    rng = np.random.default_rng(3)
    sizes = [1, 3, 9, 27]
    parents = tree(rng, sizes)
    area = [rng.uniform(1, 100, sizes[-1])]
    for parent, n in zip(reversed(parents), reversed(sizes[:-1]), strict=True):
        area.insert(0, np.bincount(parent, area[0], n))
    base = [rng.uniform(0, 100, (n, 2)) for n in sizes]
    variances = [rng.uniform(0.1, 9, n) for n in sizes]
    found = reconcile(base, parents, variances, "weighted_mean", area[-1])
    for mine, theirs in zip(found, dense(base, parents, variances, area), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-8)
    for parent, mine, above, weight in zip(parents, found[1:], found[:-1], area[1:], strict=True):
        for p in range(len(above)):
            np.testing.assert_allclose(np.average(mine[parent == p], axis=0, weights=weight[parent == p]), above[p], atol=1e-9)


def test_bottom_up_keeps_the_leaves_and_a_very_sure_parent_keeps_itself():
    rng = np.random.default_rng(5)
    parents = tree(rng, [1, 4, 20])
    base = [rng.uniform(1, 9, (n, 4)) for n in (1, 4, 20)]
    found = reconcile(base, parents)
    np.testing.assert_array_equal(found[2], base[2])
    np.testing.assert_allclose(found[0][0], base[2].sum(axis=0))
    sure = reconcile(base, parents, [np.full(1, 1e-6), np.ones(4), np.ones(20)])
    np.testing.assert_allclose(sure[0], base[0], atol=1e-3)


def test_the_errors_of_the_solution_are_smaller_than_those_of_either_source():
    rng = np.random.default_rng(11)
    parents = tree(rng, [1, 5, 50])
    leaf = rng.uniform(20, 80, (50, 400))
    true = [leaf.sum(axis=0)[None], np.array([leaf[parents[1] == p].sum(axis=0) for p in range(5)]), leaf]
    spread = [12.0, 5.0, 4.0]
    base = [t + rng.normal(0, s, t.shape) for t, s in zip(true, spread, strict=True)]
    found = reconcile(base, parents, [np.full(len(t), s * s) for t, s in zip(true, spread, strict=True)])
    bottom = reconcile(base, parents)
    for k in range(3):
        error = np.mean((found[k] - true[k]) ** 2)
        assert error < np.mean((base[k] - true[k]) ** 2)
        assert error <= np.mean((bottom[k] - true[k]) ** 2) + 1e-9
    choice = choose_weights(base, true, parents, [np.full(len(t), s * s) for t, s in zip(true, spread, strict=True)])
    assert choice.weights == "variance" and choice.scores["variance"] < 1


def test_validation_prefers_bottom_up_where_the_parents_forecasts_are_worthless():
    rng = np.random.default_rng(12)
    parents = tree(rng, [1, 5, 50])
    leaf = rng.uniform(20, 80, (50, 300))
    true = [leaf.sum(axis=0)[None], np.array([leaf[parents[1] == p].sum(axis=0) for p in range(5)]), leaf]
    base = [true[0] + 500, true[1] - 200, leaf + rng.normal(0, 1, leaf.shape)]
    choice = choose_weights(base, true, parents, [np.ones(1), np.ones(5), np.ones(50)])
    assert choice.weights == "bottom_up" and choice.scores["bottom_up"] < choice.scores["variance"]


@pytest.mark.parametrize("weights", ["bottom_up", "variance"])
def test_a_given_top_stays_and_only_children_move(weights):
    rng = np.random.default_rng(7)
    parents = [np.sort(rng.integers(0, 6, 40)).astype(np.int64), np.sort(rng.integers(0, 40, 300)).astype(np.int64)]
    base = [rng.uniform(100, 900, (6, 5)), rng.uniform(1, 90, (40, 5)), rng.uniform(0, 9, (300, 5))]
    given_ = "bottom_up" if weights == "bottom_up" else [np.ones(6), np.full(40, 3.0), np.full(300, 2.0)]
    found = reconcile(base, parents, given_, fixed_top=True)
    has = np.bincount(parents[0], minlength=6) > 0
    np.testing.assert_array_equal(found[0], base[0])
    assert sums([found[0][has]], []) == 0 and sums(found, parents) < 1e-8
    if weights == "bottom_up":                        # shared in proportion: the counts stay counts
        assert min(level.min() for level in found) >= 0


def test_who_has_no_forecast_is_absent_and_a_parent_without_one_takes_its_childrens():
    parents = [np.zeros(2, np.int64), np.array([0, 0, 0, 1], np.int64)]
    base = [np.array([[100.0, 100.0]]), np.array([[np.nan, 60.0], [40.0, 40.0]]),
            np.array([[10.0, 10.0], [20.0, np.nan], [np.nan, np.nan], [np.nan, np.nan]])]
    found = reconcile(base, parents, [np.ones(1), np.ones(2), np.ones(4)])
    assert np.isnan(found[2][2:]).all() and np.isnan(found[2][1, 1])
    np.testing.assert_allclose(found[1][0], np.nansum(found[2][:3], axis=0), atol=1e-9)     # nobody below 1: it speaks for itself
    np.testing.assert_allclose(found[0][0], found[1].sum(axis=0), atol=1e-9)
    # the second step by hand: leaf 10 ± 1, its parent 60 ± 1 agree on 35 ± ½; with 40 ± 1 the sum is 75 ± 3/2, the city says 100 ± 1
    np.testing.assert_allclose(found[0][0, 1], (75 / 1.5 + 100) / (1 / 1.5 + 1), atol=1e-9)


def test_a_mean_over_absent_units_weighs_those_who_are_there():
    parents = [np.zeros(3, np.int64)]
    base = [np.array([[np.nan]]), np.array([[10.0], [40.0], [np.nan]])]
    found = reconcile(base, parents, "bottom_up", "weighted_mean", np.array([1.0, 3.0, 96.0]))
    np.testing.assert_allclose(found[0], [[32.5]])


@given(st.integers(0, 10_000), st.booleans())
def test_bounds_hold_and_everything_still_adds_up(seed, mean):
    rng = np.random.default_rng(seed)
    sizes = [1, 4, 24]
    parents = tree(rng, sizes)
    base = [rng.normal(2, 30, (n, 3)) for n in sizes]
    area = rng.uniform(0.5, 4, 24)
    lower, upper = (0.0, 20.0) if mean else (0.0, None)
    found = reconcile(base, parents, [rng.uniform(1, 9, n) for n in sizes], "weighted_mean" if mean else "sum", area if mean else None,
                      lower=lower, upper=upper)
    assert min(level.min() for level in found) >= -1e-12
    assert not mean or max(level.max() for level in found) <= 20 + 1e-9
    weight = [np.bincount(parents[0], np.bincount(parents[1], area, 4), 1), np.bincount(parents[1], area, 4), area]
    for k in range(2):
        if mean:
            assert sums([found[k], found[k + 1]], [parents[k]], weight[k + 1]) < 1e-8
        else:
            assert sums([found[k], found[k + 1]], [parents[k]]) < 1e-8


def test_the_bounded_shares_are_the_nearest_ones():
    parents = [np.zeros(5, np.int64)]
    rng = np.random.default_rng(2)
    value, spread = rng.normal(1, 6, (5, 1)), rng.uniform(0.5, 4, 5)
    found = reconcile([np.array([[8.0]]), value], parents, [np.ones(1), spread], fixed_top=True, lower=0.0)[1][:, 0]
    nearest = minimize(lambda x: np.sum((x - value[:, 0]) ** 2 / spread), np.full(5, 1.6), bounds=[(0, None)] * 5,
                       constraints={"type": "eq", "fun": lambda x: x.sum() - 8}, options={"ftol": 1e-12}).x
    np.testing.assert_allclose(found, nearest, atol=1e-4)
    assert (found == 0).any(), "the example must touch the bound"


def test_bands_move_with_their_forecast_and_bad_trees_are_told():
    base, moved = [np.array([[5.0]])], [np.array([[7.0]])]
    np.testing.assert_array_equal(carried([np.array([[9.0]])], base, moved)[0], [[11.0]])
    two = [np.ones((1, 1)), np.ones((2, 1))]
    with pytest.raises(BadInput, match="parent that is not there"):
        reconcile(two, [np.array([0, 1])])
    with pytest.raises(BadInput, match="does not fit"):
        reconcile(two, [])
    with pytest.raises(BadInput, match="needs weights"):
        reconcile(two, [np.zeros(2, np.int64)], rollup="weighted_mean")
    with pytest.raises(BadInput, match="Only sums"):
        reconcile(two, [np.zeros(2, np.int64)], rollup="max")
    with pytest.raises(BadInput, match="not known"):
        reconcile(two, [np.zeros(2, np.int64)], "shrink")
