"""An exchange for tests: the simulator as a process of its own, heard and told as the worker does, word by word."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import aiohttp
import asyncpg
import msgspec

from backend.calls.line.ari import AriLine, exchange_of, open_line
from backend.calls.line.commands import Ways, place_call
from backend.calls.line.port import LineAwayError
from backend.calls.line.queries import call_of
from backend.calls.line.schemas import CallWish, Heard, LineCall
from backend.calls.line.simulator.people import Script
from backend.calls.line.working import Post, keep, reconcile, work_once
from backend.cases.schemas import Worker
from backend.compliance.assembling import Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.commands import record_agreement
from backend.compliance.contact_schemas import AgreementWish
from backend.compliance.judging import judge
from backend.compliance.permit_commands import draw_permits
from backend.compliance.permit_queries import lock_budgets
from backend.compliance.permit_schemas import Ask, Holder, HolderKind, Permit, PermitSettings
from backend.compliance.schemas import Agreement, Channel
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.server import free_port
from tests.world import World

PACE = 40
WAIT_S = 30.0
WAYS = Ways(adapter="ari", desk="PJSIP/{login}")
READY_S = 20.0


@asynccontextmanager
async def exchange(scripts: Sequence[Script]) -> AsyncIterator[tuple[AriLine, str]]:
    """Run the made-up exchange on a free port; gives the line to it, and its address."""
    url = f"http://rounds:secret@127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "ROUNDS_LINE_URL": url,
        "ROUNDS_SIMULATOR_PACE": str(PACE),
        "ROUNDS_SIMULATOR_SCRIPTS": msgspec.json.encode(list(scripts)).decode(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend.calls.line.simulator", env=environment, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        async with open_line(exchange_of(url, "PJSIP/{number}@trunk", "")) as line:
            async with asyncio.timeout(READY_S):
                await _ready(line)
            yield line, url
    finally:
        process.terminate()
        await process.wait()


async def _ready(line: AriLine) -> None:
    while True:
        try:
            await line.standing()
        except LineAwayError:
            await asyncio.sleep(0.05)
        else:
            return


async def cut(url: str) -> None:
    """Cut all listeners off."""
    headers = {"Authorization": aiohttp.encode_basic_auth("rounds", "secret")}
    address = f"http://{url.rpartition('@')[2]}/simulator/cut"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(address) as answer:
        assert answer.status == 200


class Worked:
    """A worker whose loop is turned by hand: one word at a time, and all that follows from it."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.words = post.line.words()

    async def begin(self) -> None:
        """Listen, as a session does, and tell what waits."""
        self.words = self.post.line.words()
        async with asyncio.timeout(WAIT_S):
            assert await anext(self.words) is None
        await self.work()

    async def until(self, is_it: Callable[[Heard], bool]) -> Heard:
        """Take words in until one is as wanted; returns it."""
        async with asyncio.timeout(WAIT_S):
            async for heard in self.words:
                if heard is None:
                    continue
                await keep(self.post, heard)
                await self.work()
                if is_it(heard):
                    return heard
        raise AssertionError("the exchange has nothing more to say")

    async def work(self) -> None:
        """Do all that waits."""
        while await work_once(self.post, clock.now()):
            pass

    async def look_twice(self) -> None:
        """Look at what stands, as a session does every two seconds."""
        gone = await reconcile(self.post, frozenset(), clock.now())
        await reconcile(self.post, gone, clock.now())
        await self.work()


async def agree_to_any_hour(raw: asyncpg.Connection, world: World, cases: Sequence[UUID]) -> None:
    """Let the people of cases have agreed to be called at any hour: tests run at night too."""
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=clock.now() - timedelta(days=1))
    for case_id in cases:
        said = {"kind": "hours", "start": "00:00", "end": "24:00"}
        wish = AgreementWish(
            id=new_id(), agreement=msgspec.convert(said, Agreement), person="obligor", reason="said so on the line"
        )
        await record_agreement(raw, act, case_id, wish)


async def verdict_and_permit(raw: asyncpg.Connection, world: World, n: int) -> tuple[UUID, UUID]:
    """Judge a call to the n-th client of the world and draw a permit for it, as a desk does before it dials."""
    now = clock.now()
    act = Act(tenant_id=world.tenant_id, actor_id=world.cai, device_id=None, at=now)
    asked = Asked(case_id=world.cases[n], channel=Channel.CALL, to_id=world.contacts[n], at=now)
    await lock_budgets(raw, world.tenant_id, [world.obligors[n]])
    (situation,) = await situations_of(raw, world.tenant_id, [asked])
    (judged,) = await judge(raw, act, [asked], shipped_packs())
    assert situation is not None
    assert judged is not None
    ask = Ask(id=new_id(), budget=world.obligors[n], situation=situation, until=now + timedelta(minutes=5))
    holder = Holder(kind=HolderKind.DESK, id=str(world.cai))
    (permit,) = await draw_permits(raw, world.tenant_id, holder, [ask], shipped_packs(), PermitSettings())
    assert isinstance(permit, Permit), permit
    return judged.id, permit.id


async def placed(database: Database, world: World, n: int) -> LineCall:
    """Place a call of Cai's to the n-th client, under a verdict and a permit."""
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        await agree_to_any_hour(raw, world, [world.cases[n]])
        verdict_id, permit_id = await verdict_and_permit(raw, world, n)
        wish = CallWish(
            id=new_id(), case_id=world.cases[n], contact_point_id=world.contacts[n], verdict_id=verdict_id,
            permit_id=permit_id,
        )  # fmt: skip
        act = Act(tenant_id=world.tenant_id, actor_id=world.cai, device_id=None, at=clock.now())
        worker = Worker(user_id=world.cai, team_ids=(world.desk_team_id,), sees_tenant=False)
        return await place_call(raw, act, worker, wish, WAYS)


async def seen(database: Database, world: World, call_id: UUID) -> LineCall:
    """Return the call as Cai sees it."""
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        call = await call_of(raw, world.tenant_id, call_id)
    assert call is not None
    return call


async def forget_calls(jobs: Database) -> None:
    """End what earlier tests left under way: the worker knows no tenant, and would go on with it."""
    async with jobs.pool.acquire() as raw:
        await raw.execute("UPDATE line_orders SET done_at = now(), outcome = 'left' WHERE done_at IS NULL")
        await raw.execute(
            "UPDATE line_calls SET state = 'ended', ended_at = now(), wake_at = NULL"
            " WHERE ended_at IS NULL AND state <> 'by_hand'"
        )
        await raw.execute("UPDATE line_recordings SET state = 'lost' WHERE state = 'awaited'")
        await raw.execute("UPDATE robot_campaigns SET state = 'stopped' WHERE state = 'running'")
