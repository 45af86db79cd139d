"""Does a reviewer see first what is most worth a look, page by page, and nothing of other teams?"""

import httpx
import pytest

from backend.evidence.review_list import THOUSAND, bounds_of, read_cursor
from backend.evidence.scoring import BASE, HIGH_FROM, MEDIUM_FROM, band_of, probability
from backend.kernel.db import Database
from backend.kernel.problems import Problem
from tests.backend.evidence.conftest import SignedIn
from tests.backend.evidence.signing import register
from tests.backend.evidence.visiting import WINDOW, visit, visit_with_photo
from tests.world import World


async def test_the_heaviest_visit_comes_first_and_pages_lose_none(
    signed_in: SignedIn, database: Database, job_database: Database, world: World
) -> None:
    both = (database, job_database)
    mei, bo = [await register(job_database, world, user) for user in (world.mei, world.bo)]
    wrong = await visit_with_photo(both, world, mei, 0, 0, sha256="0" * 64)
    quiet = await visit_with_photo(both, world, bo, 3, 15)
    filed = await visit_with_photo(both, world, mei, 1, 30, source="file")
    bare = await visit(job_database, world, world.mei, 2, 60)
    lead = await signed_in(world.lin)
    await lead.post(f"/v1/evidence/{filed.photo.id}/answers", json={"text": "x"})
    whole = (await lead.get("/v1/evidence/visits", params=WINDOW)).json()
    order = [one["visit_id"] for one in whole["items"]]
    assert order[:2] == [str(wrong.visit_id), str(filed.visit_id)]
    assert set(order[2:]) == {str(quiet.visit_id), str(bare)}
    assert [one["codes"] for one in whole["items"][:2]] == [["hash_differs"], ["file_source"]]
    assert [(one["photos"], one["photos_awaited"]) for one in whole["items"] if one["visit_id"] == str(bare)] == [
        (0, 0)
    ]
    assert whole["after"] is None
    seen, after = [], None
    while True:
        part = await lead.get("/v1/evidence/visits", params=WINDOW | {"limit": 1} | ({"after": after} if after else {}))
        seen += [one["visit_id"] for one in part.json()["items"]]
        after = part.json()["after"]
        if after is None:
            break
    assert seen == order


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"review_state": "unreviewed"}, 2), ({"review_state": "questioned"}, 0), ({"band": "high"}, 1),
        ({"band": "low"}, 1), ({"team_id": "field"}, 2), ({"team_id": "desk"}, 0), ({"user_id": "bo"}, 1),
    ],
)  # fmt: skip
async def test_a_list_is_of_what_was_asked(
    signed_in: SignedIn, database: Database, job_database: Database, world: World, asked: dict[str, str], count: int
) -> None:
    mei = await register(job_database, world, world.mei)
    await visit_with_photo((database, job_database), world, mei, 0, 0, sha256="0" * 64)
    await visit(job_database, world, world.bo, 3)
    names = {"field": world.field_team_id, "desk": world.desk_team_id, "bo": world.bo}
    params = {key: str(names.get(value, value)) for key, value in asked.items()}
    lead = await signed_in(world.lin)
    page = await lead.get("/v1/evidence/visits", params=WINDOW | params)
    assert len(page.json()["items"]) == count, page.text


async def test_other_teams_and_collectors_see_nothing(
    signed_in: SignedIn, phone: httpx.AsyncClient, job_database: Database, world: World
) -> None:
    await visit(job_database, world, world.mei, 0)
    await job_database.pool.execute("UPDATE users SET role = 'lead' WHERE id = $1", world.cai)
    await job_database.pool.execute("UPDATE cases SET desk_team_id = NULL WHERE id = $1", world.cases[0])
    other = await signed_in(world.cai)
    assert (await other.get("/v1/evidence/visits", params=WINDOW)).json() == {"items": [], "after": None}
    assert (await phone.get("/v1/evidence/visits", params=WINDOW)).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": WINDOW["begins_at"]}, {"ends_at": "2027-01-24T00:00:00Z"}, {"begins_at": "2026-11-24T01:00:00"},
        {"after": "x"}, {"after": f"1~{'-' * 36}"}, {"limit": "101"}, {"band": "red"}, {"review_state": "well"},
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_malformed(signed_in: SignedIn, world: World, wrong: dict[str, str]) -> None:
    lead = await signed_in(world.lin)
    answer = await lead.get("/v1/evidence/visits", params=WINDOW | wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), answer.text


def test_the_bounds_of_a_band_are_those_of_the_score() -> None:
    for band, end in (("low", 1), ("medium", 1)):
        below = bounds_of(band)[end]  # type: ignore[arg-type]  # the loop's text is one of the three
        assert below is not None
        assert band_of(probability(BASE + below / THOUSAND)) != band
        assert band_of(probability(BASE + (below - 1) / THOUSAND)) == band
    assert bounds_of(None) == (None, None)
    assert 0 < MEDIUM_FROM < HIGH_FROM < 1


def test_a_cursor_is_what_a_page_gave() -> None:
    name = "01930f1e-0000-7000-8000-000000000001"
    assert read_cursor(f"-1500~{name}")[0] == -1500
    with pytest.raises(Problem):
        read_cursor(f"1.5~{name}")
