"""Is the score what the decision says, and does nothing alone condemn but what contradicts a proof?"""

import pytest

from backend.evidence import scoring
from backend.evidence.manifests import Code
from backend.evidence.scoring import band_of, log_odds, probability, score_of


@pytest.mark.parametrize(
    ("codes", "score", "band"),
    [
        ([], 0.013, "low"),
        ([Code.MANIFEST_MISSING], 0.022, "low"),
        ([Code.OUTSIDE_FENCE, Code.CLOCK_SKEW], 0.426, "medium"),
        ([Code.REUSED_PHOTO], 0.310, "medium"),
        ([Code.REUSED_PHOTO, Code.FILE_SOURCE], 0.690, "high"),
        ([Code.SIGNATURE_WRONG], 0.846, "high"),
        ([Code.SIGNATURE_WRONG] * 3, 0.846, "high"),
    ],
)
def test_scores(codes: list[Code], score: float, band: str) -> None:
    assert score_of(codes) == pytest.approx(score, abs=0.001)
    assert band_of(score_of(codes)) == band


def test_every_code_has_a_weight_and_none_alone_condemns_but_broken_proof() -> None:
    assert set(scoring.WEIGHTS) == set(Code)
    high = {code for code in Code if band_of(score_of([code])) == "high"}
    # The last one contradicts a receipt that we signed: its clock was set, whatever the reason.
    proofs = {Code.SIGNATURE_WRONG, Code.HASH_DIFFERS, Code.MANIFEST_DIFFERS, Code.ORIGINAL_DIFFERS}
    assert high == proofs | {Code.TAKEN_BEFORE_BRACKET}


@pytest.mark.parametrize("chance", [0.01, 0.2, 0.5, 0.6, 0.99])
def test_odds_and_chances_are_two_ways_to_say_the_same(chance: float) -> None:
    assert probability(log_odds(chance)) == pytest.approx(chance)
