"""Do ids carry their moment, in order?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from backend.kernel.ids import is_time_ordered, made_at, new_id


def test_new_ids_are_version_seven_in_order_and_say_when_they_were_made() -> None:
    before = datetime.now(tz=UTC) - timedelta(milliseconds=2)
    ids = [new_id() for _ in range(1000)]
    after = datetime.now(tz=UTC) + timedelta(milliseconds=2)
    assert ids == sorted(set(ids))
    assert all(is_time_ordered(one) for one in ids)
    assert all(before <= made_at(one) <= after for one in ids)


def test_a_random_id_is_told_apart() -> None:
    assert not is_time_ordered(uuid4())


def test_the_moment_of_a_known_id() -> None:
    """The example of RFC 9562, appendix A.6: 2022-02-22 14:22:22.00-05:00."""
    assert made_at(UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
