"""What does a file do that was made to hurt? It is taken or refused in words; no server, worker or reader suffers."""

import hashlib
import resource
from pathlib import Path

import httpx
import pytest

from backend.evidence.examining import look_at
from backend.evidence.pictures import Fault, Picture, media_type_of
from backend.evidence.storage import Storage
from backend.kernel import files
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.phones import TUS, announcement, begin, kinds, name, send, states
from tests.world import World

SHARED = Path(__file__).parents[4] / "shared" / "data"
MEMORY_MB_MAX = 512
SECONDS_MAX = 10
HOSTILE = shots.hostile()


def children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


async def test_a_file_is_taken_or_refused_and_nothing_suffers(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, content: bytes
) -> None:
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    began = children_cpu_s()
    refusal = None
    for at in range(0, len(content), 2**20):
        answer = await send(phone, place, at, content[at : at + 2**20])
        assert answer.status_code == 204 or 400 <= answer.status_code < 500, answer.text
        refusal = answer.json()["code"] if answer.status_code >= 400 else None
    is_photo = media_type_of(content) is not None
    assert refusal == (None if is_photo else "evidence.not_a_photo")
    assert await states(job_database, world) == {evidence_id: "stored" if is_photo else "refused"}
    answer = await phone.get(f"/v1/evidence/{evidence_id}/bytes")
    assert answer.status_code == (200 if is_photo else 415)
    assert is_photo or shots.HTML not in answer.content
    assert answer.headers["x-content-type-options"] == "nosniff"
    if is_photo:
        assert answer.headers["content-type"] in {"image/jpeg", "image/png", "image/webp", "image/avif", "image/heic"}
        seen = await look_at(content, ["C-1"], is_last=False)
        assert isinstance(seen, Picture | Fault), "the process fell"
    assert children_cpu_s() - began < SECONDS_MAX
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_MB_MAX * 1024


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
