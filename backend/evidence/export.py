"""How does all evidence of a case leave the house, so that a stranger can check it? One file, proved by itself.

That it was exported is journalled first and sealed with the rest: the log of custody in the file ends with the export.
"""

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from backend.evidence import export_queries as queries
from backend.evidence import rules
from backend.evidence.export_queries import PHOTOS_MAX, CaseMeant, PhotoOnFile
from backend.evidence.packing import (
    Bundle,
    TooLargeError,
    as_shot_name,
    lists_of,
    pack,
    photo_name,
    redaction_name,
)
from backend.evidence.redaction_queries import copies_of
from backend.evidence.storage import Storage
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent, Seal
from backend.journal.sealing import HEADS_A_READ, proofs_of, seal_next
from backend.journal.sealing_queries import events_of_case, seals_between
from backend.journal.stamping import Authority, StampingError, stamp_newest
from backend.journal.stamping_queries import first_stamped_from, stamps_between
from backend.journal.stamps import StampError, check_stamp
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey

log = logging.getLogger(__name__)

EVENTS_MAX = 100_000
SEAL_TRIES_MAX = 120
READ_TIMEOUT_S = 60
SEAL_PAUSE_S = 0.5
"""Events of transactions that are still open elsewhere cannot be sealed yet; none of ours lasts a minute."""


class ExportError(RuntimeError):
    """Why a case cannot be exported, in words for the operator."""


class StillWritingError(ExportError):
    """A transaction has been open for a minute, so the newest events cannot be sealed yet."""


class Manner(msgspec.Struct, frozen=True):
    """How a case leaves: with redacted copies in place of all originals, and with a last stamp of an authority."""

    is_redacted: bool = False
    authority: Authority | None = None


PLAIN = Manner()


class Exported(msgspec.Struct, frozen=True):
    """What went into the file."""

    photos: int
    awaited: int
    events: int
    heads: int
    size_bytes: int


async def export_case(
    database: Database,
    storage: Storage,
    key: SigningKey,
    wanted: tuple[str, str, Path],
    now: datetime,
    how: Manner = PLAIN,
) -> Exported:
    """Write all evidence of the case that is `wanted` (tenant's code, number or id, file); `database` as Role.JOB.

    The file is made readable by its owner only; one of this name is replaced. Raises ExportError.
    """
    tenant_code, name, path = wanted
    async with database.pool.acquire() as raw:
        case = await queries.find_case(raw, tenant_code, name)
        if case is None:
            raise ExportError(f"{tenant_code} has no case {name}")
        photos = await queries.photos_of(raw, case)
        if len(photos) > PHOTOS_MAX:
            raise ExportError(f"the case has more than {PHOTOS_MAX} photos")
        async with raw.transaction():
            await append_bare(raw, [_exported(case, photo, now, how) for photo in photos])
        bundle = await _gather(raw, (case, photos), key, now, how)
    present = [photo for photo in photos if photo.state == "stored"]
    loop = asyncio.get_running_loop()
    where = _places(bundle, present)

    def contents() -> Iterator[tuple[str, bytes]]:
        """Read the photos one by one, in the thread that writes them."""
        for name, place in where:
            yield name, asyncio.run_coroutine_threadsafe(_bytes_at(storage, place), loop).result(READ_TIMEOUT_S)

    lists = lists_of(bundle, {photo.id for photo in present})
    size_bytes = await asyncio.to_thread(_write, path, bundle, chain(lists.items(), contents()), key)
    return Exported(len(photos), len(photos) - len(present), len(bundle.proofs), len(bundle.heads), size_bytes)


def _places(bundle: Bundle, present: Sequence[PhotoOnFile]) -> list[tuple[str, str]]:
    """Return which bytes go along: (name in the archive, key in the store); a redacted export has no originals."""
    tenant_id, places = bundle.case.tenant_id, list[tuple[str, str]]()
    for photo in () if bundle.is_redacted else present:
        places.append((photo_name(photo), rules.key_of(tenant_id, photo.sha256)))
        shot = as_shot_name(photo)
        if shot is not None:
            places.append((shot, rules.key_of(tenant_id, photo.original_sha256)))
    kept = {photo.id for photo in present}
    copies = [copy for copy in bundle.redactions if copy.evidence_id in kept]
    return places + [(redaction_name(copy), rules.redaction_key(tenant_id, copy.id)) for copy in copies]


def _write(path: Path, bundle: Bundle, contents: Iterable[tuple[str, bytes]], key: SigningKey) -> int:
    """Write the file; it appears under its name only when it is whole."""
    partly = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            size_bytes = pack(out, bundle, contents, key)
    except TooLargeError as large:
        partly.unlink()
        raise ExportError(str(large)) from large
    partly.replace(path)
    return size_bytes


async def _gather(
    raw: asyncpg.Connection,
    about: tuple[CaseMeant, Sequence[PhotoOnFile]],
    key: SigningKey,
    now: datetime,
    how: Manner,
) -> Bundle:
    """Seal what is not sealed yet, and collect the proofs of all events of the case."""
    case, photos = about
    events = await events_of_case(raw, case.tenant_id, case.id, EVENTS_MAX + 1)
    if len(events) > EVENTS_MAX:
        raise ExportError(f"the case has more than {EVENTS_MAX} events")
    for _ in range(SEAL_TRIES_MAX):
        while await seal_next(raw, case.tenant_id, key, now):
            pass
        proofs = await proofs_of(raw, case.tenant_id, [event.id for event in events])
        if len(proofs) == len(events):
            break
        await asyncio.sleep(SEAL_PAUSE_S)
    else:
        raise StillWritingError("something else is still writing to the journal; try again in a moment")
    numbers = [proof.number for proof in proofs]
    stamps, last = await _stamps(raw, case.tenant_id, numbers, now, how)
    heads = await _heads(raw, case.tenant_id, [*numbers, *last])
    told = [event.payload for event in events if event.kind == "evidence.redacted"]
    named = {msgspec.json.decode(one, type=_Named).redaction_id for one in told}
    copies = await copies_of(raw, case.tenant_id, [photo.id for photo in photos])
    devices = sorted({photo.device_id for photo in photos if photo.device_id is not None})
    actors = sorted({event.actor_id for event in events if event.actor_id is not None})
    return Bundle(
        case=case, made_at=now, photos=photos, phones=await queries.phones_of(raw, case.tenant_id, devices),
        proofs=proofs, heads=heads, people=await queries.people_of(raw, case.tenant_id, actors), key_id=key.key_id,
        public_key=key.public_key, stamps=_holding(stamps, heads, how),
        authorities=[] if how.authority is None else [one.public_bytes(Encoding.DER) for one in how.authority.roots],
        redactions=[copy for copy in copies if copy.id in named], is_redacted=how.is_redacted,
    )  # fmt: skip


class _Named(msgspec.Struct, frozen=True):
    redaction_id: UUID


async def _stamps(
    raw: asyncpg.Connection, tenant_id: UUID, numbers: Sequence[int], now: datetime, how: Manner
) -> tuple[dict[int, bytes], list[int]]:
    """Return the stamps from the first head that is used on, and the first stamped head behind the last one."""
    if not numbers:
        return {}, []
    if how.authority is not None:
        try:
            await stamp_newest(raw, tenant_id, how.authority, now)
        except StampingError as error:
            log.warning("the newest head goes without a time stamp: %s", error)
    covering = await first_stamped_from(raw, tenant_id, max(numbers))
    last = max(numbers) if covering is None else covering
    return await stamps_between(raw, tenant_id, min(numbers), last), [] if covering is None else [covering]


def _holding(stamps: Mapping[int, bytes], heads: Sequence[Seal], how: Manner) -> dict[int, bytes]:
    """Return the stamps that hold under the roots that go along; one of a former authority would be a false alarm."""
    texts, kept = {seal.number: seal.head.encode() for seal in heads}, {}
    for number, response in stamps.items():
        try:
            check_stamp(texts[number], response, [] if how.authority is None else how.authority.roots)
        except StampError as error:
            log.warning("the stamp of head %d stays at home: %s", number, error)
            continue
        kept[number] = response
    return kept


async def _heads(raw: asyncpg.Connection, tenant_id: UUID, numbers: Sequence[int]) -> list[Seal]:
    """Return all heads from the first that is used to the last: one chain."""
    heads: list[Seal] = []
    for first in range(min(numbers), max(numbers) + 1, HEADS_A_READ) if numbers else ():
        heads += await seals_between(raw, tenant_id, first, min(first + HEADS_A_READ - 1, max(numbers)))
    return heads


async def _bytes_at(storage: Storage, place: str) -> bytes:
    try:
        return await files.read(storage.files, place)
    except FileNotFoundError as lost:
        raise ExportError(f"{place} is not in the store") from lost


def _exported(case: CaseMeant, photo: PhotoOnFile, now: datetime, how: Manner) -> NewEvent:
    told: dict[str, object] = {"sha256": photo.sha256.hex(), "by": "operator", "is_redacted": how.is_redacted}
    return NewEvent(
        id=new_id(), tenant_id=case.tenant_id, kind="evidence.exported", subject_id=photo.id, case_id=case.id,
        actor_id=None, device_id=None, occurred_at=now, payload=told,
    )  # fmt: skip
