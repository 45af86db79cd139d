"""Who sees what is worth a look, and may the collector answer it?"""

import httpx

from backend.evidence.storage import Storage
from backend.kernel.db import Database
from tests.backend.evidence import shots
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds, photo, upload
from tests.backend.evidence.signing import codes, record, register
from tests.backend.evidence.test_examining import examine_all
from tests.world import World


async def test_the_lead_sees_signals_and_the_collector_answers(
    phone: httpx.AsyncClient, signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    answered = await phone.post(f"/v1/evidence/{shot.photo.id}/answers", json={"text": "the client sent it to me"})
    assert answered.status_code == 204, answer_text(answered)
    lead = await signed_in(world.lin)
    seen = (await lead.get(f"/v1/evidence/{shot.photo.id}")).json()
    assert (seen["collector"], seen["state"], seen["is_signed"], seen["is_ready"]) == ("Mei", "awaited", True, False)
    assert [one["code"] for one in seen["looks"]["signals"]] == ["file_source"]
    assert (seen["looks"]["band"], seen["looks"]["score"]) == ("low", 0.063)
    assert [one["text"] for one in seen["looks"]["answers"]] == ["the client sent it to me"]
    listed = (await lead.get("/v1/evidence", params={"case_id": str(world.cases[0])})).json()["items"]
    assert listed == [seen]
    assert await kinds(job_database, world, shot.photo.id) == [
        "evidence.named", "evidence.signalled", "evidence.answered",
    ]  # fmt: skip


def answer_text(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text}"


async def test_nobody_answers_for_somebody_else(
    signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    lead, bo = await signed_in(world.lin), await signed_in(world.bo)
    theirs = await lead.post(f"/v1/evidence/{shot.photo.id}/answers", json={"text": "it is fine"})
    assert (theirs.status_code, theirs.json()["code"]) == (403, "evidence.not_yours")
    assert (await bo.get(f"/v1/evidence/{shot.photo.id}")).status_code == 404
    assert (await bo.post(f"/v1/evidence/{shot.photo.id}/answers", json={"text": "x"})).status_code == 404


async def test_signals_are_not_for_everybody_who_sees_the_photo(
    signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    await job_database.pool.execute(
        "UPDATE cases SET desk_team_id = $2 WHERE id = $1", world.cases[0], world.desk_team_id
    )
    caller = await signed_in(world.cai)
    seen = await caller.get(f"/v1/evidence/{shot.photo.id}")
    assert seen.status_code == 200
    assert seen.json()["looks"] is None


async def test_twenty_answers_are_enough(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World
) -> None:
    mei = await register(job_database, world, world.mei)
    shot = mei.shoot(photo(100), world.cases[0], source="file")
    await record(database, world, mei, shot)
    path = f"/v1/evidence/{shot.photo.id}/answers"
    for n in range(20):
        assert (await phone.post(path, json={"text": f"{n}"})).status_code == 204
    assert (await phone.post(path, json={"text": "more"})).json()["code"] == "evidence.too_many_answers"
    assert (await phone.post(path, json={"text": ""})).status_code == 422


async def test_the_same_photo_at_another_door_is_worth_a_look(
    phone: httpx.AsyncClient, database: Database, job_database: Database, world: World, storage: Storage
) -> None:
    """EV-2: one picture, made smaller and compressed anew, is known again; another one of the same kind is not."""
    mei = await register(job_database, world, world.mei)
    scene = shots.scene(1600, 1200, 3)
    files = [
        shots.encoded(scene),
        shots.encoded(scene.resize((800, 600)), quality=50),
        shots.encoded(shots.scene(1600, 1200, 5)),
    ]
    named = []
    for n, content in enumerate(files):
        named.append(mei.shoot(content, world.cases[n], 5 * n, place=None))
        await record(database, world, mei, named[-1])
        await upload(phone, content)
        await examine_all(job_database, storage, world)
    assert [await codes(job_database, one.photo.id) for one in named] == [set(), {"reused_photo"}, set()]
