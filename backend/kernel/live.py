"""How does a screen learn at once that something changed? By NOTIFY with ids: one listener a process, many streams.

A transaction says at most once per kind that something of a tenant changed (`announce`); the message travels when it
commits. Where transactions are many and measured, `announce_soon` gathers what they say and tells it once, afterwards.
Each process listens on one connection of its own and wakes the streams of that tenant. A stream carries kinds, never
data: the screen asks again through the API, where the rules about who sees what stand. What happened while the listener
was cut off is unknown, so every stream is then told to ask for everything ("resync").
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.clock import now as present

log = logging.getLogger(__name__)

CHANNEL = "rounds_live"
NOTIFY = "SELECT pg_notify('rounds_live', $1)"
NOTIFY_ALL = "SELECT pg_notify('rounds_live', said) FROM unnest($1::text[]) AS said"
GATHER_S = 0.2
RESYNC = "resync"
HEARTBEAT_S = 15.0
RETRY_S = (0.5, 1.0, 2.0, 5.0)
STREAMS_A_USER_MAX = 4
KINDS_MAX = 50
"""A stream that nobody reads holds at most so many kinds; there are a handful."""


class Notice(msgspec.Struct, frozen=True):
    """What NOTIFY carries: some 60 bytes of the 8,000 that PostgreSQL allows."""

    tenant_id: UUID
    kind: str


_NOTICE = msgspec.json.Decoder(Notice)


class Stream(msgspec.Struct, eq=False):
    """One open screen: kinds that it has not been told yet."""

    tenant_id: UUID
    user_id: UUID
    wake: asyncio.Event
    pending: set[str]
    is_closed: bool = False


class Live(msgspec.Struct, eq=False):
    """The open streams of this process, the oldest first, and what it is about to tell all processes."""

    streams: list[Stream]
    unsaid: set[tuple[UUID, str]]
    saying: asyncio.Task[None] | None = None


def make_live() -> Live:
    """Return the register of a process without any stream."""
    return Live(streams=[], unsaid=set())


async def announce(raw: asyncpg.Connection, tenant_id: UUID, kind: str) -> None:
    """Say inside a transaction that something of this kind changed; it is told when the transaction commits."""
    await raw.execute(NOTIFY, notice_of(tenant_id, kind))


def notice_of(tenant_id: UUID, kind: str) -> str:
    """Return the text of a notification, for a statement that goes together with others."""
    return msgspec.json.encode(Notice(tenant_id=tenant_id, kind=kind)).decode()


def announce_soon(live: Live, pool: asyncpg.Pool, tenant_id: UUID, kind: str) -> None:
    """Say after a commit that something changed, within GATHER_S and once for all that is said until then.

    A NOTIFY of its own per transaction would make their commits wait for each other.
    """
    live.unsaid.add((tenant_id, kind))
    if live.saying is None or live.saying.done():
        live.saying = asyncio.create_task(_say(live, pool), name="live-saying")


async def _say(live: Live, pool: asyncpg.Pool) -> None:
    while live.unsaid:
        await asyncio.sleep(GATHER_S)
        texts = [notice_of(tenant_id, kind) for tenant_id, kind in live.unsaid]
        live.unsaid.clear()
        try:
            await pool.execute(NOTIFY_ALL, texts)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # The listener was cut off as well: its return tells every screen to ask again.
            log.warning("live updates: not said (%s)", type(error).__name__)


def open_stream(live: Live, tenant_id: UUID, user_id: UUID) -> Stream:
    """Open a stream; a person who has too many loses the oldest, which is the one whose network died."""
    own = [stream for stream in live.streams if stream.user_id == user_id]
    for stream in own[: max(0, len(own) - STREAMS_A_USER_MAX + 1)]:
        close_stream(live, stream)
    stream = Stream(tenant_id=tenant_id, user_id=user_id, wake=asyncio.Event(), pending=set())
    live.streams.append(stream)
    return stream


def close_stream(live: Live, stream: Stream) -> None:
    """Close a stream and let its reader go."""
    stream.is_closed = True
    stream.wake.set()
    if stream in live.streams:
        live.streams.remove(stream)


def close_all(live: Live) -> None:
    """Let all readers go, so that a stopping server does not wait for them."""
    for stream in list(live.streams):
        close_stream(live, stream)


def spread(live: Live, kind: str, tenant_id: UUID | None = None) -> None:
    """Wake the streams of a tenant, or of all."""
    for stream in live.streams:
        if tenant_id in (None, stream.tenant_id) and len(stream.pending) < KINDS_MAX:
            stream.pending.add(kind)
            stream.wake.set()


async def kinds_of(live: Live, stream: Stream, until: datetime) -> AsyncIterator[list[str]]:
    """Yield what a stream is to be told: kinds in the order of the alphabet, an empty list as a heartbeat.

    It ends when the stream is closed and when `until` (the end of the session) has come.
    """
    try:
        while present() < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.wake.wait(), HEARTBEAT_S)
            stream.wake.clear()
            if stream.is_closed:
                return
            kinds = sorted(stream.pending)
            stream.pending.clear()
            yield kinds
    finally:
        close_stream(live, stream)


@asynccontextmanager
async def listening(url: str, live: Live) -> AsyncIterator[None]:
    """Listen while the block runs, on a direct connection of its own (LISTEN does not pass a transaction pooler)."""
    task = asyncio.create_task(_listen(url, live), name="live-listener")
    try:
        yield
    finally:
        close_all(live)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen(url: str, live: Live) -> None:
    failures = 0
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=10, server_settings={"application_name": "rounds-live"})
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            log.warning("live updates: no connection (%s)", type(error).__name__)
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1
            continue
        failures = 0
        await _listen_on(connection, live)
        log.warning("live updates: the connection was lost")


async def _listen_on(connection: asyncpg.Connection, live: Live) -> None:
    """Pass notifications on until the connection ends."""
    ended = asyncio.Event()

    def pass_on(_connection: object, _pid: int, _channel: str, payload: str) -> None:
        try:
            notice = _NOTICE.decode(payload)
        except msgspec.DecodeError:
            log.warning("live updates: a notification that is not ours")
            return
        spread(live, notice.kind, notice.tenant_id)

    def end(_connection: object) -> None:
        ended.set()

    connection.add_termination_listener(end)
    try:
        await connection.add_listener(CHANNEL, pass_on)
        spread(live, RESYNC)
        await ended.wait()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        log.warning("live updates: %s", type(error).__name__)
    finally:
        connection.terminate()
