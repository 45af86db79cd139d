"""Does a screen hear of a change within two seconds, and of nothing that is not its own?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from backend.kernel import live as live_module
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.live import (
    RESYNC,
    STREAMS_A_USER_MAX,
    Live,
    Stream,
    announce,
    announce_soon,
    close_all,
    kinds_of,
    listening,
    make_live,
    open_stream,
    spread,
)

FAR = datetime.now(tz=UTC) + timedelta(hours=1)


@pytest.fixture
async def live(url: str) -> AsyncIterator[Live]:
    register = make_live()
    async with listening(url, register):
        probe = open_stream(register, new_id(), new_id())
        await told(register, probe, but="", within_s=10)
        yield register


async def told(live: Live, stream: Stream, *, but: str = RESYNC, within_s: float = 2.0) -> list[str]:
    """Return the first kinds that the stream is told, other than the listener's own first word."""
    async with asyncio.timeout(within_s):
        async for kinds in kinds_of(live, stream, FAR):
            heard = [kind for kind in kinds if kind != but]
            if heard:
                return heard
    raise AssertionError("the stream ended")


async def test_a_committed_change_is_told_to_its_tenant_within_two_seconds(database: Database, live: Live) -> None:
    """AL-4: updates within 2 s."""
    tenant, other = new_id(), new_id()
    mine, foreign = open_stream(live, tenant, new_id()), open_stream(live, other, new_id())
    await asyncio.sleep(0.3)
    foreign.pending.clear()
    async with database.pool.acquire() as raw, raw.transaction():
        await announce(raw, tenant, "assignment")
    assert await told(live, mine) == ["assignment"]
    assert foreign.pending == set()


async def test_a_change_that_is_rolled_back_is_not_told(database: Database, live: Live) -> None:
    tenant = new_id()
    stream = open_stream(live, tenant, new_id())
    async with database.pool.acquire() as raw:
        turn = raw.transaction()
        await turn.start()
        await announce(raw, tenant, "undone")
        await turn.rollback()
        await announce(raw, tenant, "done")
    assert await told(live, stream) == ["done"]


async def test_what_many_transactions_say_at_once_is_told_once(database: Database, live: Live) -> None:
    tenant = new_id()
    stream = open_stream(live, tenant, new_id())
    for _ in range(50):
        announce_soon(live, database.pool, tenant, "sync")
    assert await told(live, stream) == ["sync"]


async def test_a_lost_listener_comes_back_and_tells_screens_to_ask_again(
    url: str, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "RETRY_S", (0.05,))
    stream = open_stream(live, new_id(), new_id())
    login = await asyncpg.connect(url)
    ended = await login.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'rounds-live' AND datname = current_database()"
    )
    await login.close()
    assert ended >= 1
    assert await told(live, stream, but="", within_s=5) == [RESYNC]


async def test_a_person_keeps_few_streams_and_loses_the_oldest() -> None:
    live, user, tenant = make_live(), new_id(), new_id()
    streams = [open_stream(live, tenant, user) for _ in range(STREAMS_A_USER_MAX + 2)]
    assert [stream.is_closed for stream in streams] == [True, True] + [False] * STREAMS_A_USER_MAX
    assert len(live.streams) == STREAMS_A_USER_MAX


async def test_a_stream_ends_with_the_session_and_with_the_server() -> None:
    live = make_live()
    stream = open_stream(live, new_id(), new_id())
    assert [kinds async for kinds in kinds_of(live, stream, datetime.now(tz=UTC))] == []
    assert live.streams == []
    other = open_stream(live, new_id(), new_id())
    reader = asyncio.create_task(_all(live, other))
    await asyncio.sleep(0)
    close_all(live)
    assert await asyncio.wait_for(reader, 1) == []


async def _all(live: Live, stream: Stream) -> list[list[str]]:
    return [kinds async for kinds in kinds_of(live, stream, FAR)]


async def test_a_quiet_stream_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "HEARTBEAT_S", 0.02)
    live = make_live()
    beats = 0
    async for kinds in kinds_of(live, open_stream(live, new_id(), new_id()), FAR):
        assert kinds == []
        beats += 1
        if beats == 2:
            break
    assert beats == 2


async def test_a_stream_that_nobody_reads_stays_small() -> None:
    live, tenant = make_live(), UUID(int=1)
    stream = open_stream(live, tenant, new_id())
    for n in range(500):
        spread(live, f"kind-{n}", tenant)
    assert len(stream.pending) == live_module.KINDS_MAX
