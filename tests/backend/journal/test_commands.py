"""Does a fact stand in the journal exactly when its transaction does?"""

import asyncpg
import msgspec
import pytest

from backend.journal.commands import append, append_bare
from backend.kernel.db import Database, bare, bare_transaction, transaction
from tests.backend.journal.test_queries import event
from tests.world import World

COUNT = "SELECT count(*) FROM events"


async def broken(database: Database, world: World) -> None:
    async with transaction(database, world.scope(world.ada)) as tx:
        await append(tx, [event(world, "undone")])
        raise ZeroDivisionError


async def test_events_are_written_with_the_transaction_and_vanish_with_it(database: Database, world: World) -> None:
    scope = world.scope(world.ada)
    with pytest.raises(ZeroDivisionError):
        await broken(database, world)
    async with transaction(database, scope) as tx:
        await append(tx, [event(world, "one"), event(world, "two")])
        await append(tx, [])
    async with transaction(database, scope) as tx:
        assert await (await bare(tx)).fetchval(COUNT) == 2


async def test_events_of_several_people_go_in_one_statement(database: Database, world: World) -> None:
    other = msgspec.structs.replace(event(world, "two"), actor_id=world.bo)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await append_bare(raw, [event(world, "one"), other])
        rows = await raw.fetch("SELECT kind, actor_id, payload FROM events ORDER BY kind")
    assert [(row["kind"], row["actor_id"], row["payload"]) for row in rows] == [
        ("one", world.mei, '{"n": 1}'), ("two", world.bo, '{"n": 1}')
    ]  # fmt: skip


async def test_the_journal_takes_no_change_and_no_deletion(database: Database, world: World) -> None:
    """History is appended, never edited: the API's role has no right to."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await append_bare(raw, [event(world, "one")])
    for statement in ("UPDATE events SET kind = 'other'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with bare_transaction(database, world.scope(world.ada)) as raw:
                await raw.execute(statement)
