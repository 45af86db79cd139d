"""How are stored photos looked at? One by one, each in a process of its own; what was seen is written once.

A lease in the row says who is at it: a worker that dies lets it lapse. A photo that brings its process down twice is
written down as unreadable, and stays as it is: no evidence is ever lost by looking at it.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.evidence import picture_queries as queries
from backend.evidence import problems, rules
from backend.evidence.manifests import Code, Signal, Written, point_of, signals_of_bytes
from backend.evidence.picture_queries import Waiting
from backend.evidence.pictures import Fault, Picture, Question
from backend.evidence.receiving import keep_signals
from backend.evidence.schemas import Copy, StampFacts
from backend.evidence.storage import Storage, store_may_be_away
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel import files
from backend.kernel.children import ChildError, ask
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem

log = logging.getLogger(__name__)

TRIES_MAX = 2
LEASE = timedelta(minutes=2)
APART_BITS_MAX = 10
"""Of 64 bits; a copy that was made smaller differs from its original in 0 to 4, another picture in 20 to 44."""

LOOK_TIMEOUT_S = 20.0
"""Ten seconds of CPU are the process's own ceiling; on a busy machine they take longer."""


async def examine_next(database: Database, storage: Storage, now: datetime) -> bool:
    """Look at the photo that waits longest and make its copies, or at an original; returns whether one was looked at.

    `database` must be opened as Role.JOB.
    """
    async with database.pool.acquire() as raw:
        waiting = await queries.claim(raw, LEASE, now)
        if waiting is None:
            return False
        facts = await queries.stamp_facts(raw, waiting)
    try:
        seen = await _look(storage, waiting, rules.stamp_lines(facts))
        if isinstance(seen, Picture) and not waiting.is_original:
            await _keep_copies(storage, waiting, seen)
    except Problem as away:
        if away.kind != problems.STORE_AWAY:
            raise
        return False  # the store said so in the log; the lease lapses and the photo's turn comes again
    if seen is None:
        return True
    async with database.pool.acquire() as raw, raw.transaction():
        await note_examined(raw, waiting, (seen, facts), now)
    return True


async def _look(storage: Storage, waiting: Waiting, lines: list[str]) -> Picture | Fault | None:
    """Return what the process saw; None when it ended without a word and is asked once more later."""
    async with storage.whole:
        try:
            with store_may_be_away():
                content = await files.read(storage.files, rules.key_of(waiting.tenant_id, waiting.sha256))
        except FileNotFoundError:
            log.exception("evidence %s: the store does not hold the bytes of its hash", waiting.id)
            return Fault("lost")
        return await look_at(content, lines, is_last=waiting.examine_tries >= TRIES_MAX)


async def look_at(content: bytes, lines: list[str], *, is_last: bool) -> Picture | Fault | None:
    """Decode a photo in a process of its own; a process that falls gives None, and a Fault when it is the last try."""
    question = msgspec.msgpack.encode(Question(content=content, stamp=lines))
    try:
        answer = await ask("backend.evidence.imaging", question, LOOK_TIMEOUT_S)
    except ChildError as fell:
        log.warning("a photo of %d bytes: %s", len(content), fell)
        return Fault("unreadable") if is_last else None
    return msgspec.msgpack.decode(answer, type=Picture | Fault)


async def _keep_copies(storage: Storage, waiting: Waiting, seen: Picture) -> None:
    with store_may_be_away():
        for copy, content in ((Copy.VIEW, seen.view), (Copy.THUMBNAIL, seen.thumbnail)):
            await files.put_once(storage.files, rules.copy_key(waiting.tenant_id, waiting.id, copy), content)


async def note_examined(
    raw: asyncpg.Connection, waiting: Waiting, found: tuple[Picture | Fault, StampFacts], now: datetime
) -> None:
    """Write what was seen beside what was said, what of it is worth a look, and the events."""
    seen, facts = found
    if not await queries.keep_picture(raw, waiting, seen, now):
        return
    told: dict[str, object] = {"sha256": waiting.sha256.hex()}
    told |= {"fault": seen.code} if isinstance(seen, Fault) else {"media_type": seen.media_type}
    events = [_event(waiting, "evidence.original_examined" if waiting.is_original else "evidence.examined", told, now)]
    if isinstance(seen, Picture):
        signals = await _signals(raw, waiting, seen, facts)
        events += await keep_signals(raw, waiting.tenant_id, {waiting.id: (waiting.case_id, signals)}, now)
    await append_bare(raw, events)


async def _signals(raw: asyncpg.Connection, waiting: Waiting, seen: Picture, facts: StampFacts) -> list[Signal]:
    """Return what is worth a look: of a copy what it looks like, of an original also what its camera wrote."""
    if waiting.is_original:
        apart = await queries.bits_apart(raw, waiting, seen.looks)
        differs = [Signal(Code.ORIGINAL_DIFFERS, {"bits": apart})] if apart > APART_BITS_MAX else []
        return [*signals_of_bytes(written(seen, facts), []), *differs]
    # White paper with a line on it looks like any other.
    alike = await queries.alike(raw, waiting, seen.looks) if waiting.kind == "photo" else []
    return signals_of_bytes(written(seen, facts), alike)


def written(seen: Picture, facts: StampFacts) -> Written:
    """Return what the camera wrote beside what the record says; a camera's time without offset is the client's own."""
    taken_at = None if seen.exif_taken is None else datetime.fromisoformat(seen.exif_taken)
    if taken_at is not None and taken_at.tzinfo is None:
        taken_at = taken_at.replace(tzinfo=ZoneInfo(facts.zone))
    has_exif = seen.exif_lat_e7 is not None and seen.exif_lon_e7 is not None
    has_place = facts.lat_e7 is not None and facts.lon_e7 is not None
    return Written(
        exif_taken_at=taken_at,
        exif_place=point_of(seen.exif_lat_e7 or 0, seen.exif_lon_e7 or 0) if has_exif else None,
        taken_at=facts.taken_at,
        place=point_of(facts.lat_e7 or 0, facts.lon_e7 or 0) if has_place else None,
    )


def _event(waiting: Waiting, kind: str, payload: dict[str, object], now: datetime) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=waiting.tenant_id, kind=kind, subject_id=waiting.id, case_id=waiting.case_id,
        actor_id=None, device_id=None, occurred_at=now, payload=payload,
    )  # fmt: skip
