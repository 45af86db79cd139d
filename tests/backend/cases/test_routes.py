"""Do desks see what is theirs, in order, and can a lead move cases and take it back?"""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from backend.cases.assigning import next_case
from backend.cases.calling import LEASE
from backend.cases.desk_schemas import CasePage
from backend.cases.list_queries import Desk
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.backend.desk import Enter
from tests.hours import make_it_day
from tests.world import MORNING, NAMES, World

CORNERS = ((30.2495, 120.1495), (30.2495, 120.1525), (30.2515, 120.1525), (30.2515, 120.1495))
SQUARE = [{"lat": lat, "lon": lon} for lat, lon in CORNERS]
"""Holds the doors of cases 1 and 2."""


def wish(**changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "case_ids": None, "territory_id": None, "area": None, "user_id": None, "only_unassigned": False,
        "reason": "manual",
    }  # fmt: skip
    return body | {key: _plain(value) for key, value in changes.items()}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, UUID) else value


async def holder(jobs: Database, case_id: UUID) -> UUID | None:
    async with jobs.pool.acquire() as raw:
        found: UUID | None = await raw.fetchval("SELECT assignee_id FROM cases WHERE id = $1", case_id)
    return found


async def test_a_list_comes_in_pages_by_score_and_misses_nothing(world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    first = (await lead.get("/v1/cases", params={"limit": 4})).json()
    second = (await lead.get("/v1/cases", params={"limit": 4, "after": first["next"]})).json()
    rows = first["cases"] + second["cases"]
    assert (len(first["cases"]), len(second["cases"]), second["next"]) == (4, 2, None)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert {row["id"] for row in rows} == {str(case) for case in world.cases}


async def test_a_list_is_one_statement(database: Database, world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    statements: list[str] = []
    async with database.pool.acquire() as raw:
        # The proxy of the pool would drop the logger with the release; the pool hands the same connection out next.
        raw._con.add_query_logger(lambda record: statements.append(record.query))  # noqa: SLF001
    answer = await lead.get("/v1/cases")
    page = msgspec.json.decode(answer.content, type=CasePage)
    assert len(page.cases) == 6
    assert page.cases[0].door is not None
    assert sum("FROM cases c" in sql for sql in statements) == 1
    assert [sql.split()[0] for sql in statements][-3:] == ["BEGIN;", "SELECT", "COMMIT"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"bucket": "M1"}, {3, 5}),
        ({"unassigned": "true"}, {5}),
        ({"search": "Anna"}, {3}),
        ({"search": "王小"}, {0}),
        ({"search": "R-00000"}, {0, 1, 2, 3, 4, 5}),
        ({"search": "r-000002"}, {1}),
        ({"search": "2"}, {1}),
        ({"search": "nobody at all"}, set()),
        ({"case_state": "hold"}, set()),
        ({"closed": "true"}, set()),
    ],
)
async def test_a_list_shows_what_is_asked_for(
    world: World, enter: Enter, params: dict[str, str], expected: set[int]
) -> None:
    lead = await enter(world.lin)
    rows = (await lead.get("/v1/cases", params=params)).json()["cases"]
    assert {row["id"] for row in rows} == {str(world.cases[n]) for n in expected}


async def test_a_collector_lists_own_cases_only_and_opens_no_other(world: World, enter: Enter) -> None:
    mei = await enter(world.mei)
    rows = (await mei.get("/v1/cases")).json()["cases"]
    assert {row["id"] for row in rows} == {str(case) for case in world.cases[:3]}
    assert (await mei.get(f"/v1/cases/{world.cases[3]}")).status_code == 404


async def test_a_cursor_of_somewhere_else_is_refused(world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    answer = await lead.get("/v1/cases", params={"after": "bm90aGluZw=="})
    assert (answer.status_code, answer.json()["code"]) == (422, "case.bad_cursor")


async def test_the_file_of_a_case_is_whole_and_masks_its_numbers(world: World, enter: Enter) -> None:
    caller = await enter(world.cai)
    file = (await caller.get(f"/v1/cases/{world.cases[0]}")).json()
    assert (file["whole"]["name"], file["whole"]["overdue_minor"]) == (NAMES[0], 824_000)
    assert file["whole"]["contacts"][0]["value"] == "+861******0000"
    assert [one["user_name"] for one in file["holders"]] == ["Mei"]


async def test_an_assignment_is_previewed_made_and_undone(world: World, enter: Enter, job_database: Database) -> None:
    """AL-1: manual bulk, preview and undo; AL-2: the old phone and the new one hear of it."""
    lead = await enter(world.lin)
    body = wish(case_ids=[world.cases[0], world.cases[3], world.cases[5], new_id()], user_id=world.bo)
    shown = (await lead.post("/v1/assignments/preview", json=body)).json()
    assert (shown["changes"], shown["unknown"]) == (2, 1)
    assert {load["user_name"]: (load["before"], load["after"]) for load in shown["loads"]} == {
        "Bo": (2, 4),
        "Mei": (3, 2),
    }
    assert await holder(job_database, world.cases[0]) == world.mei

    done = (await lead.post("/v1/assignments", json=body)).json()
    assert done["changes"] == 2
    assert await holder(job_database, world.cases[0]) == world.bo
    async with job_database.pool.acquire() as raw:
        told = await raw.fetch(
            "SELECT user_id, reason FROM phone_changes WHERE noun_id = $1 ORDER BY reason", world.cases[0]
        )
        current = await raw.fetchval(
            "SELECT count(*) FROM assignments WHERE case_id = $1 AND released_at IS NULL", world.cases[0]
        )
    assert [tuple(row) for row in told] == [(world.bo, "assigned"), (world.mei, "reassigned")]
    assert current == 1

    undone = await lead.post(f"/v1/assignments/{done['batch_id']}/undo")
    assert (undone.status_code, undone.json()["changes"]) == (201, 2)
    assert [await holder(job_database, world.cases[n]) for n in (0, 3, 5)] == [world.mei, world.bo, None]
    again = await lead.post(f"/v1/assignments/{done['batch_id']}/undo")
    assert (again.status_code, again.json()["code"]) == (404, "assignment.nothing_to_undo")


async def test_a_recall_gives_cases_to_nobody_and_can_be_undone(
    world: World, enter: Enter, job_database: Database
) -> None:
    """AL-2: recall with history."""
    lead = await enter(world.lin)
    done = (await lead.post("/v1/assignments", json=wish(case_ids=[world.cases[1]], reason="recall"))).json()
    assert await holder(job_database, world.cases[1]) is None
    async with job_database.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT released_at, release_reason FROM assignments WHERE case_id = $1", world.cases[1]
        )
    assert (row["released_at"] is not None, row["release_reason"]) == (True, "recalled")
    assert (await lead.post(f"/v1/assignments/{done['batch_id']}/undo")).status_code == 201
    assert await holder(job_database, world.cases[1]) == world.mei


async def test_what_changed_since_is_not_undone(world: World, enter: Enter, job_database: Database) -> None:
    lead = await enter(world.lin)
    first = (await lead.post("/v1/assignments", json=wish(case_ids=world.cases[:2], user_id=world.bo))).json()
    await lead.post("/v1/assignments", json=wish(case_ids=[world.cases[0]], user_id=world.mei))
    answer = await lead.post(f"/v1/assignments/{first['batch_id']}/undo")
    assert answer.status_code == 404
    assert answer.json()["data"]["changed"] == [str(world.cases[0])]
    assert await holder(job_database, world.cases[1]) == world.bo


async def test_a_drawn_area_and_a_territory_take_the_cases_inside(
    world: World, enter: Enter, job_database: Database
) -> None:
    """AL-1: by territory; RT-4: polygons."""
    lead = await enter(world.lin)
    drawn = await lead.post(
        "/v1/territories",
        json={"name": "Lakeside", "team_id": str(world.field_team_id), "user_id": str(world.bo), "area": SQUARE},
    )
    assert (drawn.status_code, drawn.json()["open_cases"]) == (201, 2), drawn.text
    shown = (await lead.post("/v1/assignments/preview", json=wish(area=SQUARE, user_id=world.mei))).json()
    assert {line["case_id"] for line in shown["lines"]} == {str(case) for case in world.cases[:2]}
    done = await lead.post(
        "/v1/assignments", json=wish(territory_id=drawn.json()["id"], user_id=world.bo, reason="territory")
    )
    assert done.json()["changes"] == 2
    back = (await lead.post("/v1/assignments/preview", json=wish(area=SQUARE, user_id=world.mei))).json()
    assert all("other_territory" in line["warnings"] for line in back["lines"])
    assert await holder(job_database, world.cases[0]) == world.bo


@pytest.mark.parametrize(
    "area",
    [
        [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]],
        [SQUARE[0], SQUARE[1], SQUARE[0]],
        [SQUARE[0], {"lat": 40.0, "lon": 120.1}, SQUARE[2]],
    ],
)
async def test_an_outline_that_is_no_simple_polygon_is_refused(
    world: World, enter: Enter, area: list[dict[str, float]]
) -> None:
    lead = await enter(world.lin)
    body = {"name": "Bow", "team_id": str(world.field_team_id), "user_id": None, "area": area}
    assert (await lead.post("/v1/territories", json=body)).json()["code"] == "territory.unfit"


async def test_a_territory_is_changed_and_removed_and_its_name_is_its_own(world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    body = {"name": "West", "team_id": str(world.field_team_id), "user_id": None, "area": SQUARE}
    west = (await lead.post("/v1/territories", json=body)).json()
    assert (await lead.post("/v1/territories", json=body)).json()["code"] == "territory.name_taken"
    changed = await lead.put(f"/v1/territories/{west['id']}", json=body | {"name": "Far west"})
    assert changed.json()["name"] == "Far west"
    listed = (await lead.get("/v1/territories")).json()["territories"]
    assert [(one["name"], len(one["area"])) for one in listed] == [("Far west", 4)]
    assert (await lead.delete(f"/v1/territories/{west['id']}")).status_code == 204
    assert (await lead.get("/v1/territories")).json()["territories"] == []
    foreign = body | {"team_id": str(world.desk_team_id)}
    assert (await lead.post("/v1/territories", json=foreign)).status_code == 404


async def test_cases_near_a_door_come_with_their_distance(world: World, enter: Enter) -> None:
    """RT-4: proximity suggestions."""
    lead = await enter(world.lin)
    page = (await lead.get("/v1/cases/near", params={"case_id": str(world.cases[0]), "radius_m": 700})).json()
    found = [(one["case"]["number"], one["distance_m"]) for one in page["cases"]]
    assert found[0] == ("R-000001", 0)
    assert found[1][0] == "R-000002"
    assert 200 < found[1][1] < 240
    assert [number for number, _ in found] == ["R-000001", "R-000002", "R-000003"]
    home = await lead.get("/v1/cases/near", params={"user_id": str(world.mei)})
    assert len(home.json()["cases"]) == 6
    assert (await lead.get("/v1/cases/near")).json()["code"] == "case.bad_filter"


async def test_only_people_of_a_team_that_the_lead_sees_get_cases(world: World, enter: Enter) -> None:
    lead = await enter(world.lin)
    for user_id in (world.ada, world.cai, new_id()):
        answer = await lead.post("/v1/assignments", json=wish(case_ids=[world.cases[0]], user_id=user_id))
        assert (answer.status_code, answer.json()["code"]) == (409, "case.assignee_unfit")


@pytest.mark.parametrize("changes", [{}, {"case_ids": [str(new_id())], "area": SQUARE}])
async def test_a_wish_names_its_cases_in_one_way(world: World, enter: Enter, changes: dict[str, object]) -> None:
    lead = await enter(world.lin)
    assert (await lead.post("/v1/assignments", json=wish(**changes))).json()["code"] == "case.bad_filter"


async def test_the_queue_explains_its_order_and_what_is_held_back(
    world: World, enter: Enter, job_database: Database
) -> None:
    """AL-3: the work list explains its order."""
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE cases SET last_attempt_at = now() WHERE id = $1", world.cases[0])
        await raw.execute("UPDATE cases SET state = 'disputed' WHERE id = $1", world.cases[2])
    await make_it_day(job_database, world)
    caller = await enter(world.cai)
    first = (await caller.post("/v1/queue/next", json={"passed": []})).json()
    page = (await caller.get("/v1/queue")).json()
    rows = {row["case"]["id"]: row for row in page["rows"]}
    scores = [row["case"]["score"] for row in page["rows"]]
    assert scores == sorted(scores, reverse=True)
    assert rows[str(world.cases[0])]["blocked"] == "cooling"
    assert rows[str(world.cases[0])]["opens_at"] is not None
    assert rows[str(world.cases[2])]["blocked"] == "state"
    assert first["case_id"] == str(world.cases[4])
    assert rows[first["case_id"]]["is_mine"]
    assert page["waiting"] == 4
    second = (await caller.post("/v1/queue/next", json={"passed": [first["case_id"]]})).json()
    assert second["case_id"] not in {first["case_id"], None}


async def test_two_hundred_pulls_at_once_never_give_one_case_to_two_people(
    database: Database, job_database: Database, world: World
) -> None:
    """AL-3."""
    people = [new_id() for _ in range(200)]
    async with job_database.pool.acquire() as raw:
        for n in range(154):
            obligor = new_id()
            await raw.execute(
                "INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)"
                " VALUES ($1, $2, $3, 'person', 'Some One', 'some one', 'en', 'Asia/Shanghai', '\\x00')",
                obligor, world.tenant_id, f"X{n}",
            )  # fmt: skip
            await raw.execute(
                "INSERT INTO contact_points (id, tenant_id, obligor_id, kind, value, normal, status, consent, source,"
                " may_contact, row_hash) VALUES ($1, $2, $3, 'mobile', $4, $4, 'unknown', 'given', 'book',"
                " true, '\\x00')",
                new_id(), world.tenant_id, obligor, f"+8619900001{n:03d}",
            )  # fmt: skip
            await raw.execute(
                "INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor,"
                " balance_minor, days_past_due, bucket, score, desk_team_id, opened_at)"
                " VALUES ($1, $2, $3, $4, 'personal', 'active', 'CNY', 1, 1, 1, 'M1', $5, $6, now())",
                new_id(), world.tenant_id, obligor, f"R-1{n:05d}", float(n), world.desk_team_id,
            )  # fmt: skip
    now = MORNING

    async def pull(user_id: UUID) -> UUID | None:
        desk = Desk(tenant_id=world.tenant_id, user_id=user_id, desk_team_ids=[world.desk_team_id], field_team_ids=[])
        async with bare_transaction(database, world.scope(world.cai)) as raw:
            return (await next_case(raw, desk, [], now)).case_id

    given = [case for case in await asyncio.gather(*(pull(user_id) for user_id in people)) if case is not None]
    assert len(given) == len(set(given)) == 160, "6 cases of the world and 154 more, each once"
    async with job_database.pool.acquire() as raw:
        until = await raw.fetchval("SELECT max(leased_until) FROM case_leases WHERE tenant_id = $1", world.tenant_id)
    assert abs(until - (now + LEASE)) < timedelta(seconds=1)
