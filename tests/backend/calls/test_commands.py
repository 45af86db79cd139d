"""Are calls written with what they say of numbers, and does a withdrawal restore it?"""

import msgspec

from backend.calls.commands import plan_calls, withdraw_calls
from backend.calls.schemas import CallRecord, RecordedCall
from backend.kernel.db import Database, bare_transaction
from tests.backend.sync.phone import call
from tests.world import MORNING, World


def recorded(world: World, **changes: object) -> RecordedCall:
    body = msgspec.json.encode(call(world, 0, **changes))
    return RecordedCall(record=msgspec.json.decode(body, type=CallRecord), payload=msgspec.Raw(body))


async def test_a_call_marks_its_number_and_the_withdrawal_restores_it(database: Database, world: World) -> None:
    dead = recorded(world, result="INVALID_NUMBER")
    status = "SELECT status FROM contact_points WHERE id = $1"
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, events = plan_calls(world.tenant_id, world.mei, None, [dead])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        marked = await raw.fetchval(status, world.contacts[0])
        await withdraw_calls(raw, world.tenant_id, world.mei, [dead.record.id], MORNING)
        restored = await raw.fetchval(status, world.contacts[0])
    assert [event.kind for event in events] == ["call.recorded"]
    assert (marked, restored) == ("dead", "unknown")
