"""Is a verdict kept with its proof, each history and each law once, and does it come out again?"""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.compliance.choosing import shipped_packs
from backend.compliance.contact_schemas import Kept
from backend.compliance.judging import judge
from backend.compliance.replaying import replay
from backend.compliance.schemas import Decision
from backend.compliance.verdict_queries import kept_verdict
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from tests.backend.compliance.test_assembling import ask, contacted
from tests.backend.sync.phone import NOW
from tests.world import World, make_world

NIGHT = NOW + timedelta(hours=7)
"""Eleven in the evening in Shanghai."""


def act(world: World) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.cai, device_id=None, at=NOW)


async def kept(jobs: Database, verdict_id: UUID) -> Kept:
    async with jobs.pool.acquire() as raw:
        found = await kept_verdict(raw, verdict_id)
    assert found is not None
    return found


async def test_a_verdict_comes_out_again_from_its_record_alone(
    database: Database, job_database: Database, world: World
) -> None:
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        await contacted(raw, world, 0, at=NOW - timedelta(hours=1))
        day, night = await judge(raw, act(world), [ask(world, 0), ask(world, 0, at=NIGHT)], shipped_packs())
    assert day is not None
    assert night is not None
    assert (day.verdict.decision, night.verdict.decision) == (Decision.ALLOW, Decision.BLOCK)
    assert night.verdict.rule_ids == ["CN-TIME-01"]
    record = await kept(job_database, night.id)
    assert record.record.situation.history is None
    assert replay(record).faults == []
    assert replay(record).verdict == night.verdict


async def test_a_replay_agrees_after_the_packs_have_changed(
    database: Database, job_database: Database, world: World
) -> None:
    """V75: it is judged by the packs of then; by those of today the same contact may come out otherwise."""
    without_hours = [pack for pack in shipped_packs() if pack.pack_id in {"GEN", "HOUSE"}]
    older = [msgspec.structs.replace(pack, version="2020.1") for pack in shipped_packs()]
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        (then,) = await judge(raw, act(world), [ask(world, 0, at=NIGHT)], older)
        (failed,) = await judge(raw, act(world), [ask(world, 0, at=NIGHT)], without_hours)
    assert then is not None
    assert failed is not None
    assert then.verdict.packs[0].version == "2020.1"
    for one in (then, failed):
        assert replay(await kept(job_database, one.id)).faults == []


async def test_what_was_changed_or_is_gone_is_named(database: Database, job_database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        (judged,) = await judge(raw, act(world), [ask(world, 0)], shipped_packs())
    assert judged is not None
    record = await kept(job_database, judged.id)
    history = ("history", record.record.history or "")
    lost = msgspec.structs.replace(record, inputs={key: body for key, body in record.inputs.items() if key != history})
    assert replay(lost).faults == [f"history {history[1]}: not kept"]
    forged = msgspec.structs.replace(record, inputs=record.inputs | {history: "[] "})
    assert replay(forged).faults == [f"history {history[1]}: not the one that was judged by"]
    other = msgspec.structs.replace(record.record.verdict, decision=Decision.BLOCK)
    lied = msgspec.structs.replace(record, record=msgspec.structs.replace(record.record, verdict=other))
    assert replay(lied).faults == ["decision: BLOCK then, ALLOW now"]


async def test_histories_and_packs_are_kept_once_and_per_lender(
    database: Database, job_database: Database, world: World
) -> None:
    foreign = await make_world(job_database)
    async with bare_transaction(database, world.scope(world.cai)) as raw:
        for _ in range(2):
            await judge(raw, act(world), [ask(world, 0), ask(world, 1), ask(foreign, 0)], shipped_packs())
        counted = await raw.fetch("SELECT kind, count(*) FROM gate_inputs GROUP BY kind ORDER BY kind")
        events = await raw.fetchval("SELECT count(*) FROM events WHERE kind = 'contact.judged'")
    assert [tuple(row) for row in counted] == [("history", 1), ("law", 1), ("pack", len(shipped_packs()))]
    assert events == 4
    async with bare_transaction(database, foreign.scope(foreign.ada)) as raw:
        assert await raw.fetchval("SELECT count(*) FROM gate_inputs") == 0
