"""Do the two ways into the database keep one transaction one transaction, and one tenant's settings with it?"""

import pytest
from sqlalchemy import text

from backend.kernel.db import Database, bare, bare_transaction, begin_as, job_transaction, transaction
from tests.world import World


async def test_a_bare_connection_is_inside_the_transaction_even_as_first_statement(job_database: Database) -> None:
    """A bug that was: SQLAlchemy begins lazily, so bare statements before its first one committed one by one."""

    async def fail() -> None:
        async with job_transaction(job_database) as tx:
            await (await bare(tx)).execute("CREATE TEMPORARY TABLE gone (n int)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with job_transaction(job_database) as tx:
        assert (await tx.execute(text("SELECT to_regclass('pg_temp.gone')"))).scalar() is None


async def test_the_settings_of_a_transaction_do_not_outlive_it(database: Database, world: World) -> None:
    scope = world.scope(world.mei)
    async with bare_transaction(database, scope) as raw:
        assert await raw.fetchval("SELECT count(*) FROM cases") == 3
        pid = await raw.fetchval("SELECT pg_backend_pid()")
    seen = 0
    for _ in range(20):
        async with database.pool.acquire() as raw:
            if await raw.fetchval("SELECT pg_backend_pid()") == pid:
                seen += 1
                assert await raw.fetchval("SELECT count(*) FROM cases") == 0
    assert seen > 0


async def test_both_ways_act_for_the_same_person(database: Database, world: World) -> None:
    async with transaction(database, world.scope(world.bo)) as tx:
        through_engine = (await tx.execute(text("SELECT count(*) FROM cases"))).scalar()
        through_bare = await (await bare(tx)).fetchval("SELECT count(*) FROM cases")
    assert through_engine == through_bare == 2


async def test_a_transaction_that_a_cancelled_request_left_open_does_not_reach_the_next(
    database: Database, world: World
) -> None:
    async with database.pool.acquire() as raw:
        await raw.execute(begin_as(world.scope(world.ada)))
        await raw.execute("UPDATE cases SET attempts = 99")
        pid = await raw.fetchval("SELECT pg_backend_pid()")
    async with database.pool.acquire() as raw:
        assert await raw.fetchval("SELECT pg_backend_pid()") == pid
        assert not raw.is_in_transaction()
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        assert await raw.fetchval("SELECT count(*) FROM cases WHERE attempts = 99") == 0
