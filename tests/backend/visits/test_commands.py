"""Are visits written with promises, and taken back without losing the record?"""

import msgspec

from backend.kernel.db import Database, bare_transaction
from backend.visits.commands import photos_of, plan_visits, withdraw_visits
from backend.visits.schemas import RecordedVisit, VisitRecord
from tests.backend.sync.phone import promise, visit
from tests.world import MORNING, World


def recorded(world: World, **changes: object) -> RecordedVisit:
    body = msgspec.json.encode(visit(world, 0, **changes))
    return RecordedVisit(record=msgspec.json.decode(body, type=VisitRecord), presence=None, payload=msgspec.Raw(body))


async def test_a_visit_and_its_promise_are_written_and_withdrawn_together(database: Database, world: World) -> None:
    met = recorded(world, result="MET_PROMISE", party="obligor", promise=promise())
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, events = plan_visits(world.tenant_id, world.mei, None, [met])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        undone = await withdraw_visits(raw, world.tenant_id, world.mei, [met.record.id], MORNING)
        row = await raw.fetchrow("SELECT result, withdrawn_at FROM visits WHERE id = $1", met.record.id)
        state = await raw.fetchval("SELECT state FROM promises WHERE source_id = $1", met.record.id)
    assert [event.kind for event in (*events, *undone)] == ["visit.recorded", "promise.recorded", "promise.cancelled"]
    assert tuple(row) == ("MET_PROMISE", MORNING)
    assert state == "cancelled"


def test_the_photos_of_visits_come_with_case_and_visit(world: World) -> None:
    photo = {
        "id": str(world.cases[0]), "sha256": "ab" * 32, "size_bytes": 1, "media_type": "image/jpeg",
        "original_sha256": "cd" * 32, "original_size_bytes": 2, "taken_at": MORNING, "scope": "outside",
        "consent_by": None, "manifest": None, "signature": None,
    }  # fmt: skip
    one = recorded(world, photos=[photo])
    assert [(named.case_id, named.visit_id) for named in photos_of([one])] == [(world.cases[0], one.record.id)]
