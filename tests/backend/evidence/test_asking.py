"""When does a photo wait for a word of who took it?"""

from datetime import UTC, datetime, timedelta

import pytest

from backend.evidence.asking import waits_for_answer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("band", "asked", "answered_at", "waits"),
    [
        ("low", None, None, False),
        ("medium", None, None, True),
        ("high", None, None, True),
        ("high", None, NOON, False),
        ("low", ("questioned", NOON), None, True),
        ("low", ("questioned", NOON), NOON, True),
        ("low", ("questioned", NOON), LATER, False),
        ("high", ("accepted", NOON), None, False),
    ],
)
def test_waits(band: str, asked: tuple[str, datetime] | None, answered_at: datetime | None, waits: bool) -> None:  # noqa: FBT001 - a table of values
    """EV-8: a question is open until an answer that came after it; what was accepted is settled."""
    assert waits_for_answer(band, asked, answered_at) is waits
