"""How does the journal become something that nobody, not even we, can change unseen? Batches, trees, signed heads.

The sealer is a reader like others: it takes events in the order of the stream, below the oldest writing transaction, so
no event can slip in behind a sealed one. It writes to its own two tables and never touches the journal.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.journal import reader_queries as readers
from backend.journal import rules
from backend.journal import sealing_queries as queries
from backend.journal.schemas import Proof, Seal, SealedHead
from backend.kernel.db import Database
from backend.kernel.signing import SigningKey

READER = "sealing"
BATCH_MAX = 5000
BATCHES_A_CALL_MAX = 200
HEADS_A_READ = 100


async def seal_journal(database: Database, key: SigningKey, now: datetime) -> int:
    """Seal what is not sealed yet, tenant by tenant (a million events a call at most); returns how many events.

    `database` is opened as Role.JOB. Each batch is one short transaction.
    """
    sealed = 0
    for _ in range(BATCHES_A_CALL_MAX):
        async with database.pool.acquire() as raw:
            tenants = await readers.waiting_tenants(raw, READER)
            counts = [await seal_next(raw, tenant_id, key, now) for tenant_id in tenants]
        sealed += sum(counts)
        if not any(counts):
            break
    return sealed


async def seal_next(raw: asyncpg.Connection, tenant_id: UUID, key: SigningKey, now: datetime) -> int:
    """Seal the next batch of a tenant in one transaction; returns how many events were looked at, 0 when none waits."""
    async with raw.transaction():
        if not await readers.is_alone(raw, tenant_id, READER):
            return 0
        begin = await readers.position_of(raw, tenant_id, READER)
        events, end = await queries.unsealed_after(raw, tenant_id, begin, BATCH_MAX)
        if end is None:
            return 0
        if events:
            leaves = [rules.leaf_hash(rules.entry_of(event)) for event in events]
            before = await queries.last_seal(raw, tenant_id)
            seal = _seal(tenant_id, before, rules.root_of(leaves), len(leaves), key, now)
            await queries.insert_seal(raw, tenant_id, seal, events, now)
        await readers.move_to(raw, tenant_id, READER, end)
        return max(1, len(events))


def _seal(tenant_id: UUID, before: Seal | None, root: bytes, count: int, key: SigningKey, now: datetime) -> Seal:
    head = SealedHead(
        v=1,
        tenant_id=tenant_id,
        number=1 if before is None else before.number + 1,
        count=count,
        root=root.hex(),
        previous=rules.NO_HEAD if before is None else rules.head_hash(before.head),
        sealed_at=rules.instant_text(now),
    )
    text = rules.head_text(head)
    return Seal(number=head.number, head=text, key_id=key.key_id, signature=key.sign(text))


async def faults_of(
    raw: asyncpg.Connection, tenant_id: UUID, public_keys: Mapping[str, str]
) -> AsyncIterator[tuple[Seal, str | None]]:
    """Hold every head of a tenant against the journal as it is now, the oldest first; None says that it holds.

    What is not sealed yet (the last minute) is not looked at. `public_keys` are base64 by the name of the key.
    """
    before: Seal | None = None
    number = 1
    while True:
        heads = await queries.seals_between(raw, tenant_id, number, number + HEADS_A_READ - 1)
        for seal in heads:
            events = await queries.events_of_seal(raw, tenant_id, seal.number)
            leaves = [rules.leaf_hash(rules.entry_of(event)) for event in events]
            yield seal, rules.head_fault(seal, before, leaves, public_keys)
            before = seal
        number += HEADS_A_READ
        if not heads and not await queries.has_seal_from(raw, tenant_id, number):
            return


async def proofs_of(raw: asyncpg.Connection, tenant_id: UUID, event_ids: Sequence[UUID]) -> list[Proof]:
    """Return a proof for each of these events that is sealed, in the order of seals; others are left out.

    The trees are made anew from the journal's rows: a row that was changed since leads to another root.
    """
    places = await queries.places_of(raw, tenant_id, event_ids)
    proofs = []
    for number in sorted({number for number, _ in places.values()}):
        events = await queries.events_of_seal(raw, tenant_id, number)
        entries = [rules.entry_of(event) for event in events]
        wanted = [index for index, event in enumerate(events) if event.id in places]
        paths = rules.audit_paths([rules.leaf_hash(entry) for entry in entries], wanted) if wanted else []
        proofs += [
            Proof(
                event_id=events[index].id, entry=entries[index], number=number, index=index,
                count=len(events), path=[step.hex() for step in path],
            )
            for index, path in zip(wanted, paths, strict=True)
        ]  # fmt: skip
    return proofs
