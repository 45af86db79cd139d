"""Which push services do tests send to? The npm package web-push-testing, which decrypts, and one that is scripted.

Both listen on this machine over real sockets. The scripted one keeps what it was sent.
"""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import msgspec
from aiohttp import web

from tests.server import free_port

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / "tests" / "peers" / "node_modules" / "web-push-testing" / "src" / "bin" / "server.js"
NODE = ROOT / ".venv" / "bin" / "node"
# Keys of RFC 8291, appendix A: a browser that has them could read what the scripted service is sent.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


class Subscribed(msgspec.Struct, frozen=True):
    """A browser's subscription as the service made it; `client` names it there."""

    endpoint: str
    p256dh: str
    auth: str
    client: str


class Peer(msgspec.Struct, frozen=True):
    """The running web-push-testing."""

    origin: str

    async def ask(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        """Ask it something; raises for a refusal."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.origin}{path}", json=body or {}, raise_for_status=True) as response,
        ):
            read: dict[str, object] = {}
            text = await response.text()
            return msgspec.json.decode(text, type=dict[str, object]) if text.startswith("{") else read

    async def subscribe(self, public_key: str) -> Subscribed:
        """Subscribe as a browser would, with the server's key."""
        asked: dict[str, object] = {"userVisibleOnly": "true", "applicationServerKey": public_key}
        data = msgspec.convert((await self.ask("/subscribe", asked))["data"], dict[str, object])
        keys = msgspec.convert(data["keys"], dict[str, str])
        return Subscribed(
            endpoint=str(data["endpoint"]), p256dh=keys["p256dh"], auth=keys["auth"], client=str(data["clientHash"])
        )

    async def received(self, subscribed: Subscribed) -> list[str]:
        """Return what came for a subscription, decrypted."""
        answer = await self.ask("/get-notifications", {"clientHash": subscribed.client})
        return msgspec.convert(answer["data"], dict[str, list[str]])["messages"]

    async def expire(self, subscribed: Subscribed) -> None:
        """Let it answer 410 for a subscription from now on."""
        await self.ask(f"/expire-subscription/{subscribed.client}")


@contextmanager
def running_peer() -> Iterator[Peer]:
    """Run web-push-testing on a free port until the block ends."""
    if not PEER.is_file():
        raise RuntimeError("the peers of the tests are missing: run `make setup-tests`")
    port = free_port()
    process = subprocess.Popen([NODE, PEER, str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        if "Server running" not in line:
            raise RuntimeError(f"web-push-testing did not start: {line}")
        yield Peer(origin=f"http://localhost:{port}")
    finally:
        process.terminate()
        process.communicate(timeout=10)


class Scripted(msgspec.Struct):
    """A push service that answers `status` with `headers`; `is_silent` cuts the line after it took the request."""

    origin: str
    requests: list[tuple[str, dict[str, str], bytes]]
    status: int = 201
    headers: dict[str, str] = {}
    is_silent: bool = False

    def endpoint(self, name: str) -> str:
        """Return the address of a subscription."""
        return f"{self.origin}/push/{name}"


@asynccontextmanager
async def running_script() -> AsyncIterator[Scripted]:
    """Run a scripted push service on a free port until the block ends."""
    port = free_port()
    script = Scripted(origin=f"http://127.0.0.1:{port}", requests=[])

    async def answer(request: web.Request) -> web.Response:
        script.requests.append((request.path, dict(request.headers), await request.read()))
        if script.is_silent and request.transport is not None:
            request.transport.abort()
        return web.Response(status=script.status, headers=script.headers, text="as told")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield script
    finally:
        await runner.cleanup()
