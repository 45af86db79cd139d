"""How are manifests taken in with the photos they sign? Kept as they came, held against what is known, never refused.

A photo whose manifest is wrong is still a photo: what is odd becomes a signal that a person looks at.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import manifest_queries as queries
from backend.evidence.manifest_queries import Context, Kept
from backend.evidence.manifests import (
    DRAFT_MAX,
    Code,
    Fix,
    Known,
    Link,
    Manifest,
    Signal,
    hash_of,
    read_manifest,
    signals_of,
)
from backend.evidence.schemas import NamedPhoto
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.db import Database
from backend.kernel.geo import Point
from backend.kernel.ids import new_id

GAP_AFTER = timedelta(days=3)
type_who = tuple[UUID, UUID, UUID | None]
"""(tenant, user, device)."""


async def receive_manifests(raw: asyncpg.Connection, who: type_who, named: Sequence[NamedPhoto]) -> list[NewEvent]:
    """Keep the manifests of photos that have just been named, and what is worth a look; returns the events."""
    tenant_id, user_id, device_id = who
    context = await queries.context_of(raw, tenant_id, device_id)
    kept = [
        _kept(one, one.photo.manifest, one.photo.signature or "") for one in named if one.photo.manifest is not None
    ]
    known = await _known(raw, who, context, [one.read for one in kept if one.read is not None])
    doors = await queries.doors_of(raw, tenant_id, [one.address_id for one in named if one.address_id is not None])
    found = found_in(named, {one.evidence_id: one for one in kept}, known, doors)
    if kept and device_id is not None:
        await queries.keep_manifests(raw, (tenant_id, user_id, device_id), context, kept)
    cases = {one.photo.id: one.case_id for one in named}
    return await keep_signals(raw, tenant_id, {name: (cases[name], found[name]) for name in found}, context.received_at)


def _kept(named: NamedPhoto, text: str, signature: str) -> Kept:
    return Kept(named.photo.id, text, signature, hash_of(text), read_manifest(text))


async def _known(raw: asyncpg.Connection, who: type_who, context: Context, fresh: Sequence[Manifest]) -> Known:
    tenant_id, user_id, device_id = who
    links: dict[int, Link] = {}
    fixes: list[Fix] = []
    if fresh:
        numbers = {one.number + step for one in fresh for step in (-1, 0, 1)}
        links = await queries.links_of(raw, tenant_id, device_id, sorted(numbers))
        times = [one.taken_by_server for one in fresh]
        fixes = await queries.fixes_of(raw, tenant_id, user_id, (min(times) - DRAFT_MAX, max(times) + DRAFT_MAX))
    return Known(
        user_id=user_id, device_id=device_id, public_key=context.public_key, links=links, fixes=fixes, door=None,
        received_at=context.received_at,
    )  # fmt: skip


def found_in(
    named: Sequence[NamedPhoto], kept: Mapping[UUID, Kept], known: Known, doors: Mapping[UUID, Point]
) -> dict[UUID, list[Signal]]:
    """Return what is worth a look in each photo of a batch, in the order in which the phone took them.

    What one photo says is known to the next: so a chain that comes whole in one batch is whole.
    """
    links, fixes, found = dict(known.links), list(known.fixes), {}

    def turn(one: NamedPhoto) -> int:
        read = kept[one.photo.id].read if one.photo.id in kept else None
        return 0 if read is None else read.number

    for one in sorted(named, key=turn):
        manifest = kept[one.photo.id].read if one.photo.id in kept else None
        door = None if one.address_id is None else doors.get(one.address_id)
        now_known = msgspec.structs.replace(known, links=links, fixes=fixes, door=door)
        found[one.photo.id] = signals_of(one, manifest, now_known)
        if manifest is None:
            continue
        at = manifest.taken_by_server
        links.setdefault(manifest.number, Link(manifest.number, kept[one.photo.id].manifest_hash, at))
        if manifest.place is not None:
            place = manifest.place
            fixes.append(Fix(one.case_id, place.lat_e7, place.lon_e7, place.accuracy_m, at))
    return found


async def keep_signals(
    raw: asyncpg.Connection, tenant_id: UUID, found: Mapping[UUID, tuple[UUID, Sequence[Signal]]], now: datetime
) -> list[NewEvent]:
    """Keep signals by evidence, each with its case; returns an event for each photo about which something is new."""
    signals = {evidence_id: listed for evidence_id, (_, listed) in found.items() if listed}
    if not signals:
        return []
    fresh = await queries.keep_signals(raw, tenant_id, signals, now)
    told = {
        evidence_id: {
            # That a manifest is missing stands in evidence.named already.
            one.code.value: one.detail
            for one in listed
            if (evidence_id, one.code) in fresh and one.code is not Code.MANIFEST_MISSING
        }
        for evidence_id, listed in signals.items()
    }
    return [
        NewEvent(
            id=new_id(), tenant_id=tenant_id, kind="evidence.signalled", subject_id=evidence_id,
            case_id=found[evidence_id][0], actor_id=None, device_id=None, occurred_at=now, payload={"signals": details},
        )
        for evidence_id, details in told.items()
        if details
    ]  # fmt: skip


async def note_gaps(database: Database, now: datetime) -> int:
    """Note manifests whose predecessor has not come for three days, at most 1,000 a call; returns how many.

    `database` must be opened as Role.JOB. Most gaps are photos that were taken and thrown away.
    """
    async with database.pool.acquire() as raw, raw.transaction():
        gaps = await queries.gaps_before(raw, now - GAP_AFTER)
        for tenant_id in sorted({gap.tenant_id for gap in gaps}):
            found = {
                gap.evidence_id: (gap.case_id, [Signal(Code.CHAIN_GAP, {"number": gap.number})])
                for gap in gaps
                if gap.tenant_id == tenant_id
            }
            await append_bare(raw, await keep_signals(raw, tenant_id, found, now))
    return len(gaps)
