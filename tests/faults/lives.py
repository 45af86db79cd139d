"""One server that is killed again and again on one port, the worker beside it, and the phones' sessions."""

import asyncio
import hashlib
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import httpx

from backend.identity.permissions import REACH_OF
from backend.identity.principal import Principal
from backend.identity.queries import doors
from backend.identity.schemas import UserRole
from backend.kernel import clock
from backend.kernel.db import Database
from tests.server import free_port
from tests.world import World

READY_TIMEOUT_S = 300.0
COOKIES_A_PHONE = 8


class Life:
    """A process that is killed as a power cut does: nothing is told, nothing is finished. Every start is a new life."""

    def __init__(self, arguments: list[str], told: dict[str, str], log: Path) -> None:
        self.lives = 0
        self._arguments, self._told, self._log = arguments, told, log
        self._process: asyncio.subprocess.Process | None = None

    async def begin(self) -> None:
        """Start the process; the module that it runs may still be on its way."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *self._arguments, env={**os.environ, **self._told},
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.lives += 1

    def check(self) -> None:
        """Raise RuntimeError with its last words when it ended by itself."""
        if self._process is not None and self._process.returncode is not None:
            raise RuntimeError(self._log.read_text()[-3000:])

    async def kill(self) -> None:
        """End the life."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            self._process = None


class Server(Life):
    """The application in a process of its own."""

    def __init__(
        self, factory: str, url: str, data: Path, line_port: int, besides: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.port = free_port()
        told = {
            "DATABASE_URL": url, "ROUNDS_DATA": str(data), "ROUNDS_PORT": str(self.port),
            "ROUNDS_ORIGIN": f"http://localhost:{line_port}", **besides,
        }  # fmt: skip
        arguments = ["uvicorn", f"tests.faults.app:{factory}", "--factory", f"--port={self.port}", "--loop=uvloop",
                     "--http=httptools", "--no-access-log", "--log-level=critical"]  # fmt: skip
        super().__init__(arguments, told, data / "server.log")

    async def start(self) -> None:
        """Begin a life and wait until it answers; raises TimeoutError."""
        await self.begin()
        async with asyncio.timeout(READY_TIMEOUT_S), httpx.AsyncClient() as client:
            while not await self._answers(client):  # noqa: ASYNC110 - another process answers, no event can tell
                await asyncio.sleep(0.05)

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        self.check()
        try:
            await client.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
        except httpx.TransportError:
            return False
        return True


def worker(url: str, data: Path) -> Life:
    """Return the worker that looks at photos, seals the journal and reacts to events; not started."""
    told = {"DATABASE_URL": url, "ROUNDS_DATA": str(data)}
    return Life(["backend.app.worker"], told, data / "worker.log")


async def cookies_for(database: Database, world: World, user_id: UUID, port: int) -> list[str]:
    """Open sessions of a collector, each to be used when the one before was ended; returns their cookies.

    The cookie is named after the `port` on which the server listens.
    """
    scope = world.scope(world.mei if user_id == world.mei else world.bo)
    cookies = []
    now = clock.now()
    async with database.pool.acquire() as raw:
        for _ in range(COOKIES_A_PHONE):
            token = secrets.token_urlsafe(32)
            role = UserRole.COLLECTOR
            who = Principal(
                user_id=scope.user_id, tenant_id=world.tenant_id, role=role, reach=REACH_OF[role],
                team_ids=scope.team_ids, device_id=None, token_hash=hashlib.sha256(token.encode()).digest(),
                expires_at=now + timedelta(days=1),
            )  # fmt: skip
            await doors.insert_session(raw, who, now)
            cookies.append(f"rounds-{port}={token}")
    return cookies
