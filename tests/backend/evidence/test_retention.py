"""May a photo go? Both sides of each day."""

from datetime import timedelta

import pytest

from backend.evidence.retention import DEFAULT, Retention, basis_of, deletion_refusal, keeps, kept_until
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
    assert deletion_refusal("photo", closed_at, rules, MORNING, is_held=is_held) == refusal


@pytest.mark.parametrize(("kind", "days"), [("photo", 1827), ("signature", 1827), ("audio", 1096)])
def test_a_lender_without_rules_keeps_what_the_house_keeps(kind: str, days: int) -> None:
    """D.3: with the case for five years, what was recorded for three."""
    assert keeps(kind, []) == DEFAULT[kind]
    assert keeps(kind, [CARDS]) == CARDS
    assert kept_until(kind, MORNING, []) == MORNING + timedelta(days=days)
    assert kept_until(kind, None, [CARDS]) is None


def test_the_basis_names_the_rule_and_its_days() -> None:
    assert basis_of(CARDS) == "retention over: cards, two years (730 days); PIPL 47"
