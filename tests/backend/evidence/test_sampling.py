"""Is the lot fair, does it follow the risk, and can somebody else redo it?"""

from uuid import UUID

import pytest

from backend.evidence.sampling import WEIGHT_MIN, Drawable, drawn, lot_of


def visits(count: int, score: float, start: int = 0) -> list[Drawable]:
    return [Drawable(UUID(int=start + n), score) for n in range(count)]


def test_the_same_seed_draws_the_same_visits_in_whatever_order_they_come() -> None:
    """EV-8: whoever has the seed and the visits finds the same ones."""
    book = [Drawable(UUID(int=n), (n % 10) / 10) for n in range(500)]
    assert drawn(book, 20, "2026-11-24") == drawn(book[::-1], 20, "2026-11-24")
    assert drawn(book, 20, "2026-11-24") != drawn(book, 20, "2026-11-25")


def test_leaving_out_a_visit_that_was_not_drawn_moves_no_other() -> None:
    book = visits(300, 0.2)
    chosen = drawn(book, 10, "s")
    assert drawn([one for one in book if one in chosen or one.visit_id.int % 2], 10, "s") == chosen


def test_a_high_score_is_drawn_more_often_by_the_ratio_of_the_weights() -> None:
    """One of a hundred quiet visits against one of a hundred loud ones, over 4,000 draws of a single visit."""
    book = [*visits(100, 0.0), *visits(100, 0.9, 1000)]
    loud = sum(drawn(book, 1, f"{n}")[0].score > 0 for n in range(4000))
    expected = (0.9 + WEIGHT_MIN) / (0.9 + 2 * WEIGHT_MIN)
    assert loud / 4000 == pytest.approx(expected, abs=0.02)


def test_a_quiet_visit_is_drawn_as_well() -> None:
    book = [*visits(1000, 0.0), *visits(5, 0.99, 5000)]
    assert any(one.score == 0 for one in drawn(book, 50, "s"))


@pytest.mark.parametrize(("count", "there", "got"), [(1, 0, 0), (5, 3, 3), (3, 3, 3), (2, 3, 2)])
def test_no_more_is_drawn_than_there_is(count: int, there: int, got: int) -> None:
    assert len(drawn(visits(there, 0.1), count, "s")) == got


def test_a_lot_is_a_number_above_zero() -> None:
    assert all(0 < lot_of("s", one) < 1000 for one in visits(1000, 0.5))
