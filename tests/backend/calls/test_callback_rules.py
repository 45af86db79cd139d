"""Which moments may a callback be agreed for?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.calls.callback_rules import AHEAD_MAX, flaw

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "day", "is_fit"),
    [
        (NOW, None, False),
        (NOW + SECOND, None, True),
        (NOW + AHEAD_MAX, None, True),
        (NOW + AHEAD_MAX + SECOND, None, False),
        # Midnight in Shanghai is 16:00 UTC: the day is the client's.
        (datetime(2026, 11, 25, 15, 59, tzinfo=UTC), date(2026, 11, 25), True),
        (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), date(2026, 11, 25), False),
        (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), date(2026, 11, 26), True),
    ],
)
def test_a_callback_lies_ahead_on_the_day_that_was_said(at: datetime, day: date | None, *, is_fit: bool) -> None:
    assert (flaw(at, NOW, day=day, zone="Asia/Shanghai") is None) == is_fit
