"""How does the journal get its months? Partitions are made two months ahead, by the owner of the tables."""

from datetime import date, datetime

import asyncpg

MONTHS_AHEAD = 2
MONTHS_A_YEAR = 12
LOCK_TIMEOUT_MS = 2000


def months_after(day: date, count: int) -> list[date]:
    """Return the first days of the `count` months that follow the month of a day."""
    firsts = []
    for ahead in range(1, count + 1):
        years, month = divmod(day.month - 1 + ahead, MONTHS_A_YEAR)
        firsts.append(date(day.year + years, month + 1, 1))
    return firsts


async def make_partitions(owner: asyncpg.Connection, now: datetime) -> list[str]:
    """Make the partitions of the next two months (UTC); returns the names of the new ones.

    `owner` acts as app_owner. The present month is not touched: its events may lie in the default partition already.
    A partition that somebody's long transaction keeps from being attached is made at the next call.
    """
    made = []
    for first in months_after(now.date(), MONTHS_AHEAD):
        name = f"events_{first:%Y_%m}"
        async with owner.transaction():
            # Two workers that start at once take turns.
            await owner.execute("SELECT pg_advisory_xact_lock(725004)")
            if await owner.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
                continue
            await owner.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            await _make(owner, name, first, months_after(first, 1)[0])
            made.append(name)
    return made


async def _make(owner: asyncpg.Connection, name: str, start: date, end: date) -> None:
    # Made apart and attached: CREATE .. PARTITION OF would lock the whole journal, this only the default partition.
    await owner.execute(f"CREATE TABLE {name} (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    for statement in ("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"):
        await owner.execute(f"ALTER TABLE {name} {statement}")
    bounds = f"FROM ('{start.isoformat()} 00:00:00+00') TO ('{end.isoformat()} 00:00:00+00')"
    await owner.execute(f"ALTER TABLE events ATTACH PARTITION {name} FOR VALUES {bounds}")
