"""How does what a phone could not send come in by hand? `rounds rescue FILE` reads the rescue file of its Sync screen.

Whoever carries the file can read none of it, and it proves nothing about who wrote it: its items go to the quarantine,
as those of a device out of service do, and a lead decides. What the phone sent meanwhile is answered as it was.
"""

import asyncio
import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import data_dir, database_url
from backend.cases.schemas import Worker
from backend.evidence import uploads
from backend.evidence.rules import Announced
from backend.evidence.sealed import SealedHeader
from backend.evidence.storage import open_storage
from backend.identity.principal import Principal
from backend.identity.queries.locks import owner_of_device
from backend.identity.schemas import UserRole
from backend.kernel import clock
from backend.kernel.boxes import Boxes, open_boxes
from backend.kernel.db import Database, Reach, Role, open_database
from backend.kernel.problems import Problem
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.push import Sender, push
from backend.sync.schemas import BATCH_MAX, AnswerStatus, Envelope, Mutation, PushRequest
from backend.sync.sealed import opened

FILE_BYTES_MAX = 1 * 2**30


class RescuedBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch without a limit of items; the file itself is limited."""

    device_id: UUID
    app_version: Annotated[str, msgspec.Meta(max_length=40)]
    sent_at: str
    unsent_count: int
    mutations: list[Mutation]
    envelopes: list[Envelope]


class RescuedPhoto(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo as it would have travelled; `bytes` is base64."""

    id: UUID
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    media_type: Annotated[str, msgspec.Meta(max_length=40)]
    sealed: SealedHeader
    bytes: str


class RescueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the Sync screen writes (pwa/src/store/rescue.ts)."""

    rescue: Literal[1]
    batch: RescuedBatch
    photos: list[RescuedPhoto]


class Rescued(msgspec.Struct, frozen=True):
    """How many items wait for a lead, how many were here, how many photos came in, and which did not and why."""

    waiting: int
    here: int
    photos: int
    refused: list[tuple[UUID, str]]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def rescue(file: Path) -> None:
    """Take in the rescue file of a phone whose sending is broken; its items wait for a lead in the quarantine."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise click.ClickException(f"{file} is larger than 1 GiB")
    try:
        read = msgspec.json.decode(file.read_bytes(), type=RescueFile)
    except msgspec.DecodeError as error:
        raise click.ClickException(f"{file} is no rescue file: {error}") from error
    keys = data_dir() / "keys"
    with database_url() as url:
        done = asyncio.run(_rescue(url, read, (open_signing_key(keys), open_boxes(keys))))
    click.echo(f"{done.waiting} items wait for a lead, {done.here} were here already, {done.photos} photos came in")
    for photo, code in done.refused:
        click.echo(f"  photo {photo}: {code}")
    if done.refused:
        raise SystemExit(1)


async def _rescue(url: str, read: RescueFile, keys: tuple[SigningKey, Boxes]) -> Rescued:
    database = await open_database(url, role=Role.API, pool_size=2)
    try:
        owner = await owner_of_device(database.pool, read.batch.device_id)
        if owner is None:
            raise click.ClickException("this server does not know the phone that wrote the file")
        tenant_id, user_id = owner
        waiting, here = await _take_items(database, owner, read.batch, keys)
        who = Principal(
            user_id=user_id, tenant_id=tenant_id, role=UserRole.COLLECTOR, reach=Reach.OWN, team_ids=(),
            device_id=read.batch.device_id, token_hash=b"", expires_at=clock.now(),
        )  # fmt: skip
        storage = open_storage(os.environ.get("ROUNDS_FILES", ""), data_dir())
        sender = uploads.Sender(who=who, database=database, storage=storage, boxes=keys[1])
        refused = [(one.id, code) for one in read.photos if (code := await _take_photo(sender, one)) is not None]
    finally:
        await database.close()
    return Rescued(waiting=waiting, here=here, photos=len(read.photos) - len(refused), refused=refused)


async def _take_items(
    database: Database, owner: tuple[UUID, UUID], batch: RescuedBatch, keys: tuple[SigningKey, Boxes]
) -> tuple[int, int]:
    """Keep the items; returns how many are new here and how many were answered before."""
    tenant_id, user_id = owner
    worker = Worker(user_id=user_id, team_ids=(), sees_tenant=False)
    sender = Sender(tenant_id=tenant_id, device_id=batch.device_id, worker=worker, is_left_behind=True)
    answers = []
    for request in _requests(batch):
        answers += (await push(database, sender, opened(request, keys[1]), keys[0], clock.now())).answers
    here = sum(one.is_replay for one in answers)
    if any(one.status is AnswerStatus.ACCEPTED and not one.is_replay for one in answers):
        raise AssertionError("an item of a rescue file was accepted without a lead")
    return len(answers) - here, here


def _requests(batch: RescuedBatch) -> Iterator[PushRequest]:
    for start in range(0, len(batch.mutations), BATCH_MAX):
        yield PushRequest(
            device_id=batch.device_id, app_version=batch.app_version, sent_at=clock.now(),
            unsent_count=batch.unsent_count, mutations=batch.mutations[start : start + BATCH_MAX],
            envelopes=batch.envelopes,
        )  # fmt: skip


async def _take_photo(sender: uploads.Sender, photo: RescuedPhoto) -> str | None:
    """Store a photo; returns why not, or None."""
    try:
        content = base64.b64decode(photo.bytes, validate=True)
    except ValueError:
        return "not base64"
    announced = Announced(
        sha256=bytes.fromhex(photo.sha256), media_type=photo.media_type, length_bytes=len(content),
        sealed=msgspec.json.encode(photo.sealed).decode(),
    )  # fmt: skip
    try:
        upload = await uploads.begin(sender, announced, clock.now())
        if upload.finished_at is None:
            at = upload.offset_bytes
            rest = uploads.Piece(offset_bytes=at, content=content[at:], is_whole=True)
            await uploads.add(sender, upload.id, rest, clock.now())
    except Problem as refused:
        return refused.kind.code
    return None
