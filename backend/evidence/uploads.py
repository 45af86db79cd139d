"""How do bytes come from a phone into the store, each once, over a network that breaks?

The offset in the database is the truth. A piece is written to the spool, synced to the disk, and only then is the
offset moved: what was acknowledged survives a kill at any byte, and what lies behind the offset is cut off before the
next piece. One writer at a time holds the spool file. After the last byte the hash decides: bytes of another hash are
dropped with their upload; the right ones go into the store before anybody is told so. Every step may be repeated.
"""

import asyncio
import errno
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from litestar.types import Receive

from backend.evidence import problems, queries, rules
from backend.evidence.commands import note_stored
from backend.evidence.queries import StoredBytes
from backend.evidence.rules import Announced
from backend.evidence.schemas import Upload
from backend.evidence.sealed import opened, read_header
from backend.evidence.storage import RETRY_AFTER_S, Storage, store_may_be_away
from backend.identity.principal import Principal
from backend.journal.commands import append_bare
from backend.kernel import files
from backend.kernel.boxes import Boxes, SealedError
from backend.kernel.db import Database, Reach, bare_transaction
from backend.kernel.files import SpoolBusyError, SpoolShortError
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, UNAVAILABLE, Problem

log = logging.getLogger(__name__)

RECEIVE_TIMEOUT_S = 120
"""1 MiB in two minutes is a network of 9 kB/s; what came by then is kept, so a slower one gets on too."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Sender(msgspec.Struct, frozen=True):
    """Who uploads, and where to."""

    who: Principal
    database: Database
    storage: Storage
    boxes: Boxes

    @property
    def ids(self) -> tuple[UUID, UUID, UUID | None]:
        """(tenant, user, device), as the commands take them."""
        return self.who.tenant_id, self.who.user_id, self.who.device_id


class Piece(msgspec.Struct, frozen=True):
    """What came of a request's body, and where it belongs; not whole when the network broke or was too slow."""

    offset_bytes: int
    content: bytes
    is_whole: bool


@asynccontextmanager
async def _own(sender: Sender) -> AsyncIterator[asyncpg.Connection]:
    async with bare_transaction(sender.database, sender.who.scope()) as raw:
        yield raw


@asynccontextmanager
async def _for_tenant(sender: Sender) -> AsyncIterator[asyncpg.Connection]:
    """Run a transaction that reaches the tenant: the bytes may complete evidence of a case that has left the person."""
    scope = msgspec.structs.replace(sender.who.scope(), reach=Reach.TENANT)
    async with bare_transaction(sender.database, scope) as raw:
        yield raw


async def begin(sender: Sender, announced: Announced, now: datetime) -> Upload:
    """Begin an upload, or return the one that is on its way with the same bytes, or a finished one if they are stored.

    Raises Problem: file_too_large, too_many_uploads, disk_full, hash_differs (these bytes have another length), and
    not_named of a device out of service.
    """
    if sender.who.may_leave is not None and announced.sha256 not in sender.who.may_leave:
        raise Problem(problems.NOT_NAMED)
    length_max = rules.length_max(announced)
    if announced.length_bytes > length_max:
        raise Problem(problems.FILE_TOO_LARGE, length_bytes_max=length_max)
    fresh = Upload(
        id=new_id(), sha256=announced.sha256, media_type=announced.media_type, length_bytes=announced.length_bytes,
        offset_bytes=0, expires_at=now + rules.UPLOAD_LIFE, finished_at=None, sealed=announced.sealed,
    )  # fmt: skip
    known = await _stored(sender, fresh)
    if known is not None and await _is_in_store(sender, fresh, known.size_bytes):
        return await _begin_at_end(sender, fresh, now)
    check_room(sender.storage)
    async with _own(sender) as raw:
        # Two requests of one phone that lost its answers do not begin twice, nor pass the limit together.
        await queries.lock(raw, [rules.lock_of(sender.who.user_id.bytes[8:])])
        on_their_way = await queries.open_uploads(raw, sender.who.tenant_id, sender.who.user_id, now)
        for upload in on_their_way:
            # The same photo sealed anew has other bytes on the way.
            if (upload.sha256, upload.length_bytes, upload.sealed) == (fresh.sha256, fresh.length_bytes, fresh.sealed):
                return upload
        if len(on_their_way) >= rules.OPEN_UPLOADS_MAX:
            raise Problem(problems.TOO_MANY_UPLOADS, uploads_max=rules.OPEN_UPLOADS_MAX)
        # The upload that was on its way may have ended between our two looks.
        ended = await queries.stored(raw, sender.who.tenant_id, fresh.sha256)
        is_new = known is not None or ended is None or ended.refusal is not None
        if is_new:
            await queries.begin_upload(raw, sender.who.tenant_id, sender.who.user_id, fresh)
    return fresh if is_new else await _begin_at_end(sender, fresh, now)


def check_room(storage: Storage) -> None:
    """Raise Problem (disk_full) before anything is taken that could not be kept."""
    if not files.has_room(storage.spool):
        raise Problem(problems.DISK_FULL)


async def _stored(sender: Sender, upload: Upload) -> StoredBytes | None:
    """Return what the database says is here under this hash; raises Problem for bytes that were refused before."""
    async with _own(sender) as raw:
        known = await queries.stored(raw, sender.who.tenant_id, upload.sha256)
    if known is not None and known.refusal is not None:
        raise Problem(rules.refusal_of(upload.media_type))
    return known


async def _is_in_store(sender: Sender, upload: Upload, size_bytes: int) -> bool:
    """Tell whether the store, which may have been restored apart from the database, has the bytes too."""
    if size_bytes != rules.plain_bytes(upload):
        raise Problem(problems.HASH_DIFFERS)
    with store_may_be_away():
        return await files.holds(sender.storage.files, rules.key_of(sender.who.tenant_id, upload.sha256), size_bytes)


async def _begin_at_end(sender: Sender, upload: Upload, now: datetime) -> Upload:
    known = msgspec.structs.replace(upload, offset_bytes=upload.length_bytes, finished_at=now)
    async with _for_tenant(sender) as raw:
        await queries.begin_upload(raw, sender.who.tenant_id, sender.who.user_id, known)
        await append_bare(raw, await note_stored(raw, sender.ids, known))
    return known


async def find(sender: Sender, upload_id: UUID, now: datetime) -> Upload:
    """Return an upload of this person; raises Problem when there is none, or it has expired."""
    async with _own(sender) as raw:
        upload = await queries.own_upload(raw, sender.who.tenant_id, sender.who.user_id, upload_id)
    if upload is None:
        raise Problem(NOT_FOUND)
    if rules.has_expired(upload, now):
        raise Problem(problems.UPLOAD_EXPIRED)
    return upload


async def receive(
    storage: Storage, next_message: Receive, offset_bytes: int,
    *, timeout_s: float = RECEIVE_TIMEOUT_S,
) -> Piece:  # fmt: skip
    """Take the body of a request from its ASGI messages; raises Problem (chunk_too_large) beyond 1 MiB."""
    if storage.receiving.locked():
        raise Problem(UNAVAILABLE, retry_after_s=RETRY_AFTER_S)
    content, is_whole = bytearray(), False
    async with storage.receiving:
        try:
            async with asyncio.timeout(timeout_s):
                while not is_whole:
                    message = await next_message()
                    if message["type"] != "http.request":
                        break  # the client has gone
                    content += message.get("body", b"")
                    check_size(len(content))
                    is_whole = not message.get("more_body", False)
        except TimeoutError:
            pass  # what came is kept below; the answer says how far it goes
        return Piece(offset_bytes=offset_bytes, content=bytes(content), is_whole=is_whole)


def check_size(size_bytes: int) -> None:
    """Raise Problem (chunk_too_large) for a piece that one request may not carry."""
    if size_bytes > rules.CHUNK_BYTES_MAX:
        raise Problem(problems.CHUNK_TOO_LARGE, chunk_bytes_max=rules.CHUNK_BYTES_MAX)


async def add(sender: Sender, upload_id: UUID, piece: Piece, now: datetime) -> Upload:
    """Add a piece to an upload and return it as it stands then; with the last byte the photo is stored.

    Raises Problem: offset_differs, too_long, upload_busy, upload_expired, cut_short (what came is kept), hash_differs.
    """
    try:
        with files.held(sender.storage.spool, upload_id) as spooled:
            upload = await _add_held(sender, spooled, upload_id, piece, now)
    except SpoolBusyError:
        raise Problem(problems.UPLOAD_BUSY, retry_after_s=1) from None
    if not piece.is_whole and upload.finished_at is None:
        raise Problem(problems.CUT_SHORT, offset_bytes=upload.offset_bytes)
    return upload


async def _add_held(sender: Sender, spooled: int, upload_id: UUID, piece: Piece, now: datetime) -> Upload:
    """Do it while nobody else writes to this upload; `spooled` is the descriptor of its spool file."""
    upload = await find(sender, upload_id, now)
    check_piece(upload, piece.offset_bytes, len(piece.content), now)
    if not piece.content:
        return upload
    try:
        await files.append(spooled, piece.offset_bytes, piece.content)
    except SpoolShortError as lost:
        await _go_back(sender, upload, lost.size_bytes)
        raise Problem(problems.OFFSET_DIFFERS, offset_bytes=lost.size_bytes) from None
    except OSError as error:
        if error.errno in _FULL:
            raise Problem(problems.DISK_FULL) from error
        raise
    end = piece.offset_bytes + len(piece.content)
    if end == upload.length_bytes:
        return await _finish(sender, spooled, upload, now)
    moved = msgspec.structs.replace(upload, offset_bytes=end, expires_at=now + rules.UPLOAD_LIFE)
    async with _own(sender) as raw:
        if not await queries.move_offset(raw, sender.who.tenant_id, upload, moved):
            raise Problem(problems.UPLOAD_EXPIRED)
    return moved


def check_piece(upload: Upload, offset_bytes: int, size_bytes: int, now: datetime) -> None:
    """Raise Problem when a piece may not be added to an upload; its data say where the upload stands."""
    refusal = rules.chunk_refusal(upload, offset_bytes, size_bytes, now)
    if refusal is not None:
        raise Problem(refusal, offset_bytes=upload.offset_bytes)


async def _go_back(sender: Sender, upload: Upload, size_bytes: int) -> None:
    """Bytes that we had promised are gone with a disk: the phone still has them and sends them again."""
    log.error("upload %s: the spool holds %d of %d promised bytes", upload.id, size_bytes, upload.offset_bytes)
    async with _own(sender) as raw:
        await queries.move_offset(
            raw, sender.who.tenant_id, upload, msgspec.structs.replace(upload, offset_bytes=size_bytes)
        )


async def _finish(sender: Sender, spooled: int, upload: Upload, now: datetime) -> Upload:
    """Let the hash decide, and then the bytes themselves say what they are, whatever was announced.

    The offset moves to the end only when the bytes are in the store. Bytes that are neither photo nor recording are
    kept apart from evidence, where nothing serves them, and whoever sent them is told.
    """
    async with sender.storage.whole:
        content, digest = await files.content_of(spooled, upload.length_bytes)
        if upload.sealed is not None:
            content, digest = await asyncio.to_thread(_opened, sender.boxes, upload, content)
        if digest != upload.sha256:
            async with _own(sender) as raw:
                await queries.remove_upload(raw, sender.who.tenant_id, upload.id)
            files.remove(sender.storage.spool, upload.id)
            raise Problem(problems.CANNOT_OPEN if upload.sealed is not None else problems.HASH_DIFFERS)
        media_type = await asyncio.to_thread(rules.type_of, content)
        key = rules.key_of(sender.who.tenant_id, digest, is_photo=media_type is not None)
        with store_may_be_away():
            await files.put_once(sender.storage.files, key, content)
    kind = None if media_type is not None else rules.refusal_of(upload.media_type)
    refusal = None if kind is None else kind.code
    upload = msgspec.structs.replace(upload, media_type=media_type or upload.media_type)
    stored = msgspec.structs.replace(upload, length_bytes=len(content))
    async with _for_tenant(sender) as raw:
        # A phone that lost this answer must not find its upload at the end and take it for stored.
        if kind is None:
            await queries.finish_upload(raw, sender.who.tenant_id, upload.id, now)
        else:
            await queries.remove_upload(raw, sender.who.tenant_id, upload.id)
        await append_bare(raw, await note_stored(raw, sender.ids, stored, refusal=refusal))
    files.remove(sender.storage.spool, upload.id)
    if kind is not None:
        raise Problem(kind)
    return msgspec.structs.replace(upload, offset_bytes=upload.length_bytes, finished_at=now)


def _opened(boxes: Boxes, upload: Upload, content: bytes) -> tuple[bytes, bytes]:
    """Return a sealed photo in plain with its hash; for what cannot be opened nothing, which fits no hash."""
    try:
        plain = opened(boxes, read_header(upload.sealed or ""), upload.sha256, content)
    except SealedError as error:
        log.warning("upload %s cannot be opened: %s", upload.id, error)
        return b"", b""
    return plain, hashlib.sha256(plain).digest()
