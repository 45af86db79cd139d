"""Does the fit find weights that made the data, and keep what was believed where the data is silent?"""

import numpy as np
import pytest

from ml.logistic import Prior, fit_logistic

TRUE_BASE, TRUE_WEIGHTS = -3.0, np.array([2.0, 0.0, 4.0])


def data(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    signs = (rng.random((count, 3)) < (0.2, 0.3, 0.05)).astype(float)
    chance = 1 / (1 + np.exp(-(TRUE_BASE + signs @ TRUE_WEIGHTS)))
    return signs, rng.random(count) < chance


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_weights_that_made_the_data_are_found(seed: int) -> None:
    prior = Prior(base=0.0, weights=np.zeros(3), strength=0.01)
    base, weights = fit_logistic(*data(seed, 40_000), prior)
    assert base == pytest.approx(TRUE_BASE, abs=0.15)
    assert weights == pytest.approx(TRUE_WEIGHTS, abs=0.2)


def test_a_sign_that_never_shows_keeps_what_was_believed() -> None:
    signs, truth = data(4, 5000)
    silent = np.hstack([signs, np.zeros((len(signs), 1))])
    _, weights = fit_logistic(silent, truth, Prior(base=-1.0, weights=np.array([1.0, 1.0, 1.0, 6.5]), strength=2.0))
    assert weights[3] == pytest.approx(6.5)


def test_two_kinds_that_a_sign_tells_apart_wholly_give_an_end() -> None:
    """Without a prior the weight would run away to infinity."""
    signs = np.array([[1.0]] * 50 + [[0.0]] * 50)
    base, weights = fit_logistic(signs, signs[:, 0] > 0, Prior(base=0.0, weights=np.zeros(1), strength=1.0))
    assert 2 < weights[0] < 20
    assert np.isfinite(base)


def test_the_more_a_belief_counts_the_less_it_moves() -> None:
    signs, truth = data(5, 500)
    moved = [
        abs(fit_logistic(signs, truth, Prior(base=0.0, weights=np.zeros(3), strength=strength))[1][2])
        for strength in (0.1, 10.0, 1000.0)
    ]
    assert moved == sorted(moved, reverse=True)
