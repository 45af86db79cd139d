"""Are promises written with their events, and only cancelled while they are open?"""

from datetime import date
from uuid import UUID

import pytest

from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.promises.commands import cancel_promises_of, plan_promises, settle_promises
from backend.promises.schemas import PromiseMade, PromiseState, RecordedPromise
from tests.world import MORNING, World


def recorded(world: World, source_id: UUID) -> RecordedPromise:
    made = PromiseMade(id=new_id(), amount_minor=500, currency="CNY", due_on=date(2026, 11, 27), tolerance_days=1)
    return RecordedPromise(
        made=made,
        case_id=world.cases[0],
        source_id=source_id,
        made_by=world.mei,
        made_at=MORNING,
    )


async def test_a_withdrawn_record_cancels_what_it_had_promised_once(database: Database, world: World) -> None:
    """PP-1 (recording)."""
    source, other = new_id(), new_id()
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, events = plan_promises(world.tenant_id, "visit", [recorded(world, source), recorded(world, other)])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        first = await cancel_promises_of(raw, world.tenant_id, [source], world.mei, MORNING)
        second = await cancel_promises_of(raw, world.tenant_id, [source], world.mei, MORNING)
        states = await raw.fetch("SELECT source_id, state FROM promises ORDER BY state")
    assert [event.kind for event in (*events, *first, *second)] == [
        "promise.recorded", "promise.recorded", "promise.cancelled"
    ]  # fmt: skip
    assert {row["source_id"]: row["state"] for row in states} == {source: "cancelled", other: "open"}


def test_nothing_to_record_is_nothing_to_write() -> None:
    assert plan_promises(new_id(), "visit", []) == ([], [])


async def test_a_promise_is_settled_once_and_says_so_in_the_journal(database: Database, world: World) -> None:
    one, other = recorded(world, new_id()), recorded(world, new_id())
    wanted = {one.made.id: PromiseState.KEPT, other.made.id: PromiseState.BROKEN}
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, _ = plan_promises(world.tenant_id, "visit", [one, other])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        first = await settle_promises(raw, world.tenant_id, wanted, MORNING)
        second = await settle_promises(raw, world.tenant_id, {one.made.id: PromiseState.BROKEN}, MORNING)
        states = await raw.fetch("SELECT id, state FROM promises")
    assert sorted(event.kind for event in first) == ["promise.broken", "promise.kept"]
    assert second == []
    assert {row["id"]: row["state"] for row in states} == {one.made.id: "kept", other.made.id: "broken"}


async def test_only_an_end_settles_a_promise(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        with pytest.raises(ValueError, match="kept"):
            await settle_promises(raw, world.tenant_id, {new_id(): PromiseState.CANCELLED}, MORNING)
