"""Does what breaks no reader break the database behind it? Odd batches and headers through the real server."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import msgspec
import pytest

from backend.evidence.schemas import PhotoTaken
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.sync.phone import Phone, call, promise, register, visit
from tests.backend.sync.test_routes import signed_in
from tests.fuzz.run import FOUND
from tests.fuzz.seeds import example
from tests.fuzz.shapes import CHANGES_MAX, changed
from tests.world import World

Entrance = Callable[[UUID], Awaitable[str]]
BATCHES = 400
SEED = 725


def good_batch(phone: Phone, world: World) -> bytes:
    """Return a batch in which every item would be accepted, or nearly so."""
    at = datetime.now(tz=UTC) - timedelta(minutes=20)
    times = {"started_at": at, "ended_at": at + timedelta(minutes=5)}
    photo = example(PhotoTaken)
    assert isinstance(photo, dict)
    shot = photo | {"id": new_id(), "manifest": None, "signature": None, "taken_at": at}
    paid = visit(world, 0, **times, result="PTP", party="client", promise=promise(), next_step=None)
    items = [
        phone.item("visit.record", visit(world, 1, **times, photos=[shot]), at=at),
        phone.item("visit.record", paid, at=at),
        phone.item("call.record", call(world, 0, **times), at=at),
        phone.item("contact.reveal", {"case_id": world.cases[0], "contact_point_id": world.contacts[0], "reason": "x"}),
        phone.item("duty.start", {"place": {"lat": 30.0, "lon": 120.0}}, at=at),
    ]
    return msgspec.json.encode(msgspec.structs.replace(phone.batch(*items), sent_at=at))


@pytest.mark.slow
async def test_odd_batches_get_an_answer_from_the_real_server(
    server: str, entrance: Entrance, world: World, job_database: Database
) -> None:
    """AD-4: some changes at random places of a good batch, hundreds of times: never a 5xx, always an answer an item."""
    phone, random = await register(job_database, world, world.mei), Random(SEED)  # noqa: S311 - inputs, not secrets
    taken: dict[str, int] = {}
    async with signed_in(server, entrance, world.mei) as client:
        for _ in range(BATCHES):
            odd: object = json.loads(good_batch(phone, world))
            for _ in range(random.randint(1, CHANGES_MAX)):
                odd = changed(odd, random)
            answer = await client.post("/v1/sync/push", content=json.dumps(odd))
            assert answer.status_code < 500, f"{answer.status_code} {answer.text}: {odd}"
            for one in answer.json().get("answers", []):
                taken[one["status"]] = taken.get(one["status"], 0) + 1
    assert taken["accepted"] > BATCHES // 2, "most items are good: the batches get past the first gate"
    assert taken["refused"] > BATCHES // 10


async def test_what_once_broke_something_gets_an_answer_from_the_real_server(
    server: str, entrance: Entrance, world: World
) -> None:
    async with signed_in(server, entrance, world.mei) as client:
        for path in sorted(FOUND.glob("batch/*")):
            answer = await client.post("/v1/sync/push", content=path.read_bytes())
            assert answer.status_code < 500, path
        for path in sorted(FOUND.glob("left_behind/*")):
            answer = await client.post("/v1/sync/left-behind", content=path.read_bytes())
            assert answer.status_code < 500, path


async def test_a_file_that_once_broke_its_reader_is_refused_by_the_real_server(
    server: str, entrance: Entrance, world: World
) -> None:
    """IN-1: uploaded, looked at and guessed, or refused in words; a mapping that is no text, too."""
    async with signed_in(server, entrance, world.ada) as client:
        for path in sorted(FOUND.glob("book_*/*")):
            answer = await client.post("/v1/imports", params={"name": path.name}, content=path.read_bytes())
            assert answer.status_code < 500, path
            if answer.status_code == 201:
                guess = await client.get(f"/v1/imports/{answer.json()['id']}/guess")
                assert guess.status_code < 500, path
        for body in (b'{"title":"\xff"}', b'{"title":' + b"[" * 3000 + b"]" * 3000 + b"}"):
            saved = await client.put("/v1/import-mappings/odd", content=body)
            assert (saved.status_code, saved.json()["code"]) == (422, "malformed")
