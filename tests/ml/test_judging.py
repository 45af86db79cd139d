"""Are ranking, error and reliability what their definitions say, on values that can be counted by hand?"""

import math

import numpy as np
import pytest

from ml.judging import Bin, auc_of, brier_of, reliability_of


@pytest.mark.parametrize(
    ("chance", "truth", "auc"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1.0), ([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5), ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75),
    ],
)  # fmt: skip
def test_ranking(chance: list[float], truth: list[int], auc: float) -> None:
    assert auc_of(np.array(chance), np.array(truth, dtype=bool)) == auc


def test_ranking_counts_pairs() -> None:
    rng = np.random.default_rng(1)
    chance, truth = np.round(rng.random(200), 1), rng.random(200) < 0.3
    pairs = [(a > b) + 0.5 * (a == b) for a in chance[truth] for b in chance[~truth]]
    assert auc_of(chance, truth) == pytest.approx(np.mean(pairs))


def test_one_kind_alone_has_no_ranking() -> None:
    assert math.isnan(auc_of(np.array([0.1, 0.9]), np.array([True, True])))


def test_error() -> None:
    assert brier_of(np.array([0.0, 1.0, 0.5]), np.array([False, False, True])) == pytest.approx((0 + 1 + 0.25) / 3)


def test_what_was_said_against_what_came() -> None:
    chance, truth = np.array([0.05, 0.15, 0.1, 0.9, 1.0]), np.array([False, True, False, True, True])
    assert reliability_of(chance, truth, (0.0, 0.1, 0.5, 0.8, 1.0)) == [
        Bin(low=0.0, high=0.1, count=1, said=0.05, came=0.0),
        Bin(low=0.1, high=0.5, count=2, said=0.125, came=0.5),
        Bin(low=0.8, high=1.0, count=2, said=0.95, came=1.0),
    ]
