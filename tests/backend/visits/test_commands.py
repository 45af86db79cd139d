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


async def test_a_card_number_in_a_note_is_hidden_whoever_sends_it(database: Database, world: World) -> None:
    """E.3: a phone of an older version, or none of ours, sent it as it was typed."""
    noted = recorded(world, note="pays by 4111 1111 1111 1111")
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        statements, _ = plan_visits(world.tenant_id, world.mei, None, [noted])
        for statement in statements:
            await raw.execute(statement.sql, *statement.arguments)
        note = await raw.fetchval("SELECT note FROM visits WHERE id = $1", noted.record.id)
    assert note == "pays by 4111 11** **** 1111"


def test_the_photos_of_visits_come_with_case_and_visit(world: World) -> None:
    photo = {
        "id": str(world.cases[0]), "sha256": "ab" * 32, "size_bytes": 1, "media_type": "image/jpeg",
        "original_sha256": "cd" * 32, "original_size_bytes": 2, "original_kept": True, "taken_at": MORNING,
        "scope": "outside", "consent_by": None, "manifest": None, "signature": None,
    }  # fmt: skip
    one = recorded(world, photos=[photo])
    assert [(named.case_id, named.visit_id) for named in photos_of([one])] == [(world.cases[0], one.record.id)]
