"""What is forgotten behind sign-ins? Sessions, links, challenges and counts whose time is over."""

from datetime import datetime, timedelta

import asyncpg

ROWS_MAX = 10_000
FAILURES_KEPT = timedelta(days=30)
LINKS_KEPT = timedelta(days=7)
"""Whoever taps a used or expired link is told so, for a week; later it is unknown."""


async def forget_expired(raw: asyncpg.Connection, now: datetime) -> int:
    """Remove at most 10,000 rows a table of what is over; `raw` acts as app_job. Returns how many."""
    before = {
        "sessions": ("token_hash", "expires_at", now),
        "sign_in_links": ("token_hash", "expires_at", now - LINKS_KEPT),
        "device_challenges": ("nonce_hash", "expires_at", now),
        "company_flows": ("state_hash", "expires_at", now),
        "sign_in_failures": ("key", "failed_at", now - FAILURES_KEPT),
    }
    count = 0
    for table, (key, column, until) in before.items():
        status: str = await raw.execute(
            f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608 - constants of the code
            f" (SELECT {key} FROM {table} WHERE {column} < $1 LIMIT {ROWS_MAX})",
            until,
        )
        count += int(status.rsplit(" ", 1)[1])
    return count
