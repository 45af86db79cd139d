"""Does a sealed photo come out byte for byte, and is any change of it found?"""

import hashlib
import os
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from backend.evidence import rules
from backend.evidence.sealed import SEGMENT_BYTES, SealedHeader, opened, read_header, sealed_length
from backend.evidence.storage import Storage
from backend.kernel import files
from backend.kernel.boxes import Boxes, SealedError, open_boxes
from backend.kernel.db import Database
from tests.backend.evidence.phones import TUS, metadata, name, send, states
from tests.backend.evidence.phones import photo as photo_of
from tests.backend.evidence.sealing import seal, text
from tests.world import World


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Boxes:
    return open_boxes(Path(tmp_path_factory.mktemp("keys")))


@pytest.mark.parametrize("size", [1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES, 500_000])
def test_a_photo_comes_out_as_it_went_in(boxes: Boxes, size: int) -> None:
    photo = os.urandom(size)
    header, sealed = seal(boxes.keys[0], photo)
    assert len(sealed) == sealed_length(size)
    assert opened(boxes, header, hashlib.sha256(photo).digest(), sealed) == photo


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_no_byte_can_be_changed(boxes: Boxes, data: st.DataObject) -> None:
    photo = bytes(range(256)) * 600
    header, sealed = seal(boxes.keys[0], photo)
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    with pytest.raises(SealedError):
        opened(boxes, header, hashlib.sha256(photo).digest(), other)


@pytest.mark.parametrize(
    "what", ["cut", "cut, and says so", "swapped", "another photo's key", "another hash", "longer"]
)
def test_no_segment_can_be_dropped_moved_or_added(boxes: Boxes, what: str) -> None:
    photo = os.urandom(3 * SEGMENT_BYTES)
    digest = hashlib.sha256(photo).digest()
    header, sealed = seal(boxes.keys[0], photo)
    step = SEGMENT_BYTES + 16
    parts = [sealed[at : at + step] for at in range(0, len(sealed), step)]
    attacks = {
        "cut": (header, digest, sealed[:-step]),
        "cut, and says so": (msgspec.structs.replace(header, size=2 * SEGMENT_BYTES), digest, sealed[:-step]),
        "swapped": (header, digest, parts[1] + parts[0] + parts[2]),
        "another photo's key": (seal(boxes.keys[0], photo)[0], digest, sealed),
        "another hash": (header, hashlib.sha256(b"x").digest(), sealed),
        "longer": (header, digest, sealed + b"0"),
    }
    with pytest.raises(SealedError):
        opened(boxes, *attacks[what])


@pytest.mark.parametrize("header", ["", "{}", '{"size": -1}', "[1]", "\x00"])
def test_what_is_no_header_is_said(header: str) -> None:
    with pytest.raises(SealedError):
        read_header(header)


async def announce(phone: httpx.AsyncClient, header: SealedHeader, photo: bytes, length: int) -> httpx.Response:
    told = metadata(hashlib.sha256(photo).hexdigest()) + f",sealed {text(msgspec.json.encode(header))}"
    return await phone.post("/v1/uploads", headers=TUS | {"Upload-Length": str(length), "Upload-Metadata": told})


async def test_a_sealed_photo_travels_in_pieces_and_is_stored_in_plain(
    app: Litestar, phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """OF-8, OF-9: a locked phone can send what nobody can read on it; the hash that decides is of the plain bytes."""
    content = photo_of(300_000, world.tenant_id.hex)
    evidence_id = await name(database, world, content)
    header, sealed = seal(app.state.boxes.keys[0], content)
    answer = await announce(phone, header, content, len(sealed))
    assert answer.status_code == 201, answer.text
    place = answer.headers["location"]
    told = (await phone.head(place, headers=TUS)).headers["upload-metadata"]
    assert text(msgspec.json.encode(header)) in told
    for offset in range(0, len(sealed), 100_000):
        piece = await send(phone, place, offset, sealed[offset : offset + 100_000])
        assert piece.status_code == 204, piece.text
    assert await states(job_database, world) == {evidence_id: "stored"}
    key = rules.key_of(world.tenant_id, hashlib.sha256(content).digest())
    assert await files.read(storage.files, key) == content
    size = await job_database.pool.fetchval("SELECT size_bytes FROM stored_files WHERE tenant_id = $1", world.tenant_id)
    assert size == len(content)
    again, _ = seal(app.state.boxes.keys[0], content)
    answer = await announce(phone, again, content, len(sealed))
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(sealed)))


async def test_what_cannot_be_opened_is_refused_and_the_right_bytes_may_come_again(
    app: Litestar, phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, tmp_path: Path
) -> None:
    content = photo_of(1000, world.tenant_id.hex)
    evidence_id = await name(database, world, content)
    header, sealed = seal(open_boxes(tmp_path / "elsewhere").keys[0], content)
    place = (await announce(phone, header, content, len(sealed))).headers["location"]
    answer = await send(phone, place, 0, sealed)
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence.cannot_open")
    assert await states(job_database, world) == {evidence_id: "awaited"}
    header, sealed = seal(app.state.boxes.keys[0], content)
    place = (await announce(phone, header, content, len(sealed))).headers["location"]
    assert (await send(phone, place, 0, sealed)).status_code == 204
    assert await states(job_database, world) == {evidence_id: "stored"}


async def test_a_header_that_does_not_fit_begins_nothing(app: Litestar, phone: httpx.AsyncClient) -> None:
    content = photo_of(1000, 5)
    header, sealed = seal(app.state.boxes.keys[0], content)
    answer = await announce(phone, header, content, len(sealed) + 1)
    assert (answer.status_code, answer.json()["code"]) == (400, "evidence.bad_header")
