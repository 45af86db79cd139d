"""How does a recording come from the exchange, how is it heard, and how does it go?

Fetched by the worker, known by its bytes, stored under its hash and never changed; each listening is journalled before
the bytes leave; it goes when its retention is over and nothing keeps it, if the lender lets anything go by itself.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend.calls.line import problems, recording_queries
from backend.calls.line.audio import call_sound_of
from backend.calls.line.port import Line, LineError
from backend.calls.line.recording_queries import Awaited, DueRecording
from backend.calls.line.retention import keeps
from backend.calls.line.schemas import RecordingView
from backend.evidence import deletion_queries
from backend.evidence.deletion_schemas import Approved, DeletionMode
from backend.evidence.retention import Retention, basis_of
from backend.evidence.storage import Storage, store_may_be_away
from backend.identity.events import case_event
from backend.identity.principal import Principal
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel import files
from backend.kernel.db import Database, bare_transaction
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem

log = logging.getLogger(__name__)

BYTES_MAX = 64 * 2**20
"""An hour of PCM at 8 kHz; the exchange is told to stop after two hours, which A-law fits."""

DURATION_MAX = timedelta(hours=2, minutes=5)
TRIES_MAX = 12
RETRY_S = (1, 2, 5, 15, 30, 60, 300)
DELETED_A_RUN_MAX = 200


def key_of(tenant_id: UUID, sha256: bytes) -> str:
    """Return where the recording with this hash lies in the store."""
    digest = sha256.hex()
    return f"recordings/{tenant_id}/{digest[:2]}/{digest}"


async def fetch_next(database: Database, storage: Storage, line: Line, now: datetime) -> bool:
    """Fetch one recording that the exchange has; returns whether one waited. `database` as Role.JOB.

    The row is held while the bytes travel, by a worker that has the line to itself. Raises LineAwayError.
    """
    async with database.pool.acquire() as raw, raw.transaction():
        one = await recording_queries.next_awaited(raw, now)
        if one is None:
            return False
        try:
            content = await line.recording(one.id, BYTES_MAX)
        except LineError as error:
            await recording_queries.give_up(raw, one, "refused", str(error)[:200])
            return True
        if content is None:
            await _later(raw, one, now)
            return True
        await _keep(raw, storage, one, content, now)
        await announce(raw, one.tenant_id, "line")
        return True


async def _later(raw: asyncpg.Connection, one: Awaited, now: datetime) -> None:
    if one.tries + 1 >= TRIES_MAX:
        log.error("recording %s: the exchange does not have it", one.id)
        await recording_queries.give_up(raw, one, "lost", "the exchange does not have it")
        return
    wait_s = RETRY_S[min(one.tries, len(RETRY_S) - 1)]
    await recording_queries.put_off(raw, one, now + timedelta(seconds=wait_s))


async def _keep(raw: asyncpg.Connection, storage: Storage, one: Awaited, content: bytes, now: datetime) -> None:
    sound = await asyncio.to_thread(call_sound_of, content)
    if sound is None:
        await recording_queries.give_up(raw, one, "refused", "these bytes are no recording")
        return
    if sound.duration_ms is not None and timedelta(milliseconds=sound.duration_ms) > DURATION_MAX:
        await recording_queries.give_up(raw, one, "refused", "longer than a call may be")
        return
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
    try:
        async with storage.whole:
            with store_may_be_away():
                await files.put_once(storage.files, key_of(one.tenant_id, digest), content)
    except Problem:
        # The store is away for a moment (it was logged): the recording is still at the exchange.
        await recording_queries.put_off(raw, one, now + timedelta(seconds=RETRY_S[-1]))
        return
    if await recording_queries.store(raw, one, (digest, len(content), sound.media_type, sound.duration_ms), now):
        act = Act(tenant_id=one.tenant_id, actor_id=None, device_id=None, at=now)
        told = {"sha256": digest.hex(), "size_bytes": len(content), "media_type": sound.media_type}
        await append_bare(raw, [case_event(act, "recording.stored", one.id, one.case_id, told)])


async def listen(
    database: Database, storage: Storage, who: Principal, call_id: UUID, now: datetime
) -> tuple[RecordingView, bytes]:
    """Return a recording that this person may hear; raises Problem: not_found, line.not_hearable, line.damaged."""
    async with bare_transaction(database, who.scope()) as raw:
        kept = await recording_queries.one(raw, who.tenant_id, call_id)
    if kept is None:
        raise Problem(NOT_FOUND)
    if kept.view.state != "stored" or kept.digest is None:
        raise Problem(problems.NOT_HEARABLE, state=kept.view.state)
    async with storage.whole:
        try:
            with store_may_be_away():
                content = await files.read(storage.files, key_of(who.tenant_id, kept.digest))
        except FileNotFoundError:
            content = b""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
    if digest != kept.digest:
        log.error("recording %s: the store does not hold the bytes of its hash", call_id)
        raise Problem(problems.DAMAGED)
    async with bare_transaction(database, who.scope()) as raw:
        told = {"sha256": digest.hex()}
        await append_bare(raw, [case_event(who.act(now), "recording.heard", call_id, kept.view.case_id, told)])
    return kept.view, content


async def agree(raw: asyncpg.Connection, act: Act, user_id: UUID, ids: Sequence[UUID]) -> Approved:
    """Let somebody agree to deletions, as the first of two or as the second; nobody is both. Each has its event."""
    first, second = await recording_queries.agree(raw, (act.tenant_id, user_id), ids, act.at)
    pairs = [(one, 1) for one in first] + [(one, 2) for one in second]
    agreed = [case_event(act, "recording.deletion_agreed", one[0], one[1], {"place": place}) for one, place in pairs]
    await append_bare(raw, agreed)
    return Approved(first=len(first), second=len(second))


async def delete_due_recordings(database: Database, storage: Storage, now: datetime) -> int:
    """Delete recordings whose retention is over, at most 200 a run; returns how many. `database` as Role.JOB.

    As with evidence a lender lets nothing go, lets two people agree first, or lets it go at once.
    """
    async with database.pool.acquire() as raw:
        lenders = [one for one in await deletion_queries.lenders(raw) if one.mode is not DeletionMode.OFF]
    deleted = 0
    for lender in lenders:
        async with database.pool.acquire() as raw, raw.transaction():
            at_once = lender.mode is DeletionMode.AT_ONCE
            gone = await recording_queries.due(raw, lender.id, now, DELETED_A_RUN_MAX - deleted, at_once=at_once)
            await _journal_deletion(raw, lender.id, gone, now)
        for one in gone:
            with store_may_be_away():
                await files.erase(storage.files, key_of(one.tenant_id, one.sha256))
        deleted += len(gone)
    return deleted


async def _journal_deletion(raw: asyncpg.Connection, tenant_id: UUID, gone: list[DueRecording], now: datetime) -> None:
    own = await recording_queries.rules_of(raw, tenant_id)
    act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=now)
    await recording_queries.delete(raw, tenant_id, [one.id for one in gone], now)
    events = [
        case_event(
            act, "recording.deleted", one.id, one.case_id, _told(one, keeps(one.record, own.get(one.record, [])))
        )
        for one in gone
    ]
    await append_bare(raw, events)


def _told(one: DueRecording, rule: Retention) -> dict[str, object]:
    told: dict[str, object] = {"sha256": one.sha256.hex(), "basis": basis_of(rule)}
    return told | ({"approved_by": [str(who) for who in one.approved_by]} if one.approved_by else {})
