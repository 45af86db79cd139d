"""Does a phone get all that is its own, hear of every change, and lose what went away?"""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from backend.cases.commands import note_changes
from backend.kernel.db import SET_SCOPE, Database
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.sync import pull as pulling
from backend.sync.jobs import prune_changes, refresh_epoch
from backend.sync.pull import pull, read_cursor, write_cursor
from backend.sync.schemas import PullAnswer
from tests.backend.sync.phone import NOW
from tests.world import NAMES, World


@pytest.fixture(autouse=True)
async def epoch(job_database: Database) -> None:
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)


async def get(database: Database, world: World, user_id: UUID, cursor: str | None = None) -> PullAnswer:
    return await pull(database, world.tenant_id, user_id, cursor, NOW)


async def hear(database: Database, world: World, user_id: UUID, cursor: str) -> PullAnswer:
    """Pull until something is told: a writer in another test process may hold it back a while."""
    for _ in range(200):
        answer = await get(database, world, user_id, cursor)
        if answer.cases or answer.gone:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was told within 10 s")


async def assign(jobs: Database, world: World, case: int, user_id: UUID | None, reason: str) -> None:
    """Move a case as the lead's command will: the old phone and the new one hear of it."""
    async with jobs.pool.acquire() as raw, raw.transaction():
        before = await raw.fetchval("SELECT assignee_id FROM cases WHERE id = $1", world.cases[case])
        await raw.execute("UPDATE cases SET assignee_id = $2 WHERE id = $1", world.cases[case], user_id)
        for user, told in ((before, reason), (user_id, "assigned")):
            if user is not None:
                await raw.execute(
                    "INSERT INTO phone_changes (id, tenant_id, user_id, noun, noun_id, reason)"
                    " VALUES ($1, $2, $3, 'case', $4, $5)",
                    new_id(), world.tenant_id, user, world.cases[case], told,
                )  # fmt: skip


async def test_a_prime_brings_own_cases_whole_and_nobody_else_s(database: Database, world: World) -> None:
    """OF-3: only own cases on the phone."""
    answer = await get(database, world, world.mei)
    assert [case.id for case in answer.cases] == sorted(world.cases[:3])
    assert (answer.is_prime, answer.more, answer.gone) == (True, False, [])
    first = next(case for case in answer.cases if case.id == world.cases[0])
    assert (first.name, first.overdue_minor, first.accounts[0].principal_minor) == (NAMES[0], 824_000, 1_500_000)
    assert first.addresses[0].place is not None
    assert abs(first.addresses[0].place.lat - 30.25) < 1e-9
    assert [party.role for party in first.parties] == ["guarantor"]
    assert first.contacts[0].value.startswith("+86")


async def test_a_prime_in_pages_reaches_every_case_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "PULL_CASES_MAX", 2)
    first = await get(database, world, world.mei)
    second = await get(database, world, world.mei, first.cursor)
    assert (first.more, second.more) == (True, False)
    assert [case.id for case in (*first.cases, *second.cases)] == sorted(world.cases[:3])


async def test_a_change_is_told_once_and_only_to_its_holder(
    database: Database, job_database: Database, world: World
) -> None:
    prime = await get(database, world, world.mei)
    prime_bo = await get(database, world, world.bo)
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.execute("UPDATE cases SET overdue_minor = 100 WHERE id = $1", world.cases[0])
        await note_changes(raw, world.tenant_id, [(world.mei, world.cases[0])])
    first = await hear(database, world, world.mei, prime.cursor)
    second = await get(database, world, world.mei, first.cursor)
    assert [(case.id, case.overdue_minor) for case in first.cases] == [(world.cases[0], 100)]
    assert second.cases == []
    assert (await get(database, world, world.bo, prime_bo.cursor)).cases == []


async def test_a_case_taken_away_is_gone_here_and_arrives_there(
    database: Database, job_database: Database, world: World
) -> None:
    """AL-2: released cases leave the phone at its next sync, and the inbox says so."""
    mei, bo = await get(database, world, world.mei), await get(database, world, world.bo)
    await assign(job_database, world, 0, world.bo, "reassigned")
    lost, won = await hear(database, world, world.mei, mei.cursor), await hear(database, world, world.bo, bo.cursor)
    assert [(gone.case_id, gone.reason) for gone in lost.gone] == [(world.cases[0], "reassigned")]
    assert [notice.kind for notice in lost.notices] == ["case.reassigned"]
    assert [case.id for case in won.cases] == [world.cases[0]]
    assert won.gone == []


async def test_a_case_that_went_and_came_back_between_two_pulls_stays(
    database: Database, job_database: Database, world: World
) -> None:
    mei = await get(database, world, world.mei)
    await assign(job_database, world, 0, world.bo, "reassigned")
    await assign(job_database, world, 0, world.mei, "reassigned")
    answer = await hear(database, world, world.mei, mei.cursor)
    assert [case.id for case in answer.cases] == [world.cases[0]]
    assert answer.gone == []


async def test_concurrent_commits_never_make_a_pull_miss_a_change(
    database: Database, job_database: Database, world: World
) -> None:
    """OF-7: the early writer commits last, after a pull has passed the late one (the journal has the twin)."""
    cursor = (await get(database, world, world.mei)).cursor
    pool = job_database.pool
    async with pool.acquire() as early, pool.acquire() as late:
        early_transaction = early.transaction()
        await early_transaction.start()
        await note_changes(early, world.tenant_id, [(world.mei, world.cases[0])])
        async with late.transaction():
            await note_changes(late, world.tenant_id, [(world.mei, world.cases[1])])
        between = await get(database, world, world.mei, cursor)
        await early_transaction.commit()
    assert (between.is_held_back, between.cases, between.cursor) == (True, [], cursor), "the phone must ask again soon"
    told = {case.id for case in between.cases}
    while told != set(world.cases[:2]):  # `hear` gives up when nothing more comes
        between = await hear(database, world, world.mei, between.cursor)
        told |= {case.id for case in between.cases}
    assert told == set(world.cases[:2])


async def test_a_cursor_from_before_the_kept_changes_is_too_old(
    database: Database, job_database: Database, world: World
) -> None:
    cursor = (await get(database, world, world.mei)).cursor
    async with job_database.pool.acquire() as raw, raw.transaction():
        await note_changes(raw, world.tenant_id, [(world.mei, world.cases[0])])
    async with job_database.pool.acquire() as raw:
        assert await prune_changes(raw, timedelta(seconds=-60)) >= 1
    with pytest.raises(Problem, match=r"sync\.cursor_too_old"):
        await get(database, world, world.mei, cursor)
    assert len((await get(database, world, world.mei)).cases) == 3


async def test_a_cursor_of_another_life_of_the_database_is_too_old(database: Database, world: World) -> None:
    cursor = read_cursor((await get(database, world, world.mei)).cursor)
    other = write_cursor(msgspec.structs.replace(cursor, e=new_id()))
    with pytest.raises(Problem, match=r"sync\.cursor_too_old"):
        await get(database, world, world.mei, other)


@pytest.mark.parametrize("text", ["", "nonsense", "é", "e30=", "A" * 401])
async def test_what_is_not_a_cursor_is_refused(database: Database, world: World, text: str) -> None:
    with pytest.raises(Problem, match=r"sync\.bad_cursor"):
        await get(database, world, world.mei, text)


async def test_the_page_of_cases_is_one_statement_whatever_their_number(database: Database, world: World) -> None:
    """One query per screen: the database counts what it was asked."""
    seen: list[str] = []
    async with database.pool.acquire() as raw, raw.transaction():
        await raw.execute(SET_SCOPE, *world.scope(world.mei).settings())
        raw.add_query_logger(lambda record: seen.append(record.query))
        from backend.cases.file import phone_cases  # noqa: PLC0415 - only here

        assert len(await phone_cases(raw, world.tenant_id, world.cases)) == 3
    assert len([query for query in seen if "SELECT" in query and "pg_advisory" not in query]) == 1
