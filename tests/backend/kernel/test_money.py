"""Is money read and written exactly?"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.money import AMOUNT_MINOR_MAX, MoneyError, decimal_to_minor, minor_digits, to_minor, to_text

CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD"])


@given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), CURRENCIES)
def test_what_is_written_is_read_back(amount_minor: int, currency: str) -> None:
    assert to_minor(to_text(amount_minor, currency), currency) == amount_minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1,234.50", "CNY", 123_450), ("¥ 8,240.00", "CNY", 824_000), ("￥12", "CNY", 1200),
     ("-0.05", "USD", -5),
     ("1.2e3", "USD", 120_000), ("12", "JPY", 12), ("1.234", "KWD", 1234), (" 7 ", "USD", 700),
     ("1，000", "CNY", 100_000)],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.005", "USD"), ("1.5", "JPY"), ("", "USD"), ("x", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("1", "usd"),
     ("1", "RMBY"), ("10000000000000.01", "USD")],
)  # fmt: skip
def test_what_would_lose_a_digit_or_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        to_minor(text, currency)


def test_the_largest_amount_is_taken_and_one_more_is_not() -> None:
    assert decimal_to_minor(Decimal(AMOUNT_MINOR_MAX) / 100, "CNY") == AMOUNT_MINOR_MAX
    with pytest.raises(MoneyError):
        decimal_to_minor(Decimal(AMOUNT_MINOR_MAX + 1) / 100, "CNY")


def test_digits_follow_the_currency() -> None:
    assert [minor_digits(code) for code in ("CNY", "JPY", "BHD")] == [2, 0, 3]
