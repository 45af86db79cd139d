"""Does a bucket let a burst through and then only its rate?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.throttle import full_bucket, wait_for_token_s


def test_a_burst_passes_and_the_next_waits_for_one_token() -> None:
    bucket = full_bucket(rate_per_s=2, burst=3)
    assert [wait_for_token_s(bucket, 100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert wait_for_token_s(bucket, 100.4) == pytest.approx(0.1)
    assert wait_for_token_s(bucket, 100.5) == 0.0


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    bucket = full_bucket(rate_per_s=1, burst=1)
    assert wait_for_token_s(bucket, 100.0) == 0.0
    assert wait_for_token_s(bucket, 50.0) == 1.0
    assert wait_for_token_s(bucket, 100.5) == pytest.approx(0.5)


@given(st.lists(st.floats(0, 5, allow_nan=False), max_size=200))
def test_no_more_passes_than_burst_and_rate_allow(steps: list[float]) -> None:
    bucket, now_s, passed = full_bucket(rate_per_s=3, burst=5), 1000.0, 0
    for step in steps:
        now_s += step
        passed += wait_for_token_s(bucket, now_s) == 0.0
    assert passed <= 5 + 3 * (now_s - 1000.0) + 1e-6


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.9)])
def test_a_bucket_that_can_never_give_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="bucket"):
        full_bucket(rate, burst)
