"""Does what the camera gave follow its smaller copy, and is it said of each where it is?"""

from uuid import UUID

import httpx
import pytest

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, name_taken, photo, taken_from, upload
from tests.backend.evidence.signing import codes
from tests.world import World

GIVEN_UP = "/v1/uploads/given-up"


async def state_of(client: httpx.AsyncClient, evidence_id: UUID) -> tuple[str, str]:
    """Ask where the copy and the original are."""
    seen = (await client.get(f"/v1/evidence/{evidence_id}")).json()
    return seen["state"], seen["original_state"]


async def test_the_original_follows_the_copy_and_is_given_as_it_was_taken_from(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    """EV-1: the hash of what was shot stands in the record; until those bytes come, the original is awaited."""
    original, copy = photo(5000, "original"), photo(900, "copy")
    evidence_id = await name_taken(database, world, taken_from(original, copy))
    assert await state_of(phone, evidence_id) == ("awaited", "awaited")
    await upload(phone, copy)
    assert await state_of(phone, evidence_id) == ("stored", "awaited")
    early = await phone.get(f"/v1/evidence/{evidence_id}/as-shot")
    assert (early.status_code, early.json()["code"]) == (404, "evidence.original_awaited")
    await upload(phone, original)
    assert await state_of(phone, evidence_id) == ("stored", "stored")
    whole = await phone.get(f"/v1/evidence/{evidence_id}/as-shot")
    assert whole.content == original
    assert "sandbox" in whole.headers["content-security-policy"]
    assert (await phone.get(f"/v1/evidence/{evidence_id}/bytes")).content == copy
    assert await kinds(job_database, world, evidence_id) == [
        "evidence.named", "evidence.stored", "evidence.original_stored", "evidence.viewed", "evidence.viewed",
    ]  # fmt: skip


async def test_an_original_that_came_before_its_record_counts_at_once(
    phone: httpx.AsyncClient, database: Database, world: World
) -> None:
    original, copy = photo(5000, "early"), photo(900, "late")
    await upload(phone, original)
    evidence_id = await name_taken(database, world, taken_from(original, copy))
    assert await state_of(phone, evidence_id) == ("awaited", "stored")


@pytest.mark.parametrize(("is_kept", "is_same", "state"), [(False, False, "not_kept"), (True, True, "none")])
async def test_an_original_that_never_comes_is_not_awaited(
    phone: httpx.AsyncClient, database: Database, world: World, state: str, *, is_kept: bool, is_same: bool
) -> None:
    copy = photo(900, "only")
    evidence_id = await name_taken(database, world, taken_from(copy if is_same else photo(5000), copy, is_kept=is_kept))
    assert (await state_of(phone, evidence_id))[1] == state
    await upload(phone, copy)
    answer = await phone.get(f"/v1/evidence/{evidence_id}/as-shot")
    assert (answer.status_code, answer.content == copy) == ((200, True) if is_same else (404, False))


async def test_what_is_no_photo_is_refused_as_an_original_and_the_copy_stands(
    phone: httpx.AsyncClient, database: Database, world: World
) -> None:
    page, copy = b"<!doctype html>" + photo(50), photo(900, "good")
    evidence_id = await name_taken(database, world, taken_from(page, copy))
    await upload(phone, copy)
    with pytest.raises(AssertionError, match="not_a_photo"):
        await upload(phone, page)
    assert await state_of(phone, evidence_id) == ("stored", "refused")


@pytest.mark.parametrize(("reason", "signals"), [("policy", set()), ("lost", {"original_missing"})])
async def test_a_phone_says_first_that_it_will_never_send_an_original(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, reason: str, signals: set[str]
) -> None:
    """Nothing is lost in silence: said twice it is one event, and a lost one is worth a look."""
    evidence_id = await name_taken(database, world, taken_from(photo(5000, "gone"), photo(900, "stays")))
    for _ in range(2):
        answer = await phone.post(GIVEN_UP, json={"evidence_ids": [str(evidence_id)], "reason": reason})
        assert answer.status_code == 204, answer.text
    assert (await state_of(phone, evidence_id))[1] == "given_up"
    assert (await kinds(job_database, world, evidence_id)).count("evidence.original_given_up") == 1
    assert await codes(job_database, evidence_id) - {"manifest_missing"} == signals


async def test_nobody_gives_up_what_somebody_else_took_or_what_is_here(
    signed_in: SignedIn, phone: httpx.AsyncClient, database: Database, world: World
) -> None:
    original, copy = photo(5000, "mine"), photo(900, "my copy")
    evidence_id = await name_taken(database, world, taken_from(original, copy))
    body = {"evidence_ids": [str(evidence_id), str(new_id())], "reason": "lost"}
    stranger = await signed_in(world.bo)
    assert (await stranger.post(GIVEN_UP, json=body)).status_code == 204
    assert (await state_of(phone, evidence_id))[1] == "awaited"
    await upload(phone, original)
    assert (await phone.post(GIVEN_UP, json=body)).status_code == 204
    assert (await state_of(phone, evidence_id))[1] == "stored"
