"""How much is a look at a photo worth? A chance, reckoned from the signals that were found; never an accusation."""

import math
from collections.abc import Sequence
from typing import Literal

from backend.evidence.manifests import Code

BASE = -4.3
WEIGHTS: dict[Code, float] = {
    Code.SIGNATURE_WRONG: 6.0,
    Code.HASH_DIFFERS: 6.0,
    Code.TAKEN_BEFORE_BRACKET: 5.7,
    Code.MANIFEST_DIFFERS: 5.0,
    Code.ORIGINAL_DIFFERS: 5.0,
    Code.TELEPORT: 4.6,
    Code.CHAIN_DIFFERS: 3.9,
    Code.REUSED_PHOTO: 3.5,
    Code.CLOCK_SKEW: 2.2,
    Code.FROZEN_PLACE: 2.1,
    Code.CONSENT_MISSING: 2.0,
    Code.EXIF_TIME_DIFFERS: 1.9,
    Code.OUTSIDE_FENCE: 1.8,
    Code.EXIF_PLACE_DIFFERS: 1.6,
    Code.FILE_SOURCE: 1.6,
    Code.ORIGINAL_MISSING: 1.0,
    Code.MANIFEST_MISSING: 0.5,
    Code.CHAIN_GAP: 0.4,
}
"""Log-odds, printed by `python -m tests.bench.signals`: fitted to photos of made-up honest and lying collectors
(ml/synthetic/liars.py), seven of them kept as people set them (docs/decisions/0010-evidence-that-proves-itself.md)."""

MEDIUM_FROM = 0.2
HIGH_FROM = 0.6


def score_of(codes: Sequence[Code]) -> float:
    """Return how much a look is worth it, 0 to 1: the logistic of the weights of what was found."""
    return probability(BASE + sum(WEIGHTS[code] for code in set(codes)))


def probability(log_odds: float) -> float:
    """Return the logistic of log-odds, 0 to 1."""
    return 1 / (1 + math.exp(-log_odds))


def log_odds(chance: float) -> float:
    """Return the inverse of the logistic."""
    return math.log(chance / (1 - chance))


def band_of(score: float) -> Literal["low", "medium", "high"]:
    """Return the band of a score: medium from 0.2, high from 0.6."""
    if score >= HIGH_FROM:
        return "high"
    return "medium" if score >= MEDIUM_FROM else "low"
