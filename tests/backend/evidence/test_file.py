"""What does the whole file of a photo say, to whom, and what is asked of who took it?"""

from datetime import timedelta
from uuid import UUID

import httpx
import msgspec

from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import name, photo, upload
from tests.backend.evidence.signing import record, register
from tests.world import PLACES, World

REVIEW = """
INSERT INTO evidence_reviews (id, tenant_id, case_id, visit_id, evidence_id, state, reason, user_id, at)
SELECT $1, $2, case_id, visit_id, CASE WHEN $5 THEN NULL ELSE id END, $4, 'where were you?', $6, $7
FROM evidence WHERE id = $3
"""

EVENT = """
INSERT INTO events (id, tenant_id, kind, subject_id, case_id, actor_id, occurred_at, payload)
VALUES ($1, $2, 'evidence.reviewed', $3, $4, $5, $6, '{"state": "back_check", "reason": "drawn by lot"}')
"""


async def say(jobs: Database, world: World, evidence_id: UUID, state: str, *, is_of_visit: bool = False) -> None:
    """Let Lin say something to a photo, or to its whole visit."""
    await jobs.pool.execute(REVIEW, new_id(), world.tenant_id, evidence_id, state, is_of_visit, world.lin, clock.now())


async def questions(client: httpx.AsyncClient) -> list[tuple[str, bool]]:
    """Return (id, is it open) of what is asked of somebody."""
    answer = await client.get("/v1/evidence/questions")
    assert answer.status_code == 200, answer.text
    return [(item["evidence"]["id"], item["is_open"]) for item in answer.json()["items"]]


async def test_the_file_tells_what_was_signed_and_what_was_done(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    """EV-4: place against door, clock, chain and custody, in numbers that a person can read."""
    mei = await register(job_database, world, world.mei)
    first, second = (mei.shoot(photo(100, n), world.cases[0], 5 + n) for n in range(2))
    await record(database, world, mei, first, second)
    await upload(phone, photo(100, 1))
    lead = await signed_in(world.lin)
    await lead.get(f"/v1/evidence/{second.photo.id}/bytes")
    told = (await lead.get(f"/v1/evidence/{second.photo.id}/file")).json()
    assert told["case"]["client"] == "王小雨"
    assert (told["manifest"]["number"], told["manifest"]["has_before"], told["manifest"]["source"]) == (
        2,
        True,
        "camera",
    )
    assert told["manifest"]["place"] == {
        "place": {"lat": PLACES[0][0], "lon": PLACES[0][1]}, "accuracy_m": 12, "age_ms": 900,
    }  # fmt: skip
    assert (told["device"], told["is_held"], told["is_reduced"], told["fence_radius_m"]) == ("phone", False, False, 100)
    assert [(line["kind"], line["actor"]) for line in told["custody"]] == [
        ("evidence.viewed", "Lin"), ("evidence.stored", "Mei"), ("evidence.named", "Mei"),
    ]  # fmt: skip
    assert told["custody"][0]["detail"] == {"copy": "original"}


async def test_the_file_is_for_who_took_the_photo_and_who_controls(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    evidence_id = await name(database, world, photo(100))
    await job_database.pool.execute(
        "UPDATE cases SET desk_team_id = $2 WHERE id = $1", world.cases[0], world.desk_team_id
    )
    path = f"/v1/evidence/{evidence_id}/file"
    assert (await phone.get(path)).status_code == 200
    assert (await (await signed_in(world.cai)).get(path)).json()["code"] == "identity.forbidden"
    assert (await (await signed_in(world.bo)).get(path)).status_code == 404


async def test_what_cannot_be_read_as_a_manifest_is_no_manifest(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="a drawing")
    await record(database, world, mei, shot)
    told = (await phone.get(f"/v1/evidence/{shot.photo.id}/file")).json()
    assert told["manifest"] is None
    assert [one["code"] for one in told["evidence"]["looks"]["signals"]] == ["manifest_differs"]


async def test_a_question_is_open_until_it_is_answered(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    """EV-8: a signal that weighs little asks nothing; a reviewer's question does, until an answer came after it."""
    mei = await register(job_database, world, world.mei)
    light, heavy = mei.shoot(photo(100, 1), world.cases[0], source="file"), mei.shoot(photo(100, 2), world.cases[1])
    mei.key = (await register(job_database, world, world.mei)).key
    forged = mei.shoot(photo(100, 3), world.cases[2])
    await record(database, world, mei, light, heavy, forged)
    ids = {"light": f"{light.photo.id}", "forged": f"{forged.photo.id}"}
    assert await questions(phone) == [(ids["forged"], True), (ids["light"], False)]
    await phone.post(f"/v1/evidence/{forged.photo.id}/answers", json={"text": "my phone was repaired"})
    assert dict(await questions(phone)) == {ids["forged"]: False, ids["light"]: False}
    await say(job_database, world, light.photo.id, "questioned")
    assert await questions(phone) == [(ids["light"], True), (ids["forged"], False)]
    await phone.post(f"/v1/evidence/{light.photo.id}/answers", json={"text": "the client sent it"})
    assert dict(await questions(phone)) == {ids["forged"]: False, ids["light"]: False}


async def test_a_question_to_a_visit_is_answered_by_any_of_its_photos(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    one, other = mei.shoot(photo(100, 1), world.cases[0]), mei.shoot(photo(100, 2), world.cases[0])
    other = msgspec.structs.replace(other, visit_id=one.visit_id)
    await record(database, world, mei, one, other)
    await say(job_database, world, one.photo.id, "questioned", is_of_visit=True)
    assert [is_open for _, is_open in await questions(phone)] == [True, True]
    asked = (await phone.get("/v1/evidence/questions")).json()["items"][0]["asked"]
    assert (asked["reason"], asked["by"], asked["is_of_visit"]) == ("where were you?", "Lin", True)
    await phone.post(f"/v1/evidence/{other.photo.id}/answers", json={"text": "at the door"})
    assert [is_open for _, is_open in await questions(phone)] == [False, False]


async def test_where_somebody_will_go_is_not_told_to_who_was_there(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    """EV-8: a back-check that the collector knows of checks nothing."""
    evidence_id = await name(database, world, photo(100))
    await say(job_database, world, evidence_id, "back_check", is_of_visit=True)
    (told,) = (await phone.get("/v1/evidence/questions")).json()["items"]
    assert (told["asked"], told["is_open"]) == (None, False)
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=clock.now())
    await job_database.pool.execute(EVENT, new_id(), act.tenant_id, evidence_id, world.cases[0], act.actor_id, act.at)
    path = f"/v1/evidence/{evidence_id}/file"
    for client, is_told in ((phone, False), (await signed_in(world.lin), True)):
        kinds = [line["kind"] for line in (await client.get(path)).json()["custody"]]
        assert ("evidence.reviewed" in kinds) is is_told


async def test_a_case_that_went_to_somebody_else_leaves_the_right_to_answer(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    """Row-level security hides the client, not the photo that was one's own; others see neither."""
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    await job_database.pool.execute("UPDATE cases SET assignee_id = $2 WHERE id = $1", world.cases[0], world.bo)
    (told,) = (await phone.get("/v1/evidence/questions")).json()["items"]
    assert (told["evidence"]["id"], told["case"]) == (f"{shot.photo.id}", None)
    assert await questions(await signed_in(world.bo)) == []


async def test_what_is_older_than_a_quarter_is_asked_no_more(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    await job_database.pool.execute(
        "UPDATE evidence SET recorded_at = $2 WHERE id = $1", shot.photo.id, clock.now() - timedelta(days=91)
    )
    assert await questions(phone) == []


async def test_photos_of_one_visit_are_listed_alone(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    one, other = mei.shoot(photo(100, 1), world.cases[0]), mei.shoot(photo(100, 2), world.cases[0])
    await record(database, world, mei, one, other)
    wanted = {"case_id": f"{world.cases[0]}", "visit_id": f"{one.visit_id}"}
    listed = (await phone.get("/v1/evidence", params=wanted)).json()["items"]
    assert [item["id"] for item in listed] == [f"{one.photo.id}"]
