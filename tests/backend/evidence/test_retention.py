"""May a photo go? Both sides of each day."""

from datetime import timedelta

import pytest

from backend.evidence.retention import DEFAULT, Retention, deletion_refusal, keeps, kept_until
from tests.world import MORNING

CARDS = Retention(basis="cards, two years", keep_days=730)
FINANCE = Retention(basis="consumer finance, five years", keep_days=1826)


@pytest.mark.parametrize(
    ("rules", "days", "is_held", "refusal"),
    [
        ([CARDS], 730, False, None),
        ([CARDS], 729, False, "it is kept until 2026-11-25 (cards, two years)"),
        ([CARDS], 730, True, "a legal hold stands on its case"),
        ([CARDS, FINANCE], 1825, False, "it is kept until 2026-11-25 (consumer finance, five years)"),
        ([FINANCE, CARDS], 1826, False, None),
        ([], 1827, False, None),
        ([], None, False, "its case is open"),
        ([], None, True, "a legal hold stands on its case"),
    ],
)
def test_the_longest_rule_wins_and_a_hold_beats_all(
    rules: list[Retention],
    days: int | None,
    is_held: bool,  # noqa: FBT001 - a column of the table
    refusal: str | None,
) -> None:
    closed_at = None if days is None else MORNING - timedelta(days=days)
    assert deletion_refusal(closed_at, rules, MORNING, is_held=is_held) == refusal


def test_a_lender_without_rules_keeps_five_years() -> None:
    assert keeps([]) == DEFAULT[0]
    assert keeps([CARDS]) == CARDS
    assert kept_until(MORNING, []) == MORNING + timedelta(days=1827)
    assert kept_until(None, [CARDS]) is None
