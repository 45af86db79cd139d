"""How does a lender begin with real files on a real town? By the README's commands, each a process."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

import msgspec

COMMAND_TIMEOUT_S = 300
"""The largest import here takes seven seconds on two idle cores; this only ends what hangs."""
TEN_O_CLOCK = 10
_EASTMOST_H = 12


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


def zone_at_ten(now: datetime) -> str:
    """Return the zone in which it is between ten and eleven in the morning.

    A day is planned within lawful hours of the town's clock (8 to 21) and the shift of a collector (9 to 18), from now
    on; so that a test of today passes at any hour, its town lies where it is morning.
    """
    hours = (TEN_O_CLOCK - now.hour + _EASTMOST_H - 1) % 24 - (_EASTMOST_H - 1)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
