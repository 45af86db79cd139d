"""How does all evidence of a case leave the house, so that a stranger can check it? One file, proved by itself.

That it was exported is journalled first and sealed with the rest: the log of custody in the file ends with the export.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from backend.evidence import export_queries as queries
from backend.evidence import rules
from backend.evidence.export_queries import PHOTOS_MAX, CaseMeant, PhotoOnFile
from backend.evidence.packing import Bundle, TooLargeError, as_shot_name, lists_of, pack, photo_name
from backend.evidence.storage import Storage
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent, Seal
from backend.journal.sealing import HEADS_A_READ, proofs_of, seal_next
from backend.journal.sealing_queries import events_of_case, seals_between
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.signing import SigningKey

EVENTS_MAX = 100_000
SEAL_TRIES_MAX = 120
READ_TIMEOUT_S = 60
SEAL_PAUSE_S = 0.5
"""Events of transactions that are still open elsewhere cannot be sealed yet; none of ours lasts a minute."""


class ExportError(RuntimeError):
    """Why a case cannot be exported, in words for the operator."""


class StillWritingError(ExportError):
    """A transaction has been open for a minute, so the newest events cannot be sealed yet."""


class Exported(msgspec.Struct, frozen=True):
    """What went into the file."""

    photos: int
    awaited: int
    events: int
    heads: int
    size_bytes: int


async def export_case(
    database: Database, storage: Storage, key: SigningKey, wanted: tuple[str, str, Path], now: datetime
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
            await append_bare(raw, [_exported(case, photo, now) for photo in photos])
        bundle = await _gather(raw, case, photos, key, now)
    present = [photo for photo in photos if photo.state == "stored"]
    loop = asyncio.get_running_loop()

    def originals() -> Iterator[tuple[str, bytes]]:
        """Read the photos one by one, in the thread that writes them."""
        for photo in present:
            shot = as_shot_name(photo)
            for name, sha256 in ((photo_name(photo), photo.sha256), (shot, photo.original_sha256)):
                if name is not None:
                    reading = _bytes_of(storage, case.tenant_id, photo, sha256)
                    yield name, asyncio.run_coroutine_threadsafe(reading, loop).result(READ_TIMEOUT_S)

    lists = lists_of(bundle, {photo.id for photo in present})
    size_bytes = await asyncio.to_thread(_write, path, bundle, chain(lists.items(), originals()), key)
    return Exported(len(photos), len(photos) - len(present), len(bundle.proofs), len(bundle.heads), size_bytes)


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
    raw: asyncpg.Connection, case: CaseMeant, photos: Sequence[PhotoOnFile], key: SigningKey, now: datetime
) -> Bundle:
    """Seal what is not sealed yet, and collect the proofs of all events of the case."""
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
    devices = sorted({photo.device_id for photo in photos if photo.device_id is not None})
    actors = sorted({event.actor_id for event in events if event.actor_id is not None})
    return Bundle(
        case=case, made_at=now, photos=photos, phones=await queries.phones_of(raw, case.tenant_id, devices),
        proofs=proofs, heads=await _heads(raw, case.tenant_id, numbers),
        people=await queries.people_of(raw, case.tenant_id, actors), key_id=key.key_id, public_key=key.public_key,
    )  # fmt: skip


async def _heads(raw: asyncpg.Connection, tenant_id: UUID, numbers: Sequence[int]) -> list[Seal]:
    """Return all heads from the first that is used to the last: one chain."""
    heads: list[Seal] = []
    for first in range(min(numbers), max(numbers) + 1, HEADS_A_READ) if numbers else ():
        heads += await seals_between(raw, tenant_id, first, min(first + HEADS_A_READ - 1, max(numbers)))
    return heads


async def _bytes_of(storage: Storage, tenant_id: UUID, photo: PhotoOnFile, sha256: bytes) -> bytes:
    try:
        return await files.read(storage.files, rules.key_of(tenant_id, sha256))
    except FileNotFoundError as lost:
        raise ExportError(f"the bytes of photo {photo.id} are not in the store") from lost


def _exported(case: CaseMeant, photo: PhotoOnFile, now: datetime) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=case.tenant_id, kind="evidence.exported", subject_id=photo.id, case_id=case.id,
        actor_id=None, device_id=None, occurred_at=now, payload={"sha256": photo.sha256.hex(), "by": "operator"},
    )  # fmt: skip
