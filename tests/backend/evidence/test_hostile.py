"""What does a file do that was made to hurt? It is taken or refused in words; no server, worker or reader suffers."""

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from backend.evidence import rules
from backend.evidence.examining import examine_next, look_at
from backend.evidence.imaging import examine
from backend.evidence.pictures import MEDIA_TYPES, Fault, Picture, Question, media_type_of
from backend.evidence.storage import Storage
from backend.kernel import clock, files
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.phones import TUS, announcement, begin, kinds, name, name_taken, send, states
from tests.backend.evidence.recordings import mp4, note, ogg, webm
from tests.world import World

SHARED = Path(__file__).parents[4] / "shared" / "data"
MEMORY_MB_MAX = 512
SECONDS_MAX = 10
CAGE = b"backend.evidence.imaging"
HOSTILE = shots.hostile()
SERVED = {*MEDIA_TYPES, "audio/webm", "audio/ogg", "audio/mp4"}
SOUNDS = {
    "webm": webm(),
    "webm that breaks off": webm()[:-7],
    "webm with a page behind it": webm() + shots.HTML,
    "webm that says that it is endless": webm()[:60] + b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7,
    "webm with a film in it": webm(tracks=(1, 2)),
    "ogg that breaks off": ogg()[:-3],
    "ogg with a page behind it": ogg() + shots.HTML,
    "mp4 with a page behind it": mp4(2.0) + shots.HTML,
    "mp4 of boxes in boxes": mp4(2.0) + b"\0\0\0\x08moov" * 60_000,
    "page": shots.HTML,
    "picture": shots.encoded(shots.scene()),
}


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of_cages_kb() -> list[int]:
    """Return the most memory that each process which looks at a picture has held so far.

    Not by RUSAGE_CHILDREN: a child begins with the memory of whoever starts it, and a long run of tests has much.
    """
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        # It may end in the middle of this.
        with suppress(OSError):
            if CAGE in status.with_name("cmdline").read_bytes():
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
                if int(lines["PPid"]) == os.getpid() and "VmHWM" in lines:
                    found.append(int(lines["VmHWM"].split()[0]))
    return found


@asynccontextmanager
async def watched_cages() -> AsyncIterator[list[int]]:
    """Look again and again at the memory of the cages while something is done (kB)."""
    seen: list[int] = []

    async def look() -> None:
        while True:
            seen.extend(memory_of_cages_kb())
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()


def shared_files(kind: str) -> list[Path]:
    return sorted(path for path in (SHARED / kind).rglob("*.*") if path.suffix not in {".md", ".csv"})


@pytest.fixture(
    params=[*HOSTILE, *(str(path.relative_to(SHARED)) for path in shared_files("photos") + shared_files("audio"))]
)
def content(request: pytest.FixtureRequest) -> bytes:
    """Give one file of those made here, and of the shared set where it is at hand."""
    return HOSTILE[request.param] if request.param in HOSTILE else (SHARED / request.param).read_bytes()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared set of photos and sounds is not beside the checkout")
def test_the_shared_set_is_whole() -> None:
    assert len(shared_files("photos")) >= 39
    assert len(shared_files("audio")) >= 7


async def bring(phone: httpx.AsyncClient, content: bytes, media_type: str = "image/jpeg") -> str | None:
    """Upload a file in pieces, whatever it is; returns the code of a refusal. Nothing but 2xx and 4xx may come."""
    place = await begin(phone, content, media_type=media_type)
    refusal = None
    for at in range(0, len(content), 2**20):
        answer = await send(phone, place, at, content[at : at + 2**20])
        assert answer.status_code == 204 or 400 <= answer.status_code < 500, answer.text
        refusal = answer.json()["code"] if answer.status_code >= 400 else None
    return refusal


async def check_served(phone: httpx.AsyncClient, evidence_id: UUID, *, is_there: bool) -> None:
    """Whatever is given out says what it is by its bytes, is a download, and may do nothing in a browser."""
    for copy in ("bytes", "view", "thumbnail"):
        answer = await phone.get(f"/v1/evidence/{evidence_id}/{copy}")
        assert answer.status_code == 200 or 400 <= answer.status_code < 500, (copy, answer.text)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.status_code != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            assert shots.HTML not in answer.content
            continue
        assert is_there
        assert answer.headers["content-type"] in SERVED
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        if copy == "bytes":
            assert answer.headers["content-disposition"].startswith("attachment;")
        else:
            assert not [part for part in (shots.HTML, shots.SVG, b"PK\x03\x04", b"%PDF") if part in answer.content]


async def test_a_file_is_taken_or_refused_and_nothing_suffers(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage,
    content: bytes,
) -> None:  # fmt: skip
    """EV-2: taken for a photo by its bytes alone, looked at in a cage, and given out as nothing that runs."""
    evidence_id = await name(database, world, content)
    began = children_cpu_s()
    refusal = await bring(phone, content)
    media_type = rules.type_of(content)
    is_photo = media_type is not None and media_type.startswith("image/")
    assert refusal == (None if media_type is not None else "evidence.not_a_photo")
    assert await states(job_database, world) == {evidence_id: "stored" if is_photo else "refused"}
    if is_photo:
        async with watched_cages() as held_kb:
            seen = await look_at(content, ["C-1"], is_last=False)
        assert isinstance(seen, Picture | Fault), "the process fell"
        assert 0 < max(held_kb) < MEMORY_MB_MAX * 1024
        while await examine_next(job_database, storage, clock.now()):
            pass  # what other tests left waiting has its turn before
    await check_served(phone, evidence_id, is_there=is_photo)
    assert children_cpu_s() - began < 2 * SECONDS_MAX


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_a_photo_that_breaks_off_anywhere_is_taken_and_looked_at(phone: httpx.AsyncClient, kind: str) -> None:
    """A cut at each of many places: what still begins as a photo is kept; looking at it gives a picture or a fault."""
    whole = shots.encoded(shots.scene(120, 90), kind)
    for at in sorted({1, 3, 4, 9, 12, 16, 20, 33, *range(40, len(whole), max(1, len(whole) // 12))}):
        part = whole[:at]
        assert await bring(phone, part) == (None if media_type_of(part) is not None else "evidence.not_a_photo")
        assert isinstance(examine(Question(content=part, stamp=["C-1"])), Picture | Fault)


@pytest.mark.parametrize("sound", [*SOUNDS, *(path.name for path in shared_files("audio"))])
async def test_a_recording_is_taken_or_refused_by_its_bytes(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, sound: str
) -> None:
    """EV-6: announced as a recording, whole, broken off, with something behind it, or none at all."""
    content = SOUNDS[sound] if sound in SOUNDS else (SHARED / "audio" / sound).read_bytes()
    one = note(content)
    evidence_id = await name_taken(database, world, one)
    refusal = await bring(phone, content, "audio/webm")
    media_type = rules.type_of(content)
    is_sound = media_type is not None and media_type.startswith("audio/")
    assert refusal == (None if media_type is not None else "evidence.not_a_recording")
    assert await states(job_database, world) == {evidence_id: "stored" if is_sound else "refused"}
    await check_served(phone, evidence_id, is_there=is_sound)


@pytest.mark.parametrize("name_of_it", ["page", "script", "archive", "drawing that runs"])
async def test_what_is_no_photo_is_kept_apart_and_named(
    phone: httpx.AsyncClient,
    database: Database,
    job_database: Database,
    world: World,
    storage: Storage,
    name_of_it: str,
) -> None:
    """Nothing is lost: the record stays, the bytes lie where nothing serves them, and the phone is told."""
    content = HOSTILE[name_of_it]
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    answer = await send(phone, place, 0, content)
    assert (answer.status_code, answer.json()["code"]) == (415, "evidence.not_a_photo")
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.refused"]
    digest = hashlib.sha256(content).hexdigest()
    assert await files.read(storage.files, f"refused/{world.tenant_id}/{digest[:2]}/{digest}") == content
    again = await phone.post("/v1/uploads", headers=announcement(content))
    assert (again.status_code, again.json()["code"]) == (415, "evidence.not_a_photo")
    assert (await phone.head(place, headers=TUS)).status_code == 404, "not at its end: nobody takes it for stored"


async def test_bytes_that_were_no_photo_refuse_what_names_them_later(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = HOSTILE["page"]
    assert (await send(phone, await begin(phone, content), 0, content)).status_code == 415
    evidence_id = await name(database, world, content)
    assert await states(job_database, world) == {evidence_id: "refused"}


async def test_a_sound_announced_as_itself_is_refused_before_it_travels(phone: httpx.AsyncClient) -> None:
    headers = announcement(b"RIFF") | {"Upload-Metadata": "sha256 " + "YQ==" + ",type YXVkaW8vd2F2"}
    assert (await phone.post("/v1/uploads", headers=headers)).status_code == 400
