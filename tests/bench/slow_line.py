"""A slow line between a browser and a server on this machine: rate, round trip, and loss as a TCP sender meets them.

Each direction is one link of a fixed rate that all connections share. Each connection has a congestion window as Reno
has it: it grows until a segment is lost; a loss costs a round trip when three segments behind it arrive, else a
retransmission time-out. Nothing arrives out of order, so what is lost holds back all behind it.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

MSS_BYTES = 1460
WINDOW_FIRST, WINDOW_MAX = 10, 200
TIMEOUT_S = 1.0
"""The least retransmission time-out (RFC 6298)."""

DUPLICATES = 3


class Weather(msgspec.Struct, frozen=True):
    """Bits a second in each direction, seconds of a round trip, share of segments lost."""

    rate_bit_s: float
    round_trip_s: float
    loss: float


CLEAR = Weather(rate_bit_s=1e12, round_trip_s=0.0, loss=0.0)
SLOW = Weather(rate_bit_s=256_000, round_trip_s=0.4, loss=0.05)


class Link:
    """One direction of the line: when it is free again, and what it carried."""

    def __init__(self) -> None:
        self.free_at, self.carried_bytes, self.lost = 0.0, 0, 0


class SlowLine:
    """All connections through one port; the weather may change while it stands."""

    def __init__(self, seed: int, target_port: int) -> None:
        self.port, self.target_port, self.weather = 0, target_port, CLEAR
        self.up, self.down = Link(), Link()
        self.random = random.Random(seed)  # noqa: S311 - weather, not a secret

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either end goes."""
        await asyncio.sleep(self.weather.round_trip_s)  # the handshake
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        ways = (_Way(self, self.up, far_writer), _Way(self, self.down, writer))
        async with asyncio.TaskGroup() as group:
            group.create_task(ways[0].run(reader))
            group.create_task(ways[1].run(far_reader))


class _Way:
    """One direction of one connection: its window, and what is under way."""

    def __init__(self, line: SlowLine, link: Link, sink: asyncio.StreamWriter) -> None:
        self.line, self.link, self.sink = line, link, sink
        self.window, self.threshold, self.arrives_at = WINDOW_FIRST, WINDOW_MAX, 0.0
        self.flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=WINDOW_MAX)

    async def run(self, source: asyncio.StreamReader) -> None:
        """Send what comes, a window at a time, until the source ends or the sink has gone."""
        landing = asyncio.create_task(self._land())
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while data := await source.read(self.window * MSS_BYTES):
                began, weather = loop.time(), self.line.weather
                is_full = len(data) > (self.window - 1) * MSS_BYTES
                await self.flying.put((self._send(data, began, weather), data))
                if is_full:  # it waits for its acknowledgement
                    await asyncio.sleep(max(0.0, max(self.link.free_at, began + weather.round_trip_s) - loop.time()))
        await self.flying.put((self.arrives_at, b""))
        await landing

    def _send(self, data: bytes, now: float, weather: Weather) -> float:
        """Return when the last of these bytes arrives, and let the window feel what happened to them."""
        segments = -(-len(data) // MSS_BYTES)
        lost = sum(self.line.random.random() < weather.loss for _ in range(segments))
        sent_bytes = len(data) + lost * MSS_BYTES
        self.link.free_at = max(now, self.link.free_at) + sent_bytes * 8 / weather.rate_bit_s
        self.link.carried_bytes += sent_bytes
        self.link.lost += lost
        arrives_at = self.link.free_at + weather.round_trip_s / 2
        if lost == 0:
            grown = self.window + (segments if self.window < self.threshold else 1)
            self.window = min(WINDOW_MAX, grown)
        else:
            self.threshold = max(2, self.window // 2)
            is_fast = segments - lost >= DUPLICATES
            self.window = self.threshold if is_fast else 1
            arrives_at += weather.round_trip_s if is_fast else max(TIMEOUT_S, 2 * weather.round_trip_s)
            while self.line.random.random() < weather.loss:  # what is sent again may be lost again
                arrives_at += max(TIMEOUT_S, 2 * weather.round_trip_s)
        self.arrives_at = max(self.arrives_at, arrives_at)
        return self.arrives_at

    async def _land(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while True:
                at, data = await self.flying.get()
                await asyncio.sleep(max(0.0, at - loop.time()))
                if not data:
                    break
                self.sink.write(data)
                await self.sink.drain()
        self.sink.close()


@asynccontextmanager
async def slow_line(seed: int, target_port: int) -> AsyncIterator[SlowLine]:
    """Give a line that listens on a port of its own; the weather is clear at first."""
    line = SlowLine(seed, target_port)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
