"""How does a test take the network away from every part of a browser, its service worker and its start included?

A relay stands between the browser and the server. Chromium's own "offline" does not reach a service worker that wakes
while the browser starts; a cut relay reaches everything.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

READ_BYTES = 65536


class Network:
    """The line from one phone to the server; up at first."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._open: set[asyncio.StreamWriter] = set()
        self._is_up = True
        self.origin = ""

    def cut(self) -> None:
        """Break every connection and let no new one through."""
        self._is_up = False
        for writer in self._open:
            writer.transport.abort()

    def restore(self) -> None:
        """Let connections through again."""
        self._is_up = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, both ways, until either end or the network goes."""
        if not self._is_up:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        self._open |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._open -= {writer, far_writer}
            for end in (writer, far_writer):
                end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # A broken line is what this is for: the other side learns it by the end of its stream.
    with suppress(ConnectionError):
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()


@asynccontextmanager
async def relayed(target: str) -> AsyncIterator[Network]:
    """Give a network whose `origin` leads to the target."""
    network = Network(target)
    server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
    network.origin = f"http://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        network.cut()
        server.close()
