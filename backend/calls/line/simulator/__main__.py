"""How is the made-up exchange reached? `python -m backend.calls.line.simulator`: ARI over HTTP and a WebSocket.

On the loopback only. ROUNDS_LINE_URL says where and with which password, ROUNDS_SIMULATOR_SCRIPTS (JSON) what numbers
do. `POST /simulator/cut` cuts all listeners off, as a network does.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp import web

from backend.calls.line.simulator.exchange import Bridge, Exchange, stamped
from backend.calls.line.simulator.people import Script

LISTENERS_MAX = 8
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """The exchange and who listens to it."""

    def __init__(self, scripts: list[Script], seed: str, pace: float) -> None:
        self.exchange = Exchange(self.say, scripts, seed, pace)
        self._listeners: dict[web.WebSocketResponse, asyncio.Queue[bytes]] = {}

    def say(self, said: dict[str, object]) -> None:
        """Tell all who listen; without any it is lost."""
        for queue in self._listeners.values():
            queue.put_nowait(stamped(said))

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Take a listener in until it goes or is cut off."""
        if len(self._listeners) >= LISTENERS_MAX:
            return web.Response(status=503)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        queue = self._listeners[socket] = asyncio.Queue()
        sending = asyncio.create_task(_send(socket, queue))
        try:
            async for _ in socket:
                pass
        finally:
            self._listeners.pop(socket, None)
            sending.cancel()
        return socket

    async def cut(self, _request: web.Request) -> web.StreamResponse:
        """Cut all listeners off; what is said from now on they do not hear."""
        sockets = list(self._listeners)
        self._listeners.clear()
        for socket in sockets:
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)
        return web.json_response({"cut": len(sockets)})

    async def originate(self, request: web.Request) -> web.StreamResponse:
        """Begin a leg."""
        asked = request.query
        if not {"endpoint", "channelId", "app"} <= set(asked):
            return web.Response(status=400)
        channel = self.exchange.originate(asked["channelId"], asked["endpoint"])
        return web.Response(status=409) if channel is None else web.json_response({"id": channel.id})

    async def channels(self, _request: web.Request) -> web.StreamResponse:
        """List the legs that stand."""
        return web.json_response([{"id": one.id, "state": one.state} for one in self.exchange.channels.values()])

    async def hang_up(self, request: web.Request) -> web.StreamResponse:
        """End a leg."""
        return _done(self.exchange.hang_up(request.match_info["id"]))

    async def bridge(self, request: web.Request) -> web.StreamResponse:
        """Make a bridge, or find the one of this name."""
        name = request.match_info["id"]
        self.exchange.bridges.setdefault(name, Bridge(id=name))
        return web.json_response({"id": name})

    async def end_bridge(self, request: web.Request) -> web.StreamResponse:
        """End a bridge."""
        return _done(self.exchange.end_bridge(request.match_info["id"]))

    async def join(self, request: web.Request) -> web.StreamResponse:
        """Put a leg into a bridge."""
        return _done(self.exchange.join(request.match_info["id"], request.query.get("channel", "")))

    async def record(self, request: web.Request) -> web.StreamResponse:
        """Begin to record a bridge."""
        begun = self.exchange.record(request.match_info["id"], request.query.get("name", ""))
        return web.Response(status=404 if begun is None else 201 if begun else 409)

    async def play(self, request: web.Request) -> web.StreamResponse:
        """Play a prompt into a bridge."""
        known = request.match_info
        return _done(self.exchange.play(known["id"], known["playback"], request.query.get("media", "")))

    async def pause(self, request: web.Request) -> web.StreamResponse:
        """Pause a recording (POST) or let it go on (DELETE)."""
        return _done(self.exchange.pause(request.match_info["name"], is_paused=request.method == "POST"))

    async def stored(self, request: web.Request) -> web.StreamResponse:
        """Give a finished recording."""
        content = self.exchange.stored.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="audio/wav")


def _done(is_done: bool) -> web.Response:  # noqa: FBT001 - the answer of the exchange, passed on as it is
    return web.Response(status=204 if is_done else 404)


async def _send(socket: web.WebSocketResponse, queue: asyncio.Queue[bytes]) -> None:
    while True:
        await socket.send_str((await queue.get()).decode())


def application(simulator: Simulator, user: str, password: str) -> web.Application:
    """Return the application; whoever has not the password is told 401."""
    expected = aiohttp.encode_basic_auth(user, password)

    @web.middleware
    async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Authorization") != expected:
            return web.Response(status=401)
        return await handler(request)

    made = web.Application(middlewares=[admitted])
    made.add_routes([
        web.get("/ari/events", simulator.listen),
        web.get("/ari/channels", simulator.channels),
        web.post("/ari/channels", simulator.originate),
        web.delete("/ari/channels/{id}", simulator.hang_up),
        web.post("/ari/bridges/{id}", simulator.bridge),
        web.delete("/ari/bridges/{id}", simulator.end_bridge),
        web.post("/ari/bridges/{id}/addChannel", simulator.join),
        web.post("/ari/bridges/{id}/record", simulator.record),
        web.post("/ari/bridges/{id}/play/{playback}", simulator.play),
        web.post("/ari/recordings/live/{name}/pause", simulator.pause),
        web.delete("/ari/recordings/live/{name}/pause", simulator.pause),
        web.get("/ari/recordings/stored/{name}/file", simulator.stored),
        web.post("/simulator/cut", simulator.cut),
    ])  # fmt: skip
    return made


async def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    where = urlsplit(os.environ["ROUNDS_LINE_URL"])
    scripts = msgspec.json.decode(os.environ.get("ROUNDS_SIMULATOR_SCRIPTS", "[]"), type=list[Script])
    pace = float(os.environ.get("ROUNDS_SIMULATOR_PACE", "1"))
    simulator = Simulator(scripts, os.environ.get("ROUNDS_SIMULATOR_SEED", "rounds"), pace)
    runner = web.AppRunner(application(simulator, where.username or "", where.password or ""))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", where.port).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await simulator.exchange.close()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
