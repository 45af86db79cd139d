"""When is a local time in UTC? Whole columns at once, with the summer time of each day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from ml.synthetic.columns import Days


def to_utc(local: Days, zone: str) -> Days:
    """Return local wall-clock times of a zone (by day, not in the night of a change) in UTC."""
    day = local.astype("datetime64[D]")
    days, which = np.unique(day, return_inverse=True)
    info = ZoneInfo(zone)
    offsets = [datetime(one.year, one.month, one.day, 12, tzinfo=info).utcoffset() for one in days.tolist()]
    seconds = np.array([int(offset.total_seconds()) if offset else 0 for offset in offsets], dtype=np.int64)
    instants: Days = local.astype("datetime64[s]") - seconds[which].astype("timedelta64[s]")
    return instants
