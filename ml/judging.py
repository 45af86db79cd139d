"""How good are chances that were said before the truth was known? By ranking, by error, by what came of them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ml.logistic import Flags, Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """Observations whose chance was said to lie between two values: how many, what was said, what came (means)."""

    low: float
    high: float
    count: int
    said: float
    came: float


def auc_of(chance: Floats, truth: Flags) -> float:
    """Return the chance that a true one got more than a false one, ties counting half (Mann-Whitney); else NaN."""
    hits, misses = int(truth.sum()), int((~truth).sum())
    if hits == 0 or misses == 0:
        return float("nan")
    _, inverse, counts = np.unique(chance, return_inverse=True, return_counts=True)
    below = np.concatenate([[0], np.cumsum(counts)[:-1]])
    ranks = below + (counts + 1) / 2
    return float((ranks[inverse][truth].sum() - hits * (hits + 1) / 2) / (hits * misses))


def brier_of(chance: Floats, truth: Flags) -> float:
    """Return the mean squared difference of what was said and what came (Brier 1950); lower is better."""
    return float(np.mean((chance - truth) ** 2))


def reliability_of(chance: Floats, truth: Flags, edges: tuple[float, ...]) -> list[Bin]:
    """Return for each span of chances what was said and what came; spans without observations are left out."""
    bins = []
    for low, high in pairwise(edges):
        inside = (chance >= low) & ((chance < high) | ((high == edges[-1]) & (chance == high)))
        if inside.any():
            said, came = float(chance[inside].mean()), float(truth[inside].mean())
            bins.append(Bin(low=low, high=high, count=int(inside.sum()), said=said, came=came))
    return bins
