"""Who keeps evidence from going, and how does it go? Holds and deletions, each with its reason in the custody log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import keeping_queries as queries
from backend.evidence import retention, rules
from backend.evidence.keeping_queries import KeptPhoto
from backend.evidence.redaction_queries import copies_of
from backend.evidence.schemas import Copy, HoldView
from backend.evidence.storage import Storage
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem


class KeptError(RuntimeError):
    """Why a photo is not deleted, in words for the operator."""


async def hold(raw: asyncpg.Connection, act: Act, case_id: UUID, reason: str) -> HoldView:
    """Place a legal hold on the evidence of a case, also on what comes later; raises Problem (not_found)."""
    if not await queries.sees_case(raw, act.tenant_id, case_id):
        raise Problem(NOT_FOUND)
    placed = HoldView(
        id=new_id(), case_id=case_id, reason=reason, placed_by=act.actor_id, placed_at=act.at, released_by=None,
        released_at=None, release_reason=None,
    )  # fmt: skip
    await queries.place_hold(raw, act.tenant_id, placed)
    await _journal(raw, act, "evidence.held", case_id, {"hold_id": str(placed.id), "reason": reason})
    return placed


async def release(raw: asyncpg.Connection, act: Act, hold_id: UUID, reason: str) -> None:
    """Release a hold; raises Problem (not_found) when there is none that stands."""
    case_id = await queries.release_hold(raw, (act.tenant_id, act.actor_id), hold_id, reason, act.at)
    if case_id is None:
        raise Problem(NOT_FOUND)
    await _journal(raw, act, "evidence.released", case_id, {"hold_id": str(hold_id), "reason": reason})


async def holds_of(raw: asyncpg.Connection, tenant_id: UUID, case_id: UUID) -> list[HoldView]:
    """Return the holds of a case that the transaction's person sees, the newest first, at most 200."""
    return await queries.holds_of(raw, tenant_id, case_id)


async def _journal(raw: asyncpg.Connection, act: Act, kind: str, case_id: UUID, payload: dict[str, object]) -> None:
    """Write the same event about each photo of a case: each has a log of custody of its own."""
    photos = await queries.photos_of_case(raw, act.tenant_id, case_id)
    await append_bare(raw, [_event(act, kind, case_id, photo, payload) for photo in photos])


def _event(act: Act, kind: str, case_id: UUID, photo: UUID, payload: dict[str, object]) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=act.tenant_id, kind=kind, subject_id=photo, case_id=case_id, actor_id=act.actor_id,
        device_id=act.device_id, occurred_at=act.at, payload=payload,
    )  # fmt: skip


class Reason(msgspec.Struct, frozen=True):
    """Why evidence is deleted, as it stands in the log of custody: by the operator, or by the schedule."""

    basis: str
    by: Literal["operator", "schedule"]
    approved_by: Sequence[UUID] = ()


async def delete_photo(
    database: Database, storage: Storage, wanted: tuple[str, UUID], basis: str, now: datetime
) -> Sequence[str]:
    """Delete the evidence that is `wanted` (tenant's code, id) as the operator says; as `delete` does."""
    async with database.pool.acquire() as raw:
        tenant_id = await queries.tenant_of(raw, wanted[0])
    if tenant_id is None:
        raise KeptError(f"there is no lender {wanted[0]}")
    return await delete(database, storage, (tenant_id, wanted[1]), Reason(basis, "operator"), now)


async def delete(
    database: Database, storage: Storage, wanted: tuple[UUID, UUID], reason: Reason, now: datetime
) -> Sequence[str]:
    """Delete the evidence that is `wanted` (tenant, id) on a legal basis; its record, hashes and log stay.

    `database` as Role.JOB. It is journalled first; a repeated call takes away what a crash left. Returns the keys that
    are gone from the store; raises KeptError.
    """
    tenant_id, evidence_id = wanted
    async with database.pool.acquire() as raw, raw.transaction():
        photo = await queries.kept_photo(raw, tenant_id, evidence_id)
        if photo is None:
            raise KeptError(f"the lender has no evidence {evidence_id}")
        own_rules = (await queries.rules_of(raw, tenant_id)).get(photo.kind, [])
        refusal = retention.deletion_refusal(photo.kind, photo.closed_at, own_rules, now, is_held=photo.is_held)
        if refusal is not None:
            raise KeptError(f"the {photo.kind} is not deleted: {refusal}")
        unnamed = await queries.delete_photo(raw, photo)
        copies = await copies_of(raw, tenant_id, [evidence_id])
        if photo.state != "deleted":
            await append_bare(raw, [_deleted(photo, reason, now)])
    keys = [rules.copy_key(tenant_id, evidence_id, copy) for copy in (Copy.VIEW, Copy.THUMBNAIL)]
    keys += [rules.redaction_key(tenant_id, copy.id) for copy in copies]
    keys += [rules.key_of(tenant_id, digest, is_photo=is_photo) for digest in unnamed for is_photo in (True, False)]
    return [key for key in keys if await files.erase(storage.files, key)]


def _deleted(photo: KeptPhoto, reason: Reason, now: datetime) -> NewEvent:
    act = Act(tenant_id=photo.tenant_id, actor_id=None, device_id=None, at=now)
    told: dict[str, object] = {"sha256": photo.sha256.hex(), "basis": reason.basis, "by": reason.by}
    told |= {"approved_by": [str(one) for one in reason.approved_by]} if reason.approved_by else {}
    return _event(act, "evidence.deleted", photo.case_id, photo.id, told)
