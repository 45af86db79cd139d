"""How does a lender begin with real files on a real town? By the README's commands, each a process."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from backend.kernel.db import Database

COMMAND_TIMEOUT_S = 300
"""The largest import here takes seven seconds on two idle cores; this only ends what hangs."""
SHIFT_START_H, SHIFT_END_H = 8, 22
VISITED = """
INSERT INTO contact_events (id, tenant_id, channel, case_id, obligor_id, person, kind, direction, place, by, at)
SELECT gen_random_uuid(), tenant_id, 'visit', id, obligor_id, 'obligor', 'visit', 'out', 'home_door', 'lender',
    now() - interval '1 year'
FROM cases WHERE tenant_id = $1
"""
_ZONE_FROM_HOUR = ((0, "Asia/Shanghai"), (10, "Europe/London"), (13, "America/New_York"), (18, "Pacific/Honolulu"))
"""By the hour of UTC."""


class CommandError(Exception):
    """A command of `rounds` did not end well; the text is what it said."""


class Lender(msgspec.Struct, frozen=True):
    """A lender of this test's own, on this database and data folder."""

    url: str
    data: Path
    code: str
    zone: str

    async def say(self, *words: str | Path) -> str:
        """Run `rounds` with these words; returns what it printed, raises CommandError when it did not end well."""
        environment = {**os.environ, "DATABASE_URL": self.url, "ROUNDS_DATA": str(self.data)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "backend.app.cli", *map(str, words),
            env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(process.communicate(), COMMAND_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            raise CommandError(said.decode())
        return said.decode()

    async def begin(self, currency: str) -> None:
        """Make the lender and its field team."""
        more = ("--currency", currency, "--language", "en")
        await self.say("tenant", "add", self.code, "--name", "Town", "--zone", self.zone, *more)
        await self.say("team", "add", "Field", "--tenant", self.code, "--kind", "field")

    async def hire(self, name: str, role: str) -> str:
        """Add somebody of the field team; returns the token that lets in once."""
        login = f"{name.lower()}-{self.code}"
        who = ("--name", name, "--role", role, "--team", "Field", "--zone", self.zone, "--language", "en")
        return (await self.say("user", "add", login, "--tenant", self.code, *who)).strip().partition("#")[2]

    async def take_in(self, file: Path, mapping: str) -> str:
        """Import a file by a shipped mapping; returns the report."""
        return await self.say("import", file, "--mapping", mapping, "--tenant", self.code)


def zone_by_day(now: datetime) -> str:
    """Return a zone in which clients may be visited now, and for four hours more.

    A day is planned within the hours that the law of the place leaves, from now on; so that a test of today passes at
    any hour, its town lies where it is day. In London a first visit needs notice: see `let_all_be_visited`.
    """
    return next(zone for first, zone in reversed(_ZONE_FROM_HOUR) if now.astimezone(UTC).hour >= first)


async def let_all_be_visited(jobs: Database, tenant_id: UUID) -> None:
    """Let everybody have been visited a year ago, and the field work from eight to ten in the evening."""
    async with jobs.pool.acquire() as raw:
        await raw.execute(VISITED, tenant_id)
        await raw.execute(
            "UPDATE users SET shift_start_minute = $2, shift_end_minute = $3 WHERE tenant_id = $1",
            tenant_id, SHIFT_START_H * 60, SHIFT_END_H * 60,
        )  # fmt: skip
