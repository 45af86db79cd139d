"""One server that is killed again and again on one port, and the phones' sessions on it."""

import asyncio
import hashlib
import os
import secrets
import signal
import sys
from datetime import timedelta
from pathlib import Path
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

READY_TIMEOUT_S = 60.0
COOKIES_A_PHONE = 8


class Server:
    """The application in a process of its own; every start is a new life."""

    def __init__(self, factory: str, url: str, data: Path) -> None:
        self.port = free_port()
        self.lives = 0
        self._factory, self._url, self._data = factory, url, data
        self._log = data / "server.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Begin a life and wait until it answers; raises TimeoutError."""
        environment = {
            **os.environ, "DATABASE_URL": self._url, "ROUNDS_DATA": str(self._data), "ROUNDS_PORT": str(self.port),
            "ROUNDS_ORIGIN": f"http://localhost:{self.port}",
        }  # fmt: skip
        arguments = [sys.executable, "-m", "uvicorn", f"tests.faults.app:{self._factory}", "--factory",
                     f"--port={self.port}", "--loop=uvloop", "--http=httptools", "--no-access-log",
                     "--log-level=critical"]  # fmt: skip
        self._process = await asyncio.create_subprocess_exec(
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=self._data.joinpath("server.log").open("ab"),
        )
        self.lives += 1
        async with asyncio.timeout(READY_TIMEOUT_S), httpx.AsyncClient() as client:
            while not await self._answers(client):  # noqa: ASYNC110 - another process answers, no event can tell
                await asyncio.sleep(0.05)

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        if self._process is not None and self._process.returncode is not None:
            raise RuntimeError(self._log.read_text()[-3000:])
        try:
            await client.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
        except httpx.TransportError:
            return False
        return True

    async def kill(self) -> None:
        """End the life as a power cut does: nothing is told, nothing is finished."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
            self._process = None


async def cookies_for(database: Database, world: World, user_id: UUID, server: Server) -> list[str]:
    """Open sessions of a collector, each to be used when the one before was ended; returns their cookies."""
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
            cookies.append(f"rounds-{server.port}={token}")
    return cookies
