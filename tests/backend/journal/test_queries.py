"""Can a reader of the journal ever miss an event?"""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from backend.journal.queries import events_after, insert_events
from backend.journal.schemas import START, NewEvent, StreamPosition
from backend.kernel.db import SET_SCOPE, Database
from backend.kernel.ids import new_id
from tests.world import World


def event(world: World, kind: str) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=world.tenant_id, kind=kind, subject_id=world.cases[0], case_id=world.cases[0],
        actor_id=world.mei, device_id=None, occurred_at=datetime(2026, 11, 24, tzinfo=UTC), payload={"n": 1},
    )  # fmt: skip


async def begin(raw: asyncpg.Connection, world: World) -> asyncpg.transaction.Transaction:
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute(SET_SCOPE, *world.scope(world.ada).settings())
    return transaction


async def read(raw: asyncpg.Connection, world: World, position: StreamPosition) -> list[tuple[str, StreamPosition]]:
    transaction = await begin(raw, world)
    events = await events_after(raw, world.tenant_id, position)
    await transaction.commit()
    return [(found.kind, StreamPosition(xid=found.xid, id=found.id)) for found in events]


async def test_a_reader_gets_an_event_whose_transaction_committed_after_a_later_one(
    database: Database, world: World
) -> None:
    """OF-7: the early writer commits last. A cursor over a bare sequence has then passed its row and never sees it."""
    pool = database.pool
    async with pool.acquire() as early, pool.acquire() as late, pool.acquire() as reader:
        early_transaction = await begin(early, world)
        await insert_events(early, [event(world, "early")])
        late_transaction = await begin(late, world)
        await insert_events(late, [event(world, "late")])
        await late_transaction.commit()

        first = await read(reader, world, START)
        position = first[-1][1] if first else START
        await early_transaction.commit()
        second: list[tuple[str, StreamPosition]] = []
        for _ in range(200):  # a writer in another test process may hold the event back for a moment
            second = await read(reader, world, position)
            if second:
                break
            await asyncio.sleep(0.05)

    assert [kind for kind, _ in first + second] == ["early", "late"]


async def test_the_same_race_makes_a_bare_sequence_cursor_lose_a_row(
    job_database: Database, cluster: tuple[str, str]
) -> None:
    """The trap itself, shown: it is why the cursor is (xid8, id) below xmin. The table lives in this test only."""
    del cluster
    async with job_database.pool.acquire() as early, job_database.pool.acquire() as late:
        await early.execute("SET ROLE app_owner")
        await early.execute("CREATE TABLE bare_sequence (n bigserial PRIMARY KEY, kind text)")
        await early.execute("GRANT ALL ON bare_sequence, bare_sequence_n_seq TO app_job")
        await early.execute("RESET ROLE")
        early_transaction = early.transaction()
        await early_transaction.start()
        await early.execute("INSERT INTO bare_sequence (kind) VALUES ('early')")
        await late.execute("INSERT INTO bare_sequence (kind) VALUES ('late')")
        first = await late.fetch("SELECT n, kind FROM bare_sequence WHERE n > 0 ORDER BY n")
        await early_transaction.commit()
        second = await late.fetch("SELECT n, kind FROM bare_sequence WHERE n > $1 ORDER BY n", first[-1]["n"])
        await late.execute("SET ROLE app_owner")
        await late.execute("DROP TABLE bare_sequence")
        await late.execute("RESET ROLE")

    assert [row["kind"] for row in (*first, *second)] == ["late"]


async def test_events_of_another_tenant_are_not_read(database: Database, world: World, job_database: Database) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.execute(
            "INSERT INTO events (id, tenant_id, kind, subject_id, occurred_at, payload)"
            " VALUES ($1, $2, 'foreign', $1, now(), '{}')",
            new_id(),
            UUID(int=world.tenant_id.int ^ 1),
        )
    async with database.pool.acquire() as raw:
        transaction = await begin(raw, world)
        assert await raw.fetchval("SELECT count(*) FROM events WHERE kind = 'foreign'") == 0
        await transaction.commit()


async def test_transaction_ids_are_ordered_as_numbers_page_by_page(job_database: Database, world: World) -> None:
    """Ordered as text, 10 comes before 9: the page that ends with 10 would have passed 9 for ever."""
    async with job_database.pool.acquire() as raw:
        for xid in ("10", "9", "100", "99"):
            await raw.execute(
                "INSERT INTO events (id, tenant_id, xid, kind, subject_id, occurred_at, payload)"
                " VALUES ($1, $2, $3::text::xid8, 'test.made', $1, now(), '{}')",
                new_id(),
                world.tenant_id,
                xid,
            )
        position, seen = START, []
        while page := await events_after(raw, world.tenant_id, position, 1):
            position = StreamPosition(xid=page[0].xid, id=page[0].id)
            seen.append(page[0].xid)
    assert seen == [9, 10, 99, 100]
