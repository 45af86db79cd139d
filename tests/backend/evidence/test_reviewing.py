"""Does a reviewer's word stand beside the evidence, is nobody their own judge, and is a draw what the lots say?"""

import httpx
import pytest

from backend.evidence.sampling import Drawable, drawn
from backend.kernel.db import Database
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.phones import kinds
from tests.backend.evidence.signing import Camera, register
from tests.backend.evidence.visiting import WINDOW, visit, visit_with_photo
from tests.world import World


@pytest.fixture
async def lead(signed_in: SignedIn, world: World) -> httpx.AsyncClient:
    """Give Lin's screen."""
    return await signed_in(world.lin)


@pytest.fixture
async def mei(job_database: Database, world: World) -> Camera:
    """Give Mei's signing phone."""
    return await register(job_database, world, world.mei)


def wish(visit_id: object, state: str, reason: str = "", evidence_id: object = None) -> dict[str, object]:
    told = None if evidence_id is None else str(evidence_id)
    return {"visit_id": str(visit_id), "evidence_id": told, "state": state, "reason": reason}


async def test_the_newest_word_counts_and_all_words_stay(
    lead: httpx.AsyncClient, database: Database, job_database: Database, world: World, mei: Camera
) -> None:
    """EV-8: a visit is questioned, sent to a back-check, accepted; each word has its reviewer, reason and event."""
    shot = await visit_with_photo((database, job_database), world, mei, 0)
    for state, reason in (("questioned", "the door is another one"), ("back_check", "Bo goes there"), ("accepted", "")):
        said = await lead.post("/v1/evidence/reviews", json=wish(shot.visit_id, state, reason))
        assert (said.status_code, said.json()["reviewer"]) == (201, "Lin"), said.text
    listed = (await lead.get("/v1/evidence/reviews", params={"visit_id": str(shot.visit_id)})).json()["items"]
    assert [one["state"] for one in listed] == ["accepted", "back_check", "questioned"]
    assert listed[2]["reason"] == "the door is another one"
    page = (await lead.get("/v1/evidence/visits", params=WINDOW)).json()["items"]
    assert [(one["visit_id"], one["state"]) for one in page] == [(str(shot.visit_id), "accepted")]
    assert await kinds(job_database, world, shot.visit_id) == ["visit.reviewed"] * 3
    assert await kinds(job_database, world, shot.photo.id) == ["evidence.named", *["evidence.reviewed"] * 3]


async def test_one_photo_is_questioned_and_the_visit_is_not(
    lead: httpx.AsyncClient, database: Database, job_database: Database, world: World, mei: Camera
) -> None:
    shot = await visit_with_photo((database, job_database), world, mei, 0)
    other = await visit_with_photo((database, job_database), world, mei, 1, 30)
    said = await lead.post("/v1/evidence/reviews", json=wish(shot.visit_id, "questioned", "blurred", shot.photo.id))
    assert said.json()["evidence_id"] == str(shot.photo.id)
    wrong = await lead.post("/v1/evidence/reviews", json=wish(shot.visit_id, "accepted", "", other.photo.id))
    assert wrong.status_code == 404
    page = (await lead.get("/v1/evidence/visits", params=WINDOW)).json()["items"]
    assert {one["state"] for one in page} == {"unreviewed"}
    assert await kinds(job_database, world, shot.visit_id) == []


async def test_nobody_reviews_visits_of_their_own(
    lead: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    own = await visit(job_database, world, world.lin, 0)
    answer = await lead.post("/v1/evidence/reviews", json=wish(own, "accepted"))
    assert (answer.status_code, answer.json()["code"]) == (403, "evidence.own_work")


async def test_a_question_needs_a_reason_and_a_visit_taken_back_none(
    lead: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    there = await visit(job_database, world, world.mei, 0)
    assert (await lead.post("/v1/evidence/reviews", json=wish(there, "questioned", " "))).status_code == 422
    await job_database.pool.execute("UPDATE visits SET withdrawn_at = now() WHERE id = $1", there)
    assert (await lead.post("/v1/evidence/reviews", json=wish(there, "accepted"))).status_code == 404


async def test_a_collector_sees_what_is_asked_but_not_where_somebody_will_go(
    lead: httpx.AsyncClient, phone: httpx.AsyncClient, signed_in: SignedIn, job_database: Database, world: World
) -> None:
    there = await visit(job_database, world, world.mei, 0)
    for state in ("questioned", "back_check"):
        await lead.post("/v1/evidence/reviews", json=wish(there, state, "why"))
    seen = await phone.get("/v1/evidence/reviews", params={"visit_id": str(there)})
    assert [one["state"] for one in seen.json()["items"]] == ["questioned"]
    assert (await phone.post("/v1/evidence/reviews", json=wish(there, "accepted"))).status_code == 403
    stranger = await signed_in(world.bo)
    assert (await stranger.get("/v1/evidence/reviews", params={"visit_id": str(there)})).json()["items"] == []


async def test_a_draw_is_what_the_lots_say_and_can_be_redone(
    lead: httpx.AsyncClient, database: Database, job_database: Database, world: World, mei: Camera
) -> None:
    """EV-8: back-checks are drawn by risk from a seed; the same seed marks nothing twice."""
    loud = await visit_with_photo((database, job_database), world, mei, 0, 0, source="file")
    quiet = [await visit(job_database, world, world.mei, case, 20 * case) for case in (1, 2)]
    away = await visit(job_database, world, world.bo, 3, 10)
    gone = await visit(job_database, world, world.mei, 1, 90)
    await job_database.pool.execute("UPDATE visits SET withdrawn_at = now() WHERE id = $1", gone)
    page = (await lead.get("/v1/evidence/visits", params=WINDOW)).json()["items"]
    scores = {one["visit_id"]: one["score"] for one in page}
    assert set(scores) == {str(one) for one in (loud.visit_id, *quiet, away)}
    ask = {"window": WINDOW, "team_id": str(world.field_team_id), "count": 2, "seed": "november"}
    made = (await lead.post("/v1/evidence/draws", json=ask)).json()
    assert (made["population"], [one["place"] for one in made["items"]]) == (4, [1, 2])
    book = [Drawable(visit_id, scores[str(visit_id)]) for visit_id in (loud.visit_id, *quiet, away)]
    assert [one["visit_id"] for one in made["items"]] == [str(one.visit_id) for one in drawn(book, 2, "november")]
    assert {one["state"] for one in made["items"]} == {"back_check"}
    again = (await lead.post("/v1/evidence/draws", json=ask)).json()
    assert [one["visit_id"] for one in again["items"]] == [one["visit_id"] for one in made["items"]]
    rows = await job_database.pool.fetchval("SELECT count(*) FROM evidence_reviews WHERE draw_id = ANY($1::uuid[])",
                                            [made["id"], again["id"]])  # fmt: skip
    assert rows == 2
    listed = (await lead.get("/v1/evidence/draws")).json()["items"]
    assert [(one["id"], one["items"]) for one in listed] == [(again["id"], None), (made["id"], None)]
    assert (await lead.get(f"/v1/evidence/draws/{made['id']}")).json() == made


async def test_draws_of_somebody_else_are_not_shown(
    lead: httpx.AsyncClient, signed_in: SignedIn, job_database: Database, world: World
) -> None:
    await visit(job_database, world, world.mei, 0)
    ask = {"window": WINDOW, "team_id": None, "count": 1, "seed": None}
    made = (await lead.post("/v1/evidence/draws", json=ask)).json()
    assert len(made["seed"]) == 16
    await job_database.pool.execute("UPDATE users SET role = 'lead' WHERE id = $1", world.cai)
    other = await signed_in(world.cai)
    assert (await other.get("/v1/evidence/draws")).json()["items"] == []
    assert (await other.get(f"/v1/evidence/draws/{made['id']}")).status_code == 404
    await job_database.pool.execute("UPDATE users SET role = 'compliance' WHERE id = $1", world.ada)
    whole = await signed_in(world.ada)
    assert [one["id"] for one in (await whole.get("/v1/evidence/draws")).json()["items"]] == [made["id"]]
