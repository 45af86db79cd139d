"""Are stored photos looked at, each once, and does what they do to their process hurt nobody?"""

import hashlib
import io
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from PIL import Image

from backend.evidence import rules
from backend.evidence.examining import LEASE, examine_next, look_at
from backend.evidence.pictures import Fault
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, name, name_taken, photo, taken_from, upload
from tests.backend.evidence.signing import codes
from tests.world import World


async def examine_all(jobs: Database, storage: Storage, world: World) -> None:
    """Look at what this world stored; photos that other tests left behind are passed over."""
    await jobs.pool.execute(
        "UPDATE evidence SET examine_after = now() + interval '1 day',"
        " original_examine_after = now() + interval '1 day' WHERE tenant_id <> $1",
        world.tenant_id,
    )
    while await examine_next(jobs, storage, clock.now()):
        pass


@pytest.fixture
async def stored(phone: httpx.AsyncClient, database: Database, world: World) -> tuple[UUID, bytes]:
    """Give a photo that a visit named and that has arrived."""
    content = shots.with_exif(shots.scene(2000, 1500), "2026:11:24 09:05:00", (30.0, 15.0, 0.0), (120.0, 9.0, 0.0))
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    return evidence_id, content


async def test_a_stored_photo_gets_its_copies_and_the_original_stays(
    phone: httpx.AsyncClient, job_database: Database, world: World, storage: Storage, stored: tuple[UUID, bytes]
) -> None:
    """EV-3: a visible stamp on what is shown, the original unstamped and untouched."""
    evidence_id, content = stored
    answer = await phone.get(f"/v1/evidence/{evidence_id}/view")
    assert (answer.status_code, answer.json()["code"]) == (404, "evidence.not_ready")
    await examine_all(job_database, storage, world)
    for copy, side in (("view", 1600), ("thumbnail", 320)):
        answer = await phone.get(f"/v1/evidence/{evidence_id}/{copy}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert max(Image.open(io.BytesIO(answer.content)).size) == side
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
    original = await phone.get(f"/v1/evidence/{evidence_id}/bytes")
    assert original.content == content
    assert original.headers["content-disposition"].startswith("attachment")
    told = await kinds(job_database, world, evidence_id)
    assert told == ["evidence.named", "evidence.stored", "evidence.examined", *["evidence.viewed"] * 3]
    row = await job_database.pool.fetchrow("SELECT * FROM evidence_pictures WHERE evidence_id = $1", evidence_id)
    assert (row["media_type"], row["width_px"], row["exif_lat_e7"]) == ("image/jpeg", 2000, 302_500_000)


async def test_a_photo_is_looked_at_once(
    job_database: Database, world: World, storage: Storage, stored: tuple[UUID, bytes]
) -> None:
    await examine_all(job_database, storage, world)
    assert not await examine_next(job_database, storage, clock.now() + timedelta(minutes=10))
    assert (await kinds(job_database, world, stored[0])).count("evidence.examined") == 1


async def test_a_worker_that_died_leaves_the_photo_to_the_next(
    job_database: Database, world: World, storage: Storage, stored: tuple[UUID, bytes]
) -> None:
    await job_database.pool.execute(
        "UPDATE evidence SET examine_after = $2, examine_tries = 1 WHERE tenant_id = $1",
        world.tenant_id,
        clock.now() + LEASE,
    )
    await examine_all(job_database, storage, world)
    assert "evidence.examined" not in await kinds(job_database, world, stored[0])
    assert await examine_next(job_database, storage, clock.now() + LEASE + timedelta(seconds=1))
    assert "evidence.examined" in await kinds(job_database, world, stored[0])


async def test_a_damaged_photo_is_kept_and_says_that_it_cannot_be_shown(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    content = photo(5000)
    evidence_id = await name(database, world, content)
    await upload(phone, content)
    await examine_all(job_database, storage, world)
    answer = await phone.get(f"/v1/evidence/{evidence_id}/view")
    assert (answer.status_code, answer.json()["code"]) == (404, "evidence.unreadable")
    assert (await phone.get(f"/v1/evidence/{evidence_id}/bytes")).content == content


async def test_who_does_not_see_the_case_sees_no_copy(
    signed_in: SignedIn, job_database: Database, world: World, storage: Storage, stored: tuple[UUID, bytes]
) -> None:
    await examine_all(job_database, storage, world)
    other = await signed_in(world.bo)
    for copy in ("view", "thumbnail", "bytes"):
        assert (await other.get(f"/v1/evidence/{stored[0]}/{copy}")).status_code == 404
    assert "evidence.viewed" not in await kinds(job_database, world, stored[0])


async def test_a_process_that_falls_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr("backend.evidence.examining.LOOK_TIMEOUT_S", 0.001)
    assert await look_at(photo(100), [], is_last=False) is None
    assert await look_at(photo(100), [], is_last=True) == Fault("unreadable")


async def test_copies_lie_apart_from_originals(
    job_database: Database, world: World, storage: Storage, stored: tuple[UUID, bytes]
) -> None:
    evidence_id, content = stored
    await examine_all(job_database, storage, world)
    key = rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    assert await files.read(storage.files, key) == content
    assert storage.files.root is not None
    assert sorted(path.name for path in (storage.files.root / "copies" / str(world.tenant_id)).rglob("*.jpg")) == [
        f"{evidence_id}.thumbnail.jpg", f"{evidence_id}.view.jpg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minute", "seed", "expected"),
    [("05", 1, set()), ("25", 1, {"exif_time_differs"}), ("05", 2, {"original_differs"})],
)
async def test_an_original_is_held_against_its_copy_and_the_claim(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage,
    minute: str, seed: int, expected: set[str],
) -> None:  # fmt: skip
    """EV-2: the smaller copy has lost what the camera wrote; the original has it, and shows the same picture."""
    copy = shots.encoded(shots.scene(1600, 1200).resize((800, 600)))
    shot = shots.with_exif(
        shots.scene(1600, 1200, seed), f"2026:11:24 09:{minute}:00", (30.0, 15.0, 0.0), (120.0, 9.0, 0.0)
    )
    evidence_id = await name_taken(database, world, taken_from(shot, copy))
    await upload(phone, copy)
    await upload(phone, shot)
    await examine_all(job_database, storage, world)
    assert await codes(job_database, evidence_id) - {"manifest_missing"} == expected
    told = await kinds(job_database, world, evidence_id)
    assert (told.count("evidence.examined"), told.count("evidence.original_examined")) == (1, 1)
    row = await job_database.pool.fetchrow("SELECT * FROM evidence_originals WHERE evidence_id = $1", evidence_id)
    assert (row["width_px"], row["exif_lat_e7"]) == (1600, 302_500_000)
