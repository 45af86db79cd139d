"""Is a contact that came in from a phone judged as of its moment, and a breach raised once and never dropped?"""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from backend.compliance.contact_schemas import ExceptionDecision, Ruling
from backend.compliance.exceptions import decide_exception
from backend.compliance.jobs import READER, judge_arrived, step
from backend.compliance.replaying import replay
from backend.compliance.verdict_queries import kept_verdict
from backend.identity.schemas import Act
from backend.journal import reader_queries as readers
from backend.journal.schemas import START
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import Problem
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.jobs import refresh_epoch
from backend.sync.push import push
from backend.sync.schemas import Mutation
from tests.backend.sync.phone import NOW, Phone, call, register, sender, visit
from tests.world import World, make_world

NIGHT = NOW - timedelta(hours=9)
"""Seven in the morning in Shanghai: an hour too early."""

EXCEPTIONS = """
SELECT channel, source_id, rule_ids, user_id, state FROM compliance_exceptions WHERE tenant_id = $1 ORDER BY channel
"""
UNREAD = """
SELECT count(*) FROM events LEFT JOIN reader_positions AS at ON at.tenant_id = events.tenant_id AND at.reader = $2
WHERE events.tenant_id = $1 AND (at.xid IS NULL OR (events.xid, events.id) > (at.xid, at.event_id))
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return open_signing_key(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
async def phone(job_database: Database, world: World) -> Phone:
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
    return await register(job_database, world, world.mei)


@pytest.fixture
def sent(database: Database, world: World, phone: Phone, key: SigningKey) -> "Sent":
    return Sent(database, world, phone, key)


class Sent:
    """Pushes what Mei's phone has."""

    def __init__(self, database: Database, world: World, phone: Phone, key: SigningKey) -> None:
        self.database, self.world, self.phone, self.key = database, world, phone, key

    async def __call__(self, *items: Mutation) -> None:
        who = sender(self.world, self.phone, self.world.mei)
        answer = await push(self.database, who, self.phone.batch(*items), self.key, NOW + timedelta(seconds=3))
        assert {one.status.value for one in answer.answers} == {"accepted"}


def early(**changes: object) -> dict[str, object]:
    return {"started_at": NIGHT, "ended_at": NIGHT} | changes


async def judged(jobs: Database, world: World) -> list[tuple[object, ...]]:
    """Let the job read all that is there; returns the exceptions.

    Other tests' transactions may hold the stream back for a moment.
    """
    for _ in range(100):
        await step(jobs, world.tenant_id, NOW)
        async with jobs.pool.acquire() as raw:
            if await raw.fetchval(UNREAD, world.tenant_id, READER) == 0:
                return [tuple(row) for row in await raw.fetch(EXCEPTIONS, world.tenant_id)]
        await asyncio.sleep(0.05)
    raise AssertionError("the journal was not read to its end")


async def count(jobs: Database, world: World, table: str) -> int:
    async with jobs.pool.acquire() as raw:
        found = await raw.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", world.tenant_id)  # noqa: S608
    return int(found)


async def test_a_contact_at_an_unlawful_hour_is_an_exception_and_stands(
    job_database: Database, world: World, phone: Phone, sent: Sent
) -> None:
    by_night, by_day = visit(world, 0, **early()), visit(world, 1)
    rang = call(world, 1, **early())
    called_us = call(world, 2, contact_point_id=None, **early())
    await sent(
        phone.item("visit.record", by_night),
        phone.item("visit.record", by_day),
        phone.item("call.record", rang),
        phone.item("call.record", called_us),
    )
    assert await judged(job_database, world) == [
        ("call", rang["id"], ["CN-TIME-01"], world.mei, "open"),
        ("visit", by_night["id"], ["CN-TIME-01"], world.mei, "open"),
    ]
    assert await count(job_database, world, "visits") == 2
    assert await count(job_database, world, "contact_verdicts") == 3
    async with job_database.pool.acquire() as raw:
        verdicts = await raw.fetch("SELECT verdict_id FROM contact_verdicts WHERE tenant_id = $1", world.tenant_id)
        kept = [await kept_verdict(raw, row["verdict_id"]) for row in verdicts]
    assert [one is not None and replay(one).faults for one in kept] == [[], [], []]


async def test_it_is_raised_once_however_often_it_is_sent_or_read(
    job_database: Database, world: World, phone: Phone, sent: Sent
) -> None:
    item = phone.item("visit.record", visit(world, 0, **early()))
    await sent(item)
    first = await judged(job_database, world)
    await sent(item)
    async with job_database.pool.acquire() as raw:
        await readers.move_to(raw, world.tenant_id, READER, START)
    assert await judged(job_database, world) == first
    assert len(first) == await count(job_database, world, "contact_verdicts") == 1


async def test_a_visit_that_was_taken_back_is_no_exception(
    job_database: Database, world: World, phone: Phone, sent: Sent
) -> None:
    body = visit(world, 0, **early())
    taken_back = {"target_kind": "visit", "target_id": body["id"]}
    await sent(phone.item("visit.record", body, at=NIGHT), phone.item("record.withdraw", taken_back, at=NIGHT))
    assert await judged(job_database, world) == []


async def test_what_a_contact_raised_stops_the_next_one_and_not_itself(
    job_database: Database, world: World, phone: Phone, sent: Sent
) -> None:
    complained = visit(world, 0, result="MET_COMPLAINT", party="obligor", note="too loud")
    later = {"started_at": NOW + timedelta(seconds=1), "ended_at": NOW + timedelta(seconds=2)}
    again = visit(world, 0, **later)
    await sent(phone.item("visit.record", complained), phone.item("visit.record", again))
    assert await judged(job_database, world) == [("visit", again["id"], ["GEN-FREEZE-01"], world.mei, "open")]


async def test_a_reviewer_decides_and_nobody_in_an_own_case(
    database: Database, job_database: Database, world: World, phone: Phone, sent: Sent
) -> None:
    await sent(phone.item("visit.record", visit(world, 0, **early())))
    await judged(job_database, world)
    foreign = await make_world(job_database)
    async with bare_transaction(database, foreign.scope(foreign.ada)) as raw:
        assert await raw.fetchval("SELECT count(*) FROM compliance_exceptions") == 0
    said = ExceptionDecision(ruling=Ruling.EXPLAINED, reason="the client asked for seven o'clock")

    def act(user_id: UUID) -> Act:
        return Act(tenant_id=world.tenant_id, actor_id=user_id, device_id=None, at=NOW)

    async with bare_transaction(database, world.scope(world.lin)) as raw:
        exception = await raw.fetchval("SELECT id FROM compliance_exceptions")
        with pytest.raises(Problem):
            await decide_exception(raw, act(world.mei), exception, said)
        await decide_exception(raw, act(world.lin), exception, said)
        with pytest.raises(Problem):
            await decide_exception(raw, act(world.lin), exception, said)
        state = await raw.fetchval("SELECT state FROM compliance_exceptions")
        told = await raw.fetch("SELECT kind FROM events WHERE subject_id = $1 ORDER BY id", exception)
    assert (state, [row["kind"] for row in told]) == ("explained", ["exception.raised", "exception.explained"])


async def test_all_lenders_are_looked_after(job_database: Database, world: World, phone: Phone, sent: Sent) -> None:
    await sent(phone.item("visit.record", visit(world, 0, **early())))
    await judge_arrived(job_database, NOW)
    assert len(await judged(job_database, world)) == 1
