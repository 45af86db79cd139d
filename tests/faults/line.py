"""A line that breaks at random bytes, in both directions, by a seed; and can be taken away altogether."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec

READ_BYTES = 4096
NEVER = 1 << 62


class Weather(msgspec.Struct, frozen=True):
    """How bad a line is: the share of connections that never come about, and of those cut after so many bytes."""

    lost: float
    cut: float
    cut_bytes_max: int


FAIR = Weather(lost=0.0, cut=0.0, cut_bytes_max=1)
GONE = Weather(lost=1.0, cut=0.0, cut_bytes_max=1)
ROUGH = Weather(lost=0.15, cut=0.3, cut_bytes_max=20_000)


class Line:
    """All connections of one group of phones; `port` of the server may change while it stands."""

    def __init__(self, seed: int) -> None:
        self.weather = FAIR
        self.port = 0
        self.target_port = 0
        self.counts = {"connections": 0, "lost": 0, "cut": 0}
        self._open: set[asyncio.StreamWriter] = set()
        self._random = random.Random(seed)  # noqa: S311 - weather, not a secret

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either end goes, or the weather cuts it."""
        self.counts["connections"] += 1
        weather, draw = self.weather, self._random
        if draw.random() < weather.lost:
            self.counts["lost"] += 1
            writer.transport.abort()
            return
        left = draw.randrange(1, weather.cut_bytes_max + 1) if draw.random() < weather.cut else NEVER
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        budget = [left]
        up = asyncio.create_task(self._pump(reader, far_writer, writer, budget))
        down = asyncio.create_task(self._pump(far_reader, writer, far_writer, budget))
        # When one side is gone, the other must not wait for an answer that nobody can give any more.
        await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, far_writer):
            end.close()
        await asyncio.gather(up, down)
        self._open -= {writer, far_writer}

    def cut_all(self) -> None:
        """Break every connection that stands."""
        for writer in self._open:
            writer.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: asyncio.StreamWriter, budget: list[int]
    ) -> None:
        # A broken line is what this is for: the other side learns it by the end of its stream.
        with suppress(ConnectionError):
            while data := await source.read(READ_BYTES):
                part = data[: budget[0]]
                budget[0] -= len(data)
                sink.write(part)
                await sink.drain()
                if budget[0] < 0:
                    self.counts["cut"] += 1
                    sink.transport.abort()
                    back.transport.abort()
                    return


@asynccontextmanager
async def standing(seed: int) -> AsyncIterator[Line]:
    """Give a line that listens on a port of its own."""
    line = Line(seed)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
