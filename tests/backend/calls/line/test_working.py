"""Is a call placed, heard, recorded and kept, with a real exchange at the other end that is cut off now and then?"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from backend.calls.line import commands, rules
from backend.calls.line import routes as line_routes
from backend.calls.line.port import LineAwayError
from backend.calls.line.schemas import Leg, OrderKind, State, Word
from backend.calls.line.simulator.people import Does, Script
from backend.calls.line.working import Post, hold_line, keep, reconcile, work_once
from backend.evidence.storage import open_storage
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from tests.backend.calls.line.exchanges import WAIT_S, Worked, cut, exchange, placed, seen
from tests.backend.desk import desks
from tests.world import World

TALKER = Script(ends="000", rings_s=4, talks_s=3_600)
SHORT = Script(ends="001", rings_s=4, talks_s=6)
LONG_ENOUGH = Script(ends="001", rings_s=4, talks_s=80)
"""Two seconds at this pace: a busy machine has begun the recording by then."""

BUSY = Script(ends="003", does=Does.BUSY)


async def ordered(database: Database, world: World, call_id: UUID, kind: OrderKind) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.cai, device_id=None, at=clock.now())
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        await commands.order_call(raw, act, call_id, kind)


async def test_a_call_rings_is_answered_recorded_paused_ended_and_heard(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    storage = open_storage("", tmp_path)
    async with exchange([TALKER]) as (line, _):
        worked = Worked(Post(database=job_database, storage=storage, line=line))
        call = await placed(database, world, 0)
        await worked.begin()
        await worked.until(lambda heard: heard.word is Word.RINGING and heard.leg is Leg.CLIENT)
        assert (await seen(database, world, call.id)).state is State.RINGING
        await worked.until(lambda heard: heard.word is Word.ANSWERED and heard.leg is Leg.CLIENT)
        await ordered(database, world, call.id, OrderKind.PAUSE)
        await worked.work()
        assert (await seen(database, world, call.id)).is_paused
        await ordered(database, world, call.id, OrderKind.RESUME)
        await worked.work()
        await ordered(database, world, call.id, OrderKind.HANG_UP)
        await worked.work()
        await worked.until(lambda heard: heard.word is Word.ENDED and heard.leg is Leg.CLIENT)
        await worked.until(lambda heard: heard.word is Word.RECORDED)

    async with desks(database, world, [line_routes.router]) as enter:
        enter.state.storage = storage
        caller = await enter(world.cai)
        view = (await caller.get(f"/v1/line/calls/{call.id}")).json()
        assert (view["state"], view["suggested_result"], len(view["paused"])) == ("ended", None, 1)
        assert (view["recording"]["state"], view["recording"]["media_type"]) == ("stored", "audio/wav")
        address = f"/v1/line/recordings/{call.id}/bytes"
        whole, part = await caller.get(address), await caller.get(address, headers={"Range": "bytes=0-3"})
        assert (whole.headers["content-type"], whole.headers["x-content-type-options"]) == ("audio/wav", "nosniff")
        assert (part.status_code, part.content) == (206, b"RIFF")
        assert len(whole.content) == view["recording"]["size_bytes"]
    async with job_database.pool.acquire() as raw:
        heard = await raw.fetchval(
            "SELECT count(*) FROM events WHERE kind = 'recording.heard' AND case_id = $1", call.case_id
        )
    assert heard == 2


async def test_what_is_said_while_the_line_is_cut_is_made_good(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    """The client hangs up while nobody listens: the end and the recording are found all the same."""
    async with exchange([SHORT]) as (line, url):
        worked = Worked(Post(database=job_database, storage=open_storage("", tmp_path), line=line))
        call = await placed(database, world, 1)
        await worked.begin()
        await worked.until(lambda heard: heard.word is Word.ANSWERED and heard.leg is Leg.CLIENT)
        await cut(url)
        with pytest.raises(LineAwayError):
            await worked.until(lambda _: False)
        while any(one.leg is Leg.CLIENT for one in await line.standing()):
            pass  # each look is a question to the exchange
        await worked.begin()
        await worked.look_twice()
        await worked.until(lambda heard: heard.word is Word.RECORDED)
        ended = await seen(database, world, call.id)
    assert ended.state is State.ENDED
    assert ended.answered_at is not None
    async with job_database.pool.acquire() as raw:
        kept = await raw.fetchrow("SELECT state, media_type FROM line_recordings WHERE id = $1", call.id)
        words = await raw.fetch("SELECT source FROM line_events WHERE line_call_id = $1 AND kind = 'ended'", call.id)
    assert tuple(kept) == ("stored", "audio/wav")
    assert "reconciled" in {row["source"] for row in words}


async def test_a_busy_number_suggests_its_result_and_is_told_once(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    async with exchange([BUSY]) as (line, _):
        worked = Worked(Post(database=job_database, storage=open_storage("", tmp_path), line=line))
        call = await placed(database, world, 3)
        await worked.begin()
        last = await worked.until(lambda heard: heard.word is Word.ENDED and heard.leg is Leg.CLIENT)
        assert await keep(worked.post, last) is None
        ended = await seen(database, world, call.id)
    assert (ended.state, ended.cause, ended.suggested_result) == (State.ENDED, 17, "BUSY")


async def test_one_worker_holds_the_line_by_itself_until_the_recording_is_here(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    """The loop as the product runs it; a second worker finds the line taken, and a closed desk changes nothing."""
    stop, others = asyncio.Event(), list[bool]()
    call = await placed(database, world, 1)

    async def look(_now: datetime) -> bool:
        if not others:
            others.append(await hold_line(post, stop))
        async with job_database.pool.acquire() as raw:
            state = await raw.fetchval("SELECT state FROM line_recordings WHERE id = $1", call.id)
        if state == "stored":
            stop.set()
        return False

    async with exchange([LONG_ENOUGH]) as (line, _):
        post = Post(database=job_database, storage=open_storage("", tmp_path), line=line, steps=[look])
        async with asyncio.timeout(WAIT_S):
            assert await hold_line(post, stop)
    assert others == [False]
    assert (await seen(database, world, call.id)).state is State.ENDED


async def test_a_call_that_waited_too_long_is_not_dialled(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    async with exchange([TALKER]) as (line, _):
        post = Post(database=job_database, storage=open_storage("", tmp_path), line=line)
        call = await placed(database, world, 0)
        assert await work_once(post, clock.now() + rules.DIAL_WITHIN + timedelta(seconds=1))
        assert list(await line.standing()) == []
    ended = await seen(database, world, call.id)
    assert (ended.state, ended.suggested_result) == (State.ENDED, "TECHNICAL_FAILURE")


async def test_a_worker_that_was_killed_while_it_dialled_does_not_dial_again(
    world: World, database: Database, job_database: Database, tmp_path: Path
) -> None:
    """It is not known whether the exchange heard it: the call is looked for, and ended when it is not there."""
    async with exchange([TALKER]) as (line, _):
        post = Post(database=job_database, storage=open_storage("", tmp_path), line=line)
        call = await placed(database, world, 0)
        async with job_database.pool.acquire() as raw:
            # What the worker had committed when it was killed: the order is told, the call is being dialled.
            await raw.execute(
                "UPDATE line_orders SET done_at = now(), outcome = 'told' WHERE line_call_id = $1", call.id
            )
            await raw.execute("UPDATE line_calls SET state = 'dialling', dialled_at = now() WHERE id = $1", call.id)
        gone = await reconcile(post, frozenset(), clock.now())
        assert call.id in gone
        assert (await seen(database, world, call.id)).state is State.DIALLING
        await reconcile(post, gone, clock.now())
        assert list(await line.standing()) == []
    assert (await seen(database, world, call.id)).suggested_result == "TEMP_UNREACHABLE"
