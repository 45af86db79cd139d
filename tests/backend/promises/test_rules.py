"""May a promise be recorded? Tables on both sides of each border."""

from datetime import date, timedelta

import pytest

from backend.kernel.ids import new_id
from backend.promises.rules import refusal
from backend.promises.schemas import PromiseMade

MADE_ON = date(2026, 11, 24)


def made(due_on: date = MADE_ON, currency: str = "CNY", tolerance_days: int = 0) -> PromiseMade:
    return PromiseMade(id=new_id(), amount_minor=100, currency=currency, due_on=due_on, tolerance_days=tolerance_days)


def code(promise: PromiseMade | None, *, is_asked: bool = True) -> str | None:
    found = refusal(promise, is_asked=is_asked, currency="CNY", made_on=MADE_ON)
    return found.code if found else None


@pytest.mark.parametrize(
    ("due_in_days", "expected"),
    [(-1, "promise.day_in_past"), (0, None), (1, None), (366, None), (367, "promise.too_far")],
)
def test_the_day_lies_between_today_and_a_year_ahead(due_in_days: int, expected: str | None) -> None:
    assert code(made(MADE_ON + timedelta(days=due_in_days))) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, "promise.bad_tolerance"), (0, None), (30, None), (31, "promise.bad_tolerance")]
)
def test_the_tolerance_is_none_to_thirty_days(days: int, expected: str | None) -> None:
    assert code(made(tolerance_days=days)) == expected


def test_a_result_that_asks_for_a_promise_gets_one_and_no_other_result_does() -> None:
    assert code(None) == "promise.missing"
    assert code(None, is_asked=False) is None
    assert code(made(), is_asked=False) == "promise.not_with_result"


def test_a_promise_is_in_the_currency_of_its_case() -> None:
    assert code(made(currency="USD")) == "promise.currency_differs"
