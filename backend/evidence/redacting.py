"""How does a photo go out without what does not belong there: a bystander's face, a number plate, a neighbour's door?

A person says which areas and why; the copy is made by the process that decodes photos, says on its face that it is one,
and names the hash of the photo it was made from. The original stays as it is.
"""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from backend.evidence import problems, queries, rules, viewing
from backend.evidence import redaction_queries as copies
from backend.evidence.commands import note_viewed
from backend.evidence.examining import LOOK_TIMEOUT_S
from backend.evidence.pictures import Blackened, Blackening, Fault
from backend.evidence.queries import Readable
from backend.evidence.redaction_schemas import REDACTIONS_MAX, RedactionView, RedactionWish
from backend.evidence.schemas import Copy, StampFacts
from backend.evidence.storage import Storage, store_may_be_away
from backend.identity.principal import Principal
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel import files
from backend.kernel.children import ChildError, ask
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem

REDACTED = "redacted"


async def redact(
    database: Database, storage: Storage, who: Principal, wanted: tuple[UUID, RedactionWish], now: datetime
) -> RedactionView:
    """Make a redacted copy of the photo that is `wanted` (id, areas and reason), with its event.

    Raises Problem: not_found, deleted, awaited, not_a_photo, unreadable, damaged, too_many_redactions.
    """
    evidence_id, wish = wanted
    async with bare_transaction(database, who.scope()) as raw:
        seen = await queries.readable(raw, who.tenant_id, evidence_id)
        facts = None if seen is None else await copies.stamp_facts(raw, who.tenant_id, evidence_id)
    if seen is None or facts is None:
        raise Problem(NOT_FOUND)
    if seen.kind != "photo":
        raise Problem(problems.UNREADABLE)
    # That somebody took the original in hand for it stands in the log of custody, like any other look.
    _, content = await viewing.view(database, storage, who, (evidence_id, Copy.ORIGINAL), now)
    made, black = _made(seen, who, wish, now), await _blackened(content, wish, stamp_of(seen, facts))
    made = msgspec.structs.replace(made, sha256=hashlib.sha256(black).hexdigest(), size_bytes=len(black))
    with store_may_be_away():
        await files.put_once(storage.files, rules.redaction_key(who.tenant_id, made.id), black)
    async with bare_transaction(database, who.scope()) as raw:
        if not await copies.keep(raw, who.tenant_id, made):
            raise Problem(problems.TOO_MANY_REDACTIONS, redactions_max=REDACTIONS_MAX)
        await append_bare(raw, [_event(who, seen, made)])
    return made


def stamp_of(seen: Readable, facts: StampFacts) -> list[str]:
    """Return what is written on a redacted copy: first that it is one, and of which photo."""
    return [f"REDACTED 已遮盖 · {seen.sha256.hex()[:16]}", *rules.stamp_lines(facts)]


async def _blackened(content: bytes, wish: RedactionWish, stamp: list[str]) -> bytes:
    question = msgspec.msgpack.encode(Blackening(content=content, areas=wish.areas, stamp=stamp))
    try:
        answer = await ask("backend.evidence.imaging", question, LOOK_TIMEOUT_S)
    except ChildError as fell:
        raise Problem(problems.UNREADABLE) from fell
    said = msgspec.msgpack.decode(answer, type=Blackened | Fault)
    if isinstance(said, Fault):
        raise Problem(problems.UNREADABLE)
    return said.content


def _made(seen: Readable, who: Principal, wish: RedactionWish, now: datetime) -> RedactionView:
    return RedactionView(
        id=new_id(), evidence_id=seen.id, parent_sha256=seen.sha256.hex(), sha256="", size_bytes=0, areas=wish.areas,
        reason=wish.reason, made_by=who.user_id, made_at=now,
    )  # fmt: skip


async def copies_of(database: Database, who: Principal, evidence_id: UUID) -> list[RedactionView]:
    """Return the redacted copies of a photo that a person sees, the newest first; raises Problem (not_found)."""
    async with bare_transaction(database, who.scope()) as raw:
        if await queries.readable(raw, who.tenant_id, evidence_id) is None:
            raise Problem(NOT_FOUND)
        return await copies.copies_of(raw, who.tenant_id, [evidence_id])


async def view_copy(
    database: Database, storage: Storage, who: Principal, wanted: tuple[UUID, UUID], now: datetime
) -> bytes:
    """Return the bytes of a redacted copy (photo, copy), proved by their hash; that it was seen is journalled first.

    Raises Problem: not_found, deleted, damaged.
    """
    async with bare_transaction(database, who.scope()) as raw:
        seen = await queries.readable(raw, who.tenant_id, wanted[0])
        made = await copies.copy(raw, who.tenant_id, *wanted)
    if seen is None or made is None:
        raise Problem(NOT_FOUND)
    if seen.is_deleted:
        raise Problem(problems.DELETED)
    async with storage.whole:
        try:
            with store_may_be_away():
                content = await files.read(storage.files, rules.redaction_key(who.tenant_id, made.id))
        except FileNotFoundError:
            content = b""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    if digest != made.sha256:
        raise Problem(problems.DAMAGED)
    async with bare_transaction(database, who.scope()) as raw:
        await note_viewed(raw, who.act(now), seen, REDACTED)
    return content


def _event(who: Principal, seen: Readable, made: RedactionView) -> NewEvent:
    told: dict[str, object] = {
        "redaction_id": str(made.id), "sha256": made.sha256, "parent_sha256": made.parent_sha256,
        "areas": [msgspec.structs.asdict(area) for area in made.areas], "reason": made.reason,
    }  # fmt: skip
    return NewEvent(
        id=new_id(), tenant_id=who.tenant_id, kind="evidence.redacted", subject_id=seen.id, case_id=seen.case_id,
        actor_id=who.user_id, device_id=who.device_id, occurred_at=made.made_at, payload=told,
    )  # fmt: skip
