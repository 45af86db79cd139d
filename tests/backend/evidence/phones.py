"""What do tests of uploads share? A phone that speaks tus by hand, photos of known bytes, and visits that name them."""

import base64
import hashlib
import random
from datetime import timedelta
from uuid import UUID

import httpx
import msgspec

from backend.evidence.commands import name_photos
from backend.evidence.schemas import NamedPhoto, PhotoScope, PhotoTaken, type_taken
from backend.journal.commands import append_bare
from backend.kernel.db import Database, Reach, bare_transaction
from backend.kernel.ids import new_id
from tests.world import MORNING, World

TUS = {"Tus-Resumable": "1.0.0"}
JPEG = b"\xff\xd8\xff"
CHUNK = TUS | {"Content-Type": "application/offset+octet-stream"}


def photo(size_bytes: int, seed: int | str = 1) -> bytes:
    """Return bytes that no other seed gives, and that begin as a JPEG does."""
    return JPEG + random.Random(f"{seed}").randbytes(size_bytes - len(JPEG))  # noqa: S311 - test data


def metadata(sha256: str, media_type: str = "image/jpeg") -> str:
    """Return the header that announces a photo."""
    encoded = {
        key: base64.b64encode(text.encode()).decode() for key, text in (("sha256", sha256), ("type", media_type))
    }
    return ",".join(f"{key} {value}" for key, value in encoded.items())


def announcement(content: bytes, sha256: str | None = None, media_type: str = "image/jpeg") -> dict[str, str]:
    """Return the headers that begin the upload of these bytes."""
    digest = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    return TUS | {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(digest, media_type)}


async def begin(
    phone: httpx.AsyncClient, content: bytes, sha256: str | None = None, media_type: str = "image/jpeg"
) -> str:
    """Begin an upload and return its address."""
    answer = await phone.post("/v1/uploads", headers=announcement(content, sha256, media_type))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(phone: httpx.AsyncClient, place: str, offset: int, piece: bytes) -> httpx.Response:
    """Send one piece."""
    return await phone.patch(place, headers=CHUNK | {"Upload-Offset": str(offset)}, content=piece)


async def offset_of(phone: httpx.AsyncClient, place: str) -> int:
    """Ask how far an upload is."""
    answer = await phone.head(place, headers=TUS)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])


async def upload(phone: httpx.AsyncClient, content: bytes, media_type: str = "image/jpeg") -> str:
    """Upload bytes in one go and return the address."""
    place = await begin(phone, content, media_type=media_type)
    answer = await send(phone, place, await offset_of(phone, place), content)
    assert answer.status_code == 204, answer.text
    return place


def taken(content: bytes) -> PhotoTaken:
    """Return a photo of these bytes as a visit names it."""
    digest = hashlib.sha256(content).hexdigest()
    return PhotoTaken(
        id=new_id(), sha256=digest, size_bytes=len(content), media_type="image/jpeg", original_sha256=digest,
        original_size_bytes=len(content), original_kept=False, taken_at=MORNING + timedelta(minutes=5),
        scope=PhotoScope.OUTSIDE,
        consent_by=None, manifest=None, signature=None,
    )  # fmt: skip


def taken_from(original: bytes, copy: bytes, *, is_kept: bool = True) -> PhotoTaken:
    """Return a photo whose smaller copy travels first."""
    digest = hashlib.sha256(original).hexdigest()
    return msgspec.structs.replace(
        taken(copy), original_sha256=digest, original_size_bytes=len(original), original_kept=is_kept
    )


async def name(database: Database, world: World, content: bytes, case: int = 0, user_id: UUID | None = None) -> UUID:
    """Let a visit to a case of the world name a photo, as the sync does; returns the evidence's id."""
    return await name_taken(database, world, taken(content), case, user_id)


async def name_taken(
    database: Database, world: World, one: type_taken, case: int = 0, user_id: UUID | None = None
) -> UUID:
    """Do the same for a photo, note or signature that was made already."""
    user = world.mei if user_id is None else user_id
    scope = msgspec.structs.replace(world.scope(user), reach=Reach.TENANT)
    named = [NamedPhoto(photo=one, case_id=world.cases[case], visit_id=new_id(), address_id=None)]
    async with bare_transaction(database, scope) as raw:
        await append_bare(raw, await name_photos(raw, world.tenant_id, user, new_id(), named))
    return one.id


async def states(jobs: Database, world: World) -> dict[UUID, str]:
    """Return the state of each evidence of the world."""
    rows = await jobs.pool.fetch("SELECT id, state FROM evidence WHERE tenant_id = $1", world.tenant_id)
    return {row["id"]: row["state"] for row in rows}


async def kinds(jobs: Database, world: World, subject_id: UUID) -> list[str]:
    """Return the kinds of events about a thing, in the order of recording."""
    rows = await jobs.pool.fetch(
        "SELECT kind FROM events WHERE tenant_id = $1 AND subject_id = $2 ORDER BY xid, id", world.tenant_id, subject_id
    )
    return [row["kind"] for row in rows]
