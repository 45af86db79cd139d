"""How does evidence go when its retention is over? The worker finds it; it goes when the lender's rule says so.

A lender lets nothing go (off), lets two people agree first (two_people, until it says otherwise), or lets it go
(at_once). A hold, an open case and a longer rule are asked again in the moment of the deletion; what may not go any
more is forgotten here and found anew when it may.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import deletion_queries as queries
from backend.evidence import keeping, problems, retention
from backend.evidence.deletion_queries import Due, Lender
from backend.evidence.deletion_schemas import Approved, DeletionList, DeletionMode
from backend.evidence.keeping import KeptError, Reason
from backend.evidence.keeping_queries import rules_of
from backend.evidence.retention import Retention
from backend.evidence.storage import Storage, store_may_be_away
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.problems import Problem

log = logging.getLogger(__name__)

FOUND_A_RUN_MAX = 1000
DELETED_A_RUN_MAX = 200
"""Of all lenders together: a rule that was set wrongly by a digit shows before it has emptied the store."""


class Run(msgspec.Struct, frozen=True):
    """What one run did: how much it found, deleted, and kept after all."""

    found: int
    deleted: int
    kept: int


async def delete_due(database: Database, storage: Storage, now: datetime) -> Run:
    """Find what is due and delete what may go, at most 1,000 and 200 a run; `database` as Role.JOB."""
    async with database.pool.acquire() as raw:
        lenders = [one for one in await queries.lenders(raw) if one.mode is not DeletionMode.OFF]
    done = Run(found=0, deleted=0, kept=0)
    for lender in lenders:
        room = FOUND_A_RUN_MAX - done.found, DELETED_A_RUN_MAX - done.deleted
        one = await delete_due_of(database, storage, lender, room, now)
        done = Run(found=done.found + one.found, deleted=done.deleted + one.deleted, kept=done.kept + one.kept)
    return done


async def delete_due_of(
    database: Database, storage: Storage, lender: Lender, room: tuple[int, int], now: datetime
) -> Run:
    """Do it for one lender, with room for so many to be found and to be deleted."""
    async with database.pool.acquire() as raw, raw.transaction():
        found = await _find(raw, lender.id, room[0], now)
    deleted, kept = await _delete(database, storage, lender, room[1], now)
    return Run(found=found, deleted=deleted, kept=kept)


async def _find(raw: asyncpg.Connection, tenant_id: UUID, limit: int, now: datetime) -> int:
    rules = await _rules(raw, tenant_id)
    found = await queries.due(raw, tenant_id, rules, (now, limit, False))
    await queries.note_due(raw, tenant_id, found, [retention.basis_of(rules[one.kind]) for one in found], now)
    return len(found)


async def _rules(raw: asyncpg.Connection, tenant_id: UUID) -> dict[str, Retention]:
    own = await rules_of(raw, tenant_id)
    return {kind: retention.keeps(kind, own.get(kind, [])) for kind in retention.DEFAULT}


async def _delete(database: Database, storage: Storage, lender: Lender, limit: int, now: datetime) -> tuple[int, int]:
    async with database.pool.acquire() as raw:
        ready = await queries.ready(raw, lender.id, limit, at_once=lender.mode is DeletionMode.AT_ONCE)
    deleted = kept = 0
    for one in ready:
        approved_by = [user for user in (one.first_by, one.second_by) if user is not None]
        reason = Reason(one.basis, "schedule", approved_by)
        try:
            with store_may_be_away():
                await keeping.delete(database, storage, (lender.id, one.evidence_id), reason, now)
        except Problem as away:
            if away.kind != problems.STORE_AWAY:
                raise
            break  # what was journalled is gone for readers; the next run takes the bytes away
        except KeptError as refused:
            log.info("evidence %s stays: %s", one.evidence_id, refused)
            async with database.pool.acquire() as raw:
                await queries.forget(raw, lender.id, one.evidence_id)
            kept += 1
            continue
        async with database.pool.acquire() as raw:
            await queries.note_deleted(raw, lender.id, one.evidence_id, now)
        deleted += 1
    return deleted, kept


async def due_of(
    raw: asyncpg.Connection, tenant_code: str, now: datetime, limit: int
) -> tuple[DeletionMode, list[Due]]:
    """Return what a tenant does at the end of retention and what is due there; nothing is changed. Raises KeptError."""
    tenant_id = await queries.tenant_of(raw, tenant_code)
    if tenant_id is None:
        raise KeptError(f"there is no lender {tenant_code}")
    rules = await _rules(raw, tenant_id)
    return await queries.mode_of(raw, tenant_id), await queries.due(raw, tenant_id, rules, (now, limit, True))


async def change_rule(
    raw: asyncpg.Connection, tenant_code: str, change: DeletionMode | tuple[str, Retention], now: datetime
) -> None:
    """Set what a tenant does at the end of retention, or how long it keeps a kind (kind, rule); raises KeptError.

    A rule replaces the one of the same basis; the longest of a kind counts. It is journalled.
    """
    tenant_id = await queries.tenant_of(raw, tenant_code)
    if tenant_id is None:
        raise KeptError(f"there is no lender {tenant_code}")
    if isinstance(change, DeletionMode):
        await queries.set_mode(raw, tenant_id, change)
        told: dict[str, object] = {"deletion": change.value}
    else:
        await queries.set_rule(raw, tenant_id, *change)
        told = {"kind": change[0], "basis": change[1].basis, "keep_days": change[1].keep_days}
    event = NewEvent(
        id=new_id(), tenant_id=tenant_id, kind="retention.changed", subject_id=tenant_id, case_id=None, actor_id=None,
        device_id=None, occurred_at=now, payload={**told, "by": "operator"},
    )  # fmt: skip
    await append_bare(raw, [event])


async def waiting(raw: asyncpg.Connection, tenant_id: UUID, after: UUID | None) -> DeletionList:
    """Return what waits for its deletion, 200 a page."""
    mode = await queries.mode_of(raw, tenant_id)
    found = await queries.waiting(raw, tenant_id, after)
    items = found[:PAGE_SIZE_MAX]
    return DeletionList(mode=mode, items=items, after=items[-1].evidence_id if len(found) > PAGE_SIZE_MAX else None)


async def agree(raw: asyncpg.Connection, act: Act, user_id: UUID, ids: Sequence[UUID]) -> Approved:
    """Let somebody agree to deletions, as the first of two or as the second; nobody is both. Each has its event."""
    first, second = await queries.agree(raw, (act.tenant_id, user_id), ids, act.at)
    events = [_agreed(act, one, 1) for one in first] + [_agreed(act, one, 2) for one in second]
    await append_bare(raw, events)
    return Approved(first=len(first), second=len(second))


def _agreed(act: Act, about: tuple[UUID, UUID], place: int) -> NewEvent:
    evidence_id, case_id = about
    return NewEvent(
        id=new_id(), tenant_id=act.tenant_id, kind="evidence.deletion_agreed", subject_id=evidence_id, case_id=case_id,
        actor_id=act.actor_id, device_id=act.device_id, occurred_at=act.at, payload={"place": place},
    )  # fmt: skip
