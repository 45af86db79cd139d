"""OF-5: is a photo whole after any cut, crash and replay, and is at most one piece sent again?"""

import asyncio
import errno
import hashlib
import os
from typing import NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.types import HTTPReceiveMessage, HTTPScope, Message

from backend.evidence import rules, uploads
from backend.evidence.storage import Storage
from backend.kernel import files
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from tests.backend.evidence.phones import JPEG, begin, kinds, name, offset_of, photo, send, states
from tests.world import World


class Step(NamedTuple):
    """One try to send: how many bytes are announced, after how many the network breaks, what a crash left behind."""

    announced: int
    arrives: int
    garbage: int
    replays: bool


STEPS = st.lists(
    st.builds(Step, st.integers(1, 900), st.integers(0, 900), st.integers(0, 50), st.booleans()), max_size=6
)


async def cut(app: Litestar, phone: httpx.AsyncClient, place: str, offset: int, piece: bytes, arrives: int) -> int:
    """Send a piece whose connection breaks after `arrives` bytes; returns the status that nobody will read."""
    parts: list[HTTPReceiveMessage] = [
        {"type": "http.request", "body": piece[: arrives // 2], "more_body": True},
        {"type": "http.request", "body": piece[arrives // 2 : arrives], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> HTTPReceiveMessage:
        return parts.pop(0)

    async def note(message: Message) -> None:
        sent.append(message)

    headers = {
        "host": "localhost:8400", "tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream",
        "upload-offset": str(offset), "content-length": str(len(piece)), "x-rounds": "1",
        "cookie": "; ".join(f"{key}={value}" for key, value in phone.cookies.items()),
    }  # fmt: skip
    await app(_scope(place, headers), receive, note)
    start = sent[0]
    assert start["type"] == "http.response.start"
    return start["status"]


def _scope(path: str, headers: dict[str, str]) -> HTTPScope:
    return {  # type: ignore[typeddict-item]  # the keys that a server gives; the framework adds its own
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "PATCH",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("localhost", 8400), "extensions": {},
    }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size_bytes=st.integers(len(JPEG) + 8, 3000), steps=STEPS)
async def test_a_photo_is_whole_after_cuts_at_any_byte(
    size_bytes: int, steps: list[Step], app: Litestar, phone: httpx.AsyncClient, storage: Storage, world: World
) -> None:
    """The offset only grows, by exactly what arrived; bytes that were written but never promised do no harm."""
    content = photo(size_bytes, new_id().hex)
    place = await begin(phone, content)
    spooled = storage.spool.folder / place.rsplit("/", 1)[1]
    offset = 0
    for step in steps:
        piece = content[offset : offset + step.announced]
        if not piece:
            break
        arrives = min(step.arrives, len(piece))
        await cut(app, phone, place, offset, piece, arrives)
        offset += arrives
        assert await offset_of(phone, place) == offset
        if step.replays and arrives:
            assert (await send(phone, place, offset - arrives, piece)).status_code == 409
        if step.garbage and offset < size_bytes and spooled.exists():
            with spooled.open("ab") as handle:
                handle.write(b"\0" * step.garbage)
    if offset < size_bytes:
        assert (await send(phone, place, offset, content[offset:])).status_code == 204
    digest = hashlib.sha256(content).digest()
    assert await files.read(storage.files, rules.key_of(world.tenant_id, digest)) == content
    assert await offset_of(phone, place) == size_bytes
    assert not spooled.exists()


async def test_a_piece_that_is_cut_is_kept_as_far_as_it_came(app: Litestar, phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    place = await begin(phone, content)
    assert await cut(app, phone, place, 0, content, 999) == 408
    assert await offset_of(phone, place) == 999


async def test_a_phone_that_stalls_keeps_what_came(storage: Storage) -> None:
    messages: list[HTTPReceiveMessage] = [{"type": "http.request", "body": b"12345", "more_body": True}]

    async def receive() -> HTTPReceiveMessage:
        if not messages:
            await asyncio.sleep(60)
        return messages.pop()

    piece = await uploads.receive(storage, receive, 7, timeout_s=0.05)
    assert (piece.offset_bytes, piece.content, piece.is_whole) == (7, b"12345", False)
    assert not storage.receiving.locked()


async def test_more_pieces_than_memory_for_them_are_put_off(storage: Storage) -> None:
    async def receive() -> HTTPReceiveMessage:
        raise AssertionError("nothing is read")

    async with asyncio.TaskGroup() as group:
        for _ in range(128):
            group.create_task(storage.receiving.acquire())
    with pytest.raises(Problem, match="unavailable"):
        await uploads.receive(storage, receive, 0)


async def test_a_store_that_is_away_costs_one_piece(
    phone: httpx.AsyncClient, storage: Storage, database: Database, job_database: Database, world: World
) -> None:
    """The last piece is refused in a way that passes; after the store is back it alone is sent again."""
    content = photo(3000)
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:2000])
    root = storage.files.root
    assert root is not None
    root.rmdir()
    root.write_bytes(b"not a folder")
    answer = await send(phone, place, 2000, content[2000:])
    assert (answer.status_code, answer.json()["code"]) == (503, "evidence.store_away")
    assert answer.headers["retry-after"] == "5"
    assert await offset_of(phone, place) == 2000
    assert await states(job_database, world) == {evidence_id: "awaited"}
    root.unlink()
    root.mkdir()
    assert (await send(phone, place, 2000, content[2000:])).status_code == 204
    assert await states(job_database, world) == {evidence_id: "stored"}


async def test_a_crash_after_the_store_and_before_the_database_is_repeated_safely(
    phone: httpx.AsyncClient, storage: Storage, database: Database, job_database: Database, world: World
) -> None:
    content = photo(3000)
    evidence_id = await name(database, world, content)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:2000])
    await files.put_once(storage.files, rules.key_of(world.tenant_id, hashlib.sha256(content).digest()), content)
    assert await offset_of(phone, place) == 2000
    assert (await send(phone, place, 2000, content[2000:])).status_code == 204
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]


async def test_a_disk_that_fills_up_in_a_piece_costs_that_piece(
    phone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo(3000)
    place = await begin(phone, content)
    await send(phone, place, 0, content[:1000])
    real = os.pwrite

    def half_full(descriptor: int, left: memoryview, offset: int) -> int:
        if offset > 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, left[:500], offset)

    monkeypatch.setattr(os, "pwrite", half_full)
    answer = await send(phone, place, 1000, content[1000:])
    assert (answer.status_code, answer.json()["code"]) == (507, "evidence.disk_full")
    monkeypatch.undo()
    assert await offset_of(phone, place) == 1000
    assert (await send(phone, place, 1000, content[1000:])).status_code == 204


async def test_fifty_beginnings_at_once_are_one_upload(phone: httpx.AsyncClient) -> None:
    content = photo(1000)
    places = await asyncio.gather(*(begin(phone, content) for _ in range(50)))
    assert len(set(places)) == 1


async def test_fifty_replays_of_a_whole_upload_leave_one_photo(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    content = photo(50_000)
    evidence_id = await name(database, world, content)

    async def try_once() -> int:
        place = await begin(phone, content)
        return (await send(phone, place, 0, content)).status_code

    statuses = await asyncio.gather(*(try_once() for _ in range(50)))
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    assert await kinds(job_database, world, evidence_id) == ["evidence.named", "evidence.stored"]
