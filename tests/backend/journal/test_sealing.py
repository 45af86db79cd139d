"""Is every event sealed once, and is any later change of the journal found?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest

from backend.journal import reader_queries as readers
from backend.journal import rules, sealing
from backend.journal import sealing_queries as queries
from backend.journal.commands import append_bare
from backend.journal.schemas import START, NewEvent, Seal
from backend.kernel.db import Database, Role
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.jobs import refresh_epoch
from tests.world import World

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return open_signing_key(tmp_path / "keys")


@pytest.fixture
async def raw(job_database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with job_database.pool.acquire() as connection:
        await refresh_epoch(connection)
        yield connection


@pytest.fixture
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Act as the owner of the tables: somebody who can change what the product never changes."""
    connection = await asyncpg.connect(url, server_settings={"role": Role.OWNER.value, "timezone": "UTC"})
    yield connection
    await connection.close()


async def write(raw: asyncpg.Connection, world: World, count: int) -> list[UUID]:
    events = [
        NewEvent(
            id=new_id(), tenant_id=world.tenant_id, kind="visit.recorded", subject_id=new_id(), case_id=world.cases[0],
            actor_id=world.mei, device_id=None, occurred_at=NOW, payload={"n": n, "note": "门口 \u2028", "at": 30.25},
        )
        for n in range(count)
    ]  # fmt: skip
    async with raw.transaction():
        await append_bare(raw, events)
    return [one.id for one in events]


async def seal_all(raw: asyncpg.Connection, world: World, key: SigningKey) -> None:
    """Seal until nothing waits; a transaction of another test process may hold the newest back for a moment."""
    unsealed = """SELECT count(*) FROM events WHERE tenant_id = $1 AND NOT EXISTS (
        SELECT 1 FROM sealed_events WHERE sealed_events.tenant_id = $1 AND event_id = events.id)"""
    for _ in range(400):
        while await sealing.seal_next(raw, world.tenant_id, key, NOW):
            pass
        if await raw.fetchval(unsealed, world.tenant_id) == 0:
            return
        await asyncio.sleep(0.05)
    pytest.fail("events stay unsealed")


async def faults(raw: asyncpg.Connection, world: World, key: SigningKey) -> list[tuple[int, str | None]]:
    keys = {key.key_id: key.public_key}
    return [(seal.number, fault) async for seal, fault in sealing.faults_of(raw, world.tenant_id, keys)]


async def test_every_event_is_in_one_seal_and_its_proof_leads_to_a_signed_head(
    raw: asyncpg.Connection, world: World, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N4: a proof is the text of the event, a path, and a head that anybody can check."""
    monkeypatch.setattr(sealing, "BATCH_MAX", 5)
    ids = await write(raw, world, 13)
    await seal_all(raw, world, key)
    proofs = await sealing.proofs_of(raw, world.tenant_id, ids)
    assert {proof.event_id for proof in proofs} == set(ids)
    numbers = [proof.number for proof in proofs]
    seals = await queries.seals_between(raw, world.tenant_id, min(numbers), max(numbers))
    heads = {seal.number: msgspec.json.decode(seal.head) for seal in seals}
    for proof in proofs:
        path = [bytes.fromhex(step) for step in proof.path]
        root = rules.root_by_path(rules.leaf_hash(proof.entry), proof.index, proof.count, path)
        assert root is not None
        assert (root.hex(), proof.count) == (heads[proof.number]["root"], heads[proof.number]["count"])
        assert msgspec.json.decode(proof.entry)["id"] == str(proof.event_id)
    assert {fault for _, fault in await faults(raw, world, key)} == {None}


async def test_nothing_new_makes_no_new_head(raw: asyncpg.Connection, world: World, key: SigningKey) -> None:
    await write(raw, world, 2)
    await seal_all(raw, world, key)
    before = await queries.last_seal(raw, world.tenant_id)
    assert await sealing.seal_next(raw, world.tenant_id, key, NOW) == 0
    assert await queries.last_seal(raw, world.tenant_id) == before


async def test_after_a_restore_nothing_is_sealed_twice(raw: asyncpg.Connection, world: World, key: SigningKey) -> None:
    ids = await write(raw, world, 3)
    await seal_all(raw, world, key)
    await readers.move_to(raw, world.tenant_id, sealing.READER, START)
    more = await write(raw, world, 2)
    await seal_all(raw, world, key)
    places = await queries.places_of(raw, world.tenant_id, [*ids, *more])
    counted = await raw.fetchval("SELECT count(*) FROM sealed_events WHERE tenant_id = $1", world.tenant_id)
    events = await raw.fetchval("SELECT count(*) FROM events WHERE tenant_id = $1", world.tenant_id)
    assert (len(places), counted) == (5, events)
    assert {fault for _, fault in await faults(raw, world, key)} == {None}


async def test_two_sealers_make_one_chain(job_database: Database, world: World, key: SigningKey) -> None:
    async with job_database.pool.acquire() as raw:
        await refresh_epoch(raw)
        await write(raw, world, 20)

    async def seal_some() -> None:
        async with job_database.pool.acquire() as raw:
            await seal_all(raw, world, key)

    await asyncio.gather(*(seal_some() for _ in range(3)))
    async with job_database.pool.acquire() as raw:
        found = await faults(raw, world, key)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    assert {fault for _, fault in found} == {None}


TAMPERINGS = {
    "an event is edited": "UPDATE events SET payload = '{{}}' WHERE id = '{one}'",
    "an event is dated back": "UPDATE events SET occurred_at = occurred_at - interval '1 day' WHERE id = '{one}'",
    "an event is deleted": "DELETE FROM events WHERE id = '{one}'",
    "an event changes hands": "UPDATE events SET actor_id = NULL WHERE id = '{one}'",
    "two events change places": """UPDATE sealed_events SET index = (SELECT sum(index) FROM sealed_events
        WHERE event_id IN ('{one}', '{other}')) - index WHERE event_id IN ('{one}', '{other}')""",
    "an event is put under another seal": """UPDATE sealed_events SET number = number + 1, index = 99
        WHERE event_id = '{one}'""",
    "a head is deleted": """WITH gone AS (DELETE FROM sealed_events WHERE tenant_id = '{tenant}' AND number = 1)
        DELETE FROM seals WHERE tenant_id = '{tenant}' AND number = 1""",
    "a head is edited": """UPDATE seals SET head = replace(head, '"v":1', '"v":2') WHERE tenant_id = '{tenant}'""",
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_any_change_of_what_was_sealed_is_found(
    raw: asyncpg.Connection, owner: asyncpg.Connection, world: World, key: SigningKey, what: str
) -> None:
    """N4: edit, backdating, deletion, reordering, a missing head; before it there is no false alarm."""
    one, other, *_ = await write(raw, world, 4)
    await seal_all(raw, world, key)
    await write(raw, world, 2)
    await seal_all(raw, world, key)
    assert {fault for _, fault in await faults(raw, world, key)} == {None}
    tampering = owner.transaction()
    await tampering.start()
    try:
        # The policies bind the owner too; an intruder would switch them off, so the test does, and takes all back.
        for table in ("events", "events_default", "seals", "sealed_events"):
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        await owner.execute(TAMPERINGS[what].format(one=one, other=other, tenant=world.tenant_id))
        assert [fault for _, fault in await faults(owner, world, key) if fault is not None] != []
    finally:
        await tampering.rollback()


def test_a_seal_is_what_a_stranger_needs_to_check_it(key: SigningKey) -> None:
    text = "a head"
    seal = Seal(number=1, head=text, key_id=key.key_id, signature=key.sign(text))
    assert rules.is_signed(seal.head, seal.signature, key.public_key)
    assert not rules.is_signed(seal.head + " ", seal.signature, key.public_key)
