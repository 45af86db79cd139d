"""Do evidence and its bytes find each other, whoever comes first?"""

import asyncio
import hashlib

import httpx
import msgspec

from backend.evidence.commands import name_photos, note_stored
from backend.evidence.schemas import NamedPhoto, Upload
from backend.journal.commands import append_bare
from backend.kernel import clock
from backend.kernel.db import Database, Reach, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import kinds, name, photo, states, taken, upload
from tests.world import World


async def test_evidence_named_after_its_bytes_is_stored_at_once(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = photo(1000)
    await upload(phone, content)
    evidence_id = await name(database, world, content)
    assert await states(job_database, world) == {evidence_id: "stored"}
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]


async def test_all_evidence_of_a_hash_is_stored_by_one_upload(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    """One of the cases is not the uploader's: its evidence becomes stored all the same."""
    content = photo(1000)
    own = await name(database, world, content)
    foreign = await name(database, world, content, case=3, user_id=world.bo)
    other = await name(database, world, photo(1000, 2))
    await upload(phone, content)
    assert await states(job_database, world) == {own: "stored", foreign: "stored", other: "awaited"}
    assert await kinds(job_database, world, foreign) == ["evidence.named", "evidence.stored"]


async def test_naming_nothing_writes_nothing(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.mei)) as raw:
        assert await name_photos(raw, world.tenant_id, world.mei, new_id(), []) == []


async def test_naming_and_storing_at_the_same_moment_never_miss_each_other(
    database: Database, job_database: Database, world: World
) -> None:
    """Both transactions write before either commits; the lock of the hash makes the second see the first.

    Without the lock both look, both see nothing, and the photo is awaited for ever.
    """
    scope = msgspec.structs.replace(world.scope(world.mei), reach=Reach.TENANT)

    async def name_it(content: bytes, at: asyncio.Barrier) -> None:
        named = [NamedPhoto(photo=taken(content), case_id=world.cases[0], visit_id=new_id(), address_id=None)]
        async with bare_transaction(database, scope) as raw:
            await at.wait()
            await append_bare(raw, await name_photos(raw, world.tenant_id, world.mei, new_id(), named))
            await asyncio.sleep(0.02)

    async def store_it(content: bytes, at: asyncio.Barrier) -> None:
        digest = hashlib.sha256(content).digest()
        kept = Upload(
            id=new_id(), sha256=digest, media_type="image/jpeg", length_bytes=len(content),
            offset_bytes=len(content), expires_at=clock.now(), finished_at=clock.now(), sealed=None,
        )  # fmt: skip
        async with bare_transaction(database, scope) as raw:
            await at.wait()
            await append_bare(raw, await note_stored(raw, (world.tenant_id, world.mei, None), kept))
            await asyncio.sleep(0.02)

    for seed in range(10):
        content, at = photo(100, f"race{seed}"), asyncio.Barrier(2)
        await asyncio.gather(name_it(content, at), store_it(content, at))
    found = await states(job_database, world)
    assert len(found) == 10
    assert set(found.values()) == {"stored"}


async def test_two_uploads_of_one_photo_end_in_one_stored_file(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = photo(1000)
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    await upload_again(database, world, content)
    count = await job_database.pool.fetchval("SELECT count(*) FROM stored_files WHERE tenant_id = $1", world.tenant_id)
    assert count == 1
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]


async def upload_again(database: Database, world: World, content: bytes) -> None:
    """Note the same bytes a second time, as a repeated last piece does."""
    again = Upload(
        id=new_id(), sha256=hashlib.sha256(content).digest(), media_type="image/jpeg", length_bytes=len(content),
        offset_bytes=len(content), expires_at=clock.now(), finished_at=clock.now(), sealed=None,
    )  # fmt: skip
    scope = msgspec.structs.replace(world.scope(world.mei), reach=Reach.TENANT)
    async with bare_transaction(database, scope) as raw:
        assert await note_stored(raw, (world.tenant_id, world.mei, None), again) == []
