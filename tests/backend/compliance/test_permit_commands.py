"""Do many who draw at once share one budget, and does each permit end once?"""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from backend.compliance.choosing import shipped_packs
from backend.compliance.permit_commands import ASKS_MAX, draw_permits, end_permits, hear_of_holder
from backend.compliance.permit_queries import lock_budgets, permits_of
from backend.compliance.permit_schemas import (
    Ask,
    Holder,
    HolderKind,
    Permit,
    PermitEnd,
    PermitEnding,
    PermitSettings,
    Refused,
)
from backend.compliance.permit_tables import ContactPermit, ContactPermitEnd
from backend.compliance.schemas import Event, EventKind, Situation
from backend.kernel.db import Database, Scope, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.compliance.builder import events, situation
from tests.backend.compliance.situations_of_permits import CN, DESK, HOURS, PHONE, US
from tests.world import World

TASKS, ROUNDS = 20, 12
NOW = situation(CN, {}).now


def wish(budget: UUID, asked: Situation | None = None, hours: float = 3) -> Ask:
    asked = asked or situation(CN, {})
    return Ask(id=new_id(), budget=budget, situation=asked, until=asked.now + hours * HOURS)


async def draw(raw: asyncpg.Connection, world: World, holder: Holder, *asks: Ask) -> list[Permit | Refused]:
    return await draw_permits(raw, world.tenant_id, holder, asks, shipped_packs(), PermitSettings())


async def drawn_alone(database: Database, world: World, n: int, ask: Ask) -> Permit | Refused:
    """Draw in a transaction of its own, as the n-th of many desks."""
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        return (await draw(raw, world, Holder(kind=HolderKind.DESK, id=str(n)), ask))[0]


LAST_ONES = [
    situation(US, {}),
    situation(CN, {"to": "a", "history": events(2, "connect")}),
    situation(CN, {"to": "a", "history": events(5, "failed", to="a")}),
]


@pytest.mark.parametrize("asked", LAST_ONES)
async def test_of_twenty_who_draw_the_last_permit_at_once_exactly_one_wins(
    database: Database, world: World, asked: Situation
) -> None:
    """CO-3: on the real database, each in a transaction of its own."""
    for _ in range(ROUNDS):
        budget = new_id()
        answers = await asyncio.gather(*(drawn_alone(database, world, n, wish(budget, asked)) for n in range(TASKS)))
        assert sum(isinstance(one, Permit) for one in answers) == 1


async def test_many_who_lease_for_the_same_people_never_wait_for_each_other_in_a_ring(
    database: Database, world: World
) -> None:
    budgets = [new_id() for _ in range(12)]

    async def lease(n: int) -> int:
        order = budgets if n % 2 else budgets[::-1]
        async with bare_transaction(database, world.scope(world.mei)) as raw:
            answers = await draw(
                raw, world, Holder(kind=HolderKind.PHONE, id=str(n)), *(wish(one, LAST_ONES[0]) for one in order)
            )
        return sum(isinstance(one, Permit) for one in answers)

    assert sum(await asyncio.gather(*(lease(n) for n in range(8)))) == len(budgets)


async def test_who_locks_before_reading_never_misses_a_contact_that_became_of_a_permit(
    database: Database, world: World
) -> None:
    """Between reading and draw a permit may be used: then it is not out any more, and must be in the history."""
    budget, past = new_id(), list[Event]()

    async def call(n: int) -> bool:
        desk = Holder(kind=HolderKind.DESK, id=str(n))
        async with bare_transaction(database, world.scope(world.mei)) as raw:
            await lock_budgets(raw, world.tenant_id, [budget])
            (permit,) = await draw(raw, world, desk, wish(budget, replace(LAST_ONES[0], history=list(past))))
        if isinstance(permit, Refused):
            return False
        async with bare_transaction(database, world.scope(world.mei)) as raw:
            ending = PermitEnding(id=permit.id, end=PermitEnd.USED, contact_id=new_id())
            assert await end_permits(raw, world.tenant_id, desk, [ending], NOW) == {permit.id}
            past.append(Event(at=NOW, kind=EventKind.CONVERSATION))
        return True

    assert sum(await asyncio.gather(*(call(n) for n in range(TASKS)))) == 1


async def test_a_list_of_draws_is_three_statements(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        asked: list[str] = []
        with raw.query_logger(lambda record: asked.append(record.query)):
            answers = await draw(raw, world, PHONE, *(wish(new_id()) for _ in range(300)))
    assert all(isinstance(one, Permit) for one in answers)
    assert len(asked) == 3


async def test_a_draw_that_is_sent_twice_is_answered_with_the_same_permit(database: Database, world: World) -> None:
    ask = wish(new_id(), LAST_ONES[0])
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        first, again = await draw(raw, world, PHONE, ask), await draw(raw, world, PHONE, ask)
        held = await permits_of(raw, world.tenant_id, PHONE, NOW)
    assert first == again == held


async def test_a_permit_that_came_back_can_be_drawn_by_another(database: Database, world: World) -> None:
    budget = new_id()
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        (permit,) = await draw(raw, world, PHONE, wish(budget, LAST_ONES[0]))
        (refused,) = await draw(raw, world, DESK, wish(budget, LAST_ONES[0]))
        back = PermitEnding(id=permit.id, end=PermitEnd.RETURNED)
        others = await end_permits(raw, world.tenant_id, DESK, [back], NOW)
        first = await end_permits(raw, world.tenant_id, PHONE, [back], NOW)
        second = await end_permits(raw, world.tenant_id, PHONE, [back], NOW)
        (granted,) = await draw(raw, world, DESK, wish(budget, LAST_ONES[0]))
    assert (isinstance(refused, Refused), isinstance(granted, Permit)) == (True, True)
    assert (others, first, second) == (set(), {permit.id}, set())


@pytest.mark.parametrize(("heard", "is_free"), [(None, False), (2.9, False), (3, True)])
async def test_one_that_ran_out_counts_until_its_phone_was_heard_of(
    database: Database, world: World, heard: float | None, *, is_free: bool
) -> None:
    """The permit ran out an hour ago; in the US a call of today may have been the conversation."""
    budget, later = new_id(), replace(LAST_ONES[0], now=LAST_ONES[0].now + 4 * HOURS)
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        (permit,) = await draw(raw, world, PHONE, wish(budget, LAST_ONES[0]))
        assert isinstance(permit, Permit)
        if heard is not None:
            heard_at = permit.drawn_at + heard * HOURS
            lapsed = await hear_of_holder(raw, world.tenant_id, PHONE, heard_at, later.now)
            assert lapsed == ({permit.id} if is_free else set())
        (answer,) = await draw(raw, world, DESK, wish(budget, later, 0.1))
    assert isinstance(answer, Permit) is is_free


@pytest.mark.parametrize(("days", "is_free"), [(89, False), (90, True)])
async def test_a_phone_that_never_comes_back_blocks_nobody_for_ever(
    database: Database, world: World, days: int, *, is_free: bool
) -> None:
    """A neighbour is asked once, ever: no day count forgets that."""
    asked = situation(US, {"role": "neighbour"})
    later = replace(asked, now=asked.now + 3 * HOURS + timedelta(days=days))
    budget = new_id()
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        assert isinstance((await draw(raw, world, PHONE, wish(budget, asked)))[0], Permit)
        (answer,) = await draw(raw, world, DESK, wish(budget, later, 0.1))
    assert isinstance(answer, Permit) is is_free


async def test_a_freeze_stops_the_drawing_and_leaves_what_is_out(database: Database, world: World) -> None:
    budget = new_id()
    frozen = situation(CN, {"status": [{"kind": "freeze", "from": "14:00"}]})
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        (permit,) = await draw(raw, world, PHONE, wish(budget))
        (refused,) = await draw(raw, world, DESK, wish(budget, frozen))
        assert await permits_of(raw, world.tenant_id, PHONE, NOW) == [permit]
        assert await permits_of(raw, world.tenant_id, PHONE, NOW + 3 * HOURS) == []
    assert isinstance(refused, Refused)


async def test_more_than_a_day_needs_is_not_drawn_at_once(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        assert await draw(raw, world, PHONE) == []
        with pytest.raises(ValueError, match="at most"):
            await draw(raw, world, PHONE, *[wish(new_id())] * (ASKS_MAX + 1))


async def test_permits_are_never_changed_and_only_seen_inside_the_tenant(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        (permit,) = await draw(raw, world, PHONE, wish(new_id()))
    for act in ("UPDATE contact_permits SET until = now()", "DELETE FROM contact_permits"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with bare_transaction(database, world.scope(world.ada)) as raw:
                await raw.execute(act)
    scope = world.scope(world.ada)
    abroad = Scope(tenant_id=new_id(), user_id=scope.user_id, reach=scope.reach, team_ids=())
    for seen, who in ((1, scope), (0, abroad)):
        async with bare_transaction(database, who) as raw:
            assert await raw.fetchval("SELECT count(*) FROM contact_permits WHERE id = $1", permit.id) == seen


async def test_the_mapped_tables_have_the_columns_of_the_database(database: Database) -> None:
    async with database.pool.acquire() as raw:
        for mapped in (ContactPermit, ContactPermitEnd):
            rows = await raw.fetch(
                "SELECT attname, attnotnull FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0",
                mapped.__tablename__,
            )
            said = {column.name: not column.nullable for column in mapped.__table__.columns}
            assert {row["attname"]: row["attnotnull"] for row in rows} == said
