"""Do uploads speak tus 1.0, and does everything that must not get in stay out?"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import httpx
import pytest

from backend.evidence import rules
from backend.evidence.schemas import PHOTO_BYTES_MAX
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from tests.backend.evidence import phones
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import CHUNK, TUS, begin, kinds, name, offset_of, photo, send, states, upload
from tests.world import World


async def test_says_what_it_speaks(phone: httpx.AsyncClient) -> None:
    answer = await phone.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "creation-with-upload", "expiration"}
    assert int(answer.headers["tus-max-size"]) == PHOTO_BYTES_MAX


async def test_a_photo_in_pieces_becomes_evidence(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """EV-1: the visit named the hash; the bytes come in pieces; the evidence says stored, the journal too."""
    content = photo(600_000, world.tenant_id.hex)
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    for offset in range(0, len(content), 262_144):
        answer = await send(phone, place, offset, content[offset : offset + 262_144])
        assert answer.status_code == 204, answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert int(answer.headers["upload-offset"]) == min(offset + 262_144, len(content))
    assert await states(job_database, world) == {evidence_id: "stored"}
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]
    key = rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    assert await files.read(storage.files, key) == content
    assert list(storage.spool.folder.iterdir()) == []
    assert await offset_of(phone, place) == len(content)


async def test_head_tells_offset_length_metadata_and_expiry(phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:300])
    answer = await phone.head(place, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["upload-offset"] == "300"
    assert answer.headers["upload-length"] == "1000"
    assert answer.headers["upload-metadata"] == phones.metadata(hashlib.sha256(content).hexdigest())
    assert answer.headers["upload-expires"].endswith("GMT")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == b""


async def test_the_first_piece_may_come_with_the_creation(phone: httpx.AsyncClient) -> None:
    content = photo(5000)
    answer = await phone.post("/v1/uploads", headers=phones.announcement(content) | CHUNK, content=content[:2000])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "2000")
    rest = await send(phone, answer.headers["location"], 2000, content[2000:])
    assert (rest.status_code, rest.headers["upload-offset"]) == (204, "5000")


async def test_a_phone_that_lost_the_answer_goes_on_where_it_was(phone: httpx.AsyncClient) -> None:
    content = photo(5000)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:1234])
    again = await phone.post("/v1/uploads", headers=phones.announcement(content))
    assert (again.headers["location"], again.headers["upload-offset"]) == (place, "1234")


async def test_bytes_that_are_here_are_not_sent_again(
    phone: httpx.AsyncClient, signed_in: SignedIn, world: World, database: Database, job_database: Database
) -> None:
    """Another phone of the tenant named the same photo: the server says that it has all of it."""
    content = photo(5000)
    await upload(phone, content)
    evidence_id = await name(database, world, content, case=3, user_id=world.bo)
    other = await signed_in(world.bo)
    answer = await other.post("/v1/uploads", headers=phones.announcement(content))
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "5000")
    assert await offset_of(other, answer.headers["location"]) == 5000
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]


async def test_bytes_that_the_store_lost_are_taken_again(
    phone: httpx.AsyncClient, storage: Storage, world: World
) -> None:
    """A database restored beside an older folder of files must not claim what is not there."""
    content = photo(5000)
    await upload(phone, content)
    key = rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    assert storage.files.root is not None
    (storage.files.root / key).unlink()
    answer = await phone.post("/v1/uploads", headers=phones.announcement(content))
    assert answer.headers["upload-offset"] == "0"
    assert (await send(phone, answer.headers["location"], 0, content)).status_code == 204
    assert await files.read(storage.files, key) == content


async def test_the_same_hash_with_another_length_is_refused(phone: httpx.AsyncClient) -> None:
    content = photo(5000)
    await upload(phone, content)
    answer = await phone.post("/v1/uploads", headers=phones.announcement(content) | {"Upload-Length": "4999"})
    assert (answer.status_code, answer.json()["code"]) == (460, "evidence.hash_differs")


async def test_a_replayed_piece_changes_nothing(phone: httpx.AsyncClient) -> None:
    content = photo(3000)
    place = await begin(phone, content)
    assert (await send(phone, place, 0, content[:1000])).status_code == 204
    replay = await send(phone, place, 0, content[:1000])
    assert (replay.status_code, replay.json()["code"]) == (409, "evidence.offset_differs")
    assert replay.headers["upload-offset"] == "1000"
    ahead = await send(phone, place, 2000, content[2000:])
    assert ahead.status_code == 409
    assert (await send(phone, place, 1000, content[1000:])).status_code == 204
    after = await send(phone, place, 1000, content[1000:])
    assert (after.status_code, after.headers["upload-offset"]) == (409, "3000")


async def test_parallel_pieces_do_not_interleave(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = photo(400_000)
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    answers = await asyncio.gather(*(send(phone, place, 0, content[: 100_000 + n]) for n in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    offset = await offset_of(phone, place)
    assert (await send(phone, place, offset, content[offset:])).status_code == 204
    assert await states(job_database, world) == {evidence_id: "stored"}


async def test_a_piece_is_refused_while_another_is_written(phone: httpx.AsyncClient, storage: Storage) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    upload_id = UUID(place.rsplit("/", 1)[1])
    with files.held(storage.spool, upload_id):
        answer = await send(phone, place, 0, content)
    assert (answer.status_code, answer.json()["code"]) == (423, "evidence.upload_busy")
    assert (await send(phone, place, 0, content)).status_code == 204


async def test_bytes_of_another_hash_are_dropped_with_their_upload(
    phone: httpx.AsyncClient, storage: Storage, database: Database, job_database: Database, world: World
) -> None:
    content, other = photo(1000, 1), photo(1000, 2)
    evidence_id = await name(database, world, content)
    place = await begin(phone, other, hashlib.sha256(content).hexdigest())
    answer = await send(phone, place, 0, other)
    assert (answer.status_code, answer.json()["code"]) == (460, "evidence.hash_differs")
    assert (await phone.head(place, headers=TUS)).status_code == 404
    assert list(storage.spool.folder.iterdir()) == []
    assert storage.files.root is not None
    assert [path for path in storage.files.root.rglob("*") if path.is_file()] == []
    assert await states(job_database, world) == {evidence_id: "awaited"}


async def test_an_upload_of_somebody_else_is_not_there(
    phone: httpx.AsyncClient, signed_in: SignedIn, world: World
) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    for user_id in (world.bo, world.lin):
        other = await signed_in(user_id)
        assert (await other.head(place, headers=TUS)).status_code == 404
        answer = await send(other, place, 0, content)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await offset_of(phone, place) == 0


class Wrong(NamedTuple):
    """A request that must be refused: what is changed about the right one, and the answer."""

    changed: dict[str, str | None]
    status: int
    code: str


BEGINNINGS = {
    "no version": Wrong({"Tus-Resumable": None}, 412, "evidence.tus_version"),
    "other version": Wrong({"Tus-Resumable": "0.2.2"}, 412, "evidence.tus_version"),
    "no length": Wrong({"Upload-Length": None}, 400, "evidence.bad_header"),
    "length later": Wrong({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400, "evidence.bad_header"),
    "negative": Wrong({"Upload-Length": "-1"}, 400, "evidence.bad_header"),
    "empty": Wrong({"Upload-Length": "0"}, 400, "evidence.bad_header"),
    "just too large": Wrong({"Upload-Length": str(PHOTO_BYTES_MAX + 1)}, 413, "evidence.file_too_large"),
    "no metadata": Wrong({"Upload-Metadata": None}, 400, "evidence.bad_header"),
    "no photo": Wrong({"Upload-Metadata": phones.metadata("0" * 64, "text/html")}, 400, "evidence.bad_header"),
    "no hash": Wrong({"Upload-Metadata": phones.metadata("0" * 63)}, 400, "evidence.bad_header"),
    "not base64": Wrong({"Upload-Metadata": "sha256 ***"}, 400, "evidence.bad_header"),
}


@pytest.mark.parametrize("wrong", BEGINNINGS.values(), ids=BEGINNINGS)
async def test_an_upload_that_is_announced_wrongly_is_not_begun(phone: httpx.AsyncClient, wrong: Wrong) -> None:
    headers = phones.announcement(photo(1000)) | {key: value or "" for key, value in wrong.changed.items()}
    kept = {key: value for key, value in headers.items() if wrong.changed.get(key, "") is not None}
    answer = await phone.post("/v1/uploads", headers=kept)
    assert (answer.status_code, answer.json()["code"]) == (wrong.status, wrong.code)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-version"] == "1.0.0"


async def test_the_largest_photo_may_be_begun(phone: httpx.AsyncClient) -> None:
    headers = phones.announcement(b"x") | {"Upload-Length": str(PHOTO_BYTES_MAX)}
    assert (await phone.post("/v1/uploads", headers=headers)).status_code == 201


async def test_a_piece_past_the_announced_length_is_refused_whole(phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    answer = await send(phone, place, 0, content + b"x")
    assert (answer.status_code, answer.json()["code"]) == (413, "evidence.too_long")
    assert await offset_of(phone, place) == 0


async def test_a_piece_of_more_than_a_mebibyte_is_refused(phone: httpx.AsyncClient) -> None:
    content = photo(2**20 + 10)
    place = await begin(phone, content)
    answer = await send(phone, place, 0, content[: 2**20 + 1])
    assert (answer.status_code, answer.json()["code"]) == (413, "evidence.chunk_too_large")
    assert (await send(phone, place, 0, content[: 2**20])).status_code == 204

    async def in_parts() -> AsyncIterator[bytes]:
        for n in range(20):
            yield content[n * 2**16 : (n + 1) * 2**16]

    other = photo(2**20 + 10, 2)
    place = await begin(phone, other)
    answer = await phone.patch(place, headers=CHUNK | {"Upload-Offset": "0"}, content=in_parts())
    assert (answer.status_code, answer.json()["code"]) == (413, "evidence.chunk_too_large")
    assert await offset_of(phone, place) == 0


async def test_a_piece_must_say_its_type_and_place(phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    typed = await phone.patch(place, headers=TUS | {"Upload-Offset": "0"}, content=content)
    assert (typed.status_code, typed.json()["code"]) == (415, "evidence.wrong_type")
    placed = await phone.patch(place, headers=CHUNK, content=content)
    assert (placed.status_code, placed.json()["code"]) == (400, "evidence.bad_header")
    spoken = await phone.patch(
        place, headers={"Content-Type": CHUNK["Content-Type"], "Upload-Offset": "0"}, content=b""
    )
    assert spoken.status_code == 412


async def test_a_piece_may_come_by_post_where_a_proxy_stops_patch(phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    headers = CHUNK | {"Upload-Offset": "0"}
    assert (await phone.post(place, headers=headers, content=content)).status_code == 405
    answer = await phone.post(place, headers=headers | {"X-HTTP-Method-Override": "PATCH"}, content=content)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "1000")


async def test_the_fifty_first_open_upload_is_refused(phone: httpx.AsyncClient) -> None:
    contents = [photo(1000, n) for n in range(rules.OPEN_UPLOADS_MAX + 1)]
    for content in contents[:-1]:
        await begin(phone, content)
    answer = await phone.post("/v1/uploads", headers=phones.announcement(contents[-1]))
    assert (answer.status_code, answer.json()["code"]) == (429, "evidence.too_many_uploads")
    assert (await phone.post("/v1/uploads", headers=phones.announcement(contents[0]))).status_code == 201


async def test_an_upload_left_for_a_week_is_gone(
    phone: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    await job_database.pool.execute(
        "UPDATE uploads SET expires_at = $2 WHERE tenant_id = $1", world.tenant_id, clock.now() - timedelta(seconds=1)
    )
    assert (await phone.head(place, headers=TUS)).status_code == 410
    answer = await send(phone, place, 0, content)
    assert (answer.status_code, answer.json()["code"]) == (410, "evidence.upload_expired")
    assert await begin(phone, content) != place


async def test_each_piece_gives_the_upload_another_week(
    phone: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    nearly = clock.now() + timedelta(minutes=1)
    await job_database.pool.execute("UPDATE uploads SET expires_at = $2 WHERE tenant_id = $1", world.tenant_id, nearly)
    await send(phone, place, 0, content[:10])
    ends = await job_database.pool.fetchval("SELECT expires_at FROM uploads WHERE tenant_id = $1", world.tenant_id)
    assert ends > clock.now() + timedelta(days=6)


async def test_nothing_is_taken_when_the_disk_is_nearly_full(
    phone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    usage = shutil.disk_usage(Path.cwd())
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=files.FREE_BYTES_MIN - 1))
    for answer in (
        await send(phone, place, 0, content),
        await phone.post("/v1/uploads", headers=phones.announcement(photo(1000, 2))),
    ):
        assert (answer.status_code, answer.json()["code"]) == (507, "evidence.disk_full")
    assert await offset_of(phone, place) == 0
    monkeypatch.undo()
    assert (await send(phone, place, 0, content)).status_code == 204


async def test_bytes_that_a_lost_disk_took_are_asked_for_again(phone: httpx.AsyncClient, storage: Storage) -> None:
    """The spool is shorter than what was promised: the offset goes back instead of a hole in the photo."""
    content = photo(3000)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:2000])
    spooled = storage.spool.folder / place.rsplit("/", 1)[1]
    spooled.write_bytes(content[:500])
    answer = await send(phone, place, 2000, content[2000:])
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "500")
    assert await offset_of(phone, place) == 500
    assert (await send(phone, place, 500, content[500:])).status_code == 204


async def test_uploading_needs_the_permission_and_the_own_page(signed_in: SignedIn, world: World) -> None:
    ada = await signed_in(world.ada)
    assert (await ada.post("/v1/uploads", headers=phones.announcement(photo(10)))).status_code == 403
    mei = await signed_in(world.mei)
    headers = phones.announcement(photo(10))
    del mei.headers["X-Rounds"]
    assert (await mei.post("/v1/uploads", headers=headers)).json()["code"] == "identity.cross_site"


async def test_who_sees_the_case_sees_the_photo_and_that_is_on_record(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    """EV-1: the bytes come back equal, unstored by any cache, and the look is an event."""
    content = photo(5000)
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    lead = await signed_in(world.lin)
    for viewer in (phone, lead):
        answer = await viewer.get(f"/v1/evidence/{evidence_id}/bytes")
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"] == f'attachment; filename="{evidence_id}.jpeg"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
    seen = await kinds(job_database, world, evidence_id)
    assert seen == ["evidence.named", "evidence.stored", "evidence.viewed", "evidence.viewed"]


async def test_who_does_not_see_the_case_does_not_see_the_photo(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    content = photo(5000)
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    other = await signed_in(world.bo)
    answer = await other.get(f"/v1/evidence/{evidence_id}/bytes")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "evidence.viewed" not in await kinds(job_database, world, evidence_id)


async def test_a_photo_that_is_still_on_the_phone_is_awaited(
    phone: httpx.AsyncClient, database: Database, world: World
) -> None:
    evidence_id = await name(database, world, photo(5000))
    answer = await phone.get(f"/v1/evidence/{evidence_id}/bytes")
    assert (answer.status_code, answer.json()["code"]) == (404, "evidence.awaited")


async def test_bytes_that_changed_in_the_store_are_not_shown(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    content = photo(5000)
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    assert storage.files.root is not None
    path = storage.files.root / rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    path.write_bytes(content[:-1] + b"x")
    answer = await phone.get(f"/v1/evidence/{evidence_id}/bytes")
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence.damaged")
    assert "evidence.viewed" not in await kinds(job_database, world, evidence_id)
