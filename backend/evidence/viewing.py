"""How does somebody look at a photo? The bytes are read, proved by their hash, and the look is journalled first."""

import asyncio
import hashlib
import logging
from datetime import datetime
from uuid import UUID

from backend.evidence import problems, queries, rules
from backend.evidence.commands import note_viewed
from backend.evidence.queries import Readable
from backend.evidence.storage import Storage, store_may_be_away
from backend.identity.principal import Principal
from backend.kernel import files
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import NOT_FOUND, Problem

log = logging.getLogger(__name__)


async def view(
    database: Database, storage: Storage, who: Principal, evidence_id: UUID, now: datetime
) -> tuple[Readable, bytes]:
    """Return evidence that this person may see, with its bytes; raises Problem: not_found, awaited, damaged."""
    async with bare_transaction(database, who.scope()) as raw:
        seen = await queries.readable(raw, who.tenant_id, evidence_id)
    if seen is None:
        raise Problem(NOT_FOUND)
    if not seen.is_stored:
        raise Problem(problems.AWAITED)
    content = await _proved(storage, who.tenant_id, seen)
    async with bare_transaction(database, who.scope()) as raw:
        await note_viewed(raw, who.act(now), seen)
    return seen, content


async def _proved(storage: Storage, tenant_id: UUID, seen: Readable) -> bytes:
    async with storage.whole:
        try:
            with store_may_be_away():
                content = await files.read(storage.files, rules.key_of(tenant_id, seen.sha256))
        except FileNotFoundError:
            content = b""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
    if digest != seen.sha256:
        log.error("evidence %s: the store does not hold the bytes of its hash", seen.id)
        raise Problem(problems.DAMAGED)
    return content
