"""How does somebody look at a photo? Bytes are proved by their hash, and the look is journalled before they leave."""

import asyncio
import hashlib
import logging
from datetime import datetime
from uuid import UUID

from backend.evidence import problems, queries, rules
from backend.evidence.commands import note_viewed
from backend.evidence.queries import Readable
from backend.evidence.schemas import Copy
from backend.evidence.storage import Storage, store_may_be_away
from backend.identity.principal import Principal
from backend.kernel import files
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import NOT_FOUND, Problem

log = logging.getLogger(__name__)


async def view(
    database: Database, storage: Storage, who: Principal, wanted: tuple[UUID, Copy], now: datetime
) -> tuple[Readable, bytes]:
    """Return evidence that this person may see, with the bytes of the copy that is `wanted` (id, copy).

    Raises Problem: not_found, deleted, awaited, not_a_photo, not_a_recording, not_ready, unreadable, damaged, and for
    what the camera gave original_awaited, no_original.
    """
    evidence_id, copy = wanted
    async with bare_transaction(database, who.scope()) as raw:
        seen = await queries.readable(raw, who.tenant_id, evidence_id)
    if seen is None:
        raise Problem(NOT_FOUND)
    if seen.is_deleted:
        raise Problem(problems.DELETED)
    if seen.refusal is not None and copy is not Copy.AS_SHOT:
        raise Problem(problems.NOT_A_RECORDING if seen.kind == "audio" else problems.NOT_A_PHOTO)
    if not seen.is_stored and copy is not Copy.AS_SHOT:
        raise Problem(problems.AWAITED)
    content = await _content(storage, who.tenant_id, seen, copy)
    async with bare_transaction(database, who.scope()) as raw:
        await note_viewed(raw, who.act(now), seen, copy.value)
    return seen, content


async def _content(storage: Storage, tenant_id: UUID, seen: Readable, copy: Copy) -> bytes:
    match copy:
        case Copy.ORIGINAL:
            return await _proved(storage, tenant_id, seen, seen.sha256)
        case Copy.AS_SHOT if seen.original_state == "none":
            return await _proved(storage, tenant_id, seen, seen.sha256)
        case Copy.AS_SHOT if seen.original_state == "stored":
            return await _proved(storage, tenant_id, seen, seen.original_sha256)
        case Copy.AS_SHOT:
            raise Problem(problems.ORIGINAL_AWAITED if seen.original_state == "awaited" else problems.NO_ORIGINAL)
        case Copy.VIEW | Copy.THUMBNAIL:
            return await _copy(storage, tenant_id, seen, copy)


async def _proved(storage: Storage, tenant_id: UUID, seen: Readable, sha256: bytes) -> bytes:
    async with storage.whole:
        try:
            with store_may_be_away():
                content = await files.read(storage.files, rules.key_of(tenant_id, sha256))
        except FileNotFoundError:
            content = b""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
    if digest != sha256:
        log.error("evidence %s: the store does not hold the bytes of its hash", seen.id)
        raise Problem(problems.DAMAGED)
    return content


async def _copy(storage: Storage, tenant_id: UUID, seen: Readable, copy: Copy) -> bytes:
    if not seen.is_examined:
        raise Problem(problems.NOT_READY)
    if seen.fault is not None:
        raise Problem(problems.UNREADABLE)
    async with storage.whole:
        try:
            with store_may_be_away():
                return await files.read(storage.files, rules.copy_key(tenant_id, seen.id, copy))
        except FileNotFoundError as lost:
            log.exception("evidence %s: its %s is not in the store", seen.id, copy.value)
            raise Problem(problems.DAMAGED) from lost
