"""Does a cell mean what a lender meant, and is everything else refused by name?"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.integrations.rules import cells
from backend.integrations.rules.cells import DATE_MAX, DATE_MIN, Bad
from backend.kernel.money import AMOUNT_MINOR_MAX, minor_digits, to_text

DAYS = st.dates(DATE_MIN, DATE_MAX)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-11-24", "iso", date(2026, 11, 24)),
        ("2026/1/2", "iso", date(2026, 1, 2)),
        ("2026年11月24日", "iso", date(2026, 11, 24)),
        ("20261124", "iso", date(2026, 11, 24)),
        ("2026-11-24 23:59:59", "iso", date(2026, 11, 24)),
        ("2026-11-24T00:00:00Z", "us", date(2026, 11, 24)),
        ("4/6/2013", "us", date(2013, 4, 6)),
        ("4/6/2013", "eu", date(2013, 6, 4)),
        ("9/14/2016 19:31", "us", date(2016, 9, 14)),
        ("24.12.2020", "eu", date(2020, 12, 24)),
        ("13/1/2013", "us", Bad("date.not_a_date")),
        ("0", "epoch_days", date(1970, 1, 1)),
        ("15978.0", "sas", date(2003, 9, 30)),
        ("44197", "excel", date(2021, 1, 1)),
        ("44197.75", "excel", date(2021, 1, 1)),
        ("1700000000", "epoch_seconds", date(2023, 11, 14)),
        ("1700000000000", "epoch_millis", date(2023, 11, 14)),
        ("Dec-2011", "%b-%Y", date(2011, 12, 1)),
        ("2023-02-29", "iso", Bad("date.no_such_day")),
        ("2024-02-29", "iso", date(2024, 2, 29)),
        ("1900-02-28", "iso", Bad("date.out_of_range")),
        ("1900-03-01", "iso", DATE_MIN),
        ("2199-12-31", "iso", DATE_MAX),
        ("2200-01-01", "iso", Bad("date.out_of_range")),
        ("99999999999", "epoch_days", Bad("date.out_of_range")),
        ("soon", "iso", Bad("date.not_a_date")),
        ("soon", "excel", Bad("date.not_a_date")),
    ],
)
def test_dates(text: str, form: str, expected: date | Bad) -> None:
    assert cells.read_date(text, form) == expected


@given(DAYS)
def test_a_day_comes_back_from_every_way_of_writing_it(day: date) -> None:
    numbers = {"epoch_days": date(1970, 1, 1), "sas": date(1960, 1, 1), "excel": date(1899, 12, 30)}
    for form, zero in numbers.items():
        assert cells.read_date(str((day - zero).days), form) == day
        assert cells.read_date(f"{(day - zero).days}.0", form) == day
    assert cells.read_date(f"{day.month}/{day.day}/{day.year}", "us") == day
    assert cells.read_date(f"{day.day:02d}.{day.month:02d}.{day.year}", "eu") == day
    assert cells.read_date(day.strftime("%Y%m%d"), "iso") == day
    assert cells.read_date(f"{day.year}年{day.month}月{day.day}日", "us") == day


@pytest.mark.parametrize(
    ("text", "currency", "unit", "rounding", "expected"),
    [
        ("55.94", "USD", "major", "refuse", 5594),
        ("1,234.50", "CNY", "major", "refuse", 123_450),
        ("1,234,567", "CNY", "major", "refuse", 123_456_700),
        ("1,23", "EUR", "major", "refuse", Bad("money.not_an_amount")),
        ("12,34.5", "EUR", "major", "refuse", Bad("money.not_an_amount")),
        ("1_000", "CNY", "major", "refuse", Bad("money.not_an_amount")),
        ("¥ 12.30元", "CNY", "major", "refuse", 1230),
        ("￥１２．３０", "CNY", "major", "refuse", 1230),
        ("(12.30)", "USD", "major", "refuse", -1230),
        ("-0.01", "USD", "major", "refuse", -1),
        ("12.345", "USD", "major", "refuse", Bad("money.too_many_digits")),
        ("12.345", "USD", "major", "half_even", 1234),
        ("12.355", "USD", "major", "half_even", 1236),
        ("12.345", "USD", "major", "half_up", 1235),
        ("12.349", "USD", "major", "down", 1234),
        ("22583.2667671403", "USD", "major", "half_even", 2_258_327),
        ("12.5", "JPY", "major", "refuse", Bad("money.too_many_digits")),
        ("12", "JPY", "major", "refuse", 12),
        ("1.234", "KWD", "major", "refuse", 1234),
        ("1234", "USD", "minor", "refuse", 1234),
        ("3.5", "CNY", "wan", "refuse", 3_500_000),
        ("2", "CNY", "thousand", "refuse", 200_000),
        ("10000000000000", "CNY", "major", "refuse", AMOUNT_MINOR_MAX),
        ("10000000000000.01", "CNY", "major", "refuse", Bad("money.out_of_range")),
        ("1e400", "CNY", "major", "half_even", Bad("money.out_of_range")),
        ("1", "yuan", "major", "refuse", Bad("money.no_such_currency")),
        ("=B2-C2", "CNY", "major", "refuse", Bad("money.not_an_amount")),
        ("nan", "CNY", "major", "refuse", Bad("money.not_an_amount")),
    ],
)
def test_amounts(text: str, currency: str, unit: str, rounding: str, expected: int | Bad) -> None:
    assert cells.read_amount(text, currency, unit, rounding) == expected


@given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_an_amount_comes_back_exactly(amount_minor: int, currency: str) -> None:
    """No float stands between the text and the minor units."""
    text = to_text(amount_minor, currency)
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}" if whole.lstrip("-") != "0" else whole
    for written in (text, grouped + (f".{fraction}" if fraction else "")):
        assert cells.read_amount(written, currency, "major", "refuse") == amount_minor
    assert cells.read_amount(str(amount_minor), currency, "minor", "refuse") == amount_minor


@given(st.floats(-1e9, 1e9), st.sampled_from(["half_even", "half_up", "down"]))
def test_a_double_is_rounded_by_the_rule_that_the_mapping_names(value: float, rounding: str) -> None:
    """A Parquet double goes by its shortest decimal; the result is within one minor unit of it."""
    read = cells.read_amount(f"{Decimal(repr(value)):f}", "USD", "major", rounding)
    assert isinstance(read, int)
    assert abs(Decimal(read).scaleb(-minor_digits("USD")) - Decimal(repr(value))) < Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("11.36", "percent", 113_600),
        ("0.11220000000000001", "fraction", 112_200),
        ("11.22%", "fraction", 112_200),
        ("6.5", "permille", 6500),
        ("0", "percent", 0),
        ("-1", "percent", Bad("rate.out_of_range")),
        ("10000", "percent", 100_000_000),
        ("10001", "percent", Bad("rate.out_of_range")),
        ("high", "percent", Bad("rate.not_a_rate")),
    ],
)
def test_rates(text: str, unit: str, expected: int | Bad) -> None:
    assert cells.read_rate(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("12.0", 12),
        ("１２", 12),
        ("-23.0", -23),
        ("12.5", Bad("number.not_whole")),
        ("", Bad("number.not_whole")),
    ],
)
def test_whole_numbers(text: str, expected: int | Bad) -> None:
    assert cells.read_whole(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("是", True), ("Yes", True), ("0", False), ("否", False), ("maybe", Bad("flag.not_yes_or_no"))],
)
def test_flags(text: str, expected: bool | Bad) -> None:  # noqa: FBT001 - a value of the table
    assert cells.read_flag(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("90", 90, 90.0),
        ("90.0000001", 90, Bad("place.not_degrees")),
        ("-180", 180, -180.0),
        ("E120", 180, Bad("place.not_degrees")),
    ],
)
def test_degrees(text: str, limit: int, expected: float | Bad) -> None:
    assert cells.read_degree(text, limit) == expected


def test_a_text_is_kept_whatever_it_looks_like() -> None:
    """IN-1: formulas, "null", wide digits and invisible characters are names of people, not values."""
    for name in ("=1+1", "@SUM(A1)", "null", "０１", "张\u200b三", "单'引号"):
        assert cells.read_text(name, 400) == name
    assert cells.read_text("x" * 400, 400) == "x" * 400
    assert cells.read_text("x" * 401, 400) == Bad("text.too_long")


@given(DAYS, st.integers(-600, 600))
def test_months_are_added_by_the_calendar(day: date, months: int) -> None:
    later = cells.add_months(day, months)
    if isinstance(later, Bad):
        assert (
            not DATE_MIN.year <= day.year + months // 12 + 1 <= DATE_MAX.year or day.year + months // 12 < DATE_MIN.year
        )
        return
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
