"""Does the sweep take what nobody will come back for, and nothing else?"""

import os
from datetime import timedelta

import httpx

from backend.evidence.jobs import sweep_uploads
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.phones import TUS, begin, offset_of, photo, send, upload
from tests.world import World


async def test_an_expired_upload_goes_with_its_spool_file(
    phone: httpx.AsyncClient, job_database: Database, world: World, storage: Storage
) -> None:
    kept, left = photo(1000, 1), photo(1000, 2)
    kept_place, left_place = await begin(phone, kept), await begin(phone, left)
    await send(phone, kept_place, 0, kept[:100])
    await send(phone, left_place, 0, left[:100])
    await job_database.pool.execute(
        "UPDATE uploads SET expires_at = now() - interval '1 second' WHERE tenant_id = $1 AND id = $2",
        world.tenant_id,
        left_place.rsplit("/", 1)[1],
    )
    swept = await sweep_uploads(job_database, storage, clock.now())
    assert swept.uploads_count >= 1
    assert swept.files_count == 1
    assert (await phone.head(left_place, headers=TUS)).status_code == 404
    assert [path.name for path in storage.spool.folder.iterdir()] == [kept_place.rsplit("/", 1)[1]]
    assert await offset_of(phone, kept_place) == 100
    assert (await send(phone, kept_place, 100, kept[100:])).status_code == 204


async def test_a_stored_photo_outlives_its_upload(
    phone: httpx.AsyncClient, job_database: Database, world: World, storage: Storage
) -> None:
    content = photo(1000)
    place = await upload(phone, content)
    await job_database.pool.execute(
        "UPDATE uploads SET expires_at = now() - interval '1 second' WHERE tenant_id = $1", world.tenant_id
    )
    await sweep_uploads(job_database, storage, clock.now())
    assert (await phone.head(place, headers=TUS)).status_code == 404
    place = await begin(phone, content)
    assert await offset_of(phone, place) == 1000


async def test_spool_files_of_no_upload_go_after_an_hour(
    phone: httpx.AsyncClient, job_database: Database, storage: Storage
) -> None:
    """What a crash between the store and the spool left; a file in use and one of an open upload stay."""
    content = photo(1000)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:100])
    orphan, busy, fresh = new_id(), new_id(), new_id()
    for name in (orphan, busy, fresh):
        with files.held(storage.spool, name):
            pass
    long_ago = (clock.now() - timedelta(hours=2)).timestamp()
    for path in storage.spool.folder.iterdir():
        if path.name != str(fresh):
            os.utime(path, (long_ago, long_ago))
    with files.held(storage.spool, busy):
        swept = await sweep_uploads(job_database, storage, clock.now())
    assert swept.files_count == 1
    assert {path.name for path in storage.spool.folder.iterdir()} == {str(busy), str(fresh), place.rsplit("/", 1)[1]}
