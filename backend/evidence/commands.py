"""What can be done to evidence? Name it with the visit, store its bytes when they come, look at it.

Naming and storing happen in any order and at the same moment: both sides write, then take the lock of the hash, then
look for the other side's row. So whoever comes second sees the first, and no evidence stays awaited beside its bytes.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from backend.evidence import queries
from backend.evidence.manifests import hash_of
from backend.evidence.queries import NowStored, Readable
from backend.evidence.receiving import receive_manifests
from backend.evidence.rules import lock_of
from backend.evidence.schemas import EvidenceKind, NamedPhoto, Upload
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id


async def name_photos(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, device_id: UUID | None, named: Sequence[NamedPhoto]
) -> list[NewEvent]:
    """Write evidence that a visit named, awaited until bytes with its hash are here; returns the events.

    Bytes that came before count at once: the events then say `evidence.stored` as well.
    """
    if not named:
        return []
    await queries.insert_evidence(raw, tenant_id, user_id, device_id, named)
    events = [
        NewEvent(
            id=new_id(),
            tenant_id=tenant_id,
            kind="evidence.named",
            subject_id=one.photo.id,
            case_id=one.case_id,
            actor_id=user_id,
            device_id=device_id,
            occurred_at=one.photo.taken_at,
            payload={
                "sha256": one.photo.sha256,
                "original_sha256": one.photo.original_sha256,
                "visit_id": str(one.visit_id),
                "manifest_sha256": None if one.photo.manifest is None else hash_of(one.photo.manifest),
                **_apart(one),
            },
        )
        for one in named
    ]
    digests = [bytes.fromhex(one.photo.sha256) for one in named]
    digests += [bytes.fromhex(one.photo.original_sha256) for one in named if one.photo.original_kept]
    events += await receive_manifests(raw, (tenant_id, user_id, device_id), named)
    return events + await match_stored(raw, tenant_id, user_id, device_id, digests)


def _apart(one: NamedPhoto) -> dict[str, object]:
    """Say what a note or signature is; an event about a photo says nothing of it, as it always did."""
    if one.photo.kind is EvidenceKind.PHOTO:
        return {}
    told: dict[str, object] = {"kind": one.photo.kind.value}
    if one.photo.statement is not None:
        told["statement_sha256"] = hash_of(one.photo.statement)
    return told


async def match_stored(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, device_id: UUID | None, digests: Sequence[bytes]
) -> list[NewEvent]:
    """Mark the awaited evidence of a tenant whose bytes are stored, among these hashes; returns the events.

    Bytes that a camera gave mark the original of the evidence that named them as such. The transaction must have the
    reach of the tenant: whoever brings the bytes need not see the case.
    """
    await queries.lock(raw, [lock_of(digest) for digest in digests])
    who = (tenant_id, user_id, device_id)
    found = await queries.mark_stored(raw, tenant_id, digests)
    originals = await queries.mark_originals(raw, tenant_id, digests)
    return [
        *(stored_event(one, who, "evidence.stored" if one.refusal is None else "evidence.refused") for one in found),
        *(
            stored_event(one, who, "evidence.original_stored" if one.refusal is None else "evidence.original_refused")
            for one in originals
        ),
    ]


def stored_event(one: NowStored, who: tuple[UUID, UUID, UUID | None], kind: str) -> NewEvent:
    """Return the event that bytes of evidence are here, or why they never will be; `who` is (tenant, user, device)."""
    tenant_id, user_id, device_id = who
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        subject_id=one.id,
        case_id=one.case_id,
        actor_id=user_id,
        device_id=device_id,
        occurred_at=one.stored_at,
        payload={"sha256": one.sha256.hex(), **({} if one.refusal is None else {"code": one.refusal})},
    )


async def note_stored(
    raw: asyncpg.Connection, who: tuple[UUID, UUID, UUID | None], upload: Upload, *, refusal: str | None = None
) -> list[NewEvent]:
    """Write down that the store has the bytes of an upload, and mark what waits for them; returns the events.

    `who` is (tenant, user, device). Bytes that are no photo are written down with the code of their `refusal`.
    """
    tenant_id, user_id, device_id = who
    await queries.keep_file(raw, tenant_id, upload, refusal)
    return await match_stored(raw, tenant_id, user_id, device_id, [upload.sha256])


async def note_viewed(raw: asyncpg.Connection, act: Act, seen: Readable, copy: str) -> None:
    """Journal that somebody looked at a photo, and at which of its copies (original, view, thumbnail)."""
    viewed = NewEvent(
        id=new_id(),
        tenant_id=act.tenant_id,
        kind="evidence.viewed",
        subject_id=seen.id,
        case_id=seen.case_id,
        actor_id=act.actor_id,
        device_id=act.device_id,
        occurred_at=act.at,
        payload={"sha256": seen.sha256.hex(), "copy": copy},
    )
    await append_bare(raw, [viewed])
