"""How long is a recording kept? The longest rule, and never less than the law of machines."""

from datetime import UTC, datetime

import pytest

from backend.calls.line.retention import keeps, kept_until
from backend.evidence.retention import Retention

CALLED = datetime(2026, 1, 1, tzinfo=UTC)


def own(*days: int) -> list[Retention]:
    return [Retention(basis=f"own {one}", keep_days=one) for one in days]


@pytest.mark.parametrize(
    ("record", "rules", "days"),
    [
        ("call_recording", [], 1096), ("call_recording", own(30), 30), ("call_recording", own(30, 400), 400),
        ("robot_call_recording", [], 1096), ("robot_call_recording", own(730), 731),
        ("robot_call_recording", own(731), 731), ("robot_call_recording", own(2000), 2000),
    ],
)  # fmt: skip
def test_the_longest_rule_keeps(record: str, rules: list[Retention], days: int) -> None:
    assert keeps(record, rules).keep_days == days
    assert (kept_until(record, CALLED, rules) - CALLED).days == days
