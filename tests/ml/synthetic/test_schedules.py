"""Do schedules add up and fall due as contracts say?"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.synthetic.products import ANNUITY, BULLET, EQUAL_PRINCIPAL
from ml.synthetic.schedules import Items, Terms, add_months, make_items, penalty_minor


def items_of(schedule: int, principal: int, rate_ppm: int, periods: int, every: int = 1, fee_ppm: int = 0) -> Items:
    opened, first = np.datetime64("2026-01-31"), add_months(np.array([np.datetime64("2026-01-31")]), np.array([every]))

    def column(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.array([value])

    return make_items(
        Terms(
            column(schedule), column(principal), column(rate_ppm), column(periods), column(every), np.array([opened]),
            first, column(fee_ppm),
        )
    )  # fmt: skip


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def annuity_by_hand(principal: int, rate_ppm: int, periods: int, every: int) -> list[tuple[int, int]]:
    """Compute the schedule in exact decimals, item by item, as the contract's formula reads."""
    rate = Decimal(rate_ppm) / 1_000_000 * every / 12
    level = half_up(Decimal(principal) / periods if rate == 0 else principal * rate / (1 - (1 + rate) ** -periods))
    left, items = principal, []
    for k in range(periods):
        interest = half_up(left * rate)
        paid = left if k == periods - 1 else level - interest
        items.append((paid, interest))
        left -= paid
    return items


@given(
    schedule=st.sampled_from([ANNUITY, EQUAL_PRINCIPAL]),
    principal=st.integers(10_000, 5_000_000_000),
    rate_ppm=st.integers(0, 360_000),
    periods=st.integers(1, 60),
    every=st.sampled_from([1, 3, 6]),
)
def test_principal_of_the_items_is_what_was_lent(
    schedule: int, principal: int, rate_ppm: int, periods: int, every: int
) -> None:
    items = items_of(schedule, principal, rate_ppm, periods, every)
    assert items.principal_minor.sum() == principal
    assert (items.principal_minor >= 0).all()
    assert (items.interest_minor >= 0).all()
    assert items.number.tolist() == list(range(1, periods + 1))


@given(
    principal=st.integers(10_000, 100_000_000),
    rate_ppm=st.integers(0, 360_000),
    periods=st.integers(1, 60),
    every=st.sampled_from([1, 3]),
)
def test_an_annuity_equals_the_formula_in_exact_decimals(
    principal: int, rate_ppm: int, periods: int, every: int
) -> None:
    items = items_of(ANNUITY, principal, rate_ppm, periods, every)
    expected = annuity_by_hand(principal, rate_ppm, periods, every)
    assert list(zip(items.principal_minor.tolist(), items.interest_minor.tolist(), strict=True)) == expected


def test_a_bullet_bears_interest_for_its_days() -> None:
    """100,000.00 at 7.2 % for 28 days ACT/360: 560.00."""
    items = items_of(BULLET, 10_000_000, 72_000, 1)
    assert items.due_on.tolist() == [date(2026, 2, 28)]
    assert items.principal_minor.tolist() == [10_000_000]
    assert items.interest_minor.tolist() == [56_000]


def test_a_fee_falls_due_with_every_item() -> None:
    items = items_of(EQUAL_PRINCIPAL, 1_200_000, 0, 3, fee_ppm=6_000)
    assert items.fee_minor.tolist() == [7_200, 7_200, 7_200]
    assert items.total_minor.tolist() == [407_200, 407_200, 407_200]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 30), -11, date(2025, 2, 28)),
    ],
)
def test_months_end_at_the_last_day_there_is(day: date, months: int, expected: date) -> None:
    assert add_months(np.array([np.datetime64(day)]), np.array([months])).tolist() == [expected]


def test_penalty_is_rounded_half_up_once() -> None:
    """1,000.00 for 10 days at 18 % ACT/360 is 5.00; one unit for one day is nothing; exactly half goes up."""
    assert penalty_minor(np.array([100_000 * 10]), 180_000).tolist() == [500]
    assert penalty_minor(np.array([1]), 180_000).tolist() == [0]
    assert penalty_minor(np.array([1_000]), 180_000).tolist() == [1]
