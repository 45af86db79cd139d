"""Is a local time the right instant, summer and winter?"""

from datetime import datetime

import numpy as np
import pytest

from ml.synthetic.zones import to_utc


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Asia/Shanghai", "2026-07-01T09:00", "2026-07-01T01:00"),
        ("America/New_York", "2026-07-01T19:30", "2026-07-01T23:30"),
        ("America/New_York", "2026-12-01T19:30", "2026-12-02T00:30"),
        ("Europe/Helsinki", "2026-10-24T12:00", "2026-10-24T09:00"),
        ("Europe/Helsinki", "2026-10-25T12:00", "2026-10-25T10:00"),
    ],
)
def test_local_times_have_the_offset_of_their_day(zone: str, local: str, utc: str) -> None:
    assert to_utc(np.array([np.datetime64(local)]), zone).tolist() == [datetime.fromisoformat(utc)]
